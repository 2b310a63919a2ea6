"""Verdicts for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verified_buddy.conform.conduct import Report
from verified_buddy.conform.drive import FORK, OUTPUT
from verified_buddy.conform.finding import plain
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.trials import Finding


def as_json(report: Report) -> bytes:
    """One object."""
    fields = {
        "allocator": report.name,
        "level": str(report.plan.level),
        "verdict": report.verdict,
        "reason": reason(report),
        "operations": report.operations,
        "seconds": round(report.seconds, 3),
        "seed": report.plan.seed,
        "geometries": [geometry._asdict() for geometry in report.geometries],
        "phases": [
            {"phase": phase.name, "done": phase.done, "of": phase.of} for phase in report.extent.phases
        ],
        "tried": [geometry._asdict() for geometry in report.extent.tried],
        "supported": [geometry._asdict() for geometry in report.extent.supported],
        "printed": report.printed,
        "forked": report.forked,
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


def unusable(name: str, why: str) -> bytes:
    """One object, of what cannot be driven."""
    return msgspec.json.encode({"allocator": name, "verdict": None, "error": why}) + b"\n"


def reason(report: Report) -> str | None:
    """Why there is no verdict; None if there is one."""
    return report.extent.missing if report.verdict == "vacuous" else None


def as_text(report: Report) -> RenderableType:
    """The findings with their runs, the misuse, how far the search got, and a row of the verdict."""
    parts: list[RenderableType] = []
    for finding in report.findings:
        parts += [as_lines(report, finding), Text()]
    if report.misuse:
        parts += [misuse_table(report), Text()]
    parts += [Text(line) for line in asides(report)]
    return Group(*parts, verdict_table(report), Text(searched(report)))


def asides(report: Report) -> list[str]:
    """What it did beside its answers."""
    rules = {finding.run.rule for finding in report.findings}
    lines = []
    if report.printed and OUTPUT not in rules:
        lines.append(f"it wrote to standard output: {report.printed}")
    if report.forked and FORK not in rules:
        lines.append("it started a process")
    return lines


def searched(report: Report) -> str:
    """How far the search got."""
    extent = report.extent
    lines = ["searched: " + (", ".join(map(str, extent.phases)) or "nothing")]
    if len(extent.supported) < FEW and extent.refused and not extent.named:
        refused = sorted(extent.refused, key=lambda pool: pool not in report.plan.geometries)
        lines.append(f"supported: {told_of(extent.supported) or 'no pool'}")
        lines.append(f"also tried (start_pfn, nr_pages, max_order): {told_of(refused)}")
        lines.append('vb_geometry(), or "geometries", can name those that are supported')
    return "\n".join(lines)


def told_of(pools: Sequence[Geometry]) -> str:
    """Pools in short, and how many more there are."""
    more = f", and {len(pools) - SOME} more" if len(pools) > SOME else ""
    return ", ".join(str(tuple(pool)) for pool in pools[:SOME]) + more


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
        Padding(Text(f"{run.geometry}; {counted(len(run.asked), 'operation')}{note}"), (0, 0, 0, 2)),
        Padding(Text("\n".join(lines), no_wrap=True), (0, 0, 0, 2)),
        Padding(Text("\n".join(["before the last:" * bool(picture), *picture]), no_wrap=True), (0, 0, 0, 4)),
        *files,
    )


def counted(number: int, what: str) -> str:
    """So many of them."""
    return f"{number:,} {what}" + "s" * (number != 1)


SHOWN = 40
"""So many operations are told on a terminal; the files have all."""
FEW = 8
"""With fewer pools, it is told which were tried."""
SOME = 12
"""So many of them."""


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
        Text(report.verdict, "green" if report.conforms else "red"),
        f"{report.operations:,}",
        f"{report.operations / max(report.seconds, 1e-9):,.0f}",
        str(len(report.geometries)),
        str(report.plan.seed),
    )
    return table
