"""What a C variable may hold beside an integer: pages, places of variables, and objects of our own zone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import z3

from specs.kernel_text.integers import Number, simple, term


@dataclass(frozen=True, eq=False)
class Page:
    """A ``struct page *``, by the number of its page: pages of memory lie side by side in the page map."""

    pfn: Number

    def moved(self, by: Number) -> Page:
        """The pointer so many elements on."""
        if isinstance(self.pfn, int) and isinstance(by, int):
            return Page(self.pfn + by)
        step = term(by)
        if step.decl().kind() == z3.Z3_OP_BSUB and step.arg(1).eq(term(self.pfn)):
            return Page(step.arg(0))  # to another page's number: as our functions have it
        return Page(simple(term(self.pfn) + step))


@dataclass(frozen=True)
class ListNode:
    """The link by which a page is on some list."""

    page: Page


@dataclass(frozen=True)
class AreaOf:
    """One order's element of a zone's free area; of no order, the array itself."""

    zone: Any
    order: int | None = None


@dataclass(frozen=True)
class FreeList:
    """One list of an order, by its type; without one, all of them."""

    area: AreaOf
    migratetype: Any = None


@dataclass(frozen=True)
class FreeCount:
    """``nr_free`` of an order's free area, which is only compared with 0."""

    area: AreaOf


@dataclass(frozen=True)
class PcpList:
    """One list of a CPU; without an index, all of them."""

    pcp: Any
    index: int | None = None


@dataclass(frozen=True)
class Named:
    """Something that is only handed on: a lock, flags, a page set."""

    name: str
    of: Any = None


class Unset:
    """What a variable holds before anything is stored, or after what was stored is forgotten: it was that."""

    def __init__(self, why: str, was: Any = None) -> None:
        self.why, self.was = why, was


@dataclass(eq=False)
class Cell:
    """A variable, with its type; a pointer to it is the cell itself."""

    value: Any
    kind: Any = None


@dataclass
class Scope:
    """The variables of a block, inside those of another."""

    outer: Scope | None = None
    cells: dict[str, Cell] = field(default_factory=dict)

    def find(self, name: str) -> Cell | None:
        """The innermost variable of that name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.cells:
                return scope.cells[name]
            scope = scope.outer
        return None


NULL: Final = None
"""The null pointer."""
