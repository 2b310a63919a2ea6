"""A small slab cache in a given state, beside its oracle; and the calls that can be made there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from specs.ledger.subject import Subject
from specs.model.slab import CacheOracle, orders

PAGE = 4096
MASK = 0xCC0 | 0x100 | 0x8000
"""GFP_KERNEL, and ZERO and NOFAIL, which are no matter or taken away."""
ELSEWHERE = 4096
"""The page of another cache's slab."""


class Shape(NamedTuple):
    """A small cache: its objects, how many a slab should have, the slabs that there are pages for."""

    size: int
    wanted: int
    slots: int
    spare: int
    first: tuple[int, ...] = ()

    @property
    def order(self) -> int:
        """Of its slabs."""
        return usual_order(self.size, self.wanted)

    def __str__(self) -> str:
        objects = PAGE * 2**self.order // self.size
        handed = f", handed out as {self.first}" if self.first else ""
        of = f"objects of {self.size} bytes, {objects} a slab of order {self.order}{handed}"
        return f"{of}; {self.slots} slabs; min_partial {self.spare}"


@cache
def usual_order(size: int, wanted: int) -> int:
    """Of slabs that should have so many objects."""
    usual = orders(size)
    return usual[min(wanted, len(usual) - 1)]


class Held(NamedTuple):
    """A slab: where it is, its free objects by index, head first, and those in use."""

    pfn: int
    order: int
    free: tuple[int, ...]
    used: tuple[int, ...]


class State(NamedTuple):
    """All that the future of a cache depends on."""

    active: int | None = None
    partial: tuple[int, ...] = ()
    slabs: tuple[Held, ...] = ()


class Call(NamedTuple):
    """A call: an address to free; or which of two requests for pages are granted."""

    name: str
    address: Any = None
    granted: tuple[bool, bool] = (True, True)

    def __str__(self) -> str:
        if self.name == "alloc":
            both = zip(self.granted, ("first", "second"), strict=True)
            refused = " and ".join(words for granted, words in both if not granted)
            return f"alloc(){refused and f', with the {refused} request for pages refused'}"
        return f"{self.name}({'' if self.address is None else self.address})"


class Source:
    """Pages for slabs: which slot is next, and all that is asked for and given back."""

    def __init__(self, held: dict[int, int], slots: int, granted: Sequence[bool] = (True, True)) -> None:
        self.held, self.slots, self.granted = dict(held), slots, list(granted)
        self.log: list[tuple[str, int, int | None, int]] = []

    def alloc(self, order: int, gfp_mask: int) -> int | None:
        """The first slot that is not held, if that is granted."""
        empty = [2 * slot for slot in range(1, self.slots + 1) if 2 * slot not in self.held]
        pfn = empty[0] if empty and (not self.granted or self.granted.pop(0)) else None
        if pfn is not None:
            self.held[pfn] = order
        self.log.append(("asked", order, pfn, gfp_mask))
        return pfn

    def free(self, pfn: int, order: int) -> None:
        """A block comes back, as it was handed out."""
        self.log.append(("back", order, pfn, 0))
        assert self.held.pop(pfn, None) == order, f"page {pfn} of order {order} was not handed out"


def source_in(shape: Shape, state: State, call: Call) -> Source:
    """The pages of the state's slabs are held."""
    return Source({slab.pfn: slab.order for slab in state.slabs}, shape.slots, call.granted)


def cache_in(subject: Subject, shape: Shape, state: State, source: Source) -> Any:
    """A cache of the code in that state."""
    elsewhere = {ELSEWHERE}
    cache = subject.slab.cache.SlabCache(
        source,
        shape.size,
        slub_min_objects=shape.wanted,
        min_partial_slabs=shape.spare,
        sequence=shape.first or None,
        slab_pages=elsewhere,
    )
    made = {}
    for pfn, order, free, used in state.slabs:
        slab = made[pfn] = subject.slab.slab.Slab(pfn, order, shape.size)
        slab.free_list, slab.in_use = [*free[::-1]], {*used}
        cache.slabs |= dict.fromkeys(slab.pages(), slab)
        elsewhere.update(slab.pages())
    for pfn in state.partial:
        cache.partial[pfn] = made[pfn]
    cache.active = None if state.active is None else made[state.active]
    return cache


