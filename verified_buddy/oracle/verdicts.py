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
from verified_buddy.oracle.source import Unusable

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
    trouble = {} if verdict.trouble is None else trouble_keys(verdict.trouble)
    return msgspec.json.encode(fields | ({"all": found} if every else {}) | dict(more) | trouble) + b"\n"


def no_verdict(trace: str, trouble: Unusable) -> bytes:
    """One line of JSON about a trace of which there is no verdict."""
    return msgspec.json.encode({"trace": trace, "verdict": "unusable"} | trouble_keys(trouble)) + b"\n"


def trouble_keys(trouble: Unusable) -> dict[str, object]:
    """Why there is no verdict, or not one on a whole trace, as an object of JSON."""
    return {"error": trouble.reason, "error_line": trouble.line}


def first_keys(divergence: Divergence) -> dict[str, object]:
    """The divergence as an object of JSON."""
    names = ("operation", "line", "rule", "theorem", "message")
    return {name: getattr(divergence, name) for name in names}


def word(verdict: Verdict) -> str:
    """The verdict in one word; if the trace breaks off, that on what stands before."""
    if verdict.divergences:
        return "diverges"
    return "vacuous" if verdict.vacuous else "conforms"


def as_text(verdict: Verdict) -> RenderableType:
    """Each divergence that was listed, with its neighbourhood."""
    return Group(*(one_text(verdict.trace, each) for each in verdict.listed), unlisted(verdict))


def one_text(trace: str, found: Divergence) -> RenderableType:
    """A divergence, with its neighbourhood."""
    return Group(
        Text(f"{trace}, line {found.line}: operation {found.operation}", style="bold"),
        Padding(Text(f"{found.rule} (theorem {found.theorem})", style="red"), (0, 0, 0, 2)),
        Padding(Text(found.message), (0, 0, 0, 2)),
        Padding(Text("\n".join(found.picture), no_wrap=True), (0, 0, 1, 4)),
    )


def unlisted(verdict: Verdict) -> RenderableType:
    """How many divergences there are beside those that are listed, if any."""
    more = verdict.divergences - len(verdict.listed)
    return Text(f"{verdict.trace}: {more} more divergences\n") if more else Group()


def as_line(verdict: Verdict) -> str:
    """The first divergence, in a line."""
    found = verdict.listed[0]
    return f"line {found.line}, operation {found.operation}: {found.rule}: {found.message}"


def as_table(verdicts: list[Verdict]) -> Table:
    """A row a trace."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("trace", overflow="fold")
    table.add_column("level", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("operations", justify="right", no_wrap=True)
    table.add_column("first divergence", overflow="fold")
    for verdict in verdicts:
        said = word(verdict)
        spoken = Text(said, {"conforms": "green", "vacuous": "yellow"}.get(said, "red"))
        notes = [f"operation {found.operation}: {found.rule}" for found in verdict.listed[:1]]
        if verdict.fault is not None:
            notes.append(f"not read from line {verdict.fault.line} on")
        first = "; ".join(notes)
        table.add_row(Text(verdict.trace), str(verdict.level), spoken, f"{verdict.operations:,}", first)
    return table
