"""What recorded kernels said of their slab caches."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
MACHINES = ("req1", "req2numa-markers", "req3memcg", "req4compact")


class Cache(NamedTuple):
    """A line of /proc/slabinfo, without what changes."""

    name: str
    size: int
    objects: int
    pages: int


def caches(machine: str) -> list[Cache]:
    """The caches of the machine."""
    with gzip.open(DATA / f"{machine}.slabinfo.gz", "rt", encoding="ascii") as text:
        lines = [line.split() for line in text if not line.startswith(("#", "slabinfo"))]
    return [
        Cache(name, int(size), int(objects), int(pages)) for name, _, _, size, objects, pages, *_ in lines
    ]


def cpus(machine: str) -> int:
    """How many CPUs have lists in every zone."""
    text = (DATA / f"{machine}.zoneinfo").read_text(encoding="ascii")
    return len({*re.findall(r"^ +cpu: (\d+)$", text, re.MULTILINE)})
