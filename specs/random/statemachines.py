"""Zones of real sizes and free areas, tested by random programs beside the oracles."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from specs.ledger.refutation import cut_if_endless
from specs.model import policy
from specs.model.abstract import PFN_END, Machine, Rejected
from specs.model.invariants import View, broken_invariants
from specs.model.ranges import Ranges
from specs.random.programs import Programs

MOST_BLOCKS = 2**10
"""A range holds about so many blocks of the top order at most; with max_order 10 that is 2^20 pages."""

HOSTILE: list[Any] = [True, False, 0.0, 1.5, None, "0", -1, 2**52, 10**40]
MAX_ORDERS = st.one_of(st.just(10), st.integers(0, 3), st.integers(0, 32))
SHIFTS = st.one_of(st.just(0), st.integers(-40, 40))
BASES = st.one_of(st.integers(0, 64), st.integers(0, PFN_END - 1), st.just(PFN_END))
"""Where a zone is: low, anywhere, or up to the last page."""


class ZoneMachine(Programs):
    """One zone, the abstract machine and the policy's lists, driven alike."""

    @initialize(max_order=MAX_ORDERS, base=BASES, pages=st.integers(1, MOST_BLOCKS))
    def begin(self, max_order: int, base: int, pages: int) -> None:
        """A zone with a first range."""
        self.calls.append(f"Zone({max_order})")
        self.zone = self.subject.zone.Zone(max_order)
        self.pages = Ranges()
        self.machine = Machine(max_order, self.pages)
        self.lists: policy.Lists = [[] for _ in range(max_order + 1)]
        self.places = [min(base, PFN_END - 1)]
        self.add_range(0, 0 if base < PFN_END else -pages, pages, whole=False)

    def both(self, name: str, *args: Any) -> None:
        """Make the call here and there: the same answer, or the error that the specification asks for."""
        with self.telling(f"{name}({', '.join(map(repr, args))})"):
            answer, reason = None, ""
            with cut_if_endless():
                try:
                    answer = getattr(self.zone, name)(*args)
                except self.subject.errors.BuddyError as error:
                    reason = type(error).__name__
            expected, rejection = None, ""
            try:
                expected = getattr(self.machine, name)(*args, *([answer] if name == "alloc" else []))
            except Rejected as rejected:
                rejection = str(rejected)
            assert reason == rejection, f"{reason or answer}, expected {rejection or 'no error'}"
            if not rejection:
                assert name == "alloc" or answer is expected, f"answer {answer}, expected {expected}"
                policy_answer = getattr(policy, name)(self.lists, *args)
                assert policy_answer == answer, f"answer {answer}, the Linux policy's {policy_answer}"

    @rule(
        at=st.integers(0, 30),
        shift=SHIFTS,
        pages=st.integers(1, MOST_BLOCKS),
        whole=st.booleans(),
    )
    def add_range(self, at: int, shift: int, pages: int, *, whole: bool) -> None:
        """A range near a known place: pages one by one, or blocks of the top order and a rest."""
        start = self.places[at % len(self.places)] + shift
        end = start + pages * (2**self.machine.max_order if whole else 1)
        self.both("add_range", start, min(end, PFN_END))
        self.places += [max(start, 0), min(max(end, 1), PFN_END)][: 60 - len(self.places)]

    @rule(order=st.integers(0, 32), small=st.booleans())
    def alloc(self, order: int, *, small: bool) -> None:
        """Any order, or one of the small ones."""
        order %= self.machine.max_order + 2
        self.both("alloc", min(order, 2) if small else order)

    @precondition(lambda self: self.machine.live)
    @rule(at=st.integers(0, 30))
    def free_live(self, at: int) -> None:
        """A live block."""
        live = sorted(self.machine.live.items())
        self.both("free", *live[at % len(live)])

    @precondition(lambda self: self.machine.live)
    @rule(at=st.integers(0, 30), shift=st.integers(-2, 2), order_shift=st.integers(-1, 1))
    def free_near_live(self, at: int, shift: int, order_shift: int) -> None:
        """A live block, or nearly."""
        live = sorted(self.machine.live.items())
        pfn, order = live[at % len(live)]
        self.both("free", pfn + shift, order + order_shift)

    @rule(at=st.integers(0, 30), blocks=st.integers(-3, 40), order=st.integers(0, 32), free=st.booleans())
    def take_or_free(self, at: int, blocks: int, order: int, *, free: bool) -> None:
        """Some aligned block near a known place."""
        order %= self.machine.max_order + 2
        place = self.places[at % len(self.places)]
        pfn = place - place % 2**order + blocks * 2**order
        self.both("free" if free else "take", pfn, order)

    @rule(at=st.integers(0, 30), shift=SHIFTS, order=st.integers(0, 32))
    def take_anything(self, at: int, shift: int, order: int) -> None:
        """Some pages, aligned or not."""
        self.both("take", self.places[at % len(self.places)] + shift, order % (self.machine.max_order + 2))

    @rule(
        name=st.sampled_from(["alloc", "free", "take", "add_range"]),
        first=st.sampled_from(HOSTILE),
        second=st.sampled_from([0, *HOSTILE]),
    )
    def hostile(self, name: str, first: Any, second: Any) -> None:
        """What is not a page, not an order, not even a number."""
        self.both(name, *([first] if name == "alloc" else [first, second]))

    @invariant()
    def agree(self) -> None:
        """List order, live blocks, pages and counts are the oracles', and every invariant holds."""
        with self.telling(""):
            self.compare()

    def compare(self) -> None:
        """Raise if anything differs."""
        lists = [list(area.free_list[0]) for area in self.zone.free_area.orders]
        assert lists == self.lists, "the lists are not the Linux policy's"
        assert self.zone.live == self.machine.live, f"live is {self.zone.live}"
        changes = self.pages.changes
        assert self.zone.spans.ranges() == list(zip(changes[::2], changes[1::2], strict=True)), "other pages"
        assert self.zone.nr_free_pages() == len(self.machine.free_pages()), "nr_free_pages() is wrong"
        broken = broken_invariants(View.of(self.zone, self.pages))
        assert not broken, f"now false: {broken[0]}"


