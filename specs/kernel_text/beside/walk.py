"""Every state of a small zone that calls reach, and every call from there, on both sides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from specs.kernel_text.beside.pair import Difference, Pair
from specs.kernel_text.beside.zones import Call, Shape, State, state_of
from verified_buddy.linux.migratetype import ISOLATE


@dataclass(frozen=True)
class Room:
    """A small zone, and the calls that are made there."""

    shape: Shape
    orders: tuple[int, ...]
    types: tuple[int, ...]
    also: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What there is, on one line."""
        return f"{self.shape.words}; orders {self.orders}, types {self.types}; {', '.join(self.also)}"


def small(start: int = 0, end: int = 8, high: int = 0, batch: int = 1, movable: str = "some") -> Shape:
    """A zone with pageblocks of 4 pages."""
    return Shape(3, ((start, end, ((start, end),)),), 1, high, batch, movable)


def calls(room: Room, state: State) -> Iterator[Call]:
    """Every call that is worth making."""
    unlocked = (("pcp_locked", False),)
    for order in room.orders:
        for kind in room.types:
            yield Call("alloc", (order, kind), () if room.shape.high else unlocked)
    for pfn, order in state.live:
        yield Call("free", (pfn, order), () if room.shape.high else unlocked)
    for name in room.also:
        yield from ALSO[name](room, state)


def locked(room: Room, state: State) -> Iterator[Call]:
    """Past the per-CPU lists, which somebody else holds."""
    yield from (Call("alloc", (order, room.types[0]), (("pcp_locked", False),)) for order in room.orders)
    yield from (Call("free", (pfn, order, 0), (("pcp_locked", False),)) for pfn, order in state.live)


def cautious(room: Room, state: State) -> Iterator[Call]:
    """Requests that spare small blocks."""
    options = (("pcp_locked", False), ("no_fragment", True))
    yield from (Call("alloc", (order, kind), options) for order in room.orders for kind in room.types)


def drains(room: Room, state: State) -> Iterator[Call]:
    """The per-CPU lists are drained, whole and in parts; and refilled."""
    ((listed, count, *_),) = state.pcp
    yield Call("drain")
    if count:
        lists = {at for at, *_ in listed}
        yield from (Call("drain_one", (at,)) for at in sorted(lists))
        yield from (Call("next_pindex", (at,)) for at in range(8))
        yield from (Call("bulk_drain", (pages, at)) for pages in (1, 3, count) for at in (0, 3, 7))
    yield from (Call("refill_one", (0, kind)) for kind in room.types)
    yield Call("alloc_bulk", (3, room.types[0]))


def reclaim(room: Room, state: State) -> Iterator[Call]:
    """Frees while the zone is reclaimed."""
    yield from (Call("free", (pfn, order, 0), (("reclaim_active", True),)) for pfn, order in state.live)


def isolations(room: Room, state: State) -> Iterator[Call]:
    """One pageblock at a time out of use, and back under each type; no block in use crosses its edge."""
    size, (start, _, _) = room.shape.pageblock, room.shape.zones[0]
    for number, kind in enumerate(state.types):
        pfn = (start & -size) + number * size
        crossed = any(order == room.shape.top and head <= pfn < head + 2 * size for head, order in state.live)
        if start <= pfn and not crossed and state.numbers[0] == (kind == ISOLATE):
            yield Call("isolate_pageblock", (pfn,))
        yield from (Call("unset_isolate", (pfn, back)) for back in room.types if kind == ISOLATE)


def reserves(room: Room, state: State) -> Iterator[Call]:
    """The reserve, its release, and who may use it."""
    high, low = (("highatomic_request", True),), (("last_resort", True),)
    unlocked = (("pcp_locked", False),)
    yield from (Call("alloc", (order, room.types[0]), (*high, *unlocked)) for order in room.orders if order)
    yield from (Call("alloc", (order, room.types[0]), (*low, *unlocked)) for order in room.orders)
    yield from (Call("unreserve", (room.types[-1],), (("force", force),)) for force in (False, True))
    yield from (Call("unreserve_first", (order, room.types[0])) for order in range(room.shape.top + 1))


def outings(room: Room, state: State) -> Iterator[Call]:
    """Free blocks and pages that are taken out, and come back."""
    start, end, _ = room.shape.zones[0]
    yield from (Call("isolate", (pfn, order)) for pfn, order, _ in state.free)
    yield from (Call("isolate", (pfn, order, 5)) for pfn, order, _ in state.free[:1])
    yield from (Call("offline", (pfn,)) for pfn in range(start, end))
    yield from (Call("putback", (pfn,)) for pfn, _ in state.out)


ALSO: Final[Mapping[str, Callable[[Room, State], Iterator[Call]]]] = {
    "locked": locked,
    "no fragments": cautious,
    "drained": drains,
    "reclaimed": reclaim,
    "isolated": isolations,
    "reserved": reserves,
    "out": outings,
}
"""What else is done, by name."""


@dataclass
class Walk:
    """Breadth first from a zone at boot, every call from every state."""

    room: Room
    pair: Pair
    until: float
    reached: dict[State, tuple[State, Call] | None] = field(default_factory=dict)
    calls: int = 0
    whole: bool = False
    """Whether every state was visited."""

    def run(self) -> tuple[list[Call], Difference] | None:
        """Visit every state, as long as there is time; the first difference, and the calls that led there."""
        found = self.pair.first(())
        if found is not None:
            return [], found[1]
        first = state_of(self.pair.mine[0], self.room.shape)
        self.reached[first] = None
        queue = deque([first])
        while queue:
            state = queue.popleft()
            for call in calls(self.room, state):
                if monotonic() > self.until:
                    return None
                self.pair.put(state)
                self.calls += 1
                differs = self.pair.make(call)
                if differs is not None:
                    return [*self.history(state), call], differs
                after = state_of(self.pair.mine[0], self.room.shape)
                if after not in self.reached:
                    self.reached[after] = state, call
                    queue.append(after)
        self.whole = True
        return None

    def history(self, state: State) -> list[Call]:
        """The calls by which the state was reached."""
        found: list[Call] = []
        step = self.reached[state]
        while step is not None:
            found.append(step[1])
            step = self.reached[step[0]]
        return found[::-1]
