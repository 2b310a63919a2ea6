"""A mask of flags of which nothing is known, and what every path of a function on it owes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import z3

from specs.ledger.domain import Domain
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.prover.method.lifted import BITS, LiftedPfn
from specs.prover.method.paths import Owed, Path, explore
from specs.prover.method.row import Lemmas, Proof

MASK = z3.BitVec("gfp_mask", BITS)
TAG = "gfp"
ANY_MASK = Domain("nothing but arguments", "none", sizes=(f"masks and numbers: any of {BITS} bits",))
"""For what functions of flags are proved."""
Run = Callable[[LiftedPfn], None]
"""Calls functions on the mask, and owes what their answers must be."""


def bits(number: int) -> z3.BitVecRef:
    """A number as a mask."""
    return z3.BitVecVal(number, BITS)


def has(some: int) -> z3.BoolRef:
    """Whether the mask has all of these bits."""
    return bits(some) & MASK == bits(some)


def lacks(some: int) -> z3.BoolRef:
    """Whether the mask has none of these bits."""
    return bits(some) & MASK == bits(0)


def any_of(terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
    """Whether any of them is true; the second solver takes no disjunction of one."""
    found = list(terms)
    return z3.Or(*found) if len(found) > 1 else found[0] if found else z3.BoolVal(False)


def every_path(run: Run, says: str) -> Iterator[Owed]:
    """What every path owes; and that none ends in an error which the run does not expect."""

    def on_any_mask(path: Path) -> None:
        run(LiftedPfn(path, MASK))

    for path in explore(on_any_mask):
        yield from path.owed
        if path.error is not None:
            wrong = f"{says}: the call does not end in {type(path.error).__name__}: {path.error}"
            yield Owed("impossible", z3.BoolVal(False), wrong, tuple(path.facts), ())


def tell(subject: Subject, owed: Owed) -> Story:
    """The least mask of which the sentence is not true, and what else the call is given."""
    solver = z3.Optimize()
    solver.set(timeout=1000, ctrl_c=False)  # an interrupt is ours
    solver.add(*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal))
    solver.minimize(MASK)
    given = {MASK.decl().name(): 0}
    if solver.check() == z3.sat:
        model = solver.model()
        given |= {each.name(): model.eval(each(), model_completion=True).as_long() for each in model.decls()}
    shown = ", ".join(f"{name} = {value:#x}" for name, value in given.items())
    return Story(f"with {shown}", owed.says, stateless=True, why_not="a mask is all that the call is given")


def of_masks(lemmas: Lemmas) -> Proof:
    """A proof about functions of a mask; the top order of a zone does not matter to them."""
    return Proof(lemmas=lemmas, tops=lambda tops: tops[:1], tell_lemma=tell)
