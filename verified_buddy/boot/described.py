"""Maps of memory that are written by hand: JSON, or a description such as ``4 GiB, two nodes``."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region
from verified_buddy.boot.page_ranges import Range
from verified_buddy.linux.zonelist import MAX_NUMNODES
from verified_buddy.oracle.source import Unusable, printable

KINDS: Final = ("usable", "reserved", "ACPI data", "ACPI NVS", "unusable", "persistent", "soft reserved")
UNITS: Final = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
SHARE: Final = 4 << 20
"""The memory of a node is a multiple of so much, which is a block of the largest order."""

SENTENCE: Final = re.compile(r"(\d{1,12}) *([KMGT]iB)(?: *, *(\w+) nodes?)?")


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """A map as JSON has it; bytes, and each end is the first one behind."""

    ranges: list[tuple[int, int, str]]
    nodes: list[tuple[int, int, int]] = []
    """The node's number, and from where to where its memory goes."""
    reserved: list[tuple[int, int]] = []


def read_json(text: bytes) -> MemoryMap:
    """The map that the text describes.  Raises Unusable."""
    try:
        written = msgspec.json.decode(text, type=Written)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"no map of memory: {printable(str(error))}") from None
    for start, end, kind in written.ranges:
        checked(start, end)
        if kind not in KINDS:
            raise Unusable(f"{printable(repr(kind))[:60]} is no kind of memory: {', '.join(KINDS)}")
    for node, start, end in written.nodes:
        checked(start, end)
        if not 0 <= node < MAX_NUMNODES:
            raise Unusable(f"node {node} is not in 0..{MAX_NUMNODES - 1}")
    return MemoryMap(
        tuple(Region(start, end, kind == "usable") for start, end, kind in written.ranges),
        tuple(NodeRegion(*each) for each in written.nodes),
        tuple(checked(*each) for each in written.reserved),
    )


def checked(start: int, end: int) -> Range:
    """The range.  Raises Unusable if it is none."""
    if not 0 <= start < end <= 1 << 64:
        raise Unusable(f"[{start}, {end}) is no range of addresses")
    return Range(start, end)


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
