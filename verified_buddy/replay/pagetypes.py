"""/proc/pagetypeinfo: which types of pageblocks a kernel has, and so whether its type 4 is CMA or ISOLATE."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from verified_buddy.oracle.source import Unusable, chunks

ORDER: Final = re.compile(r"Page block order: +(\d{1,2})")
NAMES: Final = "Number of blocks type "
ZONE: Final = re.compile(r"Node +(\d{1,4}), zone +(\w{1,32})\b")


@dataclass(slots=True)
class PageTypes:
    """What the file says."""

    names: list[str] = field(default_factory=list)
    """Of the types, by number."""
    pageblock_order: int = 0
    zones: set[tuple[int, str]] = field(default_factory=set)
    """The number of a node, and the name of a zone in it."""

    @property
    def cma(self) -> bool:
        """Whether the kernel has CMA."""
        return "CMA" in self.names


def read_pagetypeinfo(stream: BinaryIO) -> PageTypes:
    """The types of a kernel.  Raises Unusable, OSError.

    Linux: pagetypeinfo_show(), mm/vmstat.c.
    """
    found = PageTypes()
    for chunk in chunks(stream):
        for line in chunk.decode("ascii", "replace").splitlines():
            text = line.strip()
            if order := ORDER.fullmatch(text):
                found.pageblock_order = int(order[1])
            elif text.startswith(NAMES):
                found.names = text.removeprefix(NAMES).split()
            elif zone := ZONE.match(text):
                found.zones.add((int(zone[1]), zone[2]))
    if found.names[:1] != ["Unmovable"] or "Isolate" not in found.names or not found.pageblock_order:
        raise Unusable("no types of pageblocks are in this pagetypeinfo")
    return found
