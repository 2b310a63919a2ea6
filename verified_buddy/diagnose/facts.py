"""A judgement as an object of JSON, with the keys that docs/promises.md names."""

from __future__ import annotations

from typing import Any

from verified_buddy.diagnose.undetermined import undetermined
from verified_buddy.diagnose.verdict import Judgement, ZoneVerdict
from verified_buddy.diagnose.words import answer, causes


def facts(judgement: Judgement) -> dict[str, Any]:
    """The object of one report."""
    report, request = judgement.report, judgement.request
    return {
        "source": report.source,
        "line": report.line,
        "kind": report.kind,
        "kernel": report.kernel,
        "rules": [each.value for each in judgement.rules],
        "request": None
        if request is None
        else {
            "order": request.order,
            "gfp": request.raw,
            "flags": request.words,
            "migratetype": request.migratetype,
        },
        "zones": [zone_facts(each) for each in judgement.zones],
        "causes": causes(judgement),
        "answer": " ".join(answer(judgement)),
        "undetermined": undetermined(judgement),
        "lost": report.lost,
    }


def zone_facts(zone: ZoneVerdict) -> dict[str, Any]:
    """The object of one zone."""
    it, blocks = zone.comparison, zone.blocks
    return {
        "node": zone.zone.node,
        "name": zone.zone.name,
        "free": zone.zone.figures.get("free"),
        "usable": None if it is None else it.usable,
        "needed": None if it is None else it.needed,
        "margin": zone.margin,
        "verdict": zone.verdict,
        "why": zone.why_not or None,
        "would_pass_without": zone.without,
        "blocks": None
        if blocks is None
        else {"may_take": blocks.may_take, "mixed": blocks.mixed, "others": blocks.others},
        "parts": None
        if it is None
        else {
            "within_block": it.within_block,
            "cma": it.cma,
            "highatomic": it.highatomic,
            "mark": it.mark,
            "boost": it.boost,
            "lowmem_reserve": it.reserve,
        },
        "rule": zone.rule,
    }
