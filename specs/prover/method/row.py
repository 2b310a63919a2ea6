"""A row of method z3: which obligations of which operations' paths it stands for, and their verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from itertools import groupby

from specs.ledger.story import Story, Teller
from specs.ledger.subject import Subject, running
from specs.ledger.theorem import Outcome, Result
from specs.prover.method.operations import Operation, Walk
from specs.prover.method.paths import Cut, Owed, TooManyPaths
from specs.prover.method.solve import Solvers
from specs.prover.method.story import tell, tell_of_any
from specs.prover.method.walks import walks

Posts = Callable[[Walk], Iterable[Owed]]
Lemmas = Callable[[Subject, int], Iterable[Owed]]


@cache
def solvers_for(subject: Subject) -> Solvers:
    """Both solvers for the running code; a refutation of a broken twin needs only one."""
    if subject.twin is None:
        return Solvers()
    return Solvers(confirm=False, lent=solvers_for(running()).proved)


def impossible(solvers: Solvers, walk: Walk) -> bool:
    """Whether the solvers show that no state walks the path; nothing then needs to hold on it."""
    never = walk.world.impossible("the path can be walked")
    return solvers.decide(never).verdict == "proved"


def _idle(solvers: Solvers, owed: Owed) -> Outcome | None:
    """How a row fails if no state satisfies what an obligation of no path assumes, or none is found."""
    found = solvers.holds_together(owed)
    if found == "sat":
        return None
    result: Result = "refuted" if found == "unsat" else "unknown"
    return Outcome(result, 0, 0, solvers.names, f"no state satisfies what this assumes: {owed.says}")


ALWAYS = ("no-wrap", "order", "impossible")
"""Contracts without which no path is read rightly; they belong to every sentence."""


@dataclass(frozen=True)
class Proof:
    """Everything that one sentence amounts to."""

    among: Mapping[str, Operation] = field(default_factory=dict, repr=False)
    """The operations of a layer, by name."""
    names: tuple[str, ...] = ()
    """Those of them that the sentence is about."""
    tags: tuple[str, ...] = ()
    """The contracts of the primitives that belong to the sentence."""
    posts: Posts | None = None
    """What must hold where a path ends."""
    lemmas: Lemmas | None = None
    """What must hold of the states themselves, for a top order, or of functions without a state."""
    tops: Callable[[tuple[int, ...]], tuple[int, ...]] = tuple
    """For which top orders, of those asked for, the sentence is meant."""
    tell_lemma: Callable[[Subject, Owed], Story] = lambda subject, owed: Story(owed.says, owed.says)
    """The story of what is owed by no path."""
    alone: bool = False
    """Whether it is decided in a process of its own, where nobody wants what else the paths owe."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations whose paths are walked."""
        return tuple(self.among[name] for name in self.names)

    def __call__(self, subject: Subject, tops: tuple[int, ...]) -> Outcome:
        """Decide every obligation; the first that fails decides."""
        solvers = solvers_for(subject)
        nothing = Outcome("vacuous", 0, 0, solvers.names, "nothing was owed")
        paths, of_lemmas, so_far = 0, [], nothing
        try:
            for walk, owed in self.obligations(subject, tops, solvers):
                if owed is None:
                    paths += 1
                    continue
                so_far = Outcome("holds", paths, so_far.obligations + 1, solvers.names)
                failed = self._failed(subject, solvers, walk, owed)
                if failed is not None:
                    return replace(failed, paths=paths, obligations=so_far.obligations)
                if walk is None:
                    of_lemmas.append(owed)
        except TooManyPaths as error:
            told = Teller(partial(tell_of_any, subject, self.operations, tops, str(error)))
            return replace(so_far, result="refuted", story=str(error), tell=told)
        if self.operations and not paths:
            return replace(nothing, obligations=so_far.obligations)
        idle = (failed for owed in of_lemmas if (failed := _idle(solvers, owed)) is not None)
        return replace(next(idle, so_far), paths=paths, obligations=so_far.obligations)

    def _failed(self, subject: Subject, solvers: Solvers, walk: Walk | None, owed: Owed) -> Outcome | None:
        """How the row fails if the obligation is not proved; None if it is, or if no state walks the path."""
        answer = solvers.decide(owed)
        if answer.verdict == "refuted":
            told = Teller(partial(self.tell, subject, walk, owed))
            return Outcome("refuted", 0, 0, solvers.names, owed.says, told)
        idle = answer.verdict == "vacuous" and walk is not None and impossible(solvers, walk)
        if idle or answer.verdict == "proved":
            return None
        return Outcome(answer.verdict, 0, 0, solvers.names, f"{owed.says}: {answer.reason}")

    def obligations(
        self, subject: Subject, tops: tuple[int, ...], solvers: Solvers
    ) -> Iterator[tuple[Walk | None, Owed | None]]:
        """Every obligation, with the path that owes it; (path, None) once a path."""
        for top in self.tops(tops):
            if self.lemmas is not None:
                for _, together in groupby(self.lemmas(subject, top), lambda owed: owed.moment):
                    lemmas = list(together)
                    solvers.prove_together(lemmas)
                    for owed in lemmas:
                        yield None, owed
            for operation in self.operations:
                for walk in walks(subject, operation, top):
                    yield walk, None
                    all_owed = list(self.of_path(subject, walk))
                    solvers.prove_together(all_owed if self.alone else [*walk.path.owed, *all_owed])
                    for owed in all_owed:
                        yield walk, owed

    def tell(self, subject: Subject, walk: Walk | None, owed: Owed) -> Story:
        """The story of an obligation that is refuted."""
        return self.tell_lemma(subject, owed) if walk is None else tell(subject, walk, owed)

    def owes(self, subject: Subject, tops: tuple[int, ...]) -> Iterator[Owed]:
        """Every obligation, none of them decided."""
        for top in self.tops(tops):
            if self.lemmas is not None:
                yield from self.lemmas(subject, top)
            for operation in self.operations:
                for walk in walks(subject, operation, top):
                    yield from self.of_path(subject, walk)

    def of_path(self, subject: Subject, walk: Walk) -> Iterator[Owed]:
        """What the path owes for this sentence."""
        error = walk.path.error
        yield from (owed for owed in walk.path.owed if owed.tag in (*self.tags, *ALWAYS))
        if isinstance(error, Cut):
            return
        if isinstance(error, Exception) and not isinstance(error, subject.errors.BuddyError):
            yield walk.world.impossible(f"the call does not end in {type(error).__name__}: {error}")
            return
        if self.posts is not None:
            yield from self.posts(walk)
