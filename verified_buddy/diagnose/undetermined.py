"""What the figures do not determine: they were printed a moment after the request had failed."""

from __future__ import annotations

from collections.abc import Iterator

from verified_buddy.diagnose.report import ZoneReport
from verified_buddy.diagnose.verdict import Judgement, ZoneVerdict
from verified_buddy.linux import gfp


def undetermined(judgement: Judgement) -> list[str]:
    """Why the report does not explain the failure, in sentences; none if it does."""
    report = judgement.report
    if report.memcg and not judgement.zones:
        return []
    if report.kind == "vmalloc" and report.order is None:
        return [] if report.address_range else ["for which pages vmalloc asked is not printed"]
    if report.order is not None and report.order < 0:
        return []
    if report.gfp == 0 and report.kind == "oom":
        return ["what failed before the page fault is not printed"]
    if judgement.request is None:
        return ["there is no request whose flags are known"]
    if not judgement.zones:
        return ["no figures of zones are printed"]
    return [*doubts(judgement)]


def doubts(judgement: Judgement) -> Iterator[str]:
    """What is open in the zones."""
    state = judgement.report.kind == "state"
    served = any(each.verdict == "passes" for each in judgement.eligible)
    if state and served:
        return
    mask = 0 if judgement.request is None else judgement.request.gfp_mask
    bound, several = mask & gfp.THISNODE, len({each.zone.node for each in judgement.zones}) > 1
    opened = judgement.report.reclaiming and not mask & gfp.NOMEMALLOC
    for each in judgement.eligible:
        title = each.zone.title
        if each.verdict == "unknown":
            yield f"{title}: {each.why_not}"
        elif each.verdict == "passes" and bound and several:
            yield f"{title} passes, but it may be that another node was asked alone (__GFP_THISNODE)"
        elif each.verdict == "passes":
            yield passes(each)
        elif each.verdict == "watermark" and opened and has_blocks(each):
            yield f"{title} has blocks, and no mark stops whoever frees memory itself (PF_MEMALLOC)"
    if judgement.report.kind == "stall":
        yield "the request had not failed yet when this was printed"


def has_blocks(each: ZoneVerdict) -> bool:
    """Whether some block may be taken."""
    return each.blocks is not None and each.blocks.may_take + each.blocks.mixed > 0


def passes(each: ZoneVerdict) -> str:
    """Why a zone that passes cannot have refused the request with these figures."""
    by = "has a block to give" if each.margin is None else f"passes by {each.margin} pages"
    moving = ", and its marks were moving: " + in_motion(each.zone) if in_motion(each.zone) else ""
    reserve = 0 if each.comparison is None else each.comparison.unprinted_reserve
    if each.margin is not None and 0 < each.margin <= reserve:
        moving += f", and its highatomic reserve, which may be up to {reserve} pages, is not printed"
    return f"{each.zone.title} {by}: memory came back before the figures were printed{moving}"


def in_motion(zone: ZoneReport) -> str:
    """How one sees that the marks changed while they were printed; "" if one does not.

    From 4.6 on min, low and high are as far from each other; before, a page of rounding apart.
    Linux: __setup_per_zone_wmarks(), mm/page_alloc.c.
    """
    if not {"min", "low", "high"} <= zone.figures.keys():
        return ""
    least, low, high = (zone.figures[name] for name in ("min", "low", "high"))
    if abs((low - least) - (high - low)) <= 1:
        return ""
    return f"low - min is {low - least}, high - low {high - low}, which are equal at rest (boost in motion)"
