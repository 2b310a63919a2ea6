"""The walk through every state of small Linux zones, and the ledger's rows about whole zones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NoReturn

from specs.exhaustive.linux_also import ALL
from specs.exhaustive.linux_judge import Step, rest
from specs.exhaustive.linux_states import Call, Shape, State, answer_of, booted, calls, state_of, zone_in
from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject

SHAPES = (
    Shape(0, 1, (7, 8, 9), (0, 1, 2)),
    Shape(0, 1, (8, 9), (0, 1), also=("isolated", "reserved", "out")),
    Shape(0, 2, (9, 10), (0, 1), also=("out",)),
    Shape(0, 2, (9, 10), (0, 1), also=("reserved",)),
    Shape(0, 2, (9, 10), (0, 1, 2), also=("isolated",)),
    Shape(0, 2, (8, 9, 10), (0, 1, 2)),
    Shape(1, 3, (9, 10), (0, 1)),
)
"""The smallest first; the last starts at the upper half of a largest block."""


def sizes() -> tuple[str, ...]:
    """How large the zones are, and which calls are made there, in words."""
    return tuple(shape.words for shape in SHAPES)


class Walk:
    """Breadth first from a zone at boot, every call from every state."""

    def __init__(self, subject: Subject, shape: Shape) -> None:
        self.subject, self.shape = subject, shape
        self.reached: dict[State, tuple[State, Call] | None] = {}
        self.transitions = 0

    def run(self) -> Visited:
        """Visit every state."""
        with cut_if_endless():
            first = state_of(booted(self.subject, self.shape), self.shape)
        self.reached[first] = None
        for broke in (*rest(self.shape, first), *self.outside()):
            raise Refuted(f"{self.shape} at boot", str(first), broke)
        queue = deque([first])
        while queue:
            with cut_if_endless():
                queue.extend(self.discoveries(queue.popleft()))
        return Visited(len(self.reached), self.transitions)

    def outside(self) -> Iterator[str]:
        """Memory of which the zone does not span every page is none of its own."""
        shape = self.shape
        zone = self.subject.linux.zone.LinuxZone(shape.start + 1, shape.end - 1)
        for start, end in ((shape.start, shape.start + 8), (shape.end - 8, shape.end)):
            try:
                zone.add_range(start, end)
            except self.subject.errors.OutOfRange:
                continue
            yield f"pages [{start}, {end}) are given to a zone that does not span them"

    def discoveries(self, state: State) -> list[State]:
        """Make every call from the state; return the states that no call has reached before."""
        found = []
        for call in calls(self.shape, state):
            after = self.after(state, call)
            self.transitions += 1
            if after not in self.reached:
                self.reached[after] = state, call
                found.append(after)
        return found

    def after(self, state: State, call: Call) -> State:
        """The state that the call leads to, which must be as the sentences say."""
        zone = zone_in(self.subject, self.shape, state)
        try:
            answer = answer_of(self.subject, zone, call)
            after = state_of(zone, self.shape)
        except (Exception, Endless) as error:  # whatever broken code does is the finding
            self.refute(state, call, what_happened(error))
        at_rest = () if after in self.reached else rest(self.shape, after)
        step = Step(self.shape, state, call, answer, after)
        for broke in (*at_rest, *ALL[call.name](step)):
            if broke:
                self.refute(state, call, f"answer {answer}, then {after}", broke)
        free = sum(2**order for _, order, kind in after.free if kind != 4)
        if zone.nr_free_pages() != free:
            self.refute(state, call, f"nr_free_pages() is {zone.nr_free_pages()}, expected {free}")
        if zone.pcp[0].count != 512 * len(after.cached):
            self.refute(state, call, f"the CPU's lists count {zone.pcp[0].count} pages")
        return after

    def refute(self, state: State, call: Call, *broke: str) -> NoReturn:
        """Tell how the state was reached, what it is, the call, and what broke."""
        history: list[str] = []
        step = self.reached[state]
        while step is not None:
            history.append(str(step[1]))
            step = self.reached[step[0]]
        raise Refuted(f"{self.shape}: {'; '.join(reversed(history)) or 'new'}", str(state), str(call), *broke)


def visit(subject: Subject, _: int) -> Visited:
    """Every state of every small zone."""
    visits = [Walk(subject, shape).run() for shape in SHAPES]
    return Visited(*map(sum, zip(*visits, strict=True)))
