"""Whatever is given to ``verified-buddy check``: a verdict or one line, soon, in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MANY = 2000
PARTS = 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutated_input_gets_a_verdict_or_one_line(part: int) -> None:
    command = [sys.executable, str(Path(__file__).with_name("checking_mutated.py"))]
    seeds = [str(part * MANY // PARTS), str(MANY // PARTS)]
    found = subprocess.run([*command, *seeds], capture_output=True, text=True, timeout=1200, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.startswith("statuses {0: ")
