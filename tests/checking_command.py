"""``verified-buddy check`` in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from verified_buddy.cli import main


@dataclass
class Checked:
    status: int
    stdout: str
    stderr: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def complaint(self) -> str:
        """The only line on standard error."""
        (line,) = self.stderr.splitlines()
        return line


def checked(*arguments: str | Path, text: bytes | None = None) -> Checked:
    """What the command does; whatever it raises is an error of the test."""
    found = CliRunner(catch_exceptions=False).invoke(main, ["check", *map(str, arguments)], input=text)
    return Checked(found.exit_code, found.stdout, found.stderr)
