"""Migratetypes of unknown value."""

from __future__ import annotations

import operator
from collections.abc import Callable

import z3

from specs.prover.method.labels import Term, Truth
from specs.prover.method.lifted import Decider, LiftedBool


class LiftedType:
    """A migratetype of unknown value: the core only passes it on; where there is a path, it is compared."""

    __slots__ = ("path", "term")
    __hash__ = None  # type: ignore[assignment]  # of unknown value, hence no key

    def __init__(self, term: Term, path: Decider | None = None) -> None:
        self.term, self.path = term, path

    def _asked(self, other: object, compare: Callable[[Term, Term], Truth]) -> LiftedBool:
        if self.path is None:
            raise TypeError("a migratetype of unknown value compared")
        return LiftedBool(self.path, compare(self.term, type_term(other)))

    def __eq__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return self._asked(other, operator.eq)

    def __ne__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return self._asked(other, operator.ne)

    def __lt__(self, other: object) -> LiftedBool:
        return self._asked(other, z3.ULT)

    def __le__(self, other: object) -> LiftedBool:
        return self._asked(other, z3.ULE)

    def __gt__(self, other: object) -> LiftedBool:
        return self._asked(other, z3.UGT)

    def __ge__(self, other: object) -> LiftedBool:
        return self._asked(other, z3.UGE)

    def __bool__(self) -> bool:
        raise TypeError("the truth of a migratetype of unknown value")


def type_term(migratetype: object) -> Term:
    """The migratetype, known or unknown, as a term."""
    if isinstance(migratetype, LiftedType):
        return migratetype.term
    if type(migratetype) is not int or not 0 <= migratetype < 8:
        raise TypeError(f"a migratetype expected, and not {migratetype!r}")
    return z3.BitVecVal(migratetype, 3)
