"""The rows as the wheel tells them: ``python -m specs.explain.shipped`` writes the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from specs.ledger.subject import Twin
from specs.ledger.theorem import HOLDS, Theorem
from specs.theorems import LEDGER
from specs.twins import TWINS

FILE = Path(__file__).parents[2] / "verified_buddy" / "explain" / "theorems.json"


def shipped() -> str:
    """The text of the file."""
    return json.dumps([row_told(row) for row in LEDGER], indent=1, ensure_ascii=False) + "\n"


def row_told(row: Theorem) -> dict[str, Any]:
    """A row with one of its broken twins: one that shipped somewhere, if there is any; else the shortest."""
    twins = [TWINS[name] for name in row.rejects]
    twin = min(twins, key=lambda each: (each.source == "ours", len(each.old) + len(each.new)))
    return {
        "name": row.name,
        "says": row.says,
        "about": list(row.about),
        "verdict": HOLDS[row.method],
        "rejects": list(row.rejects),
        "example": twin_told(twin),
    }


def twin_told(twin: Twin) -> dict[str, str]:
    """The twin: what stands in place of what."""
    return {
        "name": twin.name,
        "module": twin.module,
        "source": twin.source,
        "was": twin.old,
        "becomes": twin.new,
    }


if __name__ == "__main__":
    FILE.write_text(shipped(), encoding="utf-8")
