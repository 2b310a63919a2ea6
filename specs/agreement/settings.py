"""Concrete states from which an operation is tried both ways, and what a state says of each page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from specs.ledger.subject import Subject
from specs.model.invariants import Block, View, broken_invariants
from specs.model.ranges import Ranges
from specs.prover.models.core.labels import FREE, HAND, LIVE

TYPES = 8
"""As many migratetypes as a label can tell apart."""

Labels = dict[int, int]
"""A number for each page; a page that has none is outside."""


def free_label(migratetype: int, order: int) -> int:
    """The label of a free block: three bits of kind, three of type, four of order."""
    return FREE * 128 + migratetype * 16 + order


def live_label(order: int) -> int:
    """The label of a live block."""
    return LIVE * 128 + order


HELD_LABEL = HAND * 128


class Snapshot(NamedTuple):
    """Who owns each page, and which blocks are listed where."""

    owner: Labels
    heads: Labels

    @classmethod
    def of(cls, area: Any, live: dict[int, int], spans: Any) -> Snapshot:
        """Look at the real lists, the real map and the real ranges: what is in none of both is in hand."""
        owner: Labels = {page: HELD_LABEL for start, end in spans.ranges() for page in range(start, end)}
        heads: Labels = {}
        blocks = [(pfn, order, free_label(migratetype, order)) for pfn, order, migratetype in area.blocks()]
        blocks += [(pfn, order, live_label(order)) for pfn, order in live.items()]
        for pfn, order, label in blocks:
            heads[pfn] = label
            owner.update(dict.fromkeys(range(pfn, pfn + 2**order), label))
        return cls(owner, heads)


@dataclass(frozen=True)
class Setting:
    """A state, and the arguments of one call."""

    top: int
    free: tuple[tuple[int, int, int], ...] = ()
    """First page, order and migratetype, in the order of the lists."""
    live: tuple[Block, ...] = ()
    held: tuple[tuple[int, int], ...] = ()
    """Ranges that belong to whoever calls."""
    migratetype: int = 0
    pages: tuple[int, ...] = ()

    def legal(self) -> bool:
        """Whether every invariant of the specification holds of all pages that nobody holds."""
        pages = Ranges()
        free = [(start, order) for start, order, _ in self.free]
        for start, order in (*free, *self.live):
            pages.add(start, start + 2**order)
        counts = [sum(order == listed for _, listed in free) for order in range(self.top + 1)]
        apart = not any(pages.has_any(start, end) for start, end in self.held)
        return apart and not broken_invariants(View(self.top, pages, free, counts, list(self.live)))

    def zone(self, subject: Subject) -> Any:
        """The subject's own zone in this state, with lists for every type."""
        zone = subject.zone.Zone(self.top)
        zone.free_area = subject.free_area.FreeArea(self.top, TYPES)
        for start, order, migratetype in self.free:
            zone.free_area.add(start, order, migratetype, tail=True)
        for start, order in (*((start, order) for start, order, _ in self.free), *self.live):
            zone.spans.add(start, start + 2**order)
        for start, end in self.held:
            zone.spans.add(start, end)
        zone.live.update(self.live)
        return zone

    def snapshot(self) -> Snapshot:
        """Who owns each page."""
        held = {page: HELD_LABEL for start, end in self.held for page in range(start, end)}
        heads = {start: free_label(migratetype, order) for start, order, migratetype in self.free}
        heads |= {start: live_label(order) for start, order in self.live}
        blocks = {page: at for start, at in heads.items() for page in range(start, start + 2 ** (at % 16))}
        return Snapshot(held | blocks, heads)

    def around(self) -> list[int]:
        """Pages worth looking at: all near the blocks if they are few, else those at every edge."""
        edges = {*self.pages, 0, 2**52 - 1, 2**52}
        blocks = [(start, start + 2**order) for start, order, _ in self.free]
        blocks += [(start, start + 2**order) for start, order in self.live]
        for start, end in (*blocks, *self.held):
            edges |= {start - 1, start, (start + end) // 2, end - 1, end, end + 1}
            if end - start <= 32:
                edges |= set(range(start, end))
        return sorted(page for page in edges if 0 <= page < 2**64)
