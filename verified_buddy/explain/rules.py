"""The rules by which traces are judged: what each says, and a trace that breaks it, or what breaks it."""

from __future__ import annotations

import io
from typing import Final, NamedTuple

from verified_buddy.oracle.check import check
from verified_buddy.oracle.rules import Level, Rule


class Told(NamedTuple):
    """A rule in words."""

    says: str
    example: tuple[str, ...]
    """The lines of a trace after its header, if the rule can be broken by one; else a sentence."""
    level: Level | None = Level.COMPLETE
    """At which the trace breaks it; None of a kernel's trace."""


HEADER: Final = (
    '{"format":"buddy-trace","version":1,"start_pfn":0,"nr_pages":16,"max_order":3,"free_takes_order":true}'
)
"""Of each example: 16 pages, in blocks of up to 8."""


def alloc(order: int, pfn: int | str) -> str:
    """A line of a trace."""
    return f'{{"op":"alloc","order":{order},"pfn":{pfn}}}'


def free(pfn: int, order: int, more: str = "") -> str:
    """The same."""
    return f'{{"op":"free","pfn":{pfn},"order":{order}{more}}}'


KERNEL: Final = None
RULES: Final[dict[Rule, Told]] = {
    "out-of-range": Told("What is handed out lies in the pool.", (alloc(0, 16),)),
    "misaligned": Told("A block starts at a multiple of its size.", (alloc(1, 3),)),
    "overlap": Told("What is handed out was wholly free.", (alloc(1, 4), alloc(0, 5))),
    "refusal": Told(
        "A request is refused only if no free block is large enough.", (alloc(3, 0), alloc(3, "null"))
    ),
    "invalid-free": Told("A free of what is no live block is refused.", (alloc(2, 8), free(9, 0))),
    "free-refused": Told("A free of a live block is accepted.", (alloc(2, 8), free(8, 2, ',"rc":-1'))),
    "crash": Told("No call ends the allocator.", (alloc(0, 0), '{"op":"crash","signal":11}')),
    "not-smallest": Told(
        "A block is cut out of the smallest free block that would do.",
        (alloc(0, 0), alloc(0, 8)),
        Level.SMALLEST_FIT,
    ),
    "not-exact": Told(
        "The block is the one at the head of its list: the very page that Linux picks.",
        (alloc(0, 15),),
        Level.EXACT,
    ),
    "not-head": Told(
        "A block that leaves a free list is its head.",
        ("mm_page_alloc_zone_locked names a block of the right list that does not stand first.",),
        KERNEL,
    ),
    "not-free": Told(
        "A block that leaves a free list stood on one.",
        ("mm_page_alloc_zone_locked names a page that nobody has freed.",),
        KERNEL,
    ),
    "wrong-victim": Told(
        "What is stolen from another type is the block that the fallback order picks.",
        ("mm_page_alloc_extfrag steals a movable block though a reclaimable one is free.",),
        KERNEL,
    ),
    "wrong-pageblock": Told(
        "A pageblock changes its type exactly when a steal claims it.",
        ("change_ownership=1, though fewer than half of its pages are free or alike.",),
        KERNEL,
    ),
    "wrong-page": Told(
        "A page comes off the head of the per-CPU list of its type and order.",
        ("mm_page_alloc hands out a page that lies deeper in the list of that CPU.",),
        KERNEL,
    ),
    "wrong-amount": Told(
        "As many pages go to or from the per-CPU lists as batch and high say.",
        ("A drain gives back 40 pages where 63 are due.",),
        KERNEL,
    ),
    "wrong-order": Told(
        "A block has the order and the type that its list stands for.",
        ("mm_page_pcpu_drain prints order 1 for a block of the lists of order 0.",),
        KERNEL,
    ),
    "wrong-lists": Told(
        "At the end each free list is, block by block, what the replay predicts.",
        ("--expect fl.end has a block at the tail that the replay puts at the head.",),
        KERNEL,
    ),
    "wrong-result": Told(
        "A call of a kernel's function returns what the model returns.",
        ("kernel-calls: alloc returned page 7, where the model returns 6.",),
        KERNEL,
    ),
    "wrong-state": Told(
        "After a call every list is, in order, what the model has.",
        ("kernel-calls: after free the list of order 2 has another head.",),
        KERNEL,
    ),
    "wrong-counter": Told(
        "The counters of free pages are the model's, to the page.",
        ("A probe reads 4711 free pages in a zone where 4712 are due.",),
        KERNEL,
    ),
    "wrong-flags": Told(
        "A request has the allocator's flags that follow from its gfp flags.",
        ("A look at a zone with flags 0x42 by a request with GFP_KERNEL, for which 0x840 is due.",),
        KERNEL,
    ),
    "wrong-zone": Told(
        "A request is served from the first zone of its zonelist that passes.",
        ("DMA was looked at, where DMA32 is due.",),
        KERNEL,
    ),
    "wrong-mark": Told(
        "A zone passes exactly if its usable pages are more than the mark and the reserve.",
        ("The test answered 1 with 160 usable pages against a mark of 160.",),
        KERNEL,
    ),
    "wrong-step": Told(
        "A slow request goes through its states as the slow path does.",
        ("Reclaim before the second search, though the request may not wait.",),
        KERNEL,
    ),
    "wrong-wake": Told(
        "kswapd is woken exactly if it sleeps and its node is out of balance.",
        ("It was woken for a node one of whose zones keeps its high mark.",),
        KERNEL,
    ),
    "wrong-charge": Told(
        "Pages are charged to every group up to the root, or to none.",
        ("A charge of 64 pages went through, though the parent's limit leaves 10.",),
        KERNEL,
    ),
}


def shown(told: Told) -> list[str]:
    """The example; of a trace with what ``check`` says of it."""
    if told.level is None:
        return [*told.example]
    lines = [HEADER, *told.example]
    verdict = check(io.BytesIO("\n".join([*lines, ""]).encode()), "example", told.level)
    (found,) = verdict.listed
    return [*lines, "", f"line {found.line}: {found.rule}: {found.message}", *found.picture]
