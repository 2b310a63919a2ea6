"""Whether the symbolic paths say of a real call what the real code does: of every layer, in any scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import z3

from specs.agreement.interpretation import Interpretation, same
from specs.ledger.subject import Subject
from specs.prover.method.flow import Way, kind_of, ways_of
from specs.prover.method.invariants import END
from specs.prover.method.labels import Truth, pfn
from specs.prover.method.loops import CURSOR, LEFT, START, STOP
from specs.prover.method.operations import Call, Walk, taken_for_granted
from specs.prover.method.paths import Called, Cut
from specs.prover.method.scene import Change, Done, Scene, View, perform
from specs.prover.method.terms import symbols
from specs.prover.method.walked import where
from specs.prover.method.world import P, Step, Y

NAMED = {"p": P, "start": START, "end": STOP}
"""What stands for the arguments in the errors of the checks that have contracts."""


class Disagreement(Exception):
    """Where the symbolic side and the real side part."""


class Part(NamedTuple):
    """A run, or one iteration of its loop behind those that come before it: all that one path speaks of."""

    way: Way
    begins: View
    """The state in which the iteration begins."""
    ends: View
    value: int | None
    """Of what the loop goes by, when the iteration begins."""
    calls: Sequence[tuple[str, object, View]]
    changes: Sequence[Change]


@dataclass
class Agreement:
    """Compares real calls with the symbolic paths, and counts both."""

    subject: Subject
    call: Call
    found: list[tuple[Walk, Way]] | None = None
    """The paths; those of the subject unless others are given."""
    runs: int = 0
    walked: set[int] = field(default_factory=set)
    """The paths that were walked, by their place."""

    def __post_init__(self) -> None:
        self.paths = ways_of(self.subject, self.call) if self.found is None else self.found

    def compare(self, scene: Scene) -> None:
        """Make the call both ways."""
        done = perform(self.subject, scene, recorded=True)
        assert done.stage is not None, done.error
        for part in parts(done):
            self.runs += 1
            self.walked.add(self._one(scene, done, part))

    def _one(self, scene: Scene, done: Done, part: Part) -> int:
        places = [place for place, (_, way) in enumerate(self.paths) if way == part.way]
        if not places:
            raise Disagreement(f"no path takes the way of {scene}, which ends in {part.way.ending}")
        differs = ""
        for place in places:
            walk = self.paths[place][0]
            meaning = _meaning(walk, scene, done, part)
            known = Interpretation.of_the_same(meaning)
            differs = next(differences(walk, meaning, done, part), "")
            if not differs:
                self._alone(place, known, part)
                return place
        raise Disagreement(f"{where(self.paths[places[0]][0])}, {scene}: {differs}")

    def _alone(self, place: int, meaning: Interpretation, part: Part) -> None:
        """No other path takes for granted what is so."""
        tells = self.call.of.model.tells
        mine = answers(self.paths[place][0], tells)
        for other, (walk, _) in enumerate(self.paths):
            if other != place and answers(walk, tells) == mine and fits(walk, meaning, part):
                raise Disagreement(f"{where(walk)} fits as well as {where(self.paths[place][0])}")


def parts(done: Done) -> Iterator[Part]:
    """The run, in the parts that paths speak of."""
    stage = done.stage
    assert stage is not None
    loop, tests, entry = stage.scene.operation.loop, stage.tests, stage.entry
    before = 0 if loop is None else loop.before
    if loop is None or len(tests) <= before:
        yield Part(done.ways[0], entry, done.after, None, stage.views, stage.changes)
        return
    first = tests[before]
    for way, test, after in zip(done.ways, tests[before:], [*tests[before + 1 :], None], strict=True):
        ends = done.after if after is None else after.view
        calls = [
            *stage.views[: first.calls],
            *stage.views[test.calls : None if after is None else after.calls],
        ]
        changes = stage.changes[: first.changes]
        changes += stage.changes[test.changes : None if after is None else after.changes]
        yield Part(way, test.view, ends, test.value, calls, changes)


def _meaning(walk: Walk, scene: Scene, done: Done, part: Part) -> Interpretation:
    """The states of the run, by the names that the path has for them."""
    stage = done.stage
    assert stage is not None
    views = {"0": stage.entry, "c": part.begins, **stage.named}
    for told, real in zip(walk.path.calls, part.calls, strict=False):
        views |= dict.fromkeys(told.created, real[2])
    made = Interpretation(views, _constants(scene, part), walk.top - 1)
    made.maps += stage.further_maps()
    return made


def fits(walk: Walk, meaning: Interpretation, part: Part) -> bool:
    """Whether all that the path takes for granted is so, as far as its states are known."""
    of = walk.world
    facts = [*_assumed(walk), *_answers(walk.path.calls, part.calls)]
    lawful = [*(state.heads(Y) != wanted for state, wanted in of.empties), *(law(Y) for law in of.laws)]
    if not all(meaning.knows(fact) for fact in (*facts, *lawful)):
        return False
    model = meaning.model(facts)
    if model is None:
        return False
    there = Interpretation.of_the_same(meaning)
    there.let(model)
    return all(there.everywhere(fact) for fact in lawful)


def answers(walk: Walk, tells: Mapping[str, Callable[[object], str]]) -> list[tuple[str, str]]:
    """What its callees answer, which their contracts may leave open."""
    return [(each.name, tells.get(each.name, kind_of)(each.answer)) for each in walk.path.calls]


def _of_any_page(fact: Truth) -> bool:
    return any(name == "y" for name, _ in symbols(fact))


def _assumed(walk: Walk) -> list[Truth]:
    """What is assumed of the path's own pages."""
    facts = [*taken_for_granted(walk), *(law(Y) for law in walk.world.rare)]
    return [fact for fact in facts if not _of_any_page(fact)]


