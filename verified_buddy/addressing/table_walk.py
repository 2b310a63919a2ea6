"""One walk through page tables, and the two changes at its end: entries that are linked and unlinked."""

from __future__ import annotations

from typing import NamedTuple

from verified_buddy.addressing.address import Linear, Physical, address_of
from verified_buddy.addressing.paging import (
    PRESENT,
    Entry,
    Geometry,
    encode,
    entry_address,
    index_at,
    is_leaf,
    table_of,
)
from verified_buddy.pfn import Pfn


class TableMemory:
    """The entries of the pages that hold tables; entries that are 0 are not kept."""

    def __init__(self) -> None:
        self.words: dict[Pfn, dict[int, int]] = {}

    def add(self, table: Pfn) -> None:
        """A page becomes a table, all zeros."""
        self.words[table] = {}

    def remove(self, table: Pfn) -> None:
        """The page is no table any more."""
        del self.words[table]

    def read(self, table: Pfn, slot: int) -> int:
        """One entry, of 8 bytes."""
        return self.words[table].get(slot, 0)

    def write(self, table: Pfn, slot: int, word: int) -> None:
        """Change one entry."""
        if word == 0:
            self.words[table].pop(slot, None)
        else:
            self.words[table][slot] = word

    def is_empty(self, table: Pfn) -> bool:
        """Whether all entries of the table are 0."""
        return not self.words[table]


class Step(NamedTuple):
    """One entry that a walk has read."""

    level: int
    table: Pfn
    slot: int
    word: int

    @property
    def address(self) -> Physical:
        """Where the entry lies, in bytes."""
        return entry_address(self.table, self.slot)


def walk(memory: TableMemory, root: Pfn, va: Linear, geometry: Geometry, down_to: int = 1) -> list[Step]:
    """The entries on the way to an address, from the root to one that maps a page, or is not present.

    None below the level ``down_to`` is read.  Linux: follow_pte() and its like; Intel SDM vol. 3A, 4.5.
    """
    steps: list[Step] = []
    table = root
    for level in range(geometry.levels, down_to - 1, -1):
        slot = index_at(va, level, geometry)
        word = memory.read(table, slot)
        steps.append(Step(level, table, slot, word))
        if word & PRESENT == 0 or is_leaf(word, level):
            break
        table = table_of(word)
    return steps


def link(
    memory: TableMemory, last: Step, va: Linear, leaf: int, new: list[Pfn], flags: int, geometry: Geometry
) -> None:
    """Hang a leaf under the last entry of a walk, by way of new tables; they are filled before they are seen.

    ``new``: the pages of the tables, the lowest first.  Linux: pmd_populate() and its like.
    """
    word = leaf
    for table, level in zip(new, range(last.level - len(new), last.level), strict=True):
        memory.write(table, index_at(va, level, geometry), word)
        word = encode(Entry(address_of(table), flags, leaf=False), level + 1, geometry)
    memory.write(last.table, last.slot, word)


def unlink(memory: TableMemory, steps: list[Step]) -> list[Pfn]:
    """Clear the last entry of a walk, and those that point to tables which are empty then: these tables.

    The root stays.  Linux: free_pgd_range(), mm/memory.c, which frees tables as their last page goes.
    """
    empty: list[Pfn] = []
    memory.write(steps[-1].table, steps[-1].slot, 0)
    for step, parent in zip(steps[:0:-1], steps[-2::-1], strict=True):
        if not memory.is_empty(step.table):
            break
        memory.write(parent.table, parent.slot, 0)
        empty.append(step.table)
    return empty
