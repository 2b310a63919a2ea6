"""Verdicts for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from verified_buddy.oracle.check import Divergence, Verdict

NOTHING_MORE: Final[Mapping[str, object]] = MappingProxyType({})


def as_json(verdict: Verdict, *, every: bool, more: Mapping[str, object] = NOTHING_MORE) -> bytes:
    """One line of JSON; with every divergence that was listed, if asked for, and with more facts."""
    found = [first_keys(divergence) for divergence in verdict.listed]
    fields = {
        "trace": verdict.trace,
        "level": str(verdict.level),
        "verdict": word(verdict),
        "operations": verdict.operations,
        "divergences": verdict.divergences,
        "first": found[0] if found else None,
    }
    return msgspec.json.encode(fields | ({"all": found} if every else {}) | dict(more)) + b"\n"


def first_keys(divergence: Divergence) -> dict[str, object]:
    """The divergence as an object of JSON."""
    names = ("operation", "line", "rule", "theorem", "message")
    return {name: getattr(divergence, name) for name in names}


def word(verdict: Verdict) -> str:
    """The verdict in one word."""
    return "conforms" if verdict.conforms else "diverges"


def as_text(verdict: Verdict) -> RenderableType:
    """Each divergence that was listed, with its neighbourhood."""
    parts: list[RenderableType] = []
    for divergence in verdict.listed:
        parts += [
            Text(f"{verdict.trace}, line {divergence.line}: operation {divergence.operation}", style="bold"),
            Padding(Text(f"{divergence.rule} (theorem {divergence.theorem})", style="red"), (0, 0, 0, 2)),
            Padding(Text(divergence.message), (0, 0, 0, 2)),
            Padding(Text("\n".join(divergence.picture), no_wrap=True), (0, 0, 1, 4)),
        ]
    if verdict.divergences > len(verdict.listed):
        parts.append(Text(f"{verdict.trace}: {verdict.divergences - len(verdict.listed)} more divergences\n"))
    return Group(*parts)


def as_table(verdicts: list[Verdict]) -> Table:
    """A row a trace."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("trace", overflow="fold")
    table.add_column("level", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("operations", justify="right", no_wrap=True)
    table.add_column("first divergence", overflow="fold")
    for verdict in verdicts:
        spoken = Text(word(verdict), "green" if verdict.conforms else "red")
        first = ", ".join(f"operation {found.operation}: {found.rule}" for found in verdict.listed[:1])
        table.add_row(Text(verdict.trace), str(verdict.level), spoken, f"{verdict.operations:,}", first)
    return table