def differences(walk: Walk, meaning: Interpretation, done: Done, part: Part) -> Iterator[str]:
    """Whatever the path says otherwise than the run."""
    of = walk.world
    groups = (
        ("what it takes for granted", _assumed(walk)),
        ("what its callees answer", list(_answers(walk.path.calls, part.calls))),
        ("what changes", list(_steps(of.steps, part.changes))),
        ("how it ends", list(_endings(walk, done))),
    )
    known: list[Truth] = []
    for says, facts in groups:
        known += facts
        model = meaning.model(known)
        if model is None:
            yield f"{says} is not so"
            return
    meaning.let(model)
    for says, fact in _everywhere(walk):
        if not meaning.everywhere(fact):
            yield says
            return
    if not walk.of.follows:
        return
    final = Interpretation({"now": part.ends}, (), walk.top - 1)
    (owner, _), (heads, _) = final.maps[:2]
    for now, then in ((of.state.owner(Y), owner(Y)), (of.state.heads(Y), heads(Y))):
        if not meaning.everywhere(now == final.of(then)):
            yield "some page has another owner than on the path"


def _constants(scene: Scene, part: Part) -> Iterator[tuple[Any, int]]:
    for name, value in scene.numbers.items():
        if name not in ("blocks1", "pages1", "pindex", "cursor", "left", "END"):
            yield z3.BitVec(name, 3 if name in ("mt", "listed_type") else 64), value % 2**64
    yield END, 2**52
    if part.value is not None:
        yield CURSOR, part.value
        yield LEFT, part.value % 2**64


def _answers(told: Sequence[Called], real: Sequence[tuple[str, object, View]]) -> Iterator[Truth]:
    """Each call of a function that stands by its contract is the same, with the same answer."""
    if len(told) != len(real):
        yield z3.BoolVal(False)
    for one, (name, answer, _) in zip(told, real, strict=False):
        if one.name != name:
            yield z3.BoolVal(False)
        if isinstance(answer, int) and hasattr(one.answer, "term"):
            yield same(one.answer, answer)


def _steps(steps: Sequence[Step], changes: Sequence[Change]) -> Iterator[Truth]:
    """Each change is the same."""
    if [(step.does, step.order) for step in steps] != [(each.does, each.order) for each in changes]:
        yield z3.BoolVal(False)
        return
    for step, change in zip(steps, changes, strict=True):
        yield step.pfn == pfn(change.pfn % 2**64)
        if step.migratetype is not None and change.migratetype is not None:
            yield step.migratetype == z3.BitVecVal(change.migratetype, 3)
        if step.tail is not None:
            yield step.tail == z3.BoolVal(change.tail is True)


def _endings(walk: Walk, done: Done) -> Iterator[Truth]:
    """The result, or the error and its facts."""
    path = walk.path
    if isinstance(path.error, Cut):
        return
    if path.error is None:
        if not walk.of.sums and not isinstance(done.answer, tuple) and done.error is None:
            yield same(path.result, done.answer)
        return
    real = () if done.error is None else done.error.args
    for said, value in zip(path.error.args, real, strict=True):
        named = NAMED.get(said) if isinstance(said, str) else None
        yield same(said, value) if named is None else named == pfn(value)


def _everywhere(walk: Walk) -> Iterator[tuple[str, Truth]]:
    """What the path knows of every page, what its proofs may use, and what it owes."""
    of = walk.world
    for state, wanted in of.empties:
        yield "a list that is found empty is not", state.heads(Y) != wanted
    for law in (*of.laws, *of.rare):
        yield "what is known of every page is false at one", law(Y)
    for owed in walk.path.owed:
        for stage in owed.pool:
            for fact in stage():
                yield f"an invariant that its proof uses is false: {owed.says}", fact
        yield f"what it owes is false: {owed.says}", owed.goal
