"""A zone of which nothing is known but what was asked: for comparing two programs that work on it.

Each answer is a function of the question and of how often the lists had changed when it was asked; so two
programs get the same answers as long as they do the same.  Nothing else is assumed: no invariant of any zone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path as File
from types import FrameType
from typing import Any

import z3

from specs.kernel_text.sure_path import SurePath
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.paths import Path

ROOM = "verified_buddy"
PFN, TYPE, ORDER = z3.BitVecSort(BITS), z3.BitVecSort(3), z3.BitVecSort(8)


@dataclass(frozen=True)
class Event:
    """Something that a program did, with its operands, and where."""

    does: str
    operands: tuple[Any, ...]
    where: str


@dataclass
class Answers:
    """What was answered on one path; both programs share it."""

    path: SurePath
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    terms: dict[tuple[Any, ...], list[tuple[Any, ...]]] = field(default_factory=dict)
    """The questions that were put, by what is known of them."""
    named: int = 0

    def fresh(self, name: str) -> z3.BitVecRef:
        """A number that stands for nothing else."""
        self.named += 1
        return z3.BitVec(f"{name}{self.named}", BITS)

    def ask(self, key: tuple[Any, ...], answer: Callable[[], Any]) -> Any:
        """As it was answered before, or a new answer."""
        named = written(key)
        if named not in self.known:
            before = next(
                (other for other in self.terms.get(shape(key), ()) if self._equal(key, other)), None
            )
            if before is not None:
                return self.known[written(before)]
            self.known[named] = answer()
            self.terms.setdefault(shape(key), []).append(key)
        return self.known[named]

    def _equal(self, key: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """Whether two questions are the same on this path, though they are put in other terms."""
        pairs = [(one, two) for one, two in zip(key, other, strict=True) if isinstance(one, z3.AstRef)]
        return all(one.sort() == two.sort() for one, two in pairs) and all(
            z3.is_true(z3.simplify(one == two)) or self.path.refutes(one != two) for one, two in pairs
        )


def written(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """A question as it is remembered."""
    return tuple(part.sexpr() if isinstance(part, z3.AstRef) else part for part in key)


def shape(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is known of a question: all but its terms."""
    return tuple("term" if isinstance(part, z3.AstRef) else part for part in key)


def line_of_ours() -> str:
    """The line of our package that is running."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        parts = File(frame.f_code.co_filename).parts
        if ROOM in parts and "specs" not in parts:
            return f"{'/'.join(parts[len(parts) - parts[::-1].index(ROOM) - 1 :])}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


@dataclass
class Run:
    """One program's run: what it did."""

    answers: Answers
    where: Callable[[], str] = line_of_ours
    events: list[Event] = field(default_factory=list)
    moves: int = 0
    """How often the lists have changed."""

    @property
    def path(self) -> Path:
        """On which values live."""
        return self.answers.path

    def did(self, does: str, *operands: Any, moves: bool = True) -> None:
        """Note it."""
        self.events.append(Event(does, operands, self.where()))
        self.moves += moves


def plain(term: Any) -> Any:
    """A value as it is compared: a term if it is unknown."""
    if isinstance(term, LiftedPfn | LiftedCount):
        return z3.simplify(term.term)
    if isinstance(term, LiftedType):
        return z3.simplify(term.term)
    if isinstance(term, LiftedBool):
        return z3.simplify(truth(term))
    return int(term) if isinstance(term, int) and not isinstance(term, bool) else term


def number(value: Any) -> z3.BitVecRef:
    """A number as a term."""
    found = plain(value)
    return z3.BitVecVal(found, BITS) if isinstance(found, int) else found
