"""The comparison that decides whether a zone may serve a request, with its figures, by its kernel's rules.

What 6.1 computes is computed by the functions that are proved; what other kernels do otherwise stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from verified_buddy.diagnose.kernel_rules import Rules
from verified_buddy.diagnose.report import ZoneReport
from verified_buddy.diagnose.request import Request, takes_cma
from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import MIN_RESERVE, NON_BLOCK, RESERVES
from verified_buddy.linux.watermark import reduced_mark, unusable_free, without_part

PARTS: Final = ("cma", "highatomic", "boost", "lowmem-reserve")
"""What is left out of the free pages, or added to the mark, and may alone have made the difference."""


class Comparison(NamedTuple):
    """The zone serves only if ``usable`` is more than ``needed``; the parts are in pages."""

    usable: int
    needed: int
    mark: int
    """After the flags."""
    within_block: int
    cma: int
    highatomic: int
    boost: int
    """By how much the boost raises the mark, after the flags."""
    reserve: int
    unprinted_reserve: int
    """By how much the highatomic reserve, which is not printed, may lower ``usable`` at most."""

    @property
    def margin(self) -> int:
        """By how many pages it passes; it passes only if that is more than 0."""
        return self.usable - self.needed


def compared(
    zone: ZoneReport, request: Request, highest: int, rules: Rules, *, own: int
) -> Comparison | None:
    """The comparison, the more lenient one where there are two; None if a figure is missing.

    ``highest`` and ``own``: the indices of the request's highest zone, and of this zone.
    """
    free, least = zone.figures.get("free"), zone.figures.get("min")
    reserve = 0 if highest == own else reserve_for(zone.lowmem_reserve, highest)
    cma = 0 if takes_cma(request) else zone.figures.get("free_cma")
    if free is None or least is None or reserve is None or cma is None:
        return None
    reserved = highatomic_of(zone, rules)
    boost = min(zone.figures.get("boost", 0), least)
    within = (1 << request.order) - 1
    unusable = unusable_free(request.order, request.alloc_flags, reserved or 0)
    if rules is Rules.HALVING:
        unusable = within  # there is no such reserve yet
    unprinted = 0
    if reserved is None and rules is not Rules.HALVING and request.alloc_flags & RESERVES == 0:
        unprinted = most_reserved(zone)

    mark = reduced(least, request)
    passed_over = ignores_boost(request, rules)
    lower = mark - reduced(least - boost, request)
    found = Comparison(
        free - unusable - cma,
        mark - (lower if passed_over else 0) + reserve,
        mark - (lower if passed_over else 0),
        within,
        cma,
        unusable - within,
        0 if passed_over else lower,
        reserve,
        unprinted,
    )
    if rules is Rules.QUICK and request.order == 0:
        whole = reduced(least, request, whole=True)
        raised = min(boost, least)
        quick = Comparison(free - cma, whole + reserve, whole, 0, cma, 0, raised, reserve, 0)
        if quick.margin >= found.margin or request.alloc_flags & (MIN_RESERVE | NON_BLOCK) == 0:
            return quick
    return found


def reserve_for(lowmem_reserve: Sequence[int] | None, highest: int) -> int | None:
    """The pages that the zone keeps from such a request; None if that is not told."""
    return lowmem_reserve[highest] if lowmem_reserve and highest < len(lowmem_reserve) else None


def highatomic_of(zone: ZoneReport, rules: Rules) -> int | None:
    """The pages of the highatomic reserve that are left out; None if they are not printed.

    Linux: __zone_watermark_unusable_free(), mm/page_alloc.c: nr_free_highatomic from 6.13 on.
    """
    name = "free_highatomic" if rules is Rules.FREE else "reserved_highatomic"
    return zone.figures.get(name)


def most_reserved(zone: ZoneReport) -> int:
    """The most pages that a zone reserves; Linux: reserve_highatomic_pageblock(), mm/page_alloc.c."""
    return zone.figures.get("managed", 0) // 100 + 1024


def reduced(mark: int, request: Request, *, whole: bool = False) -> int:
    """What is left of the mark for such a request."""
    if whole:
        return mark
    if request.by_reclaim:
        return reduced_mark(mark, request.alloc_flags)
    return reduced_mark_3_x(mark, request.alloc_flags)


def reduced_mark_3_x(mark: int, alloc_flags: int) -> int:
    """The same up to 6.2, where whoever cannot wait has a quarter, be the priority high or not.

    Linux: ALLOC_HIGH and ALLOC_HARDER in __zone_watermark_ok(), mm/page_alloc.c, of 3.10 and 4.9.
    """
    if alloc_flags & MIN_RESERVE:
        mark = without_part(mark, 1)
    return without_part(mark, 2) if alloc_flags & NON_BLOCK else mark


def ignores_boost(request: Request, rules: Rules) -> bool:
    """Whether a boost does not stop it: a single page for those that may not wait.

    Linux: the end of zone_watermark_fast(), mm/page_alloc.c, from 5.8 on.
    """
    if request.order != 0 or rules not in (Rules.RESERVED, Rules.FREE):
        return False
    if rules is Rules.FREE:
        return request.alloc_flags & MIN_RESERVE != 0
    return request.gfp_mask & gfp.ATOMIC != 0


class Halved(NamedTuple):
    """Where the halving mark refuses: looking at blocks above this order, so many pages against the mark."""

    order: int
    usable: int
    mark: int


def halving_mark_3_x(usable: int, mark: int, order: int, counts: Sequence[int]) -> Halved | None:
    """At which order up to the request's the free pages above do not exceed a mark that halves each time.

    Linux: the loop over the orders in __zone_watermark_ok(), mm/page_alloc.c, of 3.10; 4.4 has it no more.

    pre: order >= 0 and usable >= 0 and mark >= 0
    post: __return__ is None or __return__.usable <= __return__.mark
    post: order > 0 or __return__ is None
    """
    for below in range(order):
        usable = usable - ((counts[below] if below < len(counts) else 0) << below)
        mark = mark >> 1
        if usable <= mark:
            return Halved(below, usable, mark)
    return None
