"""The memory in which page tables lie, of any content; and what a walk through it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import z3

from specs.prover.method.paths import Path
from specs.prover.models.addresses import LiftedAddress, bits

WORD, PAGE, PLACE, DEPTH = z3.BitVecSort(64), z3.BitVecSort(40), z3.BitVecSort(9), z3.BitVecSort(3)
"""An entry; the number of a page below 2^52 bytes; that of an entry in its table; a level."""
LEVELS = (4, 3, 2, 1)
SHIFTS = {4: 39, 3: 30, 2: 21, 1: 12}
START = z3.Function("word", PAGE, PLACE, WORD)
"""The entry of a table's page, by its number, before the call."""
LEVEL = z3.Function("level", PAGE, DEPTH)
"""At which level a page is a table; 0 if it is none."""
PARENT, SLOT = z3.Function("parent", PAGE, PAGE), z3.Function("slot", PAGE, PLACE)
"""Which entry points to a table: of which page, and which of them."""
ROOT = z3.BitVec("root", 40)
Reads = Callable[[z3.BitVecRef, z3.BitVecRef], z3.BitVecRef]
Ghost = Callable[[z3.BitVecRef], z3.BitVecRef]


def present(word: z3.BitVecRef) -> z3.BoolRef:
    """Bit 0."""
    return z3.Extract(0, 0, word) == 1


def huge(word: z3.BitVecRef) -> z3.BoolRef:
    """Bit 7."""
    return z3.Extract(7, 7, word) == 1


def pointed(word: z3.BitVecRef) -> z3.BitVecRef:
    """The page at bits 51..12."""
    return z3.Extract(51, 12, word)


def slot_of(address: z3.BitVecRef, level: int) -> z3.BitVecRef:
    """The nine bits that choose an entry."""
    return z3.Extract(SHIFTS[level] + 8, SHIFTS[level], address)


class Entry(NamedTuple):
    """What a walk meets at one level, if it comes so far."""

    table: z3.BitVecRef
    slot: z3.BitVecRef
    word: z3.BitVecRef
    reached: z3.BoolRef
    ends: z3.BoolRef
    """Whether the walk ends here with a page."""


def entries(reads: Reads, address: z3.BitVecRef) -> dict[int, Entry]:
    """The walk to an address, by definition: from the root, as long as entries point to tables."""
    table, reached = ROOT, z3.BoolVal(True)
    found = {}
    for level in LEVELS:
        slot = slot_of(address, level)
        word = reads(table, slot)
        leaf = z3.BoolVal(True) if level == 1 else huge(word)
        found[level] = Entry(table, slot, word, reached, z3.And(reached, present(word), leaf))
        table, reached = pointed(word), z3.And(reached, present(word), z3.Not(leaf))
    return found


def same_walk(before: dict[int, Entry], after: dict[int, Entry]) -> z3.BoolRef:
    """Both end with no page, or at the same level after the same entries: with the same page and rights."""
    alike = []
    for level in LEVELS:
        mine, theirs = before[level], after[level]
        lower = [before[each].ends for each in LEVELS if each <= level]
        through = z3.Or(*lower) if len(lower) > 1 else lower[0]
        alike += [mine.ends == theirs.ends, z3.Implies(through, mine.word == theirs.word)]
    return z3.And(*alike)


def down(
    reads: Reads, level: Ghost, parent: Ghost, slot: Ghost, table: z3.BitVecRef, at: z3.BitVecRef
) -> z3.BoolRef:
    """What an entry points to is the table of the next level that it is said to own; 0 is no entry."""
    word = reads(table, at)
    leaf = z3.Or(level(table) == 1, huge(word))
    child = pointed(word)
    owned = z3.And(level(child) == level(table) - 1, parent(child) == table, slot(child) == at)
    kinds = z3.And(
        z3.Implies(z3.And(present(word), z3.Not(leaf)), owned),
        z3.Implies(z3.Not(present(word)), word == 0),
        z3.Implies(level(table) == 4, z3.Not(z3.And(present(word), huge(word)))),
    )
    a_table = z3.And(z3.UGE(level(table), 1), z3.ULE(level(table), 4))
    return z3.Implies(a_table, kinds)


def up(reads: Reads, level: Ghost, parent: Ghost, slot: Ghost, table: z3.BitVecRef) -> z3.BoolRef:
    """A table is the root, or the entry that is said to own it points to it; no other level exists."""
    word = reads(parent(table), slot(table))
    owner = z3.And(
        level(parent(table)) == level(table) + 1,
        present(word),
        z3.Not(huge(word)),
        pointed(word) == table,
    )
    below = z3.And(z3.UGE(level(table), 1), z3.ULE(level(table), 3))
    known = z3.And(z3.ULE(level(table), 4), (level(table) == 4) == (table == ROOT))
    return z3.And(known, z3.Implies(below, owner))


def lifted(path: Path, page: z3.BitVecRef) -> LiftedAddress:
    """The number of a page, as the code has it."""
    return LiftedAddress(path, z3.ZeroExt(24, page))


def page_of(number: LiftedAddress) -> z3.BitVecRef:
    """The number of a page, which has no more bits than an entry holds of it."""
    return z3.simplify(z3.Extract(39, 0, number.term))


def place_of(number: LiftedAddress) -> z3.BitVecRef:
    """The number of an entry, which has no more than nine bits."""
    return z3.simplify(z3.Extract(8, 0, number.term))


@dataclass
class Words:
    """Stands in for the memory of tables: what was written since, and what is known of empty tables."""

    path: Path
    reads: Reads = START
    empties: list[tuple[z3.BitVecRef, Reads]] = field(default_factory=list)
    """The tables that were empty, and the memory then."""

    def read(self, table: LiftedAddress, slot: LiftedAddress) -> LiftedAddress:
        """One entry."""
        return LiftedAddress(self.path, self.reads(page_of(table), place_of(slot)))

    def write(self, table: LiftedAddress, slot: LiftedAddress, word: LiftedAddress | int) -> None:
        """Change one entry."""
        before, new = self.reads, bits(word) if isinstance(word, int) else word.term
        here, there = page_of(table), place_of(slot)
        self.reads = lambda page, at: z3.If(z3.And(page == here, at == there), new, before(page, at))

    def add(self, table: LiftedAddress) -> None:
        """A page becomes a table, all zeros."""
        before, here = self.reads, page_of(table)
        self.reads = lambda page, at: z3.If(page == here, bits(0), before(page, at))

    def is_empty(self, table: LiftedAddress) -> bool:
        """Whether all entries are 0; if they are not, nothing is known."""
        if not self.path.choose():
            return False
        self.empties.append((page_of(table), self.reads))
        return True

    def nothing_in(self, entries: Iterable[tuple[z3.BitVecRef, z3.BitVecRef]]) -> Iterator[z3.BoolRef]:
        """That the entries are 0, if they are of a table that was empty."""
        for page, at in entries:
            for empty, reads in self.empties:
                yield z3.Implies(page == empty, reads(page, at) == bits(0))
