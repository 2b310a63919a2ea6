"""Deciding obligations: bitwuzla finds which facts a proof takes, and a state that has them; z3 proves it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from itertools import zip_longest
from typing import Literal

import z3

from specs.prover.method.judge import Said, judged
from specs.prover.method.paths import Owed, assumed
from specs.prover.method.remembered import Remembered
from specs.prover.method.search import seek
from specs.prover.method.terms import id_of, ids
from specs.prover.method.witness import Witnesses

Verdict = Literal["proved", "refuted", "unknown", "vacuous"]
Key = tuple[int, frozenset[int]]
Stage = Callable[[], Sequence[z3.BoolRef]]
Pool = Sequence[Stage]
"""Further hypotheses, in stages: the next is built when those before do not suffice."""


@dataclass(frozen=True)
class Answer:
    """What the solvers say of one obligation."""

    verdict: Verdict
    used: tuple[z3.BoolRef, ...] = ()
    """The facts of the pool that the proof needed."""
    model: z3.ModelRef | None = None
    reason: str = ""


@dataclass
class Solvers:
    """Both solvers, what they have proved already, and how long they took."""

    confirm: bool = True
    """Whether z3 has to prove what bitwuzla finds no counterexample to; else that is enough."""
    witnessed: bool = True
    """Whether the hypotheses of each proof are shown to hold together; else whoever asks shows it."""
    seconds: dict[str, float] = field(default_factory=lambda: {"z3": 0.0, "bitwuzla": 0.0})
    proved: dict[Key, list[Answer]] = field(default_factory=dict)
    alive: list[Owed] = field(default_factory=list)
    settled: dict[int, Answer] = field(default_factory=dict)
    """What was proved already, by the obligation's own id; rows that share paths share obligations."""
    lent: dict[Key, list[Answer]] = field(default_factory=dict)
    """Proofs of others: a broken twin owes most of what the running code owes, in the same terms."""
    whole: dict[str, int] = field(default_factory=dict)
    """By sentence: how many stages were needed whole; on the next path they are used at once."""
    asked: int = 0
    witnesses: Witnesses = field(default_factory=Witnesses)
    remembered: Remembered | None = None
    """The proofs of earlier runs, if they count."""

    @property
    def names(self) -> tuple[str, ...]:
        """The solvers that must agree, with their versions."""
        both = ("z3-solver", "bitwuzla") if self.confirm else ("bitwuzla",)
        return tuple(map(_with_version, both))

    def decide(self, owed: Owed) -> Answer:
        """Whether the goal follows from the facts and any of the pool's."""
        answer = self._known(owed) or self._recalled(owed)
        if answer is None:
            answer = self._ask(owed)
            if answer.verdict == "proved":
                self._settle(owed, answer)
                self.proved.setdefault(_key(owed), []).append(answer)
                self._keep(owed, answer)
        return answer

    def holds_together(self, owed: Owed) -> Said:
        """Whether some state satisfies at once all that the obligation may assume."""
        if not self.witnessed or z3.is_false(owed.goal):
            return "sat"
        return self.witnesses.decide(assumed([owed]))

    def prove_together(self, all_owed: Iterable[Owed]) -> None:
        """Prove what came up at one moment as one conjunction; if that fails, each is still open."""
        moments: dict[tuple[object, ...], dict[int, Owed]] = {}
        for owed in all_owed:
            if owed.moment and self._known(owed) is None:
                moments.setdefault(owed.moment, {}).setdefault(id_of(owed.goal), owed)
        for group in (list(goals.values()) for goals in moments.values() if len(goals) > 1):
            if self.remembered is not None and self._recalled(_conjunction(group)) is None:
                group = [owed for owed in group if self._recalled(owed) is None]
            if len(group) > 1 and (answer := self.decide(_conjunction(group))).verdict == "proved":
                for owed in group:
                    self._settle(owed, answer)
                    self._keep(owed, answer)

    def _known(self, owed: Owed) -> Answer | None:
        """The proof of this obligation; or of an equal one, if all that it used is in this one's pool."""
        found = self.settled.get(id(owed))
        if found is None:
            key = _key(owed)
            equal = (*self.proved.get(key, ()), *self.lent.get(key, ()))
            found = next((answer for answer in equal if _all_in(answer.used, owed.pool)), None)
            if found is not None:
                self._settle(owed, found)
        return found

    def _recalled(self, owed: Owed) -> Answer | None:
        """The proof that an earlier run found."""
        used = None if self.remembered is None else self.remembered.find(owed)
        if used is None:
            return None
        answer = Answer("proved", used)
        self._settle(owed, answer)
        self.proved.setdefault(_key(owed), []).append(answer)
        return answer

    def _keep(self, owed: Owed, answer: Answer) -> None:
        if self.remembered is not None:
            self.remembered.keep(owed, answer.used)

    def _settle(self, owed: Owed, answer: Answer) -> None:
        self.alive.append(owed)
        self.settled[id(owed)] = answer

    def _ask(self, owed: Owed) -> Answer:
        answer = self._find(owed)
        if answer.verdict == "proved" and self.confirm:
            if self.witnessed and not z3.is_false(owed.goal):
                answer = self._witnessed(answer, owed.facts)
            if answer.verdict == "proved":
                answer = self._prove(owed, answer)
        return answer

    def _witnessed(self, answer: Answer, facts: Sequence[z3.BoolRef]) -> Answer:
        """The answer, unless all that it says is that its own hypotheses contradict each other."""
        started = time.perf_counter()
        found = self.witnesses.decide((*facts, *answer.used))
        self.seconds["bitwuzla"] += time.perf_counter() - started
        if found == "unsat":
            return Answer("vacuous", reason="its hypotheses contradict each other")
        return answer if found == "sat" else Answer("unknown", reason="no model of its hypotheses is found")

    def _find(self, owed: Owed) -> Answer:
        """Add the facts of the pool that a supposed counterexample violates, until none is left."""
        started = time.perf_counter()
        self.asked += 1
        waiting: list[z3.BoolRef] = []
        at_once = 1 + self.whole.get(owed.says, 0)
        used = [fact for stage in owed.pool[:at_once] for fact in stage()]
        stages = list(owed.pool[at_once:])
        rounds = 0
        try:
            while (sought := seek(facts := (*owed.facts, *used, z3.Not(owed.goal)))).model is not None:
                rounds += 1
                violated = _violated(waiting, sought.model)
                if violated and rounds > 1:
                    violated = waiting
                    self.whole[owed.says] = len(owed.pool) - len(stages) - 1
                while not violated and stages:
                    waiting, rounds = [*waiting, *stages.pop(0)()], 0
                    violated = _violated(waiting, sought.model)
                if not violated:
                    return _refuted(facts, used, sought.model)
                used += violated
                gone = {id_of(fact) for fact in violated}
                waiting = [fact for fact in waiting if id_of(fact) not in gone]
            if sought.said == "unsat":
                return Answer("proved", tuple(used))
            return Answer("unknown", reason="bitwuzla cannot tell in time")
        finally:
            self.seconds["bitwuzla"] += time.perf_counter() - started

    def _prove(self, owed: Owed, answer: Answer) -> Answer:
        """The answer, if z3 proves it from the same facts."""
        started = time.perf_counter()
        said, why = judged((*owed.facts, *answer.used, z3.Not(owed.goal)))
        self.seconds["z3"] += time.perf_counter() - started
        if said == "unsat":
            return answer
        return Answer("unknown", reason=f"bitwuzla says unsat, z3 says {said} {why}".rstrip())


