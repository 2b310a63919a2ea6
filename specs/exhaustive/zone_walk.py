"""The walk through every state of small zones, list order included: the running code beside its oracles."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, NoReturn

from specs.exhaustive.small_zones import Answer, Call, Owners, Range, layouts
from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.story import Block, Story
from specs.ledger.subject import Subject
from specs.model import policy
from specs.model.abstract import Wrong
from specs.model.invariants import View, broken_invariants

Lists = tuple[tuple[int, ...], ...]
SPECIFIED = "every call answers, changes, rejects and orders the lists as specified"


class State(NamedTuple):
    """All that a zone's future depends on; equal states behave alike."""

    lists: Lists
    owners: Owners

    def __str__(self) -> str:
        return picture(self.lists, self.owners.live)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The free blocks, heads first, and the live ones."""
        free = [Block(pfn, order) for order, entries in enumerate(self.lists) for pfn in entries]
        live = [Block(pfn, order, free=False) for pfn, order in sorted(self.owners.live.items())]
        return (*free, *live)


def picture(lists: Lists, live: dict[int, int]) -> str:
    """The free lists and the live blocks, on one line."""
    free = ", ".join(f"order {order}: {list(pfns)}" for order, pfns in enumerate(lists) if pfns)
    return f"free, heads first: {free or 'nothing'}; live: {dict(sorted(live.items()))}"


def lists_of(zone: Any) -> Lists:
    """The zone's free lists."""
    return tuple([tuple(area.free_list[0]) for area in zone.free_area.orders])


class Explorer:
    """Breadth first over the states of one zone.

    A state is rebuilt through the free area's own primitives; "free-area-conforms" checks that nothing
    but the lists matters there.
    """

    def __init__(self, subject: Subject, ranges: list[Range], max_order: int) -> None:
        self.subject, self.max_order = subject, max_order
        owners = Owners(ranges, max_order, 0, {})
        self.owners = {owners.key: owners}
        self.start = State(((),) * (max_order + 1), owners)
        self.reached: dict[State, tuple[State, Call] | None] = {self.start: None}
        self.transitions = 0

    def run(self) -> Visited:
        """Visit every state."""
        queue = deque([self.start])
        while queue:
            with cut_if_endless():
                queue.extend(self.discoveries(queue.popleft()))
        return Visited(len(self.reached), self.transitions)

    def discoveries(self, state: State) -> list[State]:
        """Make every call from the state; return the states that no call has reached before."""
        found = []
        zone = self.zone_in(state)
        self.check_invariants(zone, state)
        for call, rejection in state.owners.calls.items():
            answer, error = self.answer_of(zone, state, call)
            if error != rejection:
                self.refute(state, call, f"expected {rejection or 'no error'}, got {error or answer}")
            after = state if rejection else self.state_after(state, call, answer)
            if lists_of(zone) != after.lists or zone.live != after.owners.live:
                self.refute(state, call, f"expected {after}", f"got {picture(lists_of(zone), zone.live)}")
            if after is not state:
                self.check_numbers(zone, state, call, after)
                zone = self.zone_in(state)
                if after not in self.reached:
                    self.reached[after] = state, call
                    found.append(after)
        self.transitions += len(state.owners.calls)
        self.check_numbers(zone, state, call, state)
        return found

    def answer_of(self, zone: Any, state: State, call: Call) -> tuple[Answer, str]:
        """The zone's answer, or the name of the error that it raises."""
        try:
            return getattr(zone, call.name)(*call.args), ""
        except self.subject.errors.BuddyError as error:
            return None, type(error).__name__
        except (Exception, Endless) as error:  # whatever broken code does is the finding
            self.refute(state, call, what_happened(error))

    def state_after(self, state: State, call: Call, answer: Answer) -> State:
        """The state that the specification asks for; it must allow the answer."""
        lists = [list(entries) for entries in state.lists]
        expected = getattr(policy, call.name)(lists, *call.args)
        try:
            owners = state.owners.after(call, answer)
        except Wrong as wrong:
            self.refute(state, call, str(wrong))
        if answer != expected:
            self.refute(state, call, f"the Linux policy answers {expected}, the zone {answer}")
        if owners is state.owners:
            return state
        owners = self.owners.setdefault(owners.key, owners)
        return State(tuple([tuple(entries) for entries in lists]), owners)

    def zone_in(self, state: State) -> Any:
        """A zone of the subject in that state."""
        zone = self.subject.zone.Zone(self.max_order)
        for start, end in state.owners.runs:
            zone.spans.add(start, end)
        for order, entries in enumerate(state.lists):
            for pfn in entries:
                zone.free_area.add(pfn, order, 0, tail=True)
        zone.live = state.owners.live.copy()
        return zone

    def check_numbers(self, zone: Any, state: State, call: Call, after: State) -> None:
        """The zone's pages and counts are those of the state."""
        if zone.spans.ranges() != after.owners.runs:
            self.refute(state, call, f"expected pages {after.owners.runs}, got {zone.spans.ranges()}")
        if [area.nr_free for area in zone.free_area.orders] != [len(entries) for entries in after.lists]:
            self.refute(state, call, "nr_free is not the number of listed blocks")

    def check_invariants(self, zone: Any, state: State) -> None:
        """Every invariant holds."""
        if broken := broken_invariants(View.of(zone, state.owners.pages)):
            self.refute(
                *(self.reached[state] or (state, Call("Zone", (self.max_order,)))), f"now false: {broken[0]}"
            )
        if zone.nr_free_pages() != sum(len(entries) << order for order, entries in enumerate(state.lists)):
            self.refute(state, Call("nr_free_pages", ()), f"got {zone.nr_free_pages()}")

    def refute(self, state: State, call: Call, *broke: str) -> NoReturn:
        """Tell how the state was reached, what it is, the call, and what broke."""
        history: list[str] = []
        step = self.reached[state]
        while step is not None:
            history.append(str(step[1]))
            step = self.reached[step[0]]
        calls = f"Zone({self.max_order}): {'; '.join(reversed(history)) or 'new'}"
        story = Story(
            f"Zone.{call}, max_order {self.max_order}",
            SPECIFIED,
            state.blocks,
            call.pages,
            f"ran after {calls}",
            "; ".join(broke),
        )
        raise Refuted(calls, str(state), f"{call}: {broke[0]}", *broke[1:], story=story)


def visit(subject: Subject, max_order: int) -> Visited:
    """Every state of every small zone with that max_order."""
    visits = [Explorer(subject, ranges, max_order).run() for ranges in layouts(max_order)]
    return Visited(*map(sum, zip(*visits, strict=True)))
