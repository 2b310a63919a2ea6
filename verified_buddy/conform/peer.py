"""What is driven: an allocator behind a few calls, whichever way it is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from verified_buddy.oracle.trace import Header
from verified_buddy.pfn import ORDER_LIMIT, PFN_LIMIT, Order

REFUSED: Final = -1
ERRORS: Final = 4096
"""Negative numbers down to minus this are error codes; what lies below is a page number above 2**63."""
HIGHEST: Final = (1 << 64) - ERRORS - 1
"""The greatest page number that is told as one."""
UNKNOWN: Final = (1 << ORDER_LIMIT + 1) - 1
"""Every order can be asked for."""
TOP_BLOCKS: Final = 1 << 18
"""No pool that is asked for has more blocks of its top order: each costs memory before the first call."""
NAMED: Final = 256
"""No more geometries than these are taken from an allocator that names what it supports."""


class CannotDriveError(Exception):
    """The allocator cannot be reached, or does not speak the protocol at all: one line why."""


class ReplyError(Exception):
    """An answer that is none: one line what it was."""


class DiedError(Exception):
    """The program behind a pipe ended; its exit status, or minus the signal's number."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Geometry(NamedTuple):
    """Which pages a pool has, in blocks of up to which order."""

    start_pfn: int
    nr_pages: int
    max_order: int

    def header(self, takes_order: bool = True, kept: Sequence[tuple[int, int]] = ()) -> Header:
        """The header of a trace."""
        top = Order(self.max_order)
        return Header("buddy-trace", 1, self.start_pfn, self.nr_pages, top, takes_order, list(kept))

    def __str__(self) -> str:
        return f"{self.nr_pages} pages from {self.start_pfn}, max_order {self.max_order}"


@dataclass(slots=True)
class Peer:
    """An allocator; numbers in, numbers out, as in the C header."""

    init: Callable[[int, int, int], int]
    alloc: Callable[[int], Any]
    """First page; -1 when refused; any other negative number is an error code, or a page above 2**63."""
    free: Callable[[int, int], Any]
    """0; anything else when refused."""
    fini: Callable[[], None] = lambda: None
    orders: Callable[[], int] = lambda: UNKNOWN
    free_takes_order: Callable[[], bool] = lambda: True
    usable: Callable[[], tuple[int, int] | None] = lambda: None
    geometries: Callable[[], Sequence[Sequence[int]] | None] = lambda: None
    """Which pools it supports, and no others; None if it does not say, or not yet."""
    known: list[Geometry] | None = None
    """What it said of them."""
    pid: int = 0
    """The process that it is, if that is not ours."""
    in_process: bool = False
    """Whether it is C code that shares our process, and so must not fork."""

    def begin(self, geometry: Geometry) -> Header | None:
        """Start anew with these pages; None if the geometry is not supported."""
        start, pages, top = geometry
        named = self.named()
        if named is not None and geometry not in named:
            return None
        if self.init(start, pages, top) < 0:
            return None
        end = start + pages
        kept: list[tuple[int, int]] = []
        found = self.usable()
        if found is not None:
            low, high = found
            if not start <= low <= high <= end:
                raise ReplyError(f"the usable pages [{low}, {high}) are not within [{start}, {end})")
            kept = [(start, low - start), (high, end - high)]
        return geometry.header(self.free_takes_order(), [(pfn, count) for pfn, count in kept if count])

    def named(self) -> list[Geometry] | None:
        """The pools that it says it supports.  Raises ReplyError."""
        if self.known is None and (told := self.geometries()) is not None:
            for each in told:
                if not is_geometry(each):
                    raise ReplyError(
                        f"it names {ascii(each)[:60]} as supported: no geometry to drive it with"
                    )
            self.known = list(dict.fromkeys(Geometry(*each) for each in told))[:NAMED]
        return self.known


def is_geometry(numbers: Sequence[int]) -> bool:
    """Whether these are the numbers of a pool that can be driven."""
    if len(numbers) != 3 or any(type(number) is not int for number in numbers):
        return False
    start, pages, top = numbers
    return (
        start >= 0
        and pages > 0
        and start + pages <= PFN_LIMIT
        and 0 <= top <= ORDER_LIMIT
        and pages >> top <= TOP_BLOCKS
    )


Way = Callable[[], Peer]
"""How to reach the allocator; called in the process in which it is driven.  Raises CannotDriveError."""
