"""Zones whose figures may be any numbers of pages, and how terms are made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.lifted import BITS, LiftedCount, LiftedPfn
from specs.prover.method.paths import Path

MASK, ORDER = z3.BitVec("gfp_mask", BITS), z3.BitVec("order", BITS)
MOST = 1 << 34
"""No machine of x86-64 has more pages: 64 TiB."""


def term_of(value: Any) -> z3.BitVecRef:
    """A number, lifted or not, as a term."""
    if isinstance(value, LiftedCount | LiftedPfn):
        return value.term
    assert type(value) is int or hasattr(value, "__index__"), value
    return z3.BitVecVal(int(value), BITS)


def bit(name: str) -> z3.BoolRef:
    """An answer that may be yes or no."""
    return z3.Bool(name)


def has(mask: z3.BitVecRef, some: int) -> z3.BoolRef:
    """Whether the mask has any of the bits."""
    return mask & z3.BitVecVal(some, BITS) != z3.BitVecVal(0, BITS)


def any_of(terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Whether one of them is true; the second solver takes no disjunction of one."""
    return z3.Or(*terms) if len(terms) > 1 else terms[0] if terms else z3.BoolVal(False)


class AnyZone:
    """A zone whose figures may be any numbers of pages."""

    def __init__(self, subject: Subject, path: Path, name: str) -> None:
        self.subject, self.path, self.name, self.reads = subject, path, name, 0
        self.lowmem_reserve = AnyReserve(self)

    def term(self, figure: str) -> z3.BitVecRef:
        """A figure of the zone."""
        return z3.BitVec(f"{figure}:{self.name}", BITS)

    def count(self, figure: str) -> LiftedCount:
        """The figure, lifted, and within bounds."""
        term = self.term(figure)
        self.path.assume(z3.ULE(term, z3.BitVecVal(MOST, BITS)))
        return LiftedCount(self.path, term)

    @property
    def watermark(self) -> Any:
        """All marks."""
        return self.subject.linux.watermark.Watermarks(*map(self.count, ("min", "low", "high", "promo")))

    @property
    def boost(self) -> LiftedCount:
        """Any number."""
        return self.count("boost")

    @property
    def managed(self) -> LiftedCount:
        """Any number."""
        return self.count("managed")

    @property
    def nr_reserved_highatomic(self) -> LiftedCount:
        """Any number."""
        return self.count("reserved")

    @property
    def drift_mark(self) -> LiftedCount:
        """Any number."""
        return self.count("drift_mark")

    def free_pages(self) -> LiftedCount:
        """The counter, which others may change between two looks."""
        self.reads += 1
        return self.count(f"free{self.reads}")

    def free_pages_exact(self) -> LiftedCount:
        """Another figure."""
        return self.count("exact")


class AnyReserve:
    """By the highest index of the request: what the zone keeps from it."""

    def __init__(self, zone: AnyZone) -> None:
        self.zone = zone

    def __getitem__(self, index: int) -> LiftedCount:
        return self.zone.count(f"reserve{index}")
