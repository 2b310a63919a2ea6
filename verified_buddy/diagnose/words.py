"""What a judgement says in words: why the request failed, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verified_buddy.diagnose.marks import PARTS
from verified_buddy.diagnose.remedies import at_best, remedies
from verified_buddy.diagnose.verdict import ABSURD, ANNOUNCED, Judgement, ZoneVerdict
from verified_buddy.linux import gfp
from verified_buddy.linux.fragmentation import contig_pages, fragmentation_index, unusable_index

BECAUSE: Final = {
    "cma": "the free pages are CMA's, which this request may not have",
    "highatomic": "the free pages are kept for requests that cannot wait (the highatomic reserve)",
    "boost": "the marks are boosted for a while, since requests had to steal from other pageblocks",
    "lowmem-reserve": "pages of a lower zone are kept from requests that a higher one could serve too",
    "shortage": "the free pages are as few as the zone must keep",
    "fragmentation": "memory is free, but in blocks that are too small",
    "other-types": "the blocks that are large enough stand on lists that this request may not use",
    "halving-mark": "the blocks that are large enough would leave too little (the mark that halves by order)",
}
"""The causes."""


def causes(judgement: Judgement) -> list[str]:
    """What refused the request, each once: keys of BECAUSE."""
    return [*refusals(judgement)]


def refusals(judgement: Judgement) -> dict[str, list[str]]:
    """The causes, each with the zones where it is one; those of the zones that are looked at first, first."""
    found: dict[str, list[str]] = {}
    for each in judgement.eligible:
        for cause in causes_of(each):
            found.setdefault(cause, []).append(each.zone.title)
    return found


def causes_of(zone: ZoneVerdict) -> list[str]:
    """What refused it in this zone."""
    if zone.verdict == "watermark":
        return zone.without or ["shortage"]
    if zone.verdict != "no-block":
        return []
    if zone.halved is not None:
        return ["halving-mark"]
    return ["other-types"] if zone.blocks is not None and zone.blocks.others else ["fragmentation"]


def answer(judgement: Judgement) -> list[str]:
    """The answer, a sentence or two a line."""
    special = not_judged(judgement)
    if special:
        return [special]
    lines = []
    found = refusals(judgement)
    state = judgement.report.kind == "state"
    passing = [each for each in judgement.eligible if each.verdict == "passes"]
    if passing and state:
        lines.append(f"It would be served: {passing[0].zone.title} passes.")
    elif not judgement.eligible:
        lines.append("It fails: no zone that may serve it has any pages, or is allowed to it.")
    elif found:
        whole = "It fails" if not passing else "Of the zones that refuse it"
        told = (f"{BECAUSE[cause]} ({', '.join(zones)})" for cause, zones in found.items())
        lines.append(f"{whole}: {'; '.join(told)}.")
    lines += [sentence(each, judgement) for each in judgement.zones]
    lines += flags_in_words(judgement)
    if not (passing and state):
        lines += [*at_best(judgement), *remedies(judgement, [*found])]
    return lines


def not_judged(judgement: Judgement) -> str:
    """Why no zone is to blame; "" if the zones are to be judged."""
    report = judgement.report
    free = sum(each.zone.figures.get("free", 0) for each in judgement.zones) or report.free or "so many"
    if report.memcg and not judgement.zones:
        return "A memory cgroup reached its limit (memory.max), not the machine: no zone refused anything."
    if report.kind == "vmalloc" and report.address_range:
        return (
            f"Not the page allocator: vmalloc found no room in its range of addresses. {free} pages are free,"
            " and none was asked for. Look for what holds the addresses (/proc/vmallocinfo), not for memory."
        )
    if report.kind == "vmalloc" and report.order is None:
        return "vmalloc did not get all its pages; for which order and zone it asked is not printed."
    if report.order is not None and report.order < 0:
        return "Nothing failed: somebody asked for the kill (SysRq f). No page was asked for."
    if report.gfp == 0 and report.kind == "oom":
        return (
            "No request at all (gfp 0): the handler of a page fault was told that memory is out, mostly as a"
            f" memory cgroup refused a charge. {free} pages are free, and no zone was asked."
        )
    if judgement.request is None and report.kind != "state":
        return "The flags are those of no request."
    if not judgement.zones:
        return "The report has no figures of zones: they were suppressed, or cut away."
    return ""


def sentence(zone: ZoneVerdict, judgement: Judgement) -> str:
    """One zone in words."""
    title, it = zone.zone.title, zone.comparison
    if zone.verdict == "not-eligible":
        return f"{title}: not eligible: {ANNOUNCED[zone.why_not]}."
    parts = "" if it is None else f" {formula(zone)}"
    if zone.verdict == "unknown":
        return f"{title}: unknown: {zone.why_not}."
    if zone.verdict == "watermark":
        assert it is not None
        alone = f"; it would pass without {' or without '.join(zone.without)}" if zone.without else ""
        broken = "; no zone has so many pages: these are wrong" if it.needed > ABSURD else ""
        return f"{title}: refused by {pages(-it.margin)}:{parts}{alone}{broken}."
    if zone.verdict == "passes":
        by = "no mark counts" if it is None else f"passes by {pages(it.margin)}:{parts}"
        return f"{title}: {by}."
    assert judgement.request is not None
    order = judgement.request.order
    passes = "" if it is None else f"the mark is kept by {pages(it.margin)} ({formula(zone)}), but "
    if zone.halved is not None:
        at = zone.halved
        return (
            f"{title}: {passes}without the blocks up to order {at.order} {at.usable} pages are left, which"
            f" must be more than the halved mark {at.mark}."
        )
    kinds = {} if zone.blocks is None else zone.blocks.others
    held = ", ".join(f"{count} are {reason}" for reason, count in kinds.items())
    none = f"no block of order {order} or more may be taken" + (f" ({held})" if held else "")
    return f"{title}: {passes}{none}{indices(zone, order)}."


def pages(count: int) -> str:
    """So many pages."""
    return f"{count} page{'' if count == 1 else 's'}"


def formula(zone: ZoneVerdict) -> str:
    """The comparison with its figures."""
    it = zone.comparison
    assert it is not None
    free, least = zone.zone.figures["free"], zone.zone.figures["min"]
    less = (
        (it.within_block, "the rest of the block"),
        (it.cma, "free in CMA"),
        (it.highatomic, "highatomic"),
    )
    usable = "".join(f" - {count} ({name})" for count, name in less if count)
    of = f", of {least}" if it.mark != least else ""
    boost = f", {it.boost} of it boost" if it.boost else ""
    reserve = f" + {it.reserve} (lowmem_reserve) = {it.needed}" if it.reserve else ""
    relation = "is more than" if it.margin > 0 else "is not more than"
    total = f" = {it.usable}" if usable else ""
    return f"{free} free{usable}{total} {relation} {it.mark} (the mark{of}{boost}){reserve}"


def indices(zone: ZoneVerdict, order: int) -> str:
    """How broken up the zone is, in its two indices, with what they mean."""
    if zone.zone.lists is None or order == 0:
        return ""
    info = contig_pages([each.blocks for each in zone.zone.lists], order)
    unusable = unusable_index(order, info)
    index = fragmentation_index(order, info)
    if index < 0:
        return f"; {unusable / 1000:.3f} of the free memory is in smaller blocks"
    means = "fragmentation, not shortage" if index > 500 else "shortage rather than fragmentation"
    return (
        f"; {unusable / 1000:.3f} of the free memory is in smaller blocks, and the fragmentation index is"
        f" {index / 1000:.3f} ({means})"
    )


def flags_in_words(judgement: Judgement) -> Iterator[str]:
    """What its flags, or the task, mean for it."""
    request = judgement.request
    assert request is not None
    mask = request.gfp_mask
    nodes = {each.zone.node for each in judgement.zones}
    if mask & gfp.THISNODE and len(nodes) > 1:
        yield "It must be served from one node (__GFP_THISNODE), which is not printed: name it with --node."
    if mask & gfp.MEMALLOC and not mask & gfp.NOMEMALLOC:
        yield "No mark stops it (__GFP_MEMALLOC): it fails only where no block is free."
    elif judgement.report.reclaiming:
        closed = " (here not: __GFP_NOMEMALLOC)" if mask & gfp.NOMEMALLOC else ""
        yield (
            f"Whoever asked was freeing memory itself (PF_MEMALLOC), which opens all reserves{closed}; it"
            " does not reclaim once more."
        )
    if mask & gfp.DIRECT_RECLAIM == 0:
        yield "It cannot wait: nothing is reclaimed or compacted for it."
    elif mask & gfp.IO == 0:
        yield "Reclaim for it may start no I/O (__GFP_IO is missing), and nothing is compacted."
    elif mask & gfp.NORETRY:
        yield "It gives up after one attempt (__GFP_NORETRY)."


assert set(PARTS) <= set(BECAUSE)
