"""Maps of memory as JSON."""

from __future__ import annotations

from typing import Final

import msgspec

from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region
from verified_buddy.boot.page_ranges import Range
from verified_buddy.linux.zonelist import MAX_NUMNODES
from verified_buddy.oracle.source import Unusable, printable

KINDS: Final = ("usable", "reserved", "ACPI data", "ACPI NVS", "unusable", "persistent", "soft reserved")


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
