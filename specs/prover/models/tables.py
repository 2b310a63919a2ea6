"""The memory in which page tables lie, of any content; and what a walk through it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import z3

from specs.prover.method.invariants import conjunction
from specs.prover.method.paths import Path
from specs.prover.models.addresses import LiftedAddress, bits

WORD = z3.BitVecSort(64)
LEVELS = (4, 3, 2, 1)
SHIFTS = {4: 39, 3: 30, 2: 21, 1: 12}
START = z3.Function("word", WORD, WORD, WORD)
"""The entry of a table's page, by its number, before the call."""
LEVEL = z3.Function("level", WORD, WORD)
"""At which level a page is a table; 0 if it is none."""
PARENT, SLOT = z3.Function("parent", WORD, WORD), z3.Function("slot", WORD, WORD)
"""Which entry points to a table: of which page, and which of them."""
ROOT = z3.BitVec("root", 64)
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
    return z3.ZeroExt(24, z3.Extract(51, 12, word))


def slot_of(address: z3.BitVecRef, level: int) -> z3.BitVecRef:
    """The nine bits that choose an entry."""
    return z3.ZeroExt(55, z3.Extract(SHIFTS[level] + 8, SHIFTS[level], address))


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
        words = [before[each].word == after[each].word for each in LEVELS if each >= level]
        alike.append(z3.And(mine.ends == theirs.ends, z3.Implies(mine.ends, conjunction(words))))
    return z3.And(*alike)


def down(reads: Reads, level: Ghost, parent: Ghost, slot: Ghost, table: z3.BitVecRef, at: z3.BitVecRef) -> z3.BoolRef:
    """What an entry of a table points to is the table of the next level that it is said to own; 0 is no entry."""
    word = reads(table, at)
    leaf = z3.Or(level(table) == 1, huge(word))
    child = pointed(word)
    owned = z3.And(level(child) == level(table) - 1, parent(child) == table, slot(child) == at)
    kinds = z3.And(
        z3.Implies(z3.And(present(word), z3.Not(leaf)), owned),
        z3.Implies(z3.Not(present(word)), word == 0),
        z3.Implies(level(table) == 4, z3.Not(z3.And(present(word), huge(word)))),
    )
    a_table = z3.And(z3.UGE(level(table), 1), z3.ULE(level(table), 4), z3.ULT(at, 512))
    return z3.Implies(a_table, kinds)


def up(reads: Reads, level: Ghost, parent: Ghost, slot: Ghost, table: z3.BitVecRef) -> z3.BoolRef:
    """A table is the root, or the entry that is said to own it points to it; no other level exists."""
    word = reads(parent(table), slot(table))
    owner = z3.And(
        level(parent(table)) == level(table) + 1,
        z3.ULT(slot(table), 512),
        present(word),
        z3.Not(huge(word)),
        pointed(word) == table,
    )
    below = z3.And(z3.UGE(level(table), 1), z3.ULE(level(table), 3))
    known = z3.And(z3.ULE(level(table), 4), (level(table) == 4) == (table == ROOT))
    return z3.And(known, z3.Implies(below, owner))


@dataclass
class Words:
    """Stands in for the memory of tables: what was written since, and what is known of empty tables."""

    path: Path
    reads: Reads = START
    asked: Sequence[tuple[z3.BitVecRef, z3.BitVecRef]] = ()
    """The entries of which an empty table is known to have none."""
    empties: list[z3.BitVecRef] = field(default_factory=list)

    def read(self, table: LiftedAddress, slot: LiftedAddress) -> LiftedAddress:
        """One entry."""
        return LiftedAddress(self.path, self.reads(table.term, slot.term))

    def write(self, table: LiftedAddress, slot: LiftedAddress, word: LiftedAddress | int) -> None:
        """Change one entry."""
        before, new = self.reads, bits(word) if isinstance(word, int) else word.term
        here, there = table.term, slot.term
        self.reads = lambda page, at: z3.If(z3.And(page == here, at == there), new, before(page, at))

    def add(self, table: LiftedAddress) -> None:
        """A page becomes a table, all zeros."""
        before, here = self.reads, table.term
        self.reads = lambda page, at: z3.If(page == here, bits(0), before(page, at))

    def is_empty(self, table: LiftedAddress) -> bool:
        """Whether all entries are 0: then those in question are; else some entry is not."""
        said = self.path.decide(z3.Bool(f"empty{len(self.empties)}"))
        self.empties.append(table.term)
        if said:
            for page, at in self.asked:
                self.path.assume(z3.Implies(page == table.term, self.reads(page, at) == bits(0)))
        return said
