"""A row of method z3: which obligations of which operations' paths it stands for, and their verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

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
        paths = count = 0
        try:
            for walk, owed in self.obligations(subject, tops, solvers):
                if owed is None:
                    paths += 1
                    continue
                count += 1
                answer = solvers.decide(owed)
                if answer.verdict == "refuted":
                    told = Teller(partial(self.tell, subject, walk, owed))
                    return Outcome("refuted", paths, count, solvers.names, owed.says, told)
                if answer.verdict == "vacuous" and walk is not None and impossible(solvers, walk):
                    continue
                if answer.verdict != "proved":
                    story = f"{owed.says}: {answer.reason}"
                    return Outcome(answer.verdict, paths, count, solvers.names, story)
                if walk is None and (found := solvers.holds_together(owed)) != "sat":
                    story = f"no state satisfies what this assumes: {owed.says}"
                    result: Result = "refuted" if found == "unsat" else "unknown"
                    return Outcome(result, paths, count, solvers.names, story)
        except TooManyPaths as error:
            told = Teller(partial(tell_of_any, subject, self.operations, tops, str(error)))
            return Outcome("refuted", paths, count, solvers.names, str(error), told)
        if count == 0 or (self.operations and paths == 0):
            return Outcome("vacuous", paths, count, solvers.names, "nothing was owed")
        return Outcome("holds", paths, count, solvers.names)

    def obligations(
        self, subject: Subject, tops: tuple[int, ...], solvers: Solvers
    ) -> Iterator[tuple[Walk | None, Owed | None]]:
        """Every obligation, with the path that owes it; (path, None) once a path."""
        for top in self.tops(tops):
            if self.lemmas is not None:
                lemmas = list(self.lemmas(subject, top))
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
