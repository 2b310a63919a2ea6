"""What stands in for a zone of which nothing is known but what was asked: its lists, and its pageblocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import z3

from specs.kernel_text.asked import ORDER, PFN, TYPE, Run, number, plain
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.paths import Path


class AskedArea:
    """Stands in for ``FreeArea``."""

    def __init__(self, run: Run, max_order: int) -> None:
        self.run, self.max_order, self.path = run, max_order, run.path

    def _order_at(self, pfn: Any) -> z3.BitVecRef:
        """The order of the free block at the page, 255 if there is none."""
        return z3.Function(f"order_at{self.run.moves}", PFN, ORDER)(number(pfn))

    def first(self, order: int, migratetype: Any) -> LiftedPfn | None:
        """The head of a list, or none: then a free block of the order starts there."""
        path = self.run.path

        def answer() -> LiftedPfn | None:
            if not path.choose():
                return None
            head = self.run.answers.fresh("head")
            path.assume(self._order_at(LiftedPfn(path, head)) == order)
            return LiftedPfn(path, head)

        key = ("first", self.run.moves, int(order), z3.simplify(type_term(plain_type(migratetype))))
        found: LiftedPfn | None = self.run.answers.ask(key, answer)
        return found

    def none_free(self, order: int) -> bool:
        """Whether all lists of the order are empty."""
        kinds = [z3.BitVecVal(kind, 3) for kind in range(6)]
        known = [
            self.run.answers.known.get(("first", self.run.moves, order, kind.sexpr()), "?") for kind in kinds
        ]
        if any(head is not None and head != "?" for head in known):
            return False
        found: bool = self.run.answers.ask(("none free", self.run.moves, order), self.run.path.choose)
        for kind in kinds if found else ():
            self.run.answers.known[("first", self.run.moves, order, kind.sexpr())] = None
        return found

    def is_free_block(self, pfn: Any, order: int) -> LiftedBool:
        """Whether a free block of the order starts there; if so, the page is a multiple of its size."""
        found = self._order_at(pfn) == int(order)
        inside = number(pfn) & z3.BitVecVal((1 << int(order)) - 1, BITS)
        self.run.path.assume(z3.Implies(found, inside == 0))
        return LiftedBool(self.run.path, found)

    def add(self, pfn: Any, order: int, migratetype: Any, *, tail: Any) -> None:
        """Note it."""
        self.run.did("list", plain(pfn), int(order), type_term(plain_type(migratetype)), plain(tail))

    def remove(self, pfn: Any, order: int) -> LiftedType:
        """Note it; the type of its list is any."""
        kind = z3.Function(f"list_of{self.run.moves}", PFN, TYPE)(number(pfn))
        self.run.did("unlist", plain(pfn), int(order))
        return LiftedType(kind, self.run.path)


def plain_type(migratetype: Any) -> Any:
    """A migratetype, known or unknown."""
    return migratetype if isinstance(migratetype, LiftedType) else int(migratetype)


@dataclass
class Elsewhere:
    """The free lists of another zone."""

    path: Path
    zone: z3.BitVecRef
    """Its number."""

    def is_free_block(self, pfn: Any, order: int) -> LiftedBool:
        """Any answer."""
        return LiftedBool(self.path, order_elsewhere(self.zone, number(pfn)) == int(order))


def zone_of(page: z3.BitVecRef) -> z3.BitVecRef:
    """The number of the zone to which a page outside of this one belongs; 0 if to none."""
    return z3.Function("zone_of", PFN, ORDER)(page)


def order_elsewhere(zone: z3.BitVecRef, page: z3.BitVecRef) -> z3.BitVecRef:
    """The order of the block that is listed at the page in that other zone, 255 if there is none."""
    return z3.Function("elsewhere", ORDER, PFN, ORDER)(zone, page)


class AskedPageblocks:
    """Stands in for ``Pageblocks``."""

    def __init__(self, run: Run, size: int) -> None:
        self.run, self.size = run, size
        self.updates: list[tuple[z3.BitVecRef, z3.BitVecRef]] = []

    def _start(self, pfn: Any) -> z3.BitVecRef:
        return z3.simplify(number(pfn) & z3.BitVecVal(-self.size, BITS))

    def migratetype(self, pfn: Any) -> LiftedType:
        """The type of the page's pageblock."""
        start = self._start(pfn)
        kind = z3.Function("type_of", PFN, TYPE)(start)
        for changed, value in self.updates:
            kind = z3.If(start == changed, value, kind)
        return LiftedType(z3.simplify(kind), self.run.path)

    def set(self, pfn: Any, migratetype: Any) -> None:
        """Note it."""
        start, value = self._start(pfn), type_term(plain_type(migratetype))
        self.updates.append((start, value))
        self.run.did("type", start, value, moves=False)

    def free_area_of(self, pfn: Any) -> Elsewhere | None:
        """Of another zone, or of none."""
        zone = zone_of(number(pfn))
        return Elsewhere(self.run.path, zone) if self.run.path.decide(zone != 0) else None


class AskedPcp:
    """Stands in for ``PerCpuPages``."""

    def __init__(self, run: Run, pages: Callable[[int], int]) -> None:
        self.run, self.pages = run, pages
        path = run.path
        names = {"count": 1 << 24, "high": 1 << 20, "batch": 1 << 20, "free_factor": 6}
        for name, limit in names.items():
            term = z3.BitVec(name, BITS)
            path.assume(z3.ULT(term, limit))
            setattr(self, name, LiftedCount(path, term))
        path.assume(z3.BitVec("batch", BITS) >= 1)
        self.count: Any
        self.high: Any
        self.batch: Any
        self.free_factor: Any

    def _end(self, name: str, index: int) -> LiftedPfn | None:
        path = self.run.path

        def some() -> bool:
            return path.choose()

        if not self.run.answers.ask(("some", self.run.moves, index), some):
            return None
        made = self.run.answers.ask((name, self.run.moves, index), lambda: self.run.answers.fresh(name))
        return LiftedPfn(path, made)

    def first(self, index: int) -> LiftedPfn | None:
        """The head, or none."""
        return self._end("first", index)

    def last(self, index: int) -> LiftedPfn | None:
        """The tail, or none."""
        return self._end("last", index)

    def type_of(self, index: int, pfn: Any) -> LiftedType:
        """The type with which it was listed."""
        return LiftedType(z3.Function(f"pcp_type{self.run.moves}", PFN, TYPE)(number(pfn)), self.run.path)

    def add(self, index: int, pfn: Any, migratetype: Any, *, tail: Any) -> None:
        """Note it."""
        self.run.did("pcp list", index, plain(pfn), type_term(plain_type(migratetype)), plain(tail))
        self.count = LiftedCount(self.run.path, self.count.term + self.pages(index))

    def remove(self, index: int, pfn: Any) -> LiftedType:
        """Note it."""
        kind = self.type_of(index, pfn)
        self.run.did("pcp unlist", index, plain(pfn))
        self.count = LiftedCount(self.run.path, self.count.term - self.pages(index))
        return kind
