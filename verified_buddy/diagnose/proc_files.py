"""A machine's memory as /proc/buddyinfo, pagetypeinfo and zoneinfo tell it, of kernels 3.x to 6.x."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.diagnose.report import UNTYPED, OrderList, Report, ZoneReport

PREFIX: Final = r"Node +(\d{1,4}), zone +(\w{1,16})"
BEGINNINGS: Final = ("Node ", "Number of blocks", "Pages per block")
COUNTS: Final = r"((?: +(?:> *)?\d{1,20})+)"
ZONE: Final = re.compile(PREFIX)
BUDDYINFO: Final = re.compile(rf"{PREFIX}{COUNTS}")
TYPE: Final = re.compile(rf"{PREFIX}, type +(\w{{1,16}}){COUNTS}")
KINDS: Final = re.compile(r"Number of blocks type +(.*)")
PER_BLOCK: Final = re.compile(r"Pages per block: +(\d{1,9})")
FIGURE: Final = re.compile(r"(?:pages )?(\w{1,40}):? +(\d{1,20})")
PROTECTION: Final = re.compile(r"protection: \((\d{1,20}(?:, \d{1,20}){0,9})\)")
LETTERS: Final = {
    "Unmovable": "U",
    "Movable": "M",
    "Reclaimable": "E",
    "Reserve": "R",
    "HighAtomic": "H",
    "CMA": "C",
    "Isolate": "I",
}
NAMES: Final = {
    "nr_free_cma": "free_cma",
    "nr_zone_active_file": "active_file",
    "nr_zone_inactive_file": "inactive_file",
    "nr_slab_reclaimable": "slab_reclaimable",
}
"""Of zoneinfo, and what a report calls them."""
TAKEN: Final = ("free", "boost", "min", "low", "high", "managed", "present")
MOST: Final = 20
"""Orders of any kernel."""


class ProcFiles:
    """What the lines of the three files come to, in whatever order they are read."""

    def __init__(self, source: str) -> None:
        self.report = Report("state", source, 1)
        self.read = set[str]()
        """Which of the files were seen."""
        self.taken = 0
        """Lines."""
        self._zone: ZoneReport | None = None
        self._of_node = False
        """Whether the lines that come are about the whole node."""
        self._kinds: list[str] = []
        self._per_block = 512

    def add(self, line: str) -> bool:
        """Take the line in; whether it is one of these files."""
        text = line.strip()
        if self._zone is None and not text.startswith(BEGINNINGS):
            return False
        known = self._add(text)
        self.taken += known
        return known

    def _add(self, text: str) -> bool:
        if found := TYPE.fullmatch(text):
            self._typed(self._at(found), found[3], numbers(found[4]))
        elif found := BUDDYINFO.fullmatch(text):
            self._counted(self._at(found), numbers(found[3]))
        elif found := KINDS.fullmatch(text):
            self._kinds, self._zone = found[1].split(), None
        elif found := PER_BLOCK.fullmatch(text):
            self._per_block, self._kinds = int(found[1]), []
        elif found := ZONE.fullmatch(text):
            self._zone = self._at(found)
        elif self._zone is not None:
            return self._figure(self._zone, text)
        else:
            return False
        return True

    def _at(self, found: re.Match[str]) -> ZoneReport:
        node, name = int(found[1]), found[2]
        return self.report.zones.setdefault((node, name), ZoneReport(node, name))

    def _typed(self, zone: ZoneReport, name: str, counts: list[int]) -> None:
        """A line of pagetypeinfo: the free blocks of one type."""
        self.read.add("pagetypeinfo")
        letter = LETTERS.get(name, "?")
        before = [dict(each.by_letter or {}) for each in zone.lists or ()]
        orders = [*before, *({} for _ in counts[len(before) :])]
        for order, count in enumerate(counts):
            orders[order][letter] = count
        zone.lists = tuple(
            OrderList(sum(each.values()), "".join(key for key in each if each[key]), each) for each in orders
        )

    def _counted(self, zone: ZoneReport, counts: list[int]) -> None:
        """A line of buddyinfo, or, below a head of pagetypeinfo, of the pageblocks."""
        if len(counts) == len(self._kinds):
            blocks = dict(zip(self._kinds, counts, strict=False))
            if "HighAtomic" in blocks:
                zone.figures["reserved_highatomic"] = blocks["HighAtomic"] * self._per_block
            return
        self.read.add("buddyinfo")
        if zone.lists is None or all(each.by_letter is None for each in zone.lists):
            zone.lists = tuple(OrderList(count, UNTYPED) for count in counts)

    def _figure(self, zone: ZoneReport, text: str) -> bool:
        """A line of zoneinfo."""
        if found := PROTECTION.fullmatch(text):
            zone.lowmem_reserve = tuple(map(int, found[1].split(", ")))
        elif text == "per-node stats" or (self._of_node and not text.startswith("pages free")):
            self._of_node = True
        elif found := FIGURE.fullmatch(text):
            self._of_node = False
            name = NAMES.get(found[1], found[1] if found[1] in TAKEN else "")
            if name and name not in zone.figures:
                zone.figures[name] = int(found[2])
        else:
            return False
        self.read.add("zoneinfo")
        return True

    def state(self) -> Report | None:
        """What was read, in pages, of the zones that have any; None if nothing was."""
        if not self.read:
            return None
        for key, zone in [*self.report.zones.items()]:
            if zone.figures.get("managed") == 0:
                del self.report.zones[key]
            elif zone.lists and all(each.by_letter is not None for each in zone.lists):
                free = ((each.by_letter or {}).get("H", 0) << order for order, each in enumerate(zone.lists))
                zone.figures["free_highatomic"] = sum(free)
        self.report.lost.extend(LOST[name] for name in LOST if name not in self.read)
        return self.report


LOST: Final = {
    "zoneinfo": "without zoneinfo there are no marks and no reserves: no comparison can be made",
    "pagetypeinfo": "without pagetypeinfo, which root alone can read, it is not known of which types the free"
    " blocks are, nor how large the highatomic reserve is",
}


def numbers(text: str) -> list[int]:
    """The counts of a line; ``>100000`` counts as that many."""
    return [int(word) for word in text.replace(">", " ").split()][:MOST]
