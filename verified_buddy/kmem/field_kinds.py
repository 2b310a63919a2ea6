"""What a field of a probe may hold: how it is usually spelled, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.figures import PAGE_STRUCT, VMEMMAP, Figures
from verified_buddy.kmem.frequent import TYPE
from verified_buddy.linux.zone_type import NR_ZONES
from verified_buddy.pfn import PFN_LIMIT, Pfn


class Kind(NamedTuple):
    """One kind of field."""

    spelled: bytes
    """A pattern of the usual spelling; what ``convert`` cannot take of it raises ValueError."""
    convert: Callable[[bytes], Any]
    read: Callable[[Figures, str], Any]
    """The same of any spelling.  Raises Unusable."""
    closed: bool = False
    """Whether no beginning of a value is one too."""


def within(low: int, end: int) -> Callable[[Figures, str], int]:
    """What reads a number from low to end - 1."""

    def read(of: Figures, key: str) -> int:
        number = of.number(key)
        if not low <= number < end:
            raise of.wrong(key, f"not a number from {low} to {end - 1}")
        return number

    return read


def page(text: bytes) -> Pfn:
    """The page whose descriptor is at that address.  Raises ValueError if none is."""
    pfn, rest = divmod(int(text, 16) - VMEMMAP, PAGE_STRUCT)
    if rest or not 0 <= pfn < PFN_LIMIT:
        raise ValueError
    return Pfn(pfn)


def page_or_none(text: bytes) -> Pfn | None:
    """The same; None at address 0."""
    return None if text == b"0x0" else page(text)


def read_page_or_none(of: Figures, key: str) -> Pfn | None:
    """The same of any spelling."""
    return of.described(key) if of.number(key) else None


def read_threshold(of: Figures, key: str) -> bool:
    """Whether it is the function that computes the threshold under pressure."""
    name = of.text(key)
    for word in THRESHOLDS:
        if name.startswith(f"calculate_{word}_threshold"):
            return word == "pressure"
    raise of.wrong(key, "neither calculate_normal_threshold nor calculate_pressure_threshold")


def read_type(of: Figures, key: str) -> Migratetype:
    """A type of requests."""
    return of.kind(key)


NR_FREE_PAGES: Final = 0
"""The counter of free pages among a zone's; Linux: enum zone_stat_item, include/linux/mmzone.h."""
THRESHOLDS: Final = ("normal", "pressure")
hexadecimal: Final = partial(int, base=16)

KINDS: Final[dict[str, Kind]] = {
    "address": Kind(rb"0x[0-9a-f]{1,16}", hexadecimal, within(0, 1 << 64)),
    "mask": Kind(rb"0x[0-9a-f]{1,8}", hexadecimal, within(0, 1 << 32)),
    "count": Kind(rb"\d{1,19}", int, within(0, 1 << 64)),
    "order": Kind(rb"\d{1,2}", int, within(0, 64)),
    "number": Kind(rb"-?\d{1,18}", int, within(-(1 << 63), 1 << 63)),
    "free_pages": Kind(b"%d" % NR_FREE_PAGES, int, Figures.number),
    "flag": Kind(rb"[01]", b"1".__eq__, Figures.flag, closed=True),
    "kind": Kind(rb"[0-3]", TYPE.__getitem__, read_type),
    "zone_index": Kind(rb"[0-4]", int, within(0, NR_ZONES)),
    "page": Kind(rb"0x[0-9a-f]{16}", page, Figures.described, closed=True),
    "page_or_none": Kind(rb"0x0|0x[0-9a-f]{16}", page_or_none, read_page_or_none, closed=True),
    "threshold": Kind(
        rb"calculate_(?:normal|pressure)_threshold\S{0,30}",
        lambda text: text.startswith(b"calculate_p"),
        read_threshold,
        closed=True,
    ),
}
"""By name."""
