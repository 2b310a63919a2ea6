"""A judgement for people: the request, a row a zone, and the answer."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from verified_buddy.diagnose.undetermined import undetermined
from verified_buddy.diagnose.verdict import Judgement, ZoneVerdict
from verified_buddy.diagnose.words import answer
from verified_buddy.oracle.source import printable

COLOURS = {
    "passes": "green",
    "watermark": "red",
    "no-block": "red",
    "unknown": "yellow",
    "not-eligible": "dim",
}


def as_text(judgement: Judgement) -> RenderableType:
    """What is printed of one report."""
    parts: list[RenderableType] = [Text(headline(judgement), style="bold")]
    if judgement.zones and judgement.request is not None:
        parts.append(table(judgement))
        parts += [
            Text(f"  by {rule}") for rule in dict.fromkeys(each.rule for each in judgement.zones) if rule
        ]
    parts += [Text(line) for line in answer(judgement)]
    doubts = undetermined(judgement)
    parts += [Text(f"Not determined: {line}.", style="yellow") for line in doubts]
    parts += [Text(f"Lost: {line}.", style="dim") for line in judgement.report.lost]
    return Group(*parts)


def headline(judgement: Judgement) -> str:
    """Where the report stands, and what was asked for."""
    report, request = judgement.report, judgement.request
    at = (
        report.source
        if report.kind == "state" and report.line == 1
        else f"{report.source}, line {report.line}"
    )
    kernel = f"; Linux {printable(report.kernel)}" if report.kernel else ""
    if request is None:
        return f"{at}{kernel}"
    highest = f", {request.migratetype}" if request.migratetype else ""
    return f"{at}: order {request.order}, {printable(request.words)}{highest}{kernel}"


def table(judgement: Judgement) -> Table:
    """A row a zone."""
    assert judgement.request is not None
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in (
        "zone",
        "free",
        "usable",
        "needed",
        "margin",
        f"blocks >= {judgement.request.order}",
        "verdict",
    ):
        left = name in ("zone", "verdict") or name.startswith("blocks")
        shown.add_column(name, justify="left" if left else "right", no_wrap=name != "verdict")
    for each in judgement.zones:
        it = each.comparison
        figures = ["-", "-", "-"] if it is None else [str(it.usable), str(it.needed), f"{it.margin:+d}"]
        free = each.zone.figures.get("free")
        verdict = Text(each.verdict, style=COLOURS[each.verdict])
        shown.add_row(each.zone.title, "-" if free is None else str(free), *figures, blocks(each), verdict)
    return shown


def blocks(each: ZoneVerdict) -> str:
    """The blocks in short."""
    it = each.blocks
    if it is None:
        return "-"
    parts = [f"{it.may_take}"]
    if it.mixed:
        parts.append(f"some of {it.mixed}")
    parts += [f"{count} {reason}" for reason, count in it.others.items()]
    return ", ".join(parts)
