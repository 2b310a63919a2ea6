"""Whether the symbolic paths say of a concrete call what the real code does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import z3

from specs.agreement.readings import Claims, Reading
from specs.agreement.recorded import Change, Happening, happenings
from specs.agreement.settings import HELD_LABEL, Setting
from specs.ledger.subject import Subject
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Cut
from specs.prover.method.trails import TracedInt, trail_of
from specs.prover.method.walks import walks
from specs.prover.models.core.invariants import END, MT
from specs.prover.models.core.labels import Term, is_live
from specs.prover.models.core.live import LiveOrder
from specs.prover.models.core.loops import CURSOR, START, STOP
from specs.prover.models.core.operations import P, Variant, Walk
from specs.prover.models.core.traced import TracedOrder
from specs.prover.models.core.world import Step, Y

NAMED = {"p": P, "start": START, "end": STOP}
"""What stands for the arguments in the errors of the checks that have contracts."""


class Disagreement(Exception):
    """Where the symbolic side and the concrete side part."""


@dataclass
class Agreement:
    """Compares the real calls of one operation's variant with its symbolic paths, and counts both."""

    subject: Subject
    operation: str
    variant: Variant
    top: int
    found: list[Walk] | None = None
    """The symbolic paths; those of the subject unless others are given."""
    runs: int = 0
    walked: set[int] = field(default_factory=set)
    """The paths that were walked, by their place."""

    def __post_init__(self) -> None:
        found = walks(self.subject, self.operation, self.top) if self.found is None else self.found
        self.claims = [Claims(walk) for walk in found if walk.variant == self.variant]

    def compare(self, setting: Setting, wanted: int | None = None) -> None:
        """Make the call both ways; the path, if one is wanted, must be among those that it walks."""
        assert setting.legal(), setting
        try:
            walked = [
                self._one(setting, happening)
                for happening in happenings(self.subject, self.operation, self.variant, setting)
            ]
        except Disagreement as why:
            where = f"{self.operation}, order {self.variant.order}, {setting}"
            raise Disagreement(f"{where}: {why}") from None
        if wanted is not None and wanted not in walked:
            raise Disagreement(f"{self.operation}, {setting}: walks {walked} instead of path {wanted}")
        self.runs += len(walked)
        self.walked |= set(walked)

    def _one(self, setting: Setting, happening: Happening) -> int:
        maps = {name for claims in self.claims for name in claims.maps}
        states = {name: state for name, state in happening.states.items() if {f"B{name}", f"M{name}"} & maps}
        reading = Reading(states, self._constants(setting, happening))
        around = setting.around()
        matching = []
        for place, claims in enumerate(self.claims):
            if fits(claims, reading, happening, around):
                matching.append((place, claims, dict(reading.given)))
        if len(matching) != 1:
            raise Disagreement(f"{len(matching)} paths fit a run that {_shown(happening)}")
        place, claims, reading.given = matching[0]
        for difference in differences(claims, reading, happening, around):
            raise Disagreement(difference)
        return place

    def _constants(self, setting: Setting, happening: Happening) -> list[tuple[Term, int]]:
        constants = [(MT, setting.migratetype), (END, 2**52)]
        if self.operation.endswith("add_range"):
            start, stop = setting.pages
            labels = happening.states["c"].owner
            waiting = (page for page in range(start, stop) if labels.get(page) == HELD_LABEL)
            cursor = next(waiting, stop) if self.operation == "add_range" else start
            return [*constants, (START, start), (STOP, stop), (CURSOR, cursor)]
        return [*constants, *((P, page) for page in setting.pages)]


def fits(claims: Claims, reading: Reading, happening: Happening, around: Sequence[int]) -> bool:
    """Whether all that the path takes for granted is true, its own constants suitably chosen.

    The head of a list is the one that the real list answered, if it answered any.
    """
    if not claims.maps <= reading.maps:
        return False
    heads = [*happening.heads, *(page for page in around if page not in happening.heads)]
    for values in product(*(heads if name.startswith("head") else around for name in claims.fresh)):
        for name, value in zip(claims.fresh, values, strict=True):
            reading.let(z3.BitVec(name, 64), value)
        if reading.truth(claims.decided) and reading.everywhere(claims.lawful, around):
            return True
    return False


def differences(
    claims: Claims, reading: Reading, happening: Happening, around: Sequence[int]
) -> Iterator[str]:
    """Whatever the path says otherwise than the run: first how it ends, then what changed, then who owns."""
    walk = claims.walk
    if trail_of(walk) != happening.trail:
        yield f"the path is {trail_of(walk)}, the run {happening.trail}"
    if not isinstance(happening.error, Cut):
        said, real = _ending(reading, walk), _real_ending(happening)
        if said != real:
            yield f"the path ends in {said}, the run in {real}"
    changes = [_change(reading, step) for step in walk.world.steps]
    if changes != happening.changes:
        yield f"the path makes the changes {changes}, the run {happening.changes}"
    heads = [reading.number(z3.BitVec(name, 64)) for name in claims.fresh if name.startswith("head")]
    if heads != happening.heads:
        yield f"the path has the heads {heads}, the run {happening.heads}"
    once, everywhere = claims.granted
    if not (reading.truth(once) and reading.everywhere(everywhere, around)):
        yield "an invariant that the proofs of the path use is false"
    yield from _different_pages(claims, reading, happening, around)


def _different_pages(
    claims: Claims, reading: Reading, happening: Happening, around: Sequence[int]
) -> Iterator[str]:
    """Whoever owns a page on the path but not in the run; and what the path owes there, and is false."""
    now = claims.walk.world.state
    for page in around:
        reading.let(Y, page)
        said = reading.number(now.owner(Y)), reading.number(now.heads(Y))
        real = happening.final.owner.get(page, 0), happening.final.heads.get(page, 0)
        if said != real:
            yield f"page {page} is {said} on the path and {real} in the run"
        if not reading.truth(claims.owed):
            false = [owed.says for owed in claims.goals if not reading.truth(owed.goal)]
            yield f"at page {page} it is false that {false}"


def _change(reading: Reading, step: Step) -> Change:
    migratetype = None if step.migratetype is None else reading.number(step.migratetype)
    tail = None if step.tail is None else reading.truth(step.tail)
    return Change(step.does, reading.number(step.pfn), step.order, migratetype, tail)


def _ending(reading: Reading, walk: Walk) -> object:
    """What the path's result, or its error and that one's facts, say here."""

    def said(value: Any) -> Any:
        if isinstance(value, LiftedPfn):
            return reading.number(value.term)
        if isinstance(value, LiveOrder):
            orders = range(value.top + 1)
            return next((order for order in orders if reading.truth(is_live(value.heads, order))), None)
        return reading.number(NAMED[value]) if value in NAMED else value

    error = walk.path.error
    if error is None:
        return said(walk.path.result)
    return (type(error).__name__, *map(said, error.args))


def _real_ending(happening: Happening) -> object:
    """The same of the run; a traced value as it is."""

    def plain(value: Any) -> Any:
        if isinstance(value, TracedInt):
            return int(value)
        return value.order if isinstance(value, TracedOrder) else value

    error = happening.error
    if error is None:
        return plain(happening.result)
    return (type(error).__name__, *map(plain, error.args))


def _shown(happening: Happening) -> str:
    answers = "".join("ny"[answer] for answer in happening.trail.decisions)
    return f"answers {answers or 'none'}, then {happening.trail.ending}"
