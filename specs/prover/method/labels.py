"""Who owns a page: a label of ten bits, and maps from pages to labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

import z3

from specs.prover.method.terms import built_once, id_of

BITS: Final = 64
KIND, TYPE, ORDER = (9, 7), (6, 4), (3, 0)
OUTSIDE, FREE, LIVE, PCP, HAND = 0, 1, 2, 3, 4
"""Kinds of owner.  PCP: a per-CPU list.  HAND: the running function owns the page."""

NONE: Final = z3.BitVecVal(0, 10)
HELD: Final = z3.BitVecVal(HAND << 7, 10)
LIMIT: Final = z3.BitVecVal(1 << 52, BITS)

Term: TypeAlias = z3.BitVecRef
Truth: TypeAlias = z3.BoolRef


@built_once
def label(kind: int, migratetype: Term | int, order: int) -> Term:
    """The label of a block."""
    typed = z3.BitVecVal(migratetype, 3) if isinstance(migratetype, int) else migratetype
    return z3.Concat(z3.BitVecVal(kind, 3), typed, z3.BitVecVal(order, 4))


@built_once
def kind_is(term: Term, kind: int) -> Truth:
    """Whether the label is of that kind."""
    return z3.Extract(*KIND, term) == kind


@built_once
def order_is(term: Term, order: int) -> Truth:
    """Whether the label has that order."""
    return z3.Extract(*ORDER, term) == order


@built_once
def is_block(term: Term) -> Truth:
    """Whether the label belongs to a block: free, live, or on a per-CPU list."""
    return z3.Or(kind_is(term, FREE), kind_is(term, LIVE), kind_is(term, PCP))


@built_once
def is_free(term: Term, order: int | None = None) -> Truth:
    """Whether the label belongs to a free block (of that order), of any type."""
    if order is None:
        return kind_is(term, FREE)
    return z3.And(kind_is(term, FREE), order_is(term, order))


@built_once
def is_live(term: Term, order: int | None = None) -> Truth:
    """Whether the label belongs to a live block (of that order)."""
    if order is None:
        return kind_is(term, LIVE)
    return z3.And(kind_is(term, LIVE), order_is(term, order))


@built_once
def is_pcp(term: Term, order: int | None = None) -> Truth:
    """Whether the label belongs to a block (of that order) on a per-CPU list."""
    if order is None:
        return kind_is(term, PCP)
    return z3.And(kind_is(term, PCP), order_is(term, order))


@built_once
def type_of(term: Term) -> Term:
    """The label's migratetype, three bits."""
    return z3.Extract(*TYPE, term)


@built_once
def pfn(value: int) -> Term:
    """A page frame number as a term."""
    return z3.BitVecVal(value, BITS)


@built_once
def align(term: Term, order: int) -> Term:
    """The term with its low bits cleared."""
    return term & pfn(-(1 << order) & (1 << BITS) - 1) if order else term


@built_once
def aligned(term: Term, order: int) -> Truth:
    """Whether the low bits are clear."""
    return z3.Extract(order - 1, 0, term) == 0 if order else z3.BoolVal(True)


_MASKS: Final = tuple(pfn(-(1 << order) & (1 << BITS) - 1) for order in range(11))


@built_once
def align_to(term: Term, owner: Term) -> Term:
    """The term aligned to the order in the label, which is at most 10."""
    mask = _MASKS[0]
    for order, bits in enumerate(_MASKS):
        mask = z3.If(order_is(owner, order), bits, mask)
    return term & mask


_SIZES: Final = tuple(pfn(1 << order) for order in range(11))


@built_once
def size_of(owner: Term) -> Term:
    """How many pages a block with the label has, whose order is at most 10."""
    size = _SIZES[0]
    for order, pages in enumerate(_SIZES):
        size = z3.If(order_is(owner, order), pages, size)
    return size


@dataclass(frozen=True, eq=False)
class Labels:
    """A map from pages to labels: an unknown function, or a map and the block that was set in it."""

    base: z3.FuncDeclRef
    update: tuple[Labels, Term, int, Term] | None = None
    values: dict[int, tuple[Term, Term]] = field(default_factory=dict, repr=False)
    """By the page's id: the page, which is kept, and its label."""

    def __call__(self, page: Term) -> Term:
        """The page's label."""
        found = self.values.get(id_of(page))
        if found is None:
            found = self.values[id_of(page)] = page, self._label(page)
        return found[1]

    def _label(self, page: Term) -> Term:
        if self.update is None:
            return self.base(page)
        before, head, order, new = self.update
        return z3.If(align(page, order) == head, new, before(page))

    def set(self, head: Term, order: int, new: Term) -> Labels:
        """The map in which all pages of the block have the label."""
        return _updated(self, head, order, new)


@built_once
def _updated(before: Labels, head: Term, order: int, new: Term) -> Labels:
    return Labels(before.base, (before, head, order, new))


@dataclass(frozen=True)
class State:
    """Ownership of every page (B), and the blocks that the implementation has listed (M)."""

    owner: Labels
    heads: Labels
    top: int
    merges: int
    """Free buddies of an order below this are always merged; all below the top, or below a pageblock."""

    def give(self, head: Term, order: int, new: Term) -> State:
        """The block is listed under that label."""
        return State(self.owner.set(head, order, new), self.heads.set(head, 0, new), self.top, self.merges)

    def hold(self, head: Term, order: int) -> State:
        """The block is in hand."""
        return State(self.owner.set(head, order, HELD), self.heads.set(head, 0, NONE), self.top, self.merges)


@built_once
def _unknown(name: str) -> Labels:
    return Labels(z3.Function(name, z3.BitVecSort(BITS), z3.BitVecSort(10)))


def unknown(name: str, top: int, merges: int | None = None) -> State:
    """A state of which nothing is known yet."""
    return State(_unknown(f"B{name}"), _unknown(f"M{name}"), top, top if merges is None else merges)
