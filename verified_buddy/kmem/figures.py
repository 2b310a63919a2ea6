"""The fields of an event in whatever spelling: read by their names, or refused by name and value.

Decimal and hexadecimal page numbers, any order of fields, further fields between those that are known, and
the decimal value that ``trace_options fields`` puts behind each.
"""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import NO_TASK
from verified_buddy.linux.migratetype import ISOLATE, MIGRATETYPES
from verified_buddy.oracle.source import Unusable, shown
from verified_buddy.pfn import MAX_ORDER, ORDERS, PFN_LIMIT, Order, Pfn

TOP_ORDER: Final = 16
"""No kernel has larger blocks.  Linux: ARCH_FORCE_MAX_ORDER; the greatest was ia64's, with huge pages."""
ISOLATE_BESIDE_CMA: Final = ISOLATE + 1
"""In a kernel with CMA, which is type 4 there; no other kernel has this type."""
TYPES: Final = range(-1, ISOLATE_BESIDE_CMA + 1)
"""-1 where an old kernel knew none."""
VMEMMAP: Final = 0xFFFFEA0000000000
VMEMMAP_BITS: Final = 40
"""Page descriptors take up 1 TiB of addresses; Linux: Documentation/x86/x86_64/mm.rst."""
PAGE_STRUCT: Final = 64

FIELD: Final = re.compile(rb"(\w{1,40})=( *\(null\)|\S*)(?: \(-?\w{1,20}\))?(?:\s+|\Z)")
EXPLAINED: Final = re.compile(rb"=\S+ \(-?\w{1,20}\)")
PLACE: Final = re.compile(rb"\([^()\n]{0,200}\)\s*")
NUMBER: Final = re.compile(rb"0[xX]([0-9a-fA-F]{1,16})|(-?\d{1,20})")


class NotModelled(Unusable):
    """An event that the zone layer has no model of; nothing that it found before counts."""


class Figures:
    """The fields of one event.  All that reads them raises Unusable."""

    __slots__ = ("modelled", "name", "of", "place", "raw", "task")

    def __init__(self, name: bytes, rest: bytes, *, modelled: bool, task: int = NO_TASK) -> None:
        self.name = name.decode("ascii", "replace")
        self.task = task
        self.modelled = modelled
        """Whether an order or a type that the zone layer has no model of is refused."""
        self.of: dict[str, bytes] = {}
        place = PLACE.match(rest)
        self.place = re.split(r"[+\s]", shown(place[0])[1:-1])[0] if place else ""
        """Where a probe is: a function, or an address; of a return probe its caller."""
        at = place.end() if place else 0
        while at < len(rest):
            field = FIELD.match(rest, at)
            if field is None:
                raise Unusable(f"{self.name}: {shown(rest[at:])!r} is not understood")
            key = field[1].decode("ascii", "replace")
            if key in self.of:
                raise Unusable(f"{self.name}: {key} stands there twice")
            self.of[key] = field[2]
            at = field.end()
        self.raw = "page" not in self.of and place is None and not EXPLAINED.search(rest)
        """Whether the fields may stand there as they were recorded, not as the kernel prints them."""

    def text(self, key: str) -> str:
        """The value as it is spelled."""
        if key not in self.of:
            raise Unusable(f"{self.name}: no {key}")
        return shown(self.of[key])

    def wrong(self, key: str, why: str) -> Unusable:
        """Why the field is refused."""
        return Unusable(f"{self.name}: {key}={self.text(key)}: {why}")

    def beyond(self, key: str, why: str) -> NotModelled:
        """Why the field is refused, although there are kernels that have it."""
        return NotModelled(f"{self.name}: {key}={self.text(key)}: {why}; {WITHOUT}")

    def number(self, key: str) -> int:
        """The value as a number: hexadecimal if it begins with 0x, else decimal."""
        if key not in self.of:
            raise Unusable(f"{self.name}: no {key}")
        found = NUMBER.fullmatch(self.of[key])
        if found is None:
            raise self.wrong(key, "neither a decimal number, nor 0x and hexadecimal digits")
        return int(found[1], 16) if found[1] else int(found[2])

    def pfn(self, key: str = "pfn") -> Pfn:
        """The page number."""
        pfn = self.number(key)
        if not 0 <= pfn < PFN_LIMIT:
            raise self.wrong(key, "no page has this number")
        return Pfn(pfn)

    def described(self, key: str = "page") -> Pfn:
        """The page that a page descriptor's address stands for; x86-64, without a random base."""
        pfn, rest = divmod(self.number(key) - VMEMMAP, PAGE_STRUCT)
        if rest or not 0 <= pfn < PFN_LIMIT:
            raise self.wrong(key, "no page descriptor of x86-64 without a random base (nokaslr)")
        return Pfn(pfn)

    def listed(self, key: str = "page") -> Pfn | None:
        """The page of a list's entry; None if that is the list itself, where no page descriptor is."""
        in_map = self.number(key) >> VMEMMAP_BITS == VMEMMAP >> VMEMMAP_BITS
        return self.described(key) if in_map else None

    def order(self, key: str = "order") -> Order:
        """The order."""
        order = self.number(key)
        if not 0 <= order <= TOP_ORDER:
            raise self.wrong(key, f"no kernel has blocks of this order; the greatest is {TOP_ORDER}")
        if self.modelled and order > MAX_ORDER:
            raise self.beyond(key, f"the zone layer has orders up to {MAX_ORDER}")
        return ORDERS[order]

    def kind(self, key: str = "migratetype", bits: int = -1) -> Migratetype:
        """The type, which stands in these bits; with CMA the numbers from 4 on mean something else."""
        kind = self.number(key) & bits
        if kind not in TYPES:
            raise self.wrong(key, "no kernel has this type")
        if self.modelled and kind < 0:
            raise self.beyond(key, "the zone layer needs to know the type")
        if self.modelled and kind >= MIGRATETYPES:
            raise self.beyond(key, CMA)
        return Migratetype(kind)

    def flag(self, key: str) -> bool:
        """Whether a condition holds."""
        value = self.number(key)
        if value not in (0, 1):
            raise self.wrong(key, "neither 0 nor 1")
        return value == 1


WITHOUT: Final = "without --snapshot the frame layer is judged"
CMA: Final = "a kernel with CMA, which is not modelled at the zone layer"
