"""All paths of a function: it runs again for each, with the truth of every condition prescribed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import z3

from specs.ledger.refutation import Endless, cut_if_endless
from specs.prover.method.terms import built_once, id_of, ids

MAX_PATHS = 300
MAX_STEPS = 600


@built_once
def simplified(condition: z3.BoolRef) -> z3.BoolRef:
    """The condition as z3 simplifies it."""
    return cast("z3.BoolRef", z3.simplify(condition))


class Cut(BaseException):
    """Ends a path early: what follows is covered by another, or would be misread."""


class TooManyPaths(Exception):
    """The function has more paths, or longer ones, than any correct one, or one without an end."""


@dataclass(frozen=True)
class Owed:
    """Something that the path must prove, from what was known when it came up."""

    tag: str
    goal: z3.BoolRef
    says: str
    facts: tuple[z3.BoolRef, ...]
    pool: Sequence[Callable[[], Sequence[z3.BoolRef]]]
    """Builds the further hypotheses, in stages; most proofs need none of them."""
    pages: tuple[z3.BitVecRef, ...] = ()
    """The pages that the goal is about."""
    beyond: Callable[[], Sequence[z3.BoolRef]] = tuple
    """Of the further hypotheses, those that no legal state has of itself."""
    moment: tuple[object, ...] = ()
    """When it came up: at one moment all rests on the same, so a hypothesis of one is one of all.  ()
    is a moment of its own."""


def assumed(all_owed: Iterable[Owed]) -> list[z3.BoolRef]:
    """Everything that any of the obligations may use, each once."""
    found = {}
    for owed in all_owed:
        for fact in (*owed.facts, *(fact for stage in owed.pool for fact in stage())):
            found[id_of(fact)] = fact
    return list(found.values())


class Called(NamedTuple):
    """A call of a function that stands by its contract."""

    name: str
    answer: object
    created: tuple[str, ...] = ()
    """The names of the states that it went on in."""


@dataclass(eq=False)
class Path:
    """One run of a function: its choices, what they say, and what it owes."""

    prescribed: tuple[bool, ...] = ()
    choices: list[bool] = field(default_factory=list)
    facts: list[z3.BoolRef] = field(default_factory=list)
    denied: list[z3.BoolRef] = field(default_factory=list)
    """The conditions that were false here, and others that few proofs need: hypotheses kept apart."""
    owed: list[Owed] = field(default_factory=list)
    known: dict[int, bool] = field(default_factory=dict)
    branches: list[tuple[bool, ...]] = field(default_factory=list)
    result: Any = None
    error: BaseException | None = None
    calls: list[Called] = field(default_factory=list)
    """The functions that were called and stand by their contracts."""
    world: Any = None
    """The symbolic state that the run worked on."""
    named: list[tuple[z3.BitVecRef, z3.BitVecRef]] = field(default_factory=list)
    """Names that the run gave to terms, as facts say."""
    numbers: Any = None
    """What it says of numbers, in a solver, if somebody keeps that."""

    def decide(self, condition: z3.BoolRef) -> bool:
        """The truth of the condition here: known, prescribed, or True for now."""
        simple = simplified(condition)
        if z3.is_true(simple) or z3.is_false(simple):
            return bool(z3.is_true(simple))
        if z3.is_not(simple):
            return not self.decide(z3.Not(condition))
        if id_of(simple) in self.known:
            return self.known[id_of(simple)]
        value = self.choose()
        self.known[id_of(simple)] = value
        if value:
            self.facts.append(condition)
        else:
            self.denied.append(z3.Not(condition))
        return value

    def knows(self, condition: z3.BoolRef) -> bool | None:
        """What this path has decided of the condition already, if it has."""
        return self.known.get(id_of(simplified(condition)))

    def choose(self) -> bool:
        """A choice that says nothing by itself."""
        step = len(self.choices)
        if step >= MAX_STEPS:
            raise TooManyPaths(f"more than {MAX_STEPS} choices on a path")
        if step < len(self.prescribed):
            value = self.prescribed[step]
        else:
            value = True
            self.branches.append((*self.choices, False))
        self.choices.append(value)
        return value

    def owe(self, tag: str, goal: z3.BoolRef, says: str) -> None:
        """Record that this must follow from what is known now."""
        denied = tuple(self.denied)
        pool, moment = (tuple, lambda: denied), (self, *ids(self.facts), None, *ids(denied))
        self.owed.append(Owed(tag, goal, says, tuple(self.facts), pool, (), lambda: denied, moment))

    def narrow(self, facts: Sequence[z3.BoolRef]) -> None:
        """Go on with these hypotheses alone, which have been owed; fewer can prove no more."""
        self.facts, self.denied = list(facts), []

    def assume(self, *facts: z3.BoolRef) -> None:
        """Add hypotheses."""
        self.facts.extend(facts)


def explore(run: Callable[[Path], object]) -> Iterator[Path]:
    """Every path of the run.  An Exception that it raises is the path's ``error``."""
    waiting: list[tuple[bool, ...]] = [()]
    count = 0
    while waiting:
        count += 1
        if count > MAX_PATHS:
            raise TooManyPaths(f"more than {MAX_PATHS} paths")
        path = Path(waiting.pop())
        try:
            with cut_if_endless():
                path.result = run(path)
        except Endless as error:
            raise TooManyPaths(f"a path {error}") from None
        except (Cut, Exception) as error:
            if isinstance(error, TooManyPaths):
                raise
            path.error = error
        waiting.extend(reversed(path.branches))
        yield path
