"""Trails: what a path decided, one after the other, as a name for it."""

from __future__ import annotations

from typing import NamedTuple

from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Cut


class Trail(NamedTuple):
    """One path: what was decided, and how it ended."""

    decisions: tuple[bool, ...]
    ending: str


def trail_of(walk: Walk) -> Trail:
    """The trail of a symbolic path."""
    return Trail(tuple(walk.path.choices), _ending(walk.path.result, walk.path.error))


def _ending(result: object, error: BaseException | None) -> str:
    if isinstance(error, Cut):
        return "cut"
    if error is not None:
        return type(error).__name__
    return "page" if isinstance(result, LiftedPfn) else repr(result)


def shown(trail: Trail) -> str:
    """The answers and the ending, in words."""
    answers = "".join("ny"[answer] for answer in trail.decisions)
    return f"answers {answers or 'none'}, then {trail.ending}"
