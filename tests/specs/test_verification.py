"""The verification run itself, cold, as a user starts it: minutes, and no test run goes without it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_theorem_holds() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "specs", "--fresh", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(said.stdout)
    failed = {row["name"]: row["story"] for row in report["theorems"] if row["verdict"] in BAD}
    assert not failed
    assert report["held"]
    assert said.returncode == 0


BAD = ("refuted", "unknown", "vacuous")
