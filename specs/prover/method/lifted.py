"""Symbolic page frame numbers: 64-bit vectors that behave as the ints that the core expects.

Only what the core may do with a page frame number is lifted; everything else raises TypeError, so
that code outside the lifted subset fails loudly instead of being misread.
"""

from __future__ import annotations

from typing import Protocol

import z3

BITS = 64


class Decider(Protocol):
    """What a lifted value asks of the path on which it lives."""

    def decide(self, condition: z3.BoolRef) -> bool:
        """The truth of the condition on this path."""

    def owe(self, tag: str, goal: z3.BoolRef, says: str) -> None:
        """Record that the path must prove the goal."""


class LiftedBool:
    """A condition on page frame numbers; asking for its truth chooses a path."""

    __slots__ = ("path", "term")
    __hash__ = None  # type: ignore[assignment]  # a condition is no key

    def __init__(self, path: Decider, term: z3.BoolRef) -> None:
        self.path = path
        self.term = term

    def __bool__(self) -> bool:
        return self.path.decide(self.term)

    def __eq__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        if isinstance(other, LiftedBool):
            return LiftedBool(self.path, self.term == other.term)
        if isinstance(other, bool):
            return LiftedBool(self.path, self.term if other else z3.Not(self.term))
        raise TypeError(f"a lifted condition compared with {other!r}")


def truth(value: LiftedBool | bool) -> z3.BoolRef:
    """The condition as a term; nothing else has a truth, not even None."""
    if isinstance(value, LiftedBool):
        return value.term
    if type(value) is not bool:
        raise TypeError(f"a truth expected, and not {value!r}")
    return z3.BoolVal(value)


class LiftedPfn:
    """A page frame number of unknown value."""

    __slots__ = ("path", "term")
    __hash__ = None  # type: ignore[assignment]  # of unknown value, hence no key

    def __init__(self, path: Decider, term: z3.BitVecRef) -> None:
        self.path = path
        self.term = term

    def _operand(self, other: object, *, negative: bool = False) -> z3.BitVecRef:
        if isinstance(other, LiftedPfn):
            return other.term
        if type(other) is not int or not (-(1 << 63) if negative else 0) <= other < 1 << BITS:
            raise TypeError(f"a lifted page frame number combined with {other!r}")
        return z3.BitVecVal(other, BITS)

    def _pfn(self, term: z3.BitVecRef) -> LiftedPfn:
        return LiftedPfn(self.path, term)

    def _bool(self, term: z3.BoolRef) -> LiftedBool:
        return LiftedBool(self.path, term)

    def __and__(self, other: object) -> LiftedPfn | int:
        if type(other) is int and other == 0:
            return 0
        return self._pfn(self.term & self._operand(other, negative=True))

    def __or__(self, other: object) -> LiftedPfn:
        return self._pfn(self.term | self._operand(other))

    def __xor__(self, other: object) -> LiftedPfn:
        return self._pfn(self.term ^ self._operand(other))

    def __add__(self, other: object) -> LiftedPfn:
        right = self._operand(other)
        self.path.owe("no-wrap", z3.ULE(self.term, ~right), "an addition stays below 2**64")
        return self._pfn(self.term + right)

    def __sub__(self, other: object) -> LiftedPfn:
        right = self._operand(other)
        self.path.owe("no-wrap", z3.UGE(self.term, right), "a subtraction stays at or above 0")
        return self._pfn(self.term - right)

    def _divisor(self, other: object) -> z3.BitVecRef:
        if type(other) is not int or not 0 < other < 1 << BITS or other & (other - 1):
            raise TypeError(f"a lifted page frame number divided by {other!r}")
        return z3.BitVecVal(other, BITS)

    def __mod__(self, other: object) -> LiftedPfn | int:
        divisor = self._divisor(other)
        return 0 if other == 1 else self._pfn(z3.URem(self.term, divisor))

    def __floordiv__(self, other: object) -> LiftedPfn:
        return self._pfn(z3.UDiv(self.term, self._divisor(other)))

    def __lt__(self, other: object) -> LiftedBool:
        return self._bool(z3.ULT(self.term, self._operand(other)))

    def __le__(self, other: object) -> LiftedBool:
        return self._bool(z3.ULE(self.term, self._operand(other)))

    def __gt__(self, other: object) -> LiftedBool:
        return self._bool(z3.UGT(self.term, self._operand(other)))

    def __ge__(self, other: object) -> LiftedBool:
        return self._bool(z3.UGE(self.term, self._operand(other)))

    def __eq__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return self._bool(self.term == self._operand(other))

    def __ne__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return self._bool(self.term != self._operand(other))

    def __bool__(self) -> bool:
        raise TypeError("the truth of a lifted page frame number")

    def __index__(self) -> int:
        raise TypeError("a lifted page frame number used as an index")

    def __format__(self, spec: str) -> str:
        raise TypeError("a lifted page frame number formatted")


