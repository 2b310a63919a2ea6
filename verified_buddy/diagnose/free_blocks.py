"""The free blocks that are large enough, and whether a request may take one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from verified_buddy.diagnose.report import OrderList, ZoneReport
from verified_buddy.diagnose.request import Request, ignores_marks, takes_cma, takes_highatomic
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import migratetype
from verified_buddy.linux.watermark import has_suitable_block
from verified_buddy.pfn import MAX_ORDER

FOR_ALL: Final = frozenset("UMER")
"""Types that serve any request; R is the reserve of kernels up to 4.3."""
OF_6_1: Final = frozenset("UMEH")
"""Types for which the proved function answers."""
REASONS: Final = {"H": "highatomic", "C": "cma", "I": "isolate"}
LETTER: Final[dict[Migratetype, str]] = {
    UNMOVABLE: "U",
    migratetype.MOVABLE: "M",
    migratetype.RECLAIMABLE: "E",
    migratetype.HIGHATOMIC: "H",
}


class Blocks(NamedTuple):
    """How many blocks of the order or more are free, by whether the request may take them."""

    may_take: int
    mixed: int
    """Of orders in which some may be taken and some may not: how many which is not told."""
    others: dict[str, int]
    """Those that it may not take, by the reason."""


class Lists:
    """The lists of a report, as the proved functions ask for them."""

    lowmem_reserve: Sequence[int] = ()
    nr_reserved_highatomic = 0

    def __init__(self, lists: Sequence[OrderList], order: int) -> None:
        """``order``: of the request; kernels with more orders than 6.1 have theirs counted with the last."""
        self._lists = lists
        self._order = order

    def has_free(self, order: int, migratetype: Migratetype) -> bool:
        """Whether a block of that order and type is free; untyped ones count as unmovable."""
        letter = LETTER[migratetype]
        last = len(self._lists) if order == MAX_ORDER else order + 1
        return any(
            each.blocks > 0 and letter in (each.letters or "U")
            for each in self._lists[max(order, self._order) if order == MAX_ORDER else order : last]
        )


def allowed(request: Request) -> frozenset[str]:
    """The letters of the types that it may take."""
    more = "H" if takes_highatomic(request) else ""
    return FOR_ALL | {*more, *("C" if takes_cma(request) else "")}


def blocks_for(zone: ZoneReport, request: Request) -> Blocks | None:
    """The free blocks of the request's order and above; None if they are not told."""
    if zone.lists is None:
        return None
    may_take, mixed, others = 0, 0, dict[str, int]()
    takes = allowed(request)
    for each in zone.lists[request.order :]:
        if each.by_letter is not None:
            for letter, count in each.by_letter.items():
                if letter in takes:
                    may_take += count
                elif count:
                    others[REASONS.get(letter, "unknown type")] = (
                        others.get(REASONS.get(letter, "unknown type"), 0) + count
                    )
        elif {*each.letters} <= takes:
            may_take += each.blocks
        elif {*each.letters} & takes:
            mixed += each.blocks
        elif each.blocks:
            reason = " or ".join(sorted({REASONS.get(letter, "unknown type") for letter in each.letters}))
            others[reason] = others.get(reason, 0) + each.blocks
    return Blocks(may_take, mixed, others)


def has_block(zone: ZoneReport, request: Request) -> bool | None:
    """Whether a block may be taken; None if that is not told.

    Linux: the loop over the orders in __zone_watermark_ok(), mm/page_alloc.c.
    """
    if zone.lists is None:
        return None
    if request.order >= len(zone.lists):
        return False
    order = min(request.order, MAX_ORDER)
    if request.order > 0 and has_suitable_block(Lists(zone.lists, order), order, request.alloc_flags):
        return True
    takes = allowed(request) if request.order == 0 else allowed(request) - OF_6_1
    if ignores_marks(request):
        takes = allowed(request)
    return any(each.blocks > 0 and takes & {*(each.letters or "U")} for each in zone.lists[request.order :])
