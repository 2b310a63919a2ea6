"""What a report comes to: of each zone whether it may serve the request, whether it does, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from verified_buddy.diagnose.free_blocks import Blocks, blocks_for, has_block
from verified_buddy.diagnose.kernel_rules import Rules, by_reclaim, rules_of, version_of
from verified_buddy.diagnose.layout import highest_zone, layout_of
from verified_buddy.diagnose.marks import PARTS, Comparison, Halved, compared, halving_mark_3_x
from verified_buddy.diagnose.report import Report, ZoneReport
from verified_buddy.diagnose.request import Request, ignores_marks, request_of
from verified_buddy.linux.alloc_flags import CPUSET

Verdict = Literal["not-eligible", "unknown", "watermark", "no-block", "passes"]

ANNOUNCED: Final = {
    "zone-above": "it lies above the highest zone of the request",
    "no-pages": "it has no pages",
    "nodemask": "the request is bound to other nodes (nodemask)",
    "cpuset": "the task's cpuset does not have its node (mems_allowed)",
    "node": "it is not the node that --node names",
    "not-asked": "no page of it was asked for",
}
"""Why a zone is not eligible."""
ABSURD: Final = 1 << 40
"""No zone has as many pages."""


@dataclass(slots=True)
class ZoneVerdict:
    """One zone."""

    zone: ZoneReport
    verdict: Verdict
    why_not: str = ""
    """Why it is not eligible, or what is unknown; a key of ANNOUNCED, or a sentence."""
    comparison: Comparison | None = None
    halved: Halved | None = None
    blocks: Blocks | None = None
    rule: str = ""

    @property
    def margin(self) -> int | None:
        """By how many pages the first comparison passes; None where none is made."""
        return None if self.comparison is None else self.comparison.margin

    @property
    def without(self) -> list[str]:
        """What alone would have had to be away for the comparison to pass."""
        if self.comparison is None or self.comparison.margin > 0:
            return []
        it = self.comparison
        pages = dict(zip(PARTS, (it.cma, it.highatomic, it.boost, it.reserve), strict=True))
        return [part for part in PARTS if pages[part] > 0 and it.margin + pages[part] > 0]


@dataclass(slots=True)
class Judgement:
    """One report."""

    report: Report
    request: Request | None
    rules: tuple[Rules, ...]
    layout: tuple[str, ...] | None
    zones: list[ZoneVerdict] = field(default_factory=list)

    @property
    def eligible(self) -> list[ZoneVerdict]:
        """The zones that the request may be served from."""
        return [each for each in self.zones if each.verdict != "not-eligible"]


def judge(report: Report, node: int | None = None) -> Judgement:
    """The verdicts; ``node``: the one node from which the request must be served, if any.

    Where it is not known by which rules the kernel compares, all are tried: if they differ, that is unknown.
    """
    candidates, version = rules_of(report), version_of(report.kernel)
    ways = [(rules, way) for rules in candidates for way in by_reclaim(rules, version)]
    tried = [judged_by(report, rules, node, way=way) for rules, way in ways]
    first, others = tried[0], tried[1:]
    for at, each in enumerate(first.zones):
        if any(other.zones[at].verdict != each.verdict for other in others):
            each.verdict = "unknown"
            each.why_not = "by which rules the kernel compares is not known, and they differ here"
            each.comparison = each.halved = None
    first.rules = candidates
    if len(candidates) > 1:
        told = ", ".join(each.value for each in candidates)
        for each in first.zones:
            each.rule = each.rule and f"the rules of {told} alike, as the version is not told"
    return first


def judged_by(report: Report, rules: Rules, node: int | None, *, way: bool) -> Judgement:
    """The verdicts by these rules; ``way``: it is the want of reclaim that tells who cannot wait."""
    asked = report.kind != "vmalloc" or report.order is not None
    request = request_of(report, rules, by_reclaim=way) if asked else None
    layout = layout_of(report)
    found = Judgement(report, request, (rules,), layout)
    for zone in in_zonelist_order(report, layout):
        if request is None:
            found.zones.append(ZoneVerdict(zone, "not-eligible", "not-asked"))
        elif layout is None:
            found.zones.append(ZoneVerdict(zone, "unknown", "which zones the kernel has is not told"))
        else:
            found.zones.append(zone_verdict(report, zone, request, layout, rules, node))
    return found


def in_zonelist_order(report: Report, layout: tuple[str, ...] | None) -> list[ZoneReport]:
    """The zones by node, the highest first, as a request looks at them."""
    return sorted(
        report.zones.values(), key=lambda each: (each.node, -(layout or (each.name,)).index(each.name))
    )


def zone_verdict(
    report: Report,
    zone: ZoneReport,
    request: Request,
    layout: tuple[str, ...],
    rules: Rules,
    node: int | None,
) -> ZoneVerdict:
    """The verdict on one zone."""
    highest, own = highest_zone(layout, request.gfp_mask), layout.index(zone.name)
    blocks = blocks_for(zone, request)
    why_not = why_not_eligible(report, zone, request, node, above=own > highest)
    if why_not:
        return ZoneVerdict(zone, "not-eligible", why_not, blocks=blocks)
    rule = rule_name(rules, request)
    has = has_block(zone, request)
    if ignores_marks(request):
        verdict: Verdict = "unknown" if has is None else "passes" if has else "no-block"
        return ZoneVerdict(zone, verdict, blocks=blocks, rule="no mark: ALLOC_NO_WATERMARKS")
    missing = cannot_be(zone)
    comparison = None if missing else compared(zone, request, highest, rules, own=own)
    if comparison is None:
        if has is False and request.order > 0:
            return ZoneVerdict(zone, "no-block", missing, blocks=blocks, rule=rule)
        return ZoneVerdict(zone, "unknown", missing or missing_of(zone), blocks=blocks, rule=rule)
    found = ZoneVerdict(zone, "passes", "", comparison, None, blocks, rule)
    if comparison.margin <= 0:
        found.verdict = "watermark"
        return found
    if rules is Rules.HALVING and zone.lists is not None:
        counts = [each.blocks for each in zone.lists]
        usable = comparison.usable + comparison.cma
        found.halved = halving_mark_3_x(usable, comparison.mark, request.order, counts)
    if found.halved is not None or has is False:
        found.verdict = "no-block"
    elif has is None and request.order > 0:
        found.verdict, found.why_not = "unknown", "its free blocks are not told"
    return found


def why_not_eligible(
    report: Report, zone: ZoneReport, request: Request, node: int | None, *, above: bool
) -> str:
    """Why the zone is not in the request's zonelist, or passed over there; "" if it is looked at."""
    if above:
        return "zone-above"
    if node is not None and zone.node != node:
        return "node"
    if zone.figures.get("managed", zone.figures.get("present")) == 0:
        return "no-pages"
    if report.nodemask is not None and zone.node not in report.nodemask:
        return "nodemask"
    cpuset = report.mems_allowed is not None and zone.node not in report.mems_allowed
    return "cpuset" if cpuset and request.alloc_flags & CPUSET else ""


def cannot_be(zone: ZoneReport) -> str:
    """Why the zone's own figures contradict each other; "" if they do not."""
    free, managed = zone.figures.get("free"), zone.figures.get("managed")
    if free is not None and managed is not None and free > max(managed, zone.figures.get("present", 0)):
        return "it has more free pages than pages"
    if free is not None and free > ABSURD:
        return "it has more free pages than there can be"
    return ""


def missing_of(zone: ZoneReport) -> str:
    """Which figures are missing."""
    missing = [name for name in ("free", "min", "free_cma") if name not in zone.figures]
    if zone.lowmem_reserve is None:
        missing.append("lowmem_reserve")
    return f"figures are missing: {', '.join(missing)}"


def rule_name(rules: Rules, request: Request) -> str:
    """By which rule the figures are compared, and by which rows of the ledger that is proved."""
    function = "zone_watermark_fast()" if request.order == 0 else "__zone_watermark_ok()"
    if rules is Rules.HALVING:
        function = "__zone_watermark_ok()"
    rows = " (of 6.1: watermark-exact, watermark-reduced, watermark-unusable)" if request.by_reclaim else ""
    return f"{function} of kernels {rules.value}{rows}"
