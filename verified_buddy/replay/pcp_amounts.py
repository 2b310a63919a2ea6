"""How many pages a drain takes: after a free, by the limits and the free factor; or since somebody asked."""

from __future__ import annotations

from dataclasses import dataclass

from verified_buddy.linux.pcp import BATCH_SCALE_MAX, PCP_PAGES, pages_to_drain, pcp_limit
from verified_buddy.pfn import ORDERS, Order, Pfn
from verified_buddy.replay.machine import COUNTS, CpuLists
from verified_buddy.replay.zoneinfo import Limits


@dataclass(slots=True)
class Drain:
    """A drain that is going on."""

    lists: CpuLists
    line: int
    pindex: int
    """The list that it has come to."""
    since: int
    """The line before, that the CPU told: what it knew of the lists, it learnt later."""
    before: int
    """Pages that had been drained from these lists when it began."""
    count: int
    """Pages on all lists when it began."""
    order: Order = ORDERS[0]
    """The order of the block whose free started it."""
    freed: Pfn | None = None
    """The block whose free started it; None if somebody asked for it."""
    freed_at: int = 0
    """The line of that free, if it was known to make the lists drain."""
    last: int = 0
    """Pages of the block that was drained last."""
    remote: bool = False
    """Whether the lists are another CPU's."""

    @property
    def pages(self) -> int:
        """Pages that it has drained so far."""
        return self.lists.drained - self.before


def amounts(lists: CpuLists, count: int, order: Order, limits: Limits, factors: int) -> list[tuple[int, int]]:
    """How many pages a drain may take after a block of the order was freed, and the free factor then."""
    found, pcp = [], lists.pcp
    kept = pcp.count, pcp.high, pcp.batch
    pcp.count, (pcp.high, pcp.batch) = count, limits
    for factor in range(BATCH_SCALE_MAX + 1):
        if factors >> factor & 1:
            for active in (False, True):
                pcp.free_factor = factor
                limit = pcp_limit(pcp, order, reclaim_active=active)
                if count >= limit:
                    found.append((min(pages_to_drain(pcp, order, limit), count), pcp.free_factor))
    pcp.free_factor = 0
    pcp.count, pcp.high, pcp.batch = kept
    return found


def fits(drain: Drain, limits: Limits, factors: int) -> int:
    """The free factors after a drain that a free started, if these were the limits; 0 if they were not."""
    found = amounts(drain.lists, drain.count, drain.order, limits, factors)
    pages, last = drain.pages, drain.last
    return sum({1 << factor for many, factor in found if pages >= many > pages - last})


def alone(drain: Drain) -> bool:
    """Whether just the block that was freed went on, and left next to nothing: as from lists that are shut.

    They are, with a limit of 0 and a batch of 1, until they are set up, and while memory goes offline.
    Linux: BOOT_PAGESET_HIGH, mm/page_alloc.c; zone_pcp_disable(), called by offline_pages().
    """
    pcp = drain.lists.pcp
    single = drain.freed is not None and drain.pages == drain.last == PCP_PAGES[drain.pindex]
    return single and drain.freed not in pcp.lists[drain.pindex] and pcp.count <= pcp.batch


def asked_for(drain: Drain) -> bool:
    """Whether so many pages are drained when somebody asks: all, in turns of many batches; or one batch.

    Linux: drain_pages_zone(), mm/page_alloc.c; drain_zone_pages(), for lists of another node.
    """
    pcp = drain.lists.pcp
    turn = pcp.batch << BATCH_SCALE_MAX
    turns = (min(drain.count, pcp.batch), *range(turn, drain.count, turn))
    return pcp.count == 0 or any(drain.pages >= many > drain.pages - drain.last for many in turns)


def read_meanwhile(drain: Drain) -> bool:
    """Whether so many pages were listed at some moment since the draining CPU was heard of before.

    It reads the count before it locks the lists, to which their own CPU may add meanwhile.
    Linux: drain_pages_zone(), called by __drain_all_pages(), mm/page_alloc.c.
    """
    counts = drain.lists.counts
    if len(counts) == COUNTS and counts[0][0] > drain.since:
        return True
    first = max(sum(line <= drain.since for line, _, _ in counts) - 2, 0)
    # The last event before may not have taken effect yet, so that the count before that one counts too.
    read = [count + drained - drain.before for _, count, drained in list(counts)[first:]]
    return any(drain.pages >= many > drain.pages - drain.last for many in read)


def plain_factors(batch: int, factors: int, pages: int) -> int:
    """The same where the limit is not known, which is at least four batches: if it was no matter."""
    found = 0
    for factor in range(BATCH_SCALE_MAX + 1):
        if factors >> factor & 1 and batch << factor == pages:
            found |= 1 << min(factor + 1, BATCH_SCALE_MAX)
            if factor > 1:
                found |= 1 << factor
    return found


def due_amounts(drain: Drain, limits: Limits) -> str:
    """The amounts that were due after the free, in words."""
    lists = drain.lists
    found = amounts(lists, drain.count, drain.order, limits, lists.factors)
    return " or ".join(str(many) for many in sorted({many for many, _ in found})) or "none"
