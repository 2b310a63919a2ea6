"""The request that failed: its flags as the allocator takes them, by the rules of its kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verified_buddy.diagnose.gfp_by_version import by_bits, by_words
from verified_buddy.diagnose.kernel_rules import Rules, Version, last_resort, version_of
from verified_buddy.diagnose.report import Report
from verified_buddy.errors import InvalidGfp
from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import (
    CMA,
    CPUSET,
    HIGHATOMIC,
    MIN_RESERVE,
    NO_WATERMARKS,
    NON_BLOCK,
    gfp_to_alloc_flags,
    gfp_to_alloc_flags_cma,
    pfmemalloc_flags,
)
from verified_buddy.linux.gfp_names import show_gfp

TYPES: Final = ("unmovable", "movable", "reclaimable")
OLDEST_NEW: Final = Version(4, 4, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for."""

    order: int
    gfp_mask: int
    """In the bits of 6.1."""
    raw: int
    """As it was printed."""
    words: str
    alloc_flags: int
    migratetype: str
    by_reclaim: bool
    """Whether the flags are made as from 6.3 on."""
    last_resort: bool
    """Whether a single page may come from the highatomic reserve if it cannot wait."""


def request_of(report: Report, rules: Rules, *, by_reclaim: bool) -> Request | None:
    """The request; None if the report has none, or its flags are not those of any request."""
    if report.order is None or report.gfp is None or report.order < 0:
        return None
    if report.gfp == 0 and report.kind == "oom":
        return None  # the handler of a page fault has no request
    version = version_of(report.kernel)
    if version is None and rules is Rules.HALVING:
        version = Version(3, 0, 0)
    elif version is None and rules is Rules.QUICK and not report.gfp_words:
        version = OLDEST_NEW
    mask = by_words(report.gfp_words) if report.gfp_words else by_bits(report.gfp, version)
    if mask is None:
        mask = by_bits(report.gfp, version)
    try:
        gfp.gfp_zone(mask)
        kind = TYPES[gfp.gfp_migratetype(mask)]
        words = report.gfp_words or show_gfp(mask)
    except InvalidGfp:
        return None
    flags = alloc_flags_of(mask, report.order, rules, by_reclaim=by_reclaim)
    last = by_reclaim and last_resort(version)
    return Request(report.order, mask, report.gfp, words, flags, kind, by_reclaim, last)


def alloc_flags_of(mask: int, order: int, rules: Rules, *, by_reclaim: bool) -> int:
    """The flags of the last attempt but those that a task has of its own."""
    if by_reclaim:
        flags = gfp_to_alloc_flags(mask, order, realtime=False, cma=True)
    elif rules is Rules.HALVING:
        flags = gfp_to_alloc_flags_3_x(mask)
    else:
        flags = gfp_to_alloc_flags_4_4(mask)
    return flags | pfmemalloc_flags(mask, memalloc=False, oom_victim=False)


def gfp_to_alloc_flags_3_x(mask: int) -> int:
    """The flags up to 4.3; NON_BLOCK and HIGHATOMIC stand for ALLOC_HARDER.

    Linux: gfp_to_alloc_flags(), mm/page_alloc.c, of 3.10.
    """
    flags = CPUSET | (MIN_RESERVE if mask & gfp.HIGH else 0)
    if mask & gfp.DIRECT_RECLAIM == 0 and mask & gfp.KSWAPD_RECLAIM != 0:
        flags = flags & ~CPUSET
        if mask & gfp.NOMEMALLOC == 0:
            flags = flags | NON_BLOCK | HIGHATOMIC
    return gfp_to_alloc_flags_cma(mask, flags, cma=True)


def gfp_to_alloc_flags_4_4(mask: int) -> int:
    """The flags from 4.4 to 6.2, where a flag of its own tells who cannot wait.

    Linux: gfp_to_alloc_flags(), mm/page_alloc.c, of 4.9.
    """
    flags = CPUSET | (MIN_RESERVE if mask & gfp.HIGH else 0)
    if mask & gfp.ATOMIC:
        flags = flags & ~CPUSET
        if mask & gfp.NOMEMALLOC == 0:
            flags = flags | NON_BLOCK | HIGHATOMIC
    return gfp_to_alloc_flags_cma(mask, flags, cma=True)


def ignores_marks(request: Request) -> bool:
    """Whether no mark stops it."""
    return request.alloc_flags & NO_WATERMARKS != 0


def takes_cma(request: Request) -> bool:
    """Whether it may have pages of CMA."""
    return request.alloc_flags & CMA != 0


def takes_highatomic(request: Request) -> bool:
    """Whether it may have blocks of the highatomic reserve: at once, or a single page as the last resort.

    Linux: rmqueue_buddy(), mm/page_alloc.c.
    """
    if request.order == 0:
        return request.last_resort and request.alloc_flags & NON_BLOCK != 0
    return request.alloc_flags & HIGHATOMIC != 0
