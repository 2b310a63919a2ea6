"""An address, an entry or a descriptor of which nothing is known but that it has 64 bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import z3

from specs.ledger.domain import Domain
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.prover.method.judge import judged
from specs.prover.method.lifted import BITS, LiftedPfn
from specs.prover.method.paths import Owed, Path, explore
from specs.prover.method.row import Lemmas, Proof
from specs.prover.method.search import seek
from specs.prover.method.solve import counterexample

TAG = "address"
Run = Callable[[Path], object]
ANY_ADDRESS = Domain(
    "nothing but arguments", "none", sizes=(f"addresses, entries and descriptors: any of {BITS} bits",)
)
"""For what functions of addresses are proved."""


class LiftedAddress(LiftedPfn):
    """A number that is shifted too: to the right as it is, to the left if it loses no bit."""

    __slots__ = ()
    __hash__ = None  # of unknown value, hence no key

    def _pfn(self, term: z3.BitVecRef) -> LiftedAddress:
        return LiftedAddress(self.path, term)

    def _by(self, other: object) -> int:
        if type(other) is not int or not 0 <= other < BITS:
            raise TypeError(f"a lifted address shifted by {other!r}")
        return other

    def __rshift__(self, other: object) -> LiftedAddress:
        return self._pfn(z3.LShR(self.term, self._by(other)))

    def __lshift__(self, other: object) -> LiftedAddress:
        by = self._by(other)
        lost = z3.LShR(self.term << by, by) == self.term
        self.path.owe("no-wrap", lost, "a shift to the left loses no bit")
        return self._pfn(self.term << by)

    def __mul__(self, other: object) -> LiftedAddress:
        if type(other) is not int or other <= 0 or other & (other - 1):
            raise TypeError(f"a lifted address multiplied by {other!r}")
        return self << (other.bit_length() - 1)


def bits(number: int) -> z3.BitVecRef:
    """A number of 64 bits."""
    return z3.BitVecVal(number, BITS)


def every_path(run: Run, says: str) -> Iterator[Owed]:
    """What every path owes that some arguments walk; and that none ends in an error the run does not expect.

    A path is left out if both solvers say that nothing walks it; what it owes before it parts from the
    others, these owe too.
    """
    for path in explore(run):
        if path.denied or path.facts:
            known = (*path.facts, *path.denied)
            if seek(known).said == "unsat" and judged(known)[0] == "unsat":
                continue
        yield from path.owed
        if path.error is not None:
            wrong = f"{says}: the call does not end in {type(path.error).__name__}"
            pool = [partial(tuple[z3.BoolRef, ...], tuple(path.denied))]
            yield Owed("impossible", z3.BoolVal(False), wrong, tuple(path.facts), pool)


def tell(subject: Subject, owed: Owed) -> Story:
    """What the call is given in a counterexample."""
    model = counterexample(owed)
    if model is None:
        return Story(owed.says, owed.says, stateless=True, why_not="the solver finds it only once")
    shown = ", ".join(
        f"{each.name()} = {model[each].as_long():#x}"
        for each in sorted(model.decls(), key=lambda each: str(each.name()))
        if each.arity() == 0 and z3.is_bv_value(model[each])
    )
    why = "addresses are all that the call is given"
    return Story(f"with {shown or 'any address'}", owed.says, stateless=True, why_not=why)


def of_addresses(lemmas: Lemmas) -> Proof:
    """A proof about functions of addresses; the top order of a zone does not matter to them."""
    return Proof(lemmas=lemmas, tops=lambda tops: tops[:1], tell_lemma=tell)
