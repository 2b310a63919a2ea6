"""The invariants of ``specs/README.md``, each one sentence, of a zone as an outsider sees it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

from specs.model.abstract import PageSet

Block = tuple[int, int]
"""First page and order."""


class View(NamedTuple):
    """What a zone shows, beside the pages that it was given."""

    max_order: int
    pages: PageSet
    listed: list[Block]
    """Every entry of the free lists, twice if it is listed twice."""
    counts: list[int]
    """``nr_free`` of each order."""
    live: list[Block]

    @classmethod
    def of(cls, zone: Any, pages: PageSet) -> View:
        """Look at the zone through its public attributes."""
        areas = [zone.free_area[order] for order in range(zone.free_area.max_order + 1)]
        listed = [
            (pfn, order) for order, area in enumerate(areas) for entries in area.free_list for pfn in entries
        ]
        counts = [area.nr_free for area in areas]
        return cls(zone.free_area.max_order, pages, listed, counts, list(zone.live.items()))

    def blocks(self) -> list[Block]:
        """Every block, free or live, ascending."""
        return sorted(self.listed + self.live)

    def unclaimed(self) -> PageSet:
        """The zone's pages without those of the live blocks."""
        pages = self.pages.copy()
        for pfn, order in self.live:
            pages.discard(pfn, pfn + 2**order)
        return pages


def labels(view: View) -> bool:
    """Every page is outside, free, or live; every block's order is in 0..max_order."""
    rest = view.pages.copy()
    for pfn, order in view.blocks():
        rest.discard(pfn, pfn + 2**order)
    return len(rest) == 0 and all(0 <= order <= view.max_order for _, order in view.blocks())


def aligned(view: View) -> bool:
    """Every block, free or live, starts at a multiple of its size."""
    return all(pfn % 2**order == 0 for pfn, order in view.blocks())


def uniform(view: View) -> bool:
    """Two blocks that share a page are the same block."""
    blocks = sorted(set(view.blocks()))
    return all(pfn + 2**order <= next_pfn for (pfn, order), (next_pfn, _) in pairwise(blocks))


def rep(view: View) -> bool:
    """The lists and the live map hold exactly the blocks, each once, under its first page."""
    counts = [sum(order == listed for _, listed in view.listed) for order in range(view.max_order + 1)]
    return (
        sorted(view.listed) == sorted(view.unclaimed().whole_blocks(view.max_order)) and view.counts == counts
    )


def contained(view: View) -> bool:
    """A page that the zone was not given is in no block."""
    return all(view.pages.has_all(pfn, pfn + 2**order) for pfn, order in view.blocks())


def coalesced(view: View) -> bool:
    """No two buddies of an order below max_order are both free."""
    free = set(view.listed)
    return not any(
        order < view.max_order and pfn % 2 ** (order + 1) == 0 and (pfn + 2**order, order) in free
        for pfn, order in free
    )


def conserved(view: View) -> bool:
    """Free pages and live pages together are the zone's pages, in number."""
    size: int = sum(2**order for _, order in view.blocks())
    return size == len(view.pages)


INVARIANTS: tuple[Callable[[View], bool], ...] = (
    labels,
    aligned,
    uniform,
    rep,
    contained,
    coalesced,
    conserved,
)


def broken_invariants(view: View) -> list[str]:
    """The sentences that do not hold."""
    return [str(holds.__doc__) for holds in INVARIANTS if not holds(view)]
