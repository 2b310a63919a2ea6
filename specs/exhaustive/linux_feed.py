"""Boot memory that is fed to a zone: which pageblocks change their type, what is free, and what is told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject

PAGES = 512
FIRST, LAST = 1, 4
"""The zone has pageblocks 1, 2 and 3; pageblocks 0 and 4 are its neighbours'."""
MOVABLE = 1
TYPES = (None, 0, 1, 2, 3, 4)
"""What every pageblock is before; None where no type was ever set."""


def ranges() -> Iterator[tuple[int, int]]:
    """Those whose ends are the first, second or last page of a pageblock of the zone, or its end."""
    pages = [block * PAGES + each for block in range(FIRST, LAST) for each in (0, 1, PAGES - 1)]
    yield from combinations((*pages, LAST * PAGES), 2)


def fed(subject: Subject, start: int, end: int, before: int | None) -> None:
    """Pageblocks that start in the range are movable, the others as before; just its pages are free."""
    mobility = subject.linux.mobility
    pageblocks = subject.linux.pageblock.Pageblocks()
    for block in reversed(range(LAST + 1)):
        if before is not None:
            pageblocks.set(block * PAGES, before)
    zone = mobility.MobilityZone(FIRST * PAGES, LAST * PAGES, pageblocks, None, 7)
    says = f"feed({start}, {end}) where every pageblock's type was {before}"
    try:
        with cut_if_endless():
            mobility.feed(zone, start, end)
            told = list(pageblocks.types())
    except (Exception, Endless) as error:  # whatever broken code does is the finding
        raise Refuted(says, what_happened(error)) from None
    heads = range(0, (LAST + 1) * PAGES, PAGES)
    wanted = {head: MOVABLE if start <= head < end else before for head in heads}
    types = {head: kind for head, kind in wanted.items() if kind is not None}
    for head in heads:
        kind = pageblocks.migratetype(head + PAGES - 1)
        if kind != types.get(head, 0):
            raise Refuted(says, f"pageblock {head // PAGES} is of type {kind}, expected {types.get(head, 0)}")
    if told != list(types.items()):
        raise Refuted(says, f"told are the types {told}, expected {list(types.items())}")
    just_freed(zone, says, start, end, types)


def just_freed(zone: Any, says: str, start: int, end: int, types: dict[int, int]) -> None:
    """The range is free, each block on the list of its pageblock's type, and managed."""
    free = sorted(page for head, order, _ in zone.free_area.blocks() for page in range(head, head + 2**order))
    if free != list(range(start, end)):
        raise Refuted(says, f"{len(free)} pages are free, and not just those of the range")
    for head, _, kind in zone.free_area.blocks():
        if kind != types.get(head - head % PAGES, 0):
            raise Refuted(says, f"block {head} is on the list of type {kind}")
    if zone.managed != 7 + end - start:
        raise Refuted(says, f"{zone.managed - 7} pages more are managed")


def visit(subject: Subject, _: int) -> Visited:
    """Every range, and every type before."""
    states = 0
    for start, end in ranges():
        for before in TYPES:
            fed(subject, start, end, before)
            states += 1
    return Visited(states, states)
