"""A judgement for people: the request, a row a zone, and the answer."""

from __future__ import annotations

from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verified_buddy.diagnose.undetermined import undetermined
from verified_buddy.diagnose.verdict import Judgement, ZoneVerdict
from verified_buddy.diagnose.words import answer
from verified_buddy.oracle.source import printable

COLOURS: Final = {
    "passes": "green",
    "watermark": "red",
    "no-block": "red",
    "unknown": "yellow",
    "not-eligible": "dim",
}
FIGURES: Final = ("free", "usable", "needed", "margin")


def as_text(judgement: Judgement) -> RenderableType:
    """What is printed of one report."""
    parts: list[RenderableType] = [Text(headline(judgement), style="bold")]
    if judgement.zones and judgement.request is not None:
        parts.append(table(judgement))
        parts += [
            Text(f"  by {rule}") for rule in dict.fromkeys(each.rule for each in judgement.zones) if rule
        ]
    parts += [
        Padding(Text(line), (0, 0, 0, 2 if line.startswith("node ") else 0)) for line in answer(judgement)
    ]
    parts += [Text(f"Not determined: {line}.", style="yellow") for line in undetermined(judgement)]
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
    asked = "as if asked for order" if report.kind == "state" else "order"
    return f"{at}: {asked} {request.order}, {printable(request.words)}, {request.migratetype}{kernel}"


def table(judgement: Judgement) -> Table:
    """A row a zone; what is last may be broken where the terminal is narrow."""
    assert judgement.request is not None
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    shown.add_column("zone", no_wrap=True)
    for name in FIGURES:
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("verdict", no_wrap=True)
    order = judgement.request.order
    shown.add_column(f"blocks >= {order}" if order else "blocks", ratio=1)
    several = len({each.zone.node for each in judgement.zones}) > 1
    for each in judgement.zones:
        it, free = each.comparison, each.zone.figures.get("free")
        figures = ["-", "-", "-"] if it is None else [str(it.usable), str(it.needed), f"{it.margin:+d}"]
        title = each.zone.title if several else each.zone.name
        verdict = Text(each.verdict, style=COLOURS[each.verdict])
        shown.add_row(title, "-" if free is None else str(free), *figures, verdict, blocks(each))
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
