"""What ``verified_buddy.addressing.table_walk`` does: to tables of any content, for every address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import z3

from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.paths import Owed, Path
from specs.prover.models.addresses import TAG, LiftedAddress, bits, every_path, of_addresses
from specs.prover.models.tables import (
    LEVEL,
    LEVELS,
    PARENT,
    ROOT,
    SHIFTS,
    SLOT,
    START,
    Ghost,
    Words,
    down,
    entries,
    huge,
    lifted,
    page_of,
    pointed,
    present,
    same_walk,
    slot_of,
    up,
)

MODULE = "verified_buddy.addressing.table_walk"
V, OTHER, LEAF = z3.BitVec("v", 64), z3.BitVec("other", 64), z3.BitVec("leaf", 64)
ANY, AT = z3.BitVec("any_table", 40), z3.BitVec("any_slot", 9)
NEW = tuple(z3.BitVec(f"new{number}", 40) for number in range(3))
BEFORE = entries(START, V), entries(START, OTHER)
FLAGS = 0x67
"""Of the tables that are made on the way."""
TABLES = Domain(
    "tables of four levels of 512 entries, of any content, in which each but the root is pointed to by the "
    "one entry that owns it",
    "none",
    sizes=("addresses, and entries of pages: any of 64 bits",),
)
KEPT = (
    "tables begin as a root alone, a tree; nothing but link and unlink writes to them, and they keep it",
    "a page that the allocator hands out is no table yet, and is all zeros",
)
ANY_CONTENT = Domain("memory of any content", "none", sizes=("addresses and roots: any of 64 bits",))


def same_page(level: int) -> z3.BoolRef:
    """Whether both addresses lie in one page of that level."""
    return z3.Extract(47, SHIFTS[level], V) == z3.Extract(47, SHIFTS[level], OTHER)


GHOSTS = LEVEL, PARENT, SLOT
ON_THE_WAY, ON_THE_OTHER = (
    (*(down(START, *GHOSTS, each.table, each.slot) for each in walk.values()),) for walk in BEFORE
)
ANYWHERE = (
    down(START, *GHOSTS, ANY, AT),
    up(START, *GHOSTS, ANY),
    up(START, *GHOSTS, ROOT),
    up(START, *GHOSTS, pointed(START(ANY, AT))),
)
"""That the tables are a tree: at the entries of both walks, and at any entry of any page."""


def a_tree(path: Path) -> None:
    """Suppose that the tables are a tree, on the way to the address."""
    path.assume(LEVEL(ROOT) == 4, *ON_THE_WAY)


def owe_given(path: Path, facts: Sequence[z3.BoolRef], goal: z3.BoolRef, says: str) -> None:
    """Owe it, if these are supposed too."""
    before = path.facts.copy()
    path.assume(*facts)
    path.owe(TAG, goal, says)
    path.facts[:] = before


def is_a_tree(path: Path, memory: Words, level: Ghost, parent: Ghost, slot: Ghost) -> None:
    """Owe that they are a tree again: at any entry of any table, and of any page."""
    ghosts = level, parent, slot
    suppose = *ANYWHERE, *memory.nothing_in([(ANY, AT), (PARENT(ANY), SLOT(ANY))])
    says = "an entry that points to a table owns it, and no other entry does"
    owe_given(path, suppose, down(memory.reads, *ghosts, ANY, AT), says)
    says = "a table is the root, or the entry that owns it points to it"
    owe_given(path, suppose, up(memory.reads, *ghosts, ANY), says)


def levels(subject: Subject) -> tuple[int, ...]:
    """Of the page that is mapped or unmapped; a broken twin is tried with huge pages of 2 MiB alone."""
    return (1, 2, 3) if subject.twin is None else (2,)


def _walked(subject: Subject, least: int, path: Path) -> None:
    it, memory = subject.addressing, Words(path)
    address, root = LiftedAddress(path, V), lifted(path, ROOT)
    steps = it.table_walk.walk(memory, root, address, it.paging.X86_64, least)
    path.owe(TAG, z3.BoolVal([each.level for each in steps] == list(LEVELS[: len(steps)])), "level by level")
    for step in steps:
        mine = BEFORE[0][step.level]
        read = z3.And(
            step.table.term == z3.ZeroExt(24, mine.table),
            step.slot.term == z3.ZeroExt(55, mine.slot),
            step.word.term == mine.word,
        )
        path.owe(TAG, read, "each entry is that of the table that the one before points to")
        path.owe(TAG, mine.reached, "the walk comes so far")
        place = z3.ZeroExt(24, mine.table) * 4096 + z3.ZeroExt(55, mine.slot) * 8
        path.owe(TAG, step.address.term == place, "entry n of a table is 8 * n bytes after its start")
    last = BEFORE[0][steps[-1].level]
    over = z3.Or(last.ends, z3.Not(present(last.word)), z3.BoolVal(steps[-1].level == least))
    path.owe(TAG, over, "it ends with a page, with an entry that is not present, or as low as it should")


def _walks(subject: Subject, _: int) -> Iterator[Owed]:
    for least in (1, 2, 3):
        yield from every_path(partial(_walked, subject, least), "a walk")


def _linked(subject: Subject, level: int, path: Path) -> None:
    it, memory = subject.addressing, Words(path)
    a_tree(path)
    path.assume(present(LEAF), z3.Or(z3.BoolVal(level == 1), huge(LEAF)))
    address = LiftedAddress(path, V)
    last = it.table_walk.walk(memory, lifted(path, ROOT), address, it.paging.X86_64, level)[-1]
    if last.word & 1 != 0:
        return
    new = NEW[: last.level - level]
    path.assume(*(LEVEL(each) == 0 for each in new))
    if len(new) > 1:
        path.assume(z3.Distinct(*new))
    tables = [lifted(path, each) for each in new]
    for table in tables:
        memory.add(table)
    it.table_walk.link(memory, last, address, LiftedAddress(path, LEAF), tables, FLAGS, it.paging.X86_64)
    path.narrow((*path.facts, *path.denied))  # most proofs need all of it
    after = entries(memory.reads, OTHER)
    theirs = same_page(level)
    same = z3.Implies(z3.Not(theirs), same_walk(BEFORE[1], after))
    owe_given(path, ON_THE_OTHER, same, "no other page has changed")
    mine = z3.And(after[level].ends, after[level].word == LEAF)
    path.owe(TAG, z3.Implies(theirs, mine), "every address of the page leads to it")
    for above in range(level + 1, 5):
        flags = z3.If(present(BEFORE[1][above].word), BEFORE[1][above].word, bits(FLAGS))
        kept = after[above].word & bits(0xFFF0_0000_0000_0FFF) == flags & bits(0xFFF0_0000_0000_0FFF)
        says = "the rights above are those of the tables that were there, and those that were asked for"
        reached = z3.Or(BEFORE[1][above].reached, z3.BoolVal(above <= last.level))
        path.owe(TAG, z3.Implies(z3.And(theirs, reached), z3.Or(kept, z3.BoolVal(above < last.level))), says)
    levels = [(term, z3.BitVecVal(level + number, 3)) for number, term in enumerate(new)]
    parents = [*new[1:], page_of(last.table)][: len(new)]
    owners = [(term, owner) for term, owner in zip(new, parents, strict=True)]
    slots = [(term, slot_of(V, level + number + 1)) for number, term in enumerate(new)]
    is_a_tree(path, memory, changed(LEVEL, levels), changed(PARENT, owners), changed(SLOT, slots))


def changed(ghost: Any, pairs: list[tuple[z3.BitVecRef, z3.BitVecRef]]) -> Ghost:
    """The same, but for these pages."""

    def value(page: z3.BitVecRef) -> z3.BitVecRef:
        term = ghost(page)
        for each, new in pairs:
            term = z3.If(page == each, new, term)
        return term

    return value


def _links(subject: Subject, _: int) -> Iterator[Owed]:
    for level in levels(subject):
        yield from every_path(partial(_linked, subject, level), "a page is mapped")


def _unlinked(subject: Subject, level: int, path: Path) -> None:
    it = subject.addressing
    memory = Words(path)
    a_tree(path)
    path.assume(BEFORE[0][level].ends)
    steps = it.table_walk.walk(memory, lifted(path, ROOT), LiftedAddress(path, V), it.paging.X86_64)
    gone = [page_of(table) for table in it.table_walk.unlink(memory, steps)]
    path.narrow((*path.facts, *path.denied))  # most proofs need all of it
    after = entries(memory.reads, OTHER)
    theirs = same_page(level)
    same = z3.Implies(z3.Not(theirs), same_walk(BEFORE[1], after))
    met = memory.nothing_in((each.table, each.slot) for each in BEFORE[1].values())
    owe_given(path, (*ON_THE_OTHER, *met), same, "no other page has changed")
    none = z3.And(*(z3.Not(each.ends) for each in after.values()))
    path.owe(TAG, z3.Implies(theirs, none), "no address of the page leads anywhere")
    for term in gone:
        was = z3.And(LEVEL(term) != 0, term != ROOT)
        owe_given(path, ANYWHERE, was, "what is given back was a table, and not the root")
    if len(gone) > 1:
        path.owe(TAG, z3.Distinct(*gone), "no table is given back twice")
    is_a_tree(path, memory, changed(LEVEL, [(term, z3.BitVecVal(0, 3)) for term in gone]), PARENT, SLOT)


def _unlinks(subject: Subject, _: int) -> Iterator[Owed]:
    for level in levels(subject):
        yield from every_path(partial(_unlinked, subject, level), "a page is unmapped")


ROWS = (
    Theorem(
        "table-walk-steps",
        "A walk reads the entries that the address chooses, each in the table that the one before points to, "
        "down to one that maps a page, is not present, or is as low as asked for.",
        (f"{MODULE}.walk", f"{MODULE}.Step.address"),
        "z3",
        of_addresses(_walks),
        ("table-walk-goes-through-pages", "table-walk-goes-on", "table-walk-one-too-low"),
        domain=ANY_CONTENT,
    ),
    Theorem(
        "table-walk-link",
        "After a page was mapped every address in it leads to its entry, and every other one where it led, "
        "through the same entries; each table but the root is owned by the one entry that points to it.",
        (f"{MODULE}.link",),
        "z3",
        of_addresses(_links),
        ("table-walk-links-the-lowest",),
        domain=TABLES,
        supposes=KEPT,
    ),
    Theorem(
        "table-walk-unlink",
        "After a page was unmapped no address in it leads anywhere, and every other one where it led; the "
        "tables that became empty are given back once, and no entry points to them.",
        (f"{MODULE}.unlink",),
        "z3",
        of_addresses(_unlinks),
        (
            "table-walk-frees-tables-in-use",
            "table-walk-leaks-empty-tables",
        ),
        domain=TABLES,
        supposes=KEPT,
    ),
)
