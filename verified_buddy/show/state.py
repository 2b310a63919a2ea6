"""A state of memory: its zones, and what each of its pages is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from verified_buddy.linux.fragmentation import ContigPages, contig_pages, fragmentation_index, unusable_index
from verified_buddy.oracle.source import Unusable
from verified_buddy.pfn import MAX_ORDER
from verified_buddy.show.kinds import FREE_KINDS, Kind, kind_of, order_of


class ShownZone(NamedTuple):
    """Pages [start, end) that are drawn together."""

    name: str
    start: int
    end: int


class Piece(NamedTuple):
    """Pages [start, end) of one kind; all of one block if it has an order."""

    start: int
    end: int
    kind: Kind
    order: int | None


@dataclass(slots=True)
class State:
    """What memory is at one moment."""

    title: str
    zones: tuple[ShownZone, ...]
    blocks: dict[int, int] = field(default_factory=dict)
    """By first page: the code of the block."""
    rest: Kind = Kind.REST
    """What a page is that is in no block and in no hole."""
    holes: tuple[tuple[int, int], ...] = ()
    """Pages [start, end) without memory, ascending."""
    top: int = MAX_ORDER
    event: int | None = None
    """After how many events; None of what has none."""
    of: int | None = None
    note: str = ""
    """Why there may be more than this, such as that a trace breaks off."""

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """What the pages are, ascending and without gaps."""
        inside = sorted(pfn for pfn in self.blocks if start - (1 << order_of(self.blocks[pfn])) < pfn < end)
        at = start
        for pfn in inside:
            of = self.blocks[pfn]
            last = pfn + (1 << order_of(of))
            if last <= at:
                continue
            yield from self._between(at, min(pfn, end))
            at = max(at, pfn)
            yield Piece(at, min(last, end), kind_of(of), order_of(of))
            at = min(last, end)
        yield from self._between(at, end)

    def _between(self, start: int, end: int) -> Iterator[Piece]:
        """What is in no block."""
        for low, high in self.holes[max(0, bisect_left(self.holes, (start, 0)) - 1) :]:
            if low >= end or start >= end:
                break
            if high > start:
                if low > start:
                    yield Piece(start, low, self.rest, None)
                yield Piece(max(low, start), min(high, end), Kind.HOLE, None)
                start = min(high, end)
        if start < end:
            yield Piece(start, end, self.rest, None)

    def counts(self, zone: ShownZone) -> dict[Kind, list[int]]:
        """By kind and order: how many blocks the zone has."""
        found: dict[Kind, list[int]] = {}
        for pfn, of in self.blocks.items():
            if zone.start <= pfn < zone.end:
                found.setdefault(kind_of(of), [0] * (self.top + 1))[order_of(of)] += 1
        return dict(sorted(found.items()))

    def named(self, name: str) -> ShownZone:
        """The zone of that name.  Raises Unusable."""
        for zone in self.zones:
            if zone.name.casefold() == name.casefold():
                return zone
        names = ", ".join(zone.name for zone in self.zones)
        raise Unusable(f"{self.title}: no zone {name[:40]}: there are {names}")

    def within(self, start: int, end: int) -> State:
        """The same, of those pages alone.  Raises Unusable if they are in no zone."""
        cut = ((name, max(low, start), min(high, end)) for name, low, high in self.zones)
        zones = tuple(ShownZone(*each) for each in cut if each[1] < each[2])
        if not zones:
            raise Unusable(f"{self.title}: no page of {start}:{end} is in a zone")
        return replace(self, zones=zones)


def free_by_order(counts: dict[Kind, list[int]], top: int) -> list[int]:
    """By order: how many free blocks there are, of whatever type."""
    return [sum(counts[kind][order] for kind in FREE_KINDS if kind in counts) for order in range(top + 1)]


def wanted_order(top: int) -> int:
    """The order for which fragmentation is told: that of a huge page, if blocks can be so large."""
    return min(9, top)


def broken_up(nr_free: list[int]) -> tuple[ContigPages, int, int]:
    """The free memory, its unusable index and its fragmentation index, as the kernel counts them."""
    order = wanted_order(len(nr_free) - 1)
    info = contig_pages(nr_free, order)
    return info, unusable_index(order, info), fragmentation_index(order, info)


def pages_by_kind(pieces: Iterable[Piece]) -> dict[Kind, int]:
    """How many pages are of each kind."""
    found: dict[Kind, int] = {}
    for piece in pieces:
        found[piece.kind] = found.get(piece.kind, 0) + piece.end - piece.start
    return dict(sorted(found.items()))