class FreeAreaMachine(Programs):
    """One free area and plain lists, driven alike through the primitives."""

    @initialize(max_order=MAX_ORDERS, migratetypes=st.integers(1, 4))
    def begin(self, max_order: int, migratetypes: int) -> None:
        """Nothing is free."""
        self.calls.append(f"FreeArea({max_order}, {migratetypes})")
        self.area = self.subject.free_area.FreeArea(max_order, migratetypes)
        self.lists: list[list[list[int]]] = [[[] for _ in range(migratetypes)] for _ in range(max_order + 1)]

    def listed(self) -> list[tuple[int, int, int]]:
        """Every block: first page, order, migratetype; by order, by type, in list order."""
        return [
            (pfn, order, migratetype)
            for order, lists in enumerate(self.lists)
            for migratetype, pfns in enumerate(lists)
            for pfn in pfns
        ]

    @rule(
        number=st.integers(0, 9), order=st.integers(0, 32), migratetype=st.integers(0, 3), tail=st.booleans()
    )
    def add(self, number: int, order: int, migratetype: int, *, tail: bool) -> None:
        """A block that is not listed; low, or as high as blocks go."""
        order, migratetype = order % len(self.lists), migratetype % len(self.lists[0])
        pfn = number * 2**order if number < 5 else PFN_END - number * 2**order
        if not any((pfn, order) == block[:2] for block in self.listed()):
            with self.telling(f"add({pfn}, {order}, {migratetype}, tail={tail})"):
                self.area.add(pfn, order, migratetype, tail=tail)
            pfns = self.lists[order][migratetype]
            pfns.insert(len(pfns) if tail else 0, pfn)

    @precondition(lambda self: self.listed())
    @rule(at=st.integers(0, 30))
    def remove(self, at: int) -> None:
        """A listed block, from anywhere in its list."""
        listed = self.listed()
        pfn, order, migratetype = listed[at % len(listed)]
        with self.telling(f"remove({pfn}, {order})"):
            assert self.area.remove(pfn, order) == migratetype, "another migratetype"
        self.lists[order][migratetype].remove(pfn)

    @invariant()
    def agree(self) -> None:
        """Lists, heads, counts, and which blocks are free."""
        with self.telling(""):
            self.compare()

    def compare(self) -> None:
        """Raise if anything differs."""
        assert list(self.area.blocks()) == self.listed(), f"blocks() is {list(self.area.blocks())}"
        pages = sum(2**order for _, order, _ in self.listed())
        assert self.area.nr_free_pages() == pages, f"nr_free_pages() is {self.area.nr_free_pages()}"
        for order, lists in enumerate(self.lists):
            assert self.area[order].nr_free == sum(map(len, lists)), f"[{order}].nr_free is wrong"
            for migratetype, pfns in enumerate(lists):
                assert list(self.area[order].free_list[migratetype]) == pfns, f"[{order}].free_list is wrong"
                assert self.area.first(order, migratetype) == (pfns[0] if pfns else None), "first is wrong"
        free = {block[:2] for block in self.listed()}
        for pfn, order in free:
            for other in range(len(self.lists)):
                assert self.area.is_free_block(pfn, other) == ((pfn, other) in free), f"{pfn}, order {other}"
            assert self.area.is_free_block(pfn + 2**order, order) == ((pfn + 2**order, order) in free)
