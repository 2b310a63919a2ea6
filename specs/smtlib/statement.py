"""An obligation as a statement: hypotheses that some state satisfies, and a goal that follows from them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import z3

from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed, simplified
from specs.prover.method.terms import id_of, symbols, text
from specs.prover.method.witness import Witnesses


class Vacuous(Exception):
    """Hypotheses that contradict each other, and no decision of a path is why."""


@dataclass(frozen=True)
class Statement:
    """What one file says."""

    facts: tuple[z3.BoolRef, ...]
    """What the path, or the lemma, is about."""
    further: tuple[z3.BoolRef, ...]
    """What else the proof used: instances of invariants and of contracts."""
    goal: z3.BoolRef
    impossible: bool = False
    """Whether it says that a path cannot be walked: its goal denies the last of what is assumed there."""

    def lines(self) -> list[str]:
        """The commands of the file, one a line."""
        hypotheses = (*self.facts, *self.further)
        terms = [text(term) for term in hypotheses]
        lines = ["(set-info :smt-lib-version 2.6)", "(set-logic QF_UFBV)"]
        lines += dict(sorted(entry for term in (*hypotheses, self.goal) for entry in symbols(term))).values()
        lines += [f"(assert (! {term} :named h{number}))" for number, term in enumerate(terms, 1)]
        return [*lines, f"(assert (! {text(z3.Not(self.goal))} :named goal))", "(check-sat)", "(exit)"]


def statement(walk: Walk | None, owed: Owed, used: Sequence[z3.BoolRef], witnesses: Witnesses) -> Statement:
    """What the proof showed; if nothing satisfies what it used, then that the path is impossible."""
    distinct = {id_of(fact): fact for fact in owed.facts}
    facts = tuple(distinct.values())
    further = tuple({id_of(fact): fact for fact in used if id_of(fact) not in distinct}.values())
    found = witnesses.decide((*facts, *further))
    if found == "sat":
        return Statement(facts, further, owed.goal)
    if found == "unsat" and walk is not None:
        return _impossible(walk, facts, further, witnesses)
    raise Vacuous(f"{owed.says}: what it assumes is not satisfied by any state ({found})")


def _impossible(
    walk: Walk, facts: Sequence[z3.BoolRef], further: Sequence[z3.BoolRef], witnesses: Witnesses
) -> Statement:
    """The first step of the path that what came before excludes; without it, some state satisfies all."""
    steps = list(_steps(walk, facts, further))
    on_path = {id_of(fact) for _, fact in steps}
    others = tuple(fact for fact in further if id_of(fact) not in on_path)
    for count, (chosen, last) in enumerate(steps):
        before = tuple(fact for _, fact in steps[:count])
        found = witnesses.decide((*before, *others, last))
        if found == "unsat" and chosen and witnesses.decide((*before, *others)) == "sat":
            return Statement(before, others, z3.Not(last), impossible=True)
        if found != "sat":
            break
    raise Vacuous(f"{walk.operation}, max_order {walk.top}: a path contradicts what holds of any state")


def contradiction(
    never: Owed, used: Sequence[z3.BoolRef], witnesses: Witnesses, *, possible: Callable[[], bool]
) -> Statement:
    """That a path is impossible, where no one decision is why: what its calls answered does not go together.

    ``possible`` tells whether another path from the same states can be walked.  Then it is the choices of
    this one that contradict each other, and not what is assumed of any state.
    """
    facts = {id_of(fact): fact for fact in never.facts}
    further = {id_of(fact): fact for fact in used if id_of(fact) not in facts}
    steps = [*facts.values(), *further.values()]
    if witnesses.decide(steps) != "unsat" or not possible():
        raise Vacuous(f"{never.says}: a path contradicts what holds of any state")
    count = bisect_left(
        range(len(steps)), x=True, key=lambda last: witnesses.decide(steps[: last + 1]) != "sat"
    )
    before, last = steps[:count], steps[count]
    if witnesses.decide([*before, last]) != "unsat":
        raise Vacuous(f"{never.says}: no model of what it assumes is found")
    cut = len(facts)
    return Statement(tuple(before[:cut]), tuple(before[cut:]), z3.Not(last), impossible=True)


def _steps(
    walk: Walk, facts: Sequence[z3.BoolRef], further: Sequence[z3.BoolRef]
) -> Iterator[tuple[bool, z3.BoolRef]]:
    """What the path says, in the order in which it came; and whether a choice of the path is behind it."""
    when = {known: number for number, known in enumerate(walk.path.known)}
    found, now = [], -1
    for fact in facts:
        now = when.get(id_of(simplified(fact)), now)
        found.append((now, fact))
    denials = ((when.get(id_of(simplified(fact.arg(0)))), fact) for fact in further if z3.is_not(fact))
    found += [(number, fact) for number, fact in denials if number is not None]
    for number, fact in sorted(found, key=lambda step: step[0]):
        yield number >= 0, fact
