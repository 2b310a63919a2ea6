"""What a slab cache is, on plain lists of addresses; written from the specification, not from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

PAGE = 4096
PARTS = (16, 8, 4)

MAY_GET = {
    "HIGH": 0x20,
    "IO": 0x40,
    "FS": 0x80,
    "ATOMIC": 0x200,
    "DIRECT_RECLAIM": 0x400,
    "KSWAPD_RECLAIM": 0x800,
    "NOWARN": 0x2000,
    "RETRY_MAYFAIL": 0x4000,
    "NOFAIL": 0x8000,
    "NORETRY": 0x10000,
    "MEMALLOC": 0x20000,
    "NOMEMALLOC": 0x80000,
    "HARDWALL": 0x100000,
    "THISNODE": 0x200000,
}
"""The bits of a caller's mask that are about getting pages; all others are about the object."""
COMPOUND = 0x40000
OF_CACHE = {"DMA": 0x1, "DMA32": 0x4, "RECLAIMABLE": 0x10}


def least_order(size: int) -> int:
    """The smallest slab that holds so many bytes."""
    return next(order for order in range(32) if PAGE * 2**order >= size)


def orders(size: int, max_order: int = 3) -> list[int]:
    """For 0, 1, 2, ... wanted objects, up to what a slab of max_order holds: the order of the slabs.

    The most objects that leave over no more than a quarter; of these the least waste; of these the least.
    """
    found = [least_order(size)] * 2
    for wanted in range(2, PAGE * 2**max_order // size + 1):
        fitting = [
            (part, order)
            for part in PARTS
            for order in range(least_order(wanted * size), max_order + 1)
            if PAGE * 2**order % size * part <= PAGE * 2**order
        ]
        found.append(fitting[0][1] if fitting else found[-1])
    return found


def wanted_objects(cpus: int) -> int:
    """What a slab should have for so many CPUs: four times one more than their number has binary digits."""
    return 4 * (len(f"{cpus:b}") + 1)


def spare_slabs(size: int) -> int:
    """Half the binary logarithm of the size, and between 5 and 10."""
    return sorted((5, (len(f"{size:b}") - 1) // 2, 10))[1]


def bits(mask: int) -> Iterator[int]:
    """The powers of two that make it up."""
    yield from (2**bit for bit in range(mask.bit_length()) if mask // 2**bit % 2 == 1)


def plain_flags(mask: int, order: int, of_cache: int) -> int:
    """The second try's: what the caller says about getting pages, that of the cache, COMP above order 0."""
    kept = sum(bit for bit in bits(mask) if bit in MAY_GET.values())
    return kept + of_cache + (COMPOUND if order > 0 else 0)


def careful_flags(mask: int, order: int, least: int, of_cache: int) -> int:
    """The first try's: it may fail without a word, and does not wait where fewer pages would do."""
    had = {*bits(plain_flags(mask, order, of_cache))}
    now = (had | {MAY_GET["NOWARN"], MAY_GET["NORETRY"]}) - {MAY_GET["NOFAIL"]}
    if MAY_GET["DIRECT_RECLAIM"] in had and order > least:
        now = (now | {MAY_GET["NOMEMALLOC"]}) - {MAY_GET["DIRECT_RECLAIM"], MAY_GET["KSWAPD_RECLAIM"]}
    return sum(now)


Ask = Callable[[int, int], int | None]
"""Pages of an order, with some flags: the first of them, or None."""
GiveBack = Callable[[int, int], None]


class CacheOracle:
    """A cache by the rules: what lies in which slab is found by looking at all of it."""

    def __init__(
        self, size: int, order: int, spare: int, ask: Ask, back: GiveBack, *, first: Sequence[int] = ()
    ) -> None:
        """``first``: in which order the objects of a new slab go, if not ascending."""
        self.size, self.order, self.spare = size, order, spare
        self.ask, self.back, self.first = ask, back, first
        self.held: dict[int, int] = {}
        self.free_lists: dict[int, list[int]] = {}
        self.used: set[int] = set()
        self.active: int | None = None
        self.partial: list[int] = []

    def addresses(self, pfn: int) -> list[int]:
        """Where the objects of a slab are."""
        start, end = PAGE * pfn, PAGE * (pfn + 2 ** self.held[pfn])
        return [address for address in range(start, end, self.size) if address + self.size <= end]

    def slab_of(self, address: int) -> int | None:
        """The slab in whose pages the address lies."""
        page = address // PAGE
        return next((pfn for pfn, order in self.held.items() if pfn <= page < pfn + 2**order), None)

    def users(self, pfn: int) -> set[int]:
        """The objects of the slab that are in use."""
        return self.used & {*self.addresses(pfn)}

    def alloc(self, mask: int) -> int | None:
        """From the active slab, the head of the partial list, a new slab: the first that there is."""
        if self.active is not None and not self.free_lists[self.active]:
            self.active = None
        if self.active is None and self.partial:
            self.active = self.partial.pop(0)
        if self.active is None:
            self.active = self.new_slab(mask)
        if self.active is None:
            return None
        address = self.free_lists[self.active].pop(0)
        self.used.add(address)
        return address

    def new_slab(self, mask: int) -> int | None:
        """Of the usual order; or of the least, with plain flags."""
        least = least_order(self.size)
        tries = (
            (self.order, careful_flags(mask, self.order, least, 0)),
            (least, plain_flags(mask, self.order, 0)),
        )
        for order, flags in tries:
            pfn = self.ask(order, flags)
            if pfn is not None:
                self.held[pfn] = order
                there = self.addresses(pfn)
                usual = [there[index] for index in self.first if index < len(there)]
                self.free_lists[pfn] = usual or there
                return pfn
        return None

    def error(self, address: object) -> str | None:
        """Why the address is no object in use; None if it is."""
        if type(address) is not int or not 0 <= address < 2**64:
            return "InvalidAddress"
        pfn = self.slab_of(address)
        if pfn is None:
            return "NotInSlab"
        if address not in self.addresses(pfn):
            return "NoObject"
        return None if address in self.used else "ObjectFree"

    def free(self, address: int) -> None:
        """The object is the head of its slab's list; what becomes of the slab depends on where it is."""
        pfn = self.slab_of(address)
        assert pfn is not None
        full = not self.free_lists[pfn]
        self.used.remove(address)
        self.free_lists[pfn].insert(0, address)
        if pfn == self.active:
            return
        if not self.users(pfn) and len(self.partial) >= self.spare:
            self.release(pfn)
        elif full:
            self.partial.append(pfn)

    def release(self, pfn: int) -> None:
        """The slab's pages go back."""
        self.partial = [other for other in self.partial if other != pfn]
        del self.free_lists[pfn]
        self.back(pfn, self.held.pop(pfn))

    def shrink(self) -> None:
        """No slab is active, none empty; the fullest are first, the last of equals before the others."""
        if self.active is not None and self.free_lists[self.active]:
            if not self.users(self.active) and len(self.partial) >= self.spare:
                self.release(self.active)
            else:
                self.partial.insert(0, self.active)
        self.active = None
        was = [*enumerate(self.partial)]
        for _, pfn in reversed(was):
            if not self.users(pfn):
                self.release(pfn)
        left = {pfn: (len(self.free_lists[pfn]), -place) for place, pfn in was if pfn in self.held}
        few = sorted((pfn for pfn in left if left[pfn][0] <= 32), key=lambda pfn: left[pfn])
        self.partial = [*few, *(pfn for pfn in left if left[pfn][0] > 32)]

    def faults(self) -> Iterator[str]:
        """What is not as it must be at rest."""
        for pfn in self.held:
            listed, users, there = self.free_lists[pfn], self.users(pfn), self.addresses(pfn)
            if sorted([*listed, *users]) != there:
                yield f"slab {pfn}: {len(users)} in use and {len(listed)} free are not its {len(there)}"
            places = (pfn == self.active) + self.partial.count(pfn)
            if places > 1 or (places == 0 and listed) or (pfn in self.partial and not listed):
                yield f"slab {pfn} is in {places} places, with {len(listed)} free objects"
        pages = [page for pfn, order in self.held.items() for page in range(pfn, pfn + 2**order)]
        if len({*pages}) != len(pages):
            yield "a page is in two slabs"
        if stray := [address for address in self.used if self.slab_of(address) is None]:
            yield f"the object at {stray[0]} is in use, and its slab is gone"
        ends = sorted((address, address + self.size) for address in self.used)
        if any(end > start for (_, end), (start, _) in pairwise(ends)):
            yield "two objects in use overlap"
