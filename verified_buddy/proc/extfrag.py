"""/sys/kernel/debug/extfrag: how broken up the free memory of each zone is, for each order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from verified_buddy.linux.fragmentation import (
    ContigPages,
    contig_pages,
    fragmentation_index,
    unusable_index,
)
from verified_buddy.proc.buddyinfo import FreeCounts, zone_prefix


class Thousandths(NamedTuple):
    """A number of thousandths as C divides it: towards 0, the rest with the sign of the number."""

    whole: int
    rest: int


def thousandths(index: int) -> Thousandths:
    """The index in whole ones and thousandths.

    post: __return__.whole * 1000 + __return__.rest == index
    post: -1000 < __return__.rest < 1000 and __return__.rest * index >= 0
    """
    whole, rest = divmod(abs(index), 1000)
    return Thousandths(-whole, -rest) if index < 0 else Thousandths(whole, rest)


def show_extfrag_index(zones: Iterable[FreeCounts]) -> str:
    """The file extfrag_index; an index of -0.5 is shown as 0.-500, as by the kernel.

    Linux: extfrag_show_print(), mm/vmstat.c.
    """
    return show(zones, fragmentation_index, "{0.whole:2d}.{0.rest:03d} ")


def show_unusable_index(zones: Iterable[FreeCounts]) -> str:
    """The file unusable_index.

    Linux: unusable_show_print(), mm/vmstat.c.
    """
    return show(zones, unusable_index, "{0.whole:d}.{0.rest:03d} ")


def show(zones: Iterable[FreeCounts], index: Callable[[int, ContigPages], int], spelling: str) -> str:
    """A line a zone, an index an order."""
    lines = []
    for each in zones:
        seen = ((order, contig_pages(each.nr_free, order)) for order in range(len(each.nr_free)))
        shown = "".join(spelling.format(thousandths(index(order, info))) for order, info in seen)
        lines.append(f"{zone_prefix(each.node, each.zone)}{shown}\n")
    return "".join(lines)