class LiftedCount:
    """A number of pages or blocks, of unknown value: a signed one of 64 bits that never overflows."""

    __slots__ = ("path", "term")
    __hash__ = None  # type: ignore[assignment]  # of unknown value, hence no key

    def __init__(self, path: Decider, term: z3.BitVecRef) -> None:
        self.path = path
        self.term = term

    def _operand(self, other: object) -> z3.BitVecRef:
        if isinstance(other, LiftedCount):
            return other.term
        if type(other) is not int or not -(1 << 63) <= other < 1 << 63:
            raise TypeError(f"a lifted count combined with {other!r}")
        return z3.BitVecVal(other, BITS)

    def _sum(self, left: z3.BitVecRef, right: z3.BitVecRef) -> LiftedCount:
        fits = z3.And(z3.BVAddNoOverflow(left, right, True), z3.BVAddNoUnderflow(left, right))
        self.path.owe("no-wrap", fits, "a sum of counts stays within 64 bits")
        return LiftedCount(self.path, left + right)

    def _difference(self, left: z3.BitVecRef, right: z3.BitVecRef) -> LiftedCount:
        fits = z3.And(z3.BVSubNoOverflow(left, right), z3.BVSubNoUnderflow(left, right, True))
        self.path.owe("no-wrap", fits, "a difference of counts stays within 64 bits")
        return LiftedCount(self.path, left - right)

    def __add__(self, other: object) -> LiftedCount:
        return self._sum(self.term, self._operand(other))

    def __radd__(self, other: object) -> LiftedCount:
        return self._sum(self._operand(other), self.term)

    def __sub__(self, other: object) -> LiftedCount:
        return self._difference(self.term, self._operand(other))

    def __rsub__(self, other: object) -> LiftedCount:
        return self._difference(self._operand(other), self.term)

    def __mod__(self, other: object) -> LiftedCount:
        if type(other) is not int or not 0 < other < 1 << 62 or other & (other - 1):
            raise TypeError(f"a lifted count divided by {other!r}")
        return LiftedCount(self.path, self.term & z3.BitVecVal(other - 1, BITS))

    def __lshift__(self, other: object) -> LiftedCount:
        if isinstance(other, LiftedCount):
            back = (self.term << other.term) >> other.term
            small = z3.And(other.term >= 0, other.term < 32, back == self.term)
            self.path.owe("no-wrap", small, "a multiple of a count stays within 64 bits")
            return LiftedCount(self.path, self.term << other.term)
        if type(other) is not int or not 0 <= other < 32:
            raise TypeError(f"a lifted count shifted by {other!r}")
        back = (self.term << other) >> other
        self.path.owe("no-wrap", back == self.term, "a multiple of a count stays within 64 bits")
        return LiftedCount(self.path, self.term << other)

    def __rshift__(self, other: object) -> LiftedCount:
        if type(other) is not int or not 0 <= other < BITS:
            raise TypeError(f"a lifted count shifted by {other!r}")
        return LiftedCount(self.path, self.term >> other)

    def __lt__(self, other: object) -> LiftedBool:
        return LiftedBool(self.path, self.term < self._operand(other))

    def __le__(self, other: object) -> LiftedBool:
        return LiftedBool(self.path, self.term <= self._operand(other))

    def __gt__(self, other: object) -> LiftedBool:
        return LiftedBool(self.path, self.term > self._operand(other))

    def __ge__(self, other: object) -> LiftedBool:
        return LiftedBool(self.path, self.term >= self._operand(other))

    def __eq__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return LiftedBool(self.path, self.term == self._operand(other))

    def __ne__(self, other: object) -> LiftedBool:  # type: ignore[override]  # lifted on purpose
        return LiftedBool(self.path, self.term != self._operand(other))

    def __bool__(self) -> bool:
        raise TypeError("the truth of a lifted count")
