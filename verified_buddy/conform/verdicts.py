"""Verdicts for people and for programs."""

from __future__ import annotations

from typing import Any

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verified_buddy.conform.conduct import Report
from verified_buddy.conform.finding import plain
from verified_buddy.conform.trials import Finding


def as_json(report: Report) -> bytes:
    """One object."""
    fields = {
        "allocator": report.name,
        "level": str(report.plan.level),
        "verdict": word(report),
        "operations": report.operations,
        "seconds": round(report.seconds, 3),
        "seed": report.plan.seed,
        "geometries": [geometry._asdict() for geometry in report.geometries],
        "findings": [as_object(finding) for finding in report.findings],
        "misuse": [
            {"misuse": found.misuse, "behaviour": found.behaviour, "detail": found.detail}
            for found in report.misuse
        ],
    }
    return msgspec.json.encode(fields) + b"\n"


def as_object(finding: Finding) -> dict[str, Any]:
    """A finding as an object of JSON."""
    run = finding.run
    words, picture = run.picture()
    return {
        "rule": run.rule,
        "theorem": run.theorem,
        "message": f"{run.says}: {words}" if words else run.says,
        "operations": [msgspec.Raw(plain(event)) for event in run.events],
        "geometry": run.geometry._asdict(),
        "picture": list(picture),
        "found_after": finding.found,
        "shortest": finding.shortest,
        "repeats": finding.repeats,
        "files": finding.files,
    }


def word(report: Report) -> str:
    """The verdict in one word."""
    return "conforms" if report.conforms else "diverges"


def as_text(report: Report) -> RenderableType:
    """The findings with their runs, the misuse, and a row of the verdict."""
    parts: list[RenderableType] = []
    for finding in report.findings:
        parts += [as_lines(report, finding), Text()]
    if report.misuse:
        parts += [misuse_table(report), Text()]
    return Group(*parts, verdict_table(report))


def as_lines(report: Report, finding: Finding) -> RenderableType:
    """The run, the rule, and the state before the operation that breaks it."""
    run = finding.run
    words, picture = run.picture()
    lines = [f"{number:4}  {told}" for number, told in enumerate(run.lines(), 1)]
    if len(lines) > SHOWN:
        lines = [*lines[: SHOWN // 2], "      ...", *lines[-SHOWN // 2 :]]
    note = "" if finding.shortest else ", perhaps not the shortest: time was up"
    if not finding.repeats:
        note = ", which did not show again in a fresh process: does vb_init() forget everything?"
    files = [Text(f"  {name}") for name in finding.files]
    return Group(
        Text(f"{report.name}: {run.rule} (theorem {run.theorem})", style="bold red"),
        Padding(Text(run.says + (f": {words}" if words else "")), (0, 0, 0, 2)),
        Padding(Text(f"{run.geometry}; {len(run.steps)} operations{note}"), (0, 0, 0, 2)),
        Padding(Text("\n".join(lines), no_wrap=True), (0, 0, 0, 2)),
        Padding(Text("\n".join(["before the last:" * bool(picture), *picture]), no_wrap=True), (0, 0, 0, 4)),
        *files,
    )


SHOWN = 40
"""So many operations are told on a terminal; the files have all."""


def misuse_table(report: Report) -> Table:
    """A row a misuse."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in ("misuse", "behaviour", "detail"):
        table.add_column(heading, overflow="fold")
    for found in report.misuse:
        table.add_row(found.misuse, found.behaviour, Text(found.detail))
    return table


def verdict_table(report: Report) -> Table:
    """One row."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("allocator", overflow="fold")
    for heading in ("level", "verdict"):
        table.add_column(heading, no_wrap=True)
    for heading in ("operations", "a second", "geometries", "seed"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_row(
        Text(report.name),
        str(report.plan.level),
        Text(word(report), "green" if report.conforms else "red"),
        f"{report.operations:,}",
        f"{report.operations / max(report.seconds, 1e-9):,.0f}",
        str(len(report.geometries)),
        str(report.plan.seed),
    )
    return table
