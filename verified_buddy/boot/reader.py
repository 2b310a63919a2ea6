"""A machine's map of memory, whichever way it is written; what no machine can start with is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import BinaryIO

from verified_buddy.boot.architecture import Architecture
from verified_buddy.boot.described import described
from verified_buddy.boot.dmesg import read_dmesg
from verified_buddy.boot.memory_map import MISSING_MOST, MemoryMap, memory, not_covered
from verified_buddy.oracle.source import Unusable, chunks, printable


def read_map(stream: BinaryIO, name: str, architecture: Architecture) -> MemoryMap:
    """The map in a kernel's log, or in JSON, plain or gzip.  Raises Unusable, which names file and line."""
    try:
        text = b"".join(chunks(stream))
        return judged(written_map(text), architecture)
    except Unusable as error:
        raise Unusable(f"{printable(name)}: {error}") from None


def written_map(text: bytes) -> MemoryMap:
    """The map in the text, be it JSON or a log.  Raises Unusable."""
    if text.lstrip()[:1] != b"{":
        return read_dmesg(text.split(b"\n"))
    from verified_buddy.boot.json_map import read_json

    return read_json(text)


def described_map(text: str, architecture: Architecture) -> MemoryMap:
    """The map of such a machine.  Raises Unusable."""
    return judged(described(text), architecture)


def judged(memory_map: MemoryMap, architecture: Architecture) -> MemoryMap:
    """The map, if a machine can start with it.  Raises Unusable."""
    if not memory(memory_map, architecture):
        raise Unusable("no whole page of usable memory")
    regions = sorted(memory_map.nodes, key=lambda each: each.start)
    for one, other in pairwise(regions):
        if other.start < one.end and one.node != other.node:
            raise Unusable(f"nodes {one.node} and {other.node} overlap at {other.start:#x}")
    missing = not_covered(memory_map, architecture) if regions else 0
    if 0 < missing < MISSING_MOST:
        raise Unusable(f"{missing} pages of memory are no node's: what becomes of them is not known")
    return memory_map
