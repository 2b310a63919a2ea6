"""What acts in a story: each act with the rule by which it acts, and the theorem about that rule."""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.kmem.events import (
    Alloc,
    BulkPage,
    Event,
    Extfrag,
    Free,
    FreeBatched,
    FreeOnePage,
    Isolate,
    IsolateRet,
    MoveFree,
    PcpuDrain,
    Putback,
    RotateHead,
    RotateTail,
    SetBlock,
    SplitPage,
    ZoneLocked,
)
from verified_buddy.linux.pcp import pcp_allowed_order
from verified_buddy.pfn import Order


class Act(NamedTuple):
    """Something that an event does."""

    name: str
    rule: str
    theorem: str
    """The row of the ledger about it; "" if none is."""


ACTS: Final = (
    Act("handed out", "the head of the list of its order and type on its CPU", "pcp-alloc"),
    Act("handed out", "it came straight off the free lists, and has no per-CPU list", "alloc-exact"),
    Act("refused", "no block of the order could be had", "alloc-refusal"),
    Act("given back", "it goes to the head of the list of its order and type on its CPU", "pcp-free"),
    Act("given back", "it goes to the free lists, and has no per-CPU list", "typed-free"),
    Act(
        "put on a per-CPU list",
        "a page of many that were given back at once goes to its CPU's list",
        "pcp-free",
    ),
    Act(
        "taken to refill",
        "the smallest block that is large enough, the head of its list; what is left is split off",
        "refill-exact",
    ),
    Act(
        "taken",
        "the smallest block that is large enough, the head of its list; what is left is split off",
        "alloc-smallest",
    ),
    Act(
        "drained",
        "the list of its CPU is too long: the coldest block of the next list in turn has gone back",
        "drain-bulk",
    ),
    Act("freed to the lists", "it merges with its free buddies, as far as their types mix", "typed-free"),
    Act(
        "fell back",
        "its own lists are empty: the largest block of another type, or the smallest if it may not claim",
        "fallback-order",
    ),
    Act(
        "pageblock retyped",
        "a request that fell back claims it; or it is reserved, or isolated",
        "steal-exact",
    ),
    Act("blocks moved", "the free blocks of a pageblock go to another type's lists", "move-exact"),
    Act("isolated", "this very block leaves its list", "isolate-free"),
    Act("isolated or not", "what was asked for is out, or was refused", "isolate-free"),
    Act("put back", "an isolated block goes to the tail of its list", "putback-exact"),
    Act("list rotated", "compaction makes this block the head, or the tail", ""),
    Act("split", "a block that is out becomes single pages", ""),
    Act("handed out in bulk", "one page of many that are asked for at once", "bulk-exact"),
    Act("alloc", "the smallest free block that is large enough, its first page", "alloc-smallest"),
    Act("alloc refused", "no free block of that order or more exists", "alloc-refusal"),
    Act("free", "it merges with its free buddies until one is in use", "free-exact"),
    Act("free refused", "no such block is live", "free-rejects"),
    Act("take", "this very block, cut out of the free block around it", "take-exact"),
    Act("crash", "the implementation died", "totality"),
    Act("something else", "", ""),
)
GOT_PCP, GOT, REFUSED, GAVE_PCP, GAVE, BATCHED, REFILL, TAKEN, DRAINED, FREED = range(10)
FELL_BACK, CLAIMED, MOVED, ISOLATED, ISOLATED_RET, PUT_BACK, ROTATED, SPLIT, BULK = range(10, 19)
ALLOC, ALLOC_REFUSED, FREE, FREE_REFUSED, TAKE, CRASH, OTHER = range(19, len(ACTS))

OF: Final[dict[type, int]] = {
    FreeBatched: BATCHED,
    PcpuDrain: DRAINED,
    FreeOnePage: FREED,
    Extfrag: FELL_BACK,
    SetBlock: CLAIMED,
    MoveFree: MOVED,
    Isolate: ISOLATED,
    IsolateRet: ISOLATED_RET,
    Putback: PUT_BACK,
    RotateHead: ROTATED,
    RotateTail: ROTATED,
    SplitPage: SPLIT,
    BulkPage: BULK,
}


def act_of(event: Event) -> int:
    """The number of what the event does."""
    if isinstance(event, Alloc):
        if event.pfn is None:
            return REFUSED
        return GOT_PCP if listed(event.order) else GOT
    if isinstance(event, Free):
        return GAVE_PCP if listed(event.order) and not event.direct else GAVE
    if isinstance(event, ZoneLocked):
        return REFILL if event.percpu_refill else TAKEN
    return OF.get(type(event), OTHER)


def listed(order: int) -> bool:
    """Whether blocks of the order have per-CPU lists."""
    return pcp_allowed_order(Order(order))
