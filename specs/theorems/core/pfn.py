"""What ``verified_buddy.pfn`` computes: for every page below the limit and every order 0..10."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import z3

from specs.ledger.contracts import Contract, contracts
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.invariants import conjunction
from specs.prover.method.labels import LIMIT, align, aligned, pfn
from specs.prover.method.lifted import LiftedPfn, truth
from specs.prover.method.paths import Owed, Path, explore
from specs.prover.method.row import Lemmas
from specs.prover.models import of_core

P, Y = z3.BitVec("p", 64), z3.BitVec("y", 64)
MODULE = "verified_buddy.pfn"
Run = Callable[[Subject, int, Path], object]


def each_order(run: Run, subject: Subject, top: int) -> Iterator[Owed]:
    """What every path of the run owes, for every order."""
    for order in range(top + 1):
        for path in explore(partial(run, subject, order)):
            yield from path.owed
            if path.error is not None:
                says = f"the call does not end in {type(path.error).__name__}: {path.error}"
                yield Owed("impossible", z3.BoolVal(False), says, tuple(path.facts), (), (P, Y))


def block(path: Path, order: int) -> LiftedPfn:
    """Any block of that order below the limit."""
    path.assume(aligned(P, order), z3.ULE(P, LIMIT - pfn(1 << order)))
    return LiftedPfn(path, P)


def _involution(subject: Subject, order: int, path: Path) -> None:
    twice = subject.pfn.buddy_pfn(subject.pfn.buddy_pfn(block(path, order), order), order)
    path.owe("pfn", twice.term == P, f"the buddy's buddy is the block (order {order})")


def _geometry(subject: Subject, order: int, path: Path) -> None:
    page = block(path, order)
    buddy, parent = subject.pfn.buddy_pfn(page, order).term, subject.pfn.parent_pfn(page, order).term
    mine, theirs = align(Y, order) == P, align(Y, order) == buddy
    path.owe("pfn", aligned(buddy, order), f"the buddy is aligned (order {order})")
    path.owe("pfn", z3.Not(z3.And(mine, theirs)), f"block and buddy share no page (order {order})")
    whole = z3.And(z3.ULE(parent, Y), z3.ULT(Y, parent + pfn(2 << order)))
    path.owe("pfn", whole == z3.Or(mine, theirs), f"block and buddy are the parent (order {order})")


def _parent(subject: Subject, order: int, path: Path) -> None:
    page = block(path, order)
    parent, buddy = subject.pfn.parent_pfn(page, order), subject.pfn.buddy_pfn(page, order)
    path.owe("pfn", parent.term == (page & buddy).term, f"the parent is block & buddy (order {order})")
    path.owe("pfn", aligned(parent.term, order + 1), f"the parent is aligned (order {order})")
    again = subject.pfn.align_down(page, order + 1)
    path.owe("pfn", parent.term == again.term, f"the parent is the block aligned down (order {order})")


def _bridge(subject: Subject, order: int, path: Path) -> None:
    bits, means = subject.pfn, subject.definitions
    path.owe("pfn", z3.BoolVal(bits.block_size(order) == means.size(order)), f"the size of order {order}")
    any_page = LiftedPfn(path, Y)
    path.assume(z3.ULT(Y, LIMIT))
    same = truth(bits.is_aligned(any_page, order)) == truth(means.aligned(any_page, order))
    path.owe("pfn", same, f"is_aligned is what it means (order {order})")
    down = bits.align_down(any_page, order).term == means.align_down(any_page, order).term
    path.owe("pfn", down, f"align_down is what it means (order {order})")
    page = block(path, order)
    for name, bit, meaning in (
        ("buddy_pfn", bits.buddy_pfn, means.buddy),
        ("parent_pfn", bits.parent_pfn, means.parent),
    ):
        same = bit(page, order).term == meaning(page, order).term
        path.owe("pfn", same, f"{name} is what it means (order {order})")
    inside = bool(means.covers(page, order, any_page))
    same = truth(bits.covers(page, order, any_page)) == inside
    path.owe("pfn", same, f"covers is what it means (order {order})")


def _no_overflow(subject: Subject, order: int, path: Path) -> None:
    page = block(path, order)
    subject.definitions.buddy(page, order)
    for name in ("buddy_pfn", "parent_pfn", "align_down"):
        result = getattr(subject.pfn, name)(page, order).term
        within = z3.ULE(result, LIMIT - pfn(1 << order))
        path.owe("pfn", within, f"{name} of a block below the limit is below the limit (order {order})")


def _clauses(subject: Subject, top: int) -> Iterator[Owed]:
    """Every clause in the module's docstrings, as it stands there."""
    for contract in contracts(subject.pfn):
        yield from each_order(partial(_clause, contract), subject, top)


def _clause(contract: Contract, subject: Subject, order: int, path: Path) -> None:
    path.assume(z3.ULT(P, LIMIT), z3.ULT(Y, LIMIT))
    values = {"pfn": LiftedPfn(path, P), "page": LiftedPfn(path, Y), "order": order}
    arguments = {name: values[name] for name in contract.parameters}
    path.assume(conjunction(truth(contract.holds(clause, arguments)) for clause in contract.pre))
    arguments["__return__"] = contract.function(**arguments)
    for clause in contract.post:
        says = f"{contract.function.__name__}: {clause} (order {order})"
        path.owe("pfn", truth(contract.holds(clause, arguments)), says)


def _row(name: str, says: str, functions: str, run: Lemmas, rejects: tuple[str, ...]) -> Theorem:
    about = tuple(f"{MODULE}.{function}" for function in functions.split())
    return Theorem(name, says, about, "z3", of_core(lemmas=run), rejects)


EVERY = "block_size is_aligned align_down covers buddy_pfn parent_pfn"
ROWS = (
    _row(
        "pfn-involution",
        "The buddy's buddy is the block.",
        "buddy_pfn",
        partial(each_order, _involution),
        ("buddy-adds",),
    ),
    _row(
        "pfn-geometry",
        "The buddy of an aligned block is aligned and disjoint from it, and together they are the parent.",
        "buddy_pfn parent_pfn",
        partial(each_order, _geometry),
        ("buddy-adds", "parent-is-the-block"),
    ),
    _row(
        "pfn-parent",
        "The parent is pfn & buddy, aligned to the next order.",
        "parent_pfn align_down",
        partial(each_order, _parent),
        ("parent-is-the-block", "align-up"),
    ),
    _row(
        "pfn-bridge",
        "The bit operations are the arithmetic definitions: size, alignment, covers, buddy, parent.",
        EVERY,
        partial(each_order, _bridge),
        ("covers-one-less", "align-up", "buddy-always-above"),
    ),
    _row(
        "pfn-no-overflow",
        "No block below the limit has a buddy or parent that overflows or leaves the limit.",
        "buddy_pfn parent_pfn align_down",
        partial(each_order, _no_overflow),
        ("buddy-adds",),
    ),
    _row(
        "pfn-clauses",
        "Every contract clause in the docstrings of the page frame arithmetic holds as it stands.",
        EVERY,
        _clauses,
        ("covers-one-less", "covers-nothing-asked", "parent-is-the-block"),
    ),
)
