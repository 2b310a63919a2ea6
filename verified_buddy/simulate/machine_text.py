"""A machine in words: ``4 GiB, two nodes``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL
from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.pfn import PFN_LIMIT

TEXT: Final = re.compile(r"\s*(\d{1,9})\s*([KMGT]iB)\s*(?:,\s*(\w{1,9})\s+nodes?\s*)?")
PAGES: Final = {"KiB": 1 / 4, "MiB": 1 << 8, "GiB": 1 << 18, "TiB": 1 << 28}
"""By unit: pages."""
WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
NODES: Final = 64
FIRST: Final = 256
"""The first MiB is the firmware's."""
ZONES: Final = ((DMA, 1 << 12), (DMA32, 1 << 20), (NORMAL, PFN_LIMIT))
"""Of x86-64, and where each ends."""
BLOCK: Final = 1024
"""A node has whole blocks of the largest order."""


def machine_of(text: str, cpus: int = 1) -> list[NodeSpec]:
    """The nodes that the text describes, all of the same size, with the CPUs shared out.  Raises Unusable."""
    found = TEXT.fullmatch(text)
    if found is None:
        raise Unusable(f"{printable(text[:60])!r} is no machine: such as '4 GiB', or '4 GiB, two nodes'")
    pages, nodes = int(int(found[1]) * PAGES[found[2]]), number_of(found[3] or "one")
    each = pages // nodes // BLOCK * BLOCK
    if each <= FIRST:
        raise Unusable(f"{printable(text[:60])!r}: a machine without memory, 4 MiB a node is the least")
    if each * nodes > PFN_LIMIT:
        raise Unusable(f"{printable(text[:60])!r}: more memory than x86-64 can have")
    ends = [each * (node + 1) for node in range(nodes)]
    owned = [range(cpus)[node * cpus // nodes : (node + 1) * cpus // nodes] for node in range(nodes)]
    return [
        NodeSpec([*zones_between(max(end - each, FIRST), end)], [*here])
        for end, here in zip(ends, owned, strict=True)
    ]


def number_of(word: str) -> int:
    """How many nodes that is.  Raises Unusable."""
    number = WORDS.index(word) if word in WORDS else int(word) if word.isdecimal() else 0
    if not 1 <= number <= NODES:
        raise Unusable(f"{printable(word)!r} nodes: a number from 1 to {NODES}")
    return number


def zones_between(start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The zones of the pages [start, end), each with its part of them."""
    for zone, limit in ZONES:
        if start < min(end, limit):
            yield zone, start, min(end, limit)
            start = min(end, limit)


def in_words(specs: Sequence[NodeSpec]) -> str:
    """The machine, for people."""
    pages = sum(end - start for spec in specs for _, start, end in spec.zones)
    cpus = sum(len(spec.cpus) for spec in specs)
    nodes = f"{len(specs)} node{'s' * (len(specs) > 1)}"
    return f"{pages:,} pages, {nodes}, {cpus} CPU{'s' * (cpus > 1)}"
