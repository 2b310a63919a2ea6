"""To free what was just allocated restores the free blocks."""

from __future__ import annotations

from collections.abc import Iterator

from specs.ledger.subject import Subject
from specs.ledger.theorem import Assumption, Theorem
from specs.prover.method.invariants import MT
from specs.prover.method.labels import is_free, unknown
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.row import Proof
from specs.prover.models import of_core
from specs.prover.models.core.contracts import claimed, released
from specs.theorems.core import buddy
from specs.theorems.core.free_area import P, T, lemma

EXACT = {"rmqueue_smallest": "alloc-exact", "free_one_page": "free-exact"}
PROOFS = {row.name: row.check for row in buddy.ROWS}


def _posts(walk: Walk) -> Iterator[Owed]:
    """The contracts of both, of which the lemma is made."""
    proof = PROOFS[EXACT[walk.operation]]
    assert isinstance(proof, Proof)
    assert proof.posts is not None
    yield from proof.posts(walk)


def _same_pages(subject: Subject, top: int) -> Iterator[Owed]:
    before, between, after = (unknown(name, top) for name in ("0", "1", "2"))
    for order in range(top + 1):
        facts = [truth for truth, _ in claimed(before, between, P, order, T, MT)]
        facts += [truth for truth, _ in released(between, after, P, order, T)]
        same = is_free(before.owner(T)) == is_free(after.owner(T))
        yield lemma(same, f"the same pages are free after alloc and free of order {order}", facts)


ROWS = (
    Theorem(
        "free-undoes-alloc",
        "To free what was just allocated leaves the same pages free, hence the same free blocks.",
        ("verified_buddy.buddy.rmqueue_smallest", "verified_buddy.buddy.free_one_page"),
        "z3",
        of_core(tuple(EXACT), (), _posts, _same_pages),
        ("split-forgets-the-last-half", "merge-keeps-the-block"),
        assumes=(Assumption(("canonical-form",), "the same pages have the same free blocks"),),
    ),
)
