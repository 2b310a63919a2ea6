"""What the kernel of a recording held at its start beside the lists: rows of ``NAME.zs.start``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
NAMES = ("req1", "req2numa", "req3memcg", "req4compact", "req6offline")


def rows(name: str, kind: str) -> Iterator[dict[str, str]]:
    """The rows of one kind, each by its keys."""
    for line in (DATA / f"{name}.zs.start").read_text(encoding="ascii").splitlines():
        letter, *columns = line.split("\t")
        if letter == kind:
            yield dict(column.split("=", 1) for column in columns)


def cpus(name: str) -> int:
    """How many CPUs were online."""
    (machine,) = rows(name, "G")
    return len(machine["cpus"].split(","))
