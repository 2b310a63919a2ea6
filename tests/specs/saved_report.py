"""A run and a kill matrix as their commands would print them, and a reader of the page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from specs.crosshair_gate.gates import gates
from specs.ledger.theorem import HOLDS
from specs.mutants.matrix import named
from specs.mutants.systematic import mutants
from specs.report.command import report
from specs.report.facts import gather
from specs.report.page import render
from specs.report.saved import SavedMatrix, SavedRun, decoded
from specs.theorems import LEDGER, TRUSTED

RUN: dict[str, Any] = {
    "held": True,
    "seconds": 12.5,
    "commit": "0123abc",
    "python": "3.12.1",
    "solvers": {"z3-solver": "4.0", "bitwuzla": "0.1"},
    "trusted": list(TRUSTED),
    "gates": gates(),
    "max_orders": list(range(11)),
    "theorems": [
        {
            "name": row.name,
            "says": row.says,
            "about": list(row.about),
            "method": row.method,
            "verdict": HOLDS[row.method],
            "paths": 3,
            "obligations": 1234567,
            "solvers": ["z3-solver 4.0", "bitwuzla 0.1"] if row.method == "z3" else [],
            "rejects": list(row.rejects),
            "seconds": 1.25,
            "assumptions": list(row.assumptions),
            "story": "",
            "seconds_by_solver": {"z3": 0.75} if row.method == "z3" else {},
        }
        for row in LEDGER
    ],
}


def matrix_of(names: list[str]) -> dict[str, Any]:
    """A full matrix in which one theorem rejects all but the last."""
    rows = [
        {
            "function": name.partition(":")[0] if ":" in name else "buddy.take",
            "line": 1,
            "operator": "ours",
            "equivalent": None,
            "name": name,
            "killed_by": ["alloc-exact"] if name != names[-1] else [],
            "undecided": [],
            "tried": 1,
            "seconds": 0.5,
            "story": f"a story of {name}" if name != names[-1] else "",
        }
        for name in names
    ]
    return {"mutants": len(rows), "killed": len(rows) - 1, "full": True, "matrix": rows}


NOW = list(dict.fromkeys(mutant.name for mutant in (*named(), *mutants())))
MATRIX = matrix_of(NOW)


def page(run: dict[str, Any] = RUN, matrix: dict[str, Any] | None = None) -> str:
    known = None if matrix is None else decoded(json.dumps(matrix).encode(), SavedMatrix)
    return render(gather(decoded(json.dumps(run).encode(), SavedRun), known))


def invoke(tmp_path: Path, run: object = RUN, *options: str) -> Result:
    """The command, with a saved run and a place for the page."""
    text = run if isinstance(run, bytes) else json.dumps(run).encode()
    (tmp_path / "run.json").write_bytes(text)
    matrix = tmp_path / "matrix.json"
    if not matrix.exists():
        matrix.write_text(json.dumps(MATRIX), encoding="utf-8")
    common = [str(tmp_path / "out.html"), "--from", str(tmp_path / "run.json"), "--matrix", str(matrix)]
    return CliRunner().invoke(report, [*common, *options])


class Reader(HTMLParser):
    """Tags, attributes and whether every element that opens is closed."""

    VOID = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