def state_of(cache: Any) -> State:
    """The state of a cache of the code; its pages are those of its slabs, and of the one elsewhere."""
    slabs = {slab.pfn: slab for slab in cache.slabs.values()}
    pages = {page: slab for slab in slabs.values() for page in slab.pages()}
    assert cache.slabs == pages, "a page leads to another slab"
    assert cache.slab_pages == {*pages, ELSEWHERE}, f"pages of slabs are {sorted(cache.slab_pages)}"
    assert all(pfn == slab.pfn for pfn, slab in cache.partial.items()), (
        "a slab is listed under another's page"
    )
    held = [
        Held(slab.pfn, slab.order, tuple(slab.free_list[::-1]), tuple(sorted(slab.in_use)))
        for slab in sorted(slabs.values(), key=lambda slab: int(slab.pfn))
    ]
    active = None if cache.active is None else cache.active.pfn
    return State(active, tuple(cache.partial), tuple(held))


def alike(state: State) -> State:
    """The state with its slabs at the first places: the active one, the partial ones in order, full ones."""
    slabs = {slab.pfn: slab for slab in state.slabs}
    first = [] if state.active is None else [state.active]
    full = sorted(slabs.keys() - {*first, *state.partial}, key=lambda pfn: slabs[pfn].order)
    moved = {pfn: 2 * slot for slot, pfn in enumerate((*first, *state.partial, *full), 1)}
    held = tuple(slabs[pfn]._replace(pfn=place) for pfn, place in moved.items())
    active = None if state.active is None else moved[state.active]
    return State(active, tuple(moved[pfn] for pfn in state.partial), held)


def oracle_in(shape: Shape, state: State, source: Source) -> CacheOracle:
    """The oracle in that state."""
    oracle = CacheOracle(shape.size, shape.order, shape.spare, source.alloc, source.free, first=shape.first)
    oracle.active, oracle.partial = state.active, [*state.partial]
    for pfn, order, free, used in state.slabs:
        oracle.held[pfn] = order
        oracle.free_lists[pfn] = [PAGE * pfn + index * shape.size for index in free]
        oracle.used |= {PAGE * pfn + index * shape.size for index in used}
    return oracle


def oracle_state(oracle: CacheOracle) -> State:
    """The same of the oracle."""
    held = []
    for pfn, order in sorted(oracle.held.items()):
        number = {address: index for index, address in enumerate(oracle.addresses(pfn))}
        free = tuple(number[address] for address in oracle.free_lists[pfn])
        held.append(Held(pfn, order, free, tuple(sorted(number[each] for each in oracle.users(pfn)))))
    return State(oracle.active, tuple(oracle.partial), tuple(held))


def calls(shape: Shape, state: State) -> Iterator[Call]:
    """Each call that can be made; pages are granted, or refused once, or twice."""
    oracle = oracle_in(shape, state, Source({}, 0))
    yield from (Call("shrink"), Call("destroy"), Call("alloc"))
    at_hand = state.partial or (state.active is not None and oracle.free_lists[state.active])
    if not at_hand:
        yield from (Call("alloc", granted=(False, True)), Call("alloc", granted=(False, False)))
    yield from (Call("free", address) for address in sorted(oracle.used))


def no_objects(shape: Shape, state: State) -> Iterator[Any]:
    """What cannot be freed: free objects, the middle and the rest of slabs, other pages, no addresses."""
    yield from (True, None, 1.5, -1, 2**64, 10**40, 0, PAGE * ELSEWHERE)
    for slab in state.slabs:
        yield from (PAGE * slab.pfn + index * shape.size for index in slab.free)
        yield from (PAGE * slab.pfn - 1, PAGE * slab.pfn + 8, PAGE * slab.pfn + shape.size - 1)
        objects = len(slab.free) + len(slab.used)
        yield from (PAGE * slab.pfn + objects * shape.size, PAGE * (slab.pfn + 2**slab.order))
