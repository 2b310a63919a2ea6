"""Maps of memory in words, such as ``4 GiB, two nodes``."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region
from verified_buddy.linux.zonelist import MAX_NUMNODES
from verified_buddy.oracle.source import Unusable, printable

UNITS: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
SHARE: Final = 4 << 20
"""The memory of a node is a multiple of so much, which is a block of the largest order."""

SENTENCE: Final = re.compile(r"(\d{1,12}) *([KMGT]iB)(?: *, *(\w+) nodes?)?")


def described(text: str) -> MemoryMap:
    """So much memory from address 0 on, in equal shares of the nodes; the last has what is left.

    Raises Unusable.
    """
    said = SENTENCE.fullmatch(text.strip())
    if said is None:
        raise Unusable(f"{printable(text)[:60]!r} is no description such as '4 GiB, two nodes'")
    end, nodes = int(said[1]) * UNITS[said[2]], number(said[3] or "one")
    share = end // nodes // SHARE * SHARE if 0 < nodes <= MAX_NUMNODES else 0
    if share == 0 or end > 1 << 64:
        raise Unusable(f"{printable(text)[:60]!r}: no machine has so many nodes with so much memory")
    ends = [*(share * node for node in range(1, nodes)), end]
    regions = tuple(NodeRegion(node, share * node, each) for node, each in enumerate(ends))
    return MemoryMap((Region(0, end, usable=True),), regions)


def number(word: str) -> int:
    """How many that is.  Raises Unusable."""
    if word in WORDS:
        return WORDS.index(word)
    if not re.fullmatch("[0-9]{1,4}", word):
        raise Unusable(f"{printable(word)[:60]!r} is no number of nodes")
    return int(word)
