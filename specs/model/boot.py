"""A machine's start by definition, page by page, from the semantics alone: sections 1.3 to 1.7.

Addresses are in halves of a page, so that every page has two parts that may differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

HALVES = 2
Halves = tuple[int, int]
"""From a half to before another."""
Block = tuple[int, int]
"""Its first page, and its order."""
TOP = 10


class Description(NamedTuple):
    """What is usable, and what is not; whose it is, if that is known; and what is in use already."""

    usable: tuple[Halves, ...]
    unusable: tuple[Halves, ...] = ()
    nodes: tuple[tuple[int, Halves], ...] = ()
    reserved: tuple[Halves, ...] = ()


def covered(half: int, ranges: Iterable[Halves]) -> bool:
    """Whether some range has it."""
    return any(start <= half < end for start, end in ranges)


def halves(page: int) -> range:
    """The parts of a page."""
    return range(HALVES * page, HALVES * page + HALVES)


def is_memory(described: Description, page: int) -> bool:
    """Whether the whole page is usable, and no part of it is anything else."""
    return all(
        covered(half, described.usable) and not covered(half, described.unusable) for half in halves(page)
    )


def node_of(described: Description, page: int) -> int | None:
    """The node that has the whole page; None if none has."""
    if not described.nodes:
        return 0
    for node in {node for node, _ in described.nodes}:
        mine = [part for other, part in described.nodes if other == node]
        if all(covered(half, mine) for half in halves(page)):
            return node
    return None


def is_free(described: Description, page: int) -> bool:
    """Whether no part of the page is in use."""
    return not any(covered(half, described.reserved) for half in halves(page))


class Zone(NamedTuple):
    """A zone's pages: from the first to before the end, those that are memory, those that are handed over."""

    start: int
    end: int
    present: frozenset[int]
    managed: frozenset[int]


def zone_of(page: int, limits: tuple[int, ...]) -> int:
    """The lowest zone whose limit the page is below; the last, if it is below none."""
    return next((zone for zone, limit in enumerate(limits) if page < limit), len(limits))


def zones(described: Description, limits: tuple[int, ...], pages: range) -> dict[tuple[int, int], Zone]:
    """The zones by node and number, that span a page between the first and the last of their node's."""
    owners = {page: node_of(described, page) for page in pages if is_memory(described, page)}
    found: dict[tuple[int, int], Zone] = {}
    for node in sorted({node for node in owners.values() if node is not None}):
        mine = [page for page, owner in owners.items() if owner == node]
        for zone in range(len(limits) + 1):
            spanned = [page for page in range(min(mine), max(mine) + 1) if zone_of(page, limits) == zone]
            present = frozenset(mine) & frozenset(spanned)
            if spanned:
                managed = frozenset(page for page in present if is_free(described, page))
                found[node, zone] = Zone(spanned[0], spanned[-1] + 1, present, managed)
    return found


def canonical(pages: frozenset[int]) -> list[Block]:
    """The largest aligned blocks of these pages alone, by order and address."""
    found = []
    for order in range(TOP + 1):
        for first in sorted(page for page in pages if page % 2**order == 0):
            above = first - first % 2 ** (order + 1)
            whole = pages >= set(range(first, first + 2**order))
            larger = order < TOP and pages >= set(range(above, above + 2 ** (order + 1)))
            if whole and not larger:
                found.append((first, order))
    return found
