"""/proc/zoneinfo: marks, sizes, the counter of free pages and per-CPU lists of each zone.

What the model has no state for (statistics of nodes, LRU lists, NUMA hits, CMA) is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Pageset(NamedTuple):
    """The lists of one CPU, and how much it may hide from the counter."""

    cpu: int
    pages: int
    high: int
    batch: int
    threshold: int


class Populated(NamedTuple):
    """What is said of a zone that has memory, and of no other."""

    pagesets: Sequence[Pageset]
    unreclaimable: bool
    """Of its node: kswapd has given it up."""
    start_pfn: int


class ZoneInfo(NamedTuple):
    """A zone; its marks are without the boost."""

    node: int
    zone: str
    free: int
    boost: int
    min: int
    low: int
    high: int
    spanned: int
    present: int
    managed: int
    protection: Sequence[int]
    populated: Populated | None


def show_zoneinfo(zones: Iterable[ZoneInfo]) -> str:
    """The file; all zones of each node, from the lowest up, those without memory too.

    Linux: zoneinfo_show_print(), mm/vmstat.c.
    """
    return "".join(f"{line}\n" for each in zones for line in zone_lines(each))


def zone_lines(zone: ZoneInfo) -> Iterator[str]:
    """The lines about one zone."""
    yield f"Node {zone.node}, zone {zone.zone:>8}"
    yield f"  pages free     {zone.free}"
    yield f"        boost    {zone.boost}"
    yield f"        min      {zone.min + zone.boost}"
    yield f"        low      {zone.low + zone.boost}"
    yield f"        high     {zone.high + zone.boost}"
    yield f"        spanned  {zone.spanned}"
    yield f"        present  {zone.present}"
    yield f"        managed  {zone.managed}"
    yield f"        protection: ({', '.join(map(str, zone.protection))})"
    if zone.populated is not None:
        yield f"      nr_free_pages {zone.free}"
        yield "  pagesets"
        for each in zone.populated.pagesets:
            yield f"    cpu: {each.cpu}"
            yield f"              count: {each.pages}"
            yield f"              high:  {each.high}"
            yield f"              batch: {each.batch}"
            yield f"  vm stats threshold: {each.threshold}"
        yield f"  node_unreclaimable:  {zone.populated.unreclaimable:d}"
        yield f"  start_pfn:           {zone.populated.start_pfn}"
