"""Between C's values and ours: page numbers, orders, types and counts, known or unknown, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from specs.kernel_text.errors import Undefined
from specs.kernel_text.integers import BITS, INT, Int, Kind, flag, simple, term
from specs.kernel_text.values import Page
from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.paths import Path


@dataclass(frozen=True, eq=False)
class OrderAt:
    """The order of the free block at a page, which may be none: one truth for each order that it may be."""

    page: Page
    truths: Sequence[bool | z3.BoolRef]

    @property
    def anything(self) -> z3.BitVecRef:
        """What stands there in place of an order, if the page starts no free block."""
        return z3.BitVec(f"no order of {self.page.pfn}", BITS)

    def among(self, orders: Iterable[int]) -> bool | z3.BoolRef:
        """Whether it is one of the orders."""
        found = [self.truths[order] for order in orders]
        if any(each is True for each in found):
            return True
        unknown = [each for each in found if not isinstance(each, bool)]
        if not unknown:
            return False
        return unknown[0] if len(unknown) == 1 else z3.Or(*unknown)

    def known(self, path: Path | None) -> int:
        """The order, on this path; a page that starts no free block has none."""
        for order, truth in enumerate(self.truths):
            if truth is True or (not isinstance(truth, bool) and path is not None and path.decide(truth)):
                return order
        raise Undefined("the order of a page that starts no free block is asked for")


def condition_of(found: LiftedBool | bool) -> bool | z3.BoolRef:
    """The truth of an answer of ours."""
    if not isinstance(found, LiftedBool):
        return found
    made = z3.simplify(found.term)
    return z3.is_true(made) if z3.is_true(made) or z3.is_false(made) else made


def to_int(kind: Kind, value: Any) -> Int:
    """A number of ours, as a value of the kind."""
    if isinstance(value, bool):
        return flag(value)
    if isinstance(value, int):
        return Int(kind, value)
    if isinstance(value, LiftedBool):
        return flag(condition_of(value))
    if isinstance(value, LiftedType):
        return Int(INT, simple(z3.ZeroExt(BITS - value.term.size(), value.term)))
    assert isinstance(value, LiftedPfn | LiftedCount), value
    return Int(kind, value.term)


def to_page(value: Any) -> Page | None:
    """A page of ours; None is the null pointer."""
    return None if value is None else Page(value if isinstance(value, int) else value.term)


def our_pfn(path: Path | None, value: Page | Int) -> Any:
    """The number of a page, or a number of pages, as our functions take page numbers."""
    found = value.pfn if isinstance(value, Page) else value.value
    if path is None:
        assert isinstance(found, int)
        return found
    return LiftedPfn(path, term(found))  # even if it is known: stand-ins for our objects take no other


def our_count(path: Path | None, value: Int) -> Any:
    """A number that may be negative, as our functions take counts."""
    if isinstance(value.value, int):
        return value.value
    assert path is not None
    return LiftedCount(path, value.value)


def our_type(path: Path | None, value: Int) -> Any:
    """A migratetype, as our functions take it."""
    if isinstance(value.value, int):
        return value.value
    made = z3.simplify(z3.Extract(2, 0, value.value))
    return made.as_long() if z3.is_bv_value(made) else LiftedType(made, path)


def our_bool(path: Path | None, value: Any) -> Any:
    """A truth."""
    if isinstance(value, Int) and not isinstance(value.value, int):
        assert path is not None
        return LiftedBool(path, z3.simplify(value.value != 0))
    return value is not None and (not isinstance(value, Int) or value.value != 0)


def path_of(things: Iterable[Any]) -> Path | None:
    """The path on which unknown values live; None if all is known."""
    for thing in things:
        for held in (thing, getattr(thing, "free_area", None)):
            path = getattr(getattr(held, "world", held), "path", None)
            if path is not None:
                assert isinstance(path, Path)
                return path
    return None