def counterexample(owed: Owed) -> z3.ModelRef | None:
    """Where all that the obligation may assume is true, and its goal is not, if that is soon found."""
    facts = (*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal))
    return seek(facts, milliseconds=1000).model


@cache
def _with_version(name: str) -> str:
    return f"{name} {version(name)}"


def _key(owed: Owed) -> Key:
    return id_of(owed.goal), frozenset(ids(owed.facts))


def _conjunction(group: Sequence[Owed]) -> Owed:
    """All of the goals, from the pools together: a stage has the facts of that stage of each."""

    def stage(of: Sequence[Stage]) -> Sequence[z3.BoolRef]:
        return list({id_of(fact): fact for build in of for fact in build()}.values())

    stages = zip_longest(*(owed.pool for owed in group), fillvalue=tuple)
    goal, pool = z3.And(*(owed.goal for owed in group)), [partial(stage, of) for of in stages]
    return replace(group[0], goal=goal, pool=pool, says="; ".join(owed.says for owed in group))


def _all_in(facts: Sequence[z3.BoolRef], pool: Pool) -> bool:
    """Whether the pool has all of the facts; no more stages are built than it takes to tell."""
    missing = {id_of(fact) for fact in facts}
    for stage in pool:
        if not missing:
            break
        missing -= {id_of(fact) for fact in stage()}
    return not missing


def _refuted(facts: Sequence[z3.BoolRef], used: Sequence[z3.BoolRef], model: z3.ModelRef) -> Answer:
    """A counterexample, which z3 evaluates: the solver that found it is not believed."""
    if _violated(facts, model):
        return Answer("unknown", reason="bitwuzla's counterexample is none, says z3")
    return Answer("refuted", tuple(used), model)


def _violated(facts: Sequence[z3.BoolRef], model: z3.ModelRef) -> list[z3.BoolRef]:
    return [fact for fact in facts if not z3.is_true(model.eval(fact, model_completion=True))]
