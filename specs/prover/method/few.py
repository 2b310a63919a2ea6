"""A state of few blocks, as terms: every state that it stands for is legal, so it needs no invariant.

Put in place of the unknown maps of a path, it turns what the path assumes into a question about a handful of
blocks.  The smallest number of blocks that has an answer makes the shortest story.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import combinations

import z3

from specs.prover.method.invariants import END
from specs.prover.method.labels import (
    BITS,
    HELD,
    LIMIT,
    LIVE,
    NONE,
    ORDER,
    TYPE,
    Term,
    Truth,
    align,
    align_to,
    is_block,
    is_free,
    is_live,
    pfn,
    size_of,
    type_of,
    unknown,
)
from specs.prover.method.loops import CURSOR, START, STOP
from specs.prover.method.operations import Walk
from specs.prover.method.scene import Listed, Scene
from specs.prover.method.search import seek
from specs.prover.method.terms import built_once, id_of
from specs.prover.method.world import P

MS = 2000
"""How long a question may take."""
MOST = 6
"""Blocks at most."""
AT = z3.Var(0, z3.BitVecSort(BITS))


@built_once
def head_of(number: int) -> Term:
    """The first page of the block of that number."""
    return z3.BitVec(f"h{number}", BITS)


@built_once
def label_of(number: int) -> Term:
    """Its label."""
    return z3.BitVec(f"l{number}", 10)


class Few:
    """So many blocks, and what the caller owns."""

    def __init__(self, walk: Walk, count: int) -> None:
        self.walk, self.count, self.top = walk, count, walk.top
        self.world = walk.world
        self.heads = [head_of(number) for number in range(count)]
        self.labels = [label_of(number) for number in range(count)]
        self.fed = walk.of.loop is not None and walk.of.loop.feeds

    def owner(self, page: Term) -> Term:
        """Who owns the page."""
        found = NONE
        if self.world.given is not None:
            head, order = self.world.given
            found = z3.If(align(page, order) == head, HELD, found)
        if self.fed:
            found = z3.If(z3.And(z3.ULE(CURSOR, page), z3.ULT(page, STOP)), HELD, found)
        for head, label in zip(self.heads, self.labels, strict=True):
            found = z3.If(align_to(page, label) == head, label, found)
        return found

    def head(self, page: Term) -> Term:
        """Which block starts there."""
        found = NONE
        for head, label in zip(self.heads, self.labels, strict=True):
            found = z3.If(page == head, label, found)
        return found

    @cached_property
    def maps(self) -> list[tuple[z3.FuncDeclRef, Term]]:
        """The maps of the beginning, or of an iteration's, which are known now."""
        states = [unknown(name, self.top) for name in ("0", "c")]
        owners = [(state.owner.base, self.owner(AT)) for state in states]
        heads = [(state.heads.base, self.head(AT)) for state in states]
        return [*owners, *heads, *self.world.further_maps(AT)]

    def here(self, fact: Truth) -> Truth:
        """What the fact says of this state."""
        found: Truth = z3.substitute_funs(fact, *self.maps)
        return found

    def legal(self) -> Iterator[Truth]:
        """Every invariant, block by block."""
        top, merges = self.world.state.top, self.world.state.merges
        yield z3.ULE(END, LIMIT)
        for head, label in zip(self.heads, self.labels, strict=True):
            yield is_block(label)
            yield z3.ULE(z3.Extract(*ORDER, label), z3.BitVecVal(top, 4))
            yield z3.ULT(z3.Extract(*TYPE, label), z3.BitVecVal(5, 3))
            yield z3.Implies(is_live(label), type_of(label) == 0)
            yield align_to(head, label) == head
            yield z3.ULT(last_page(head, label), END)
        for one, two in combinations(range(self.count), 2):
            yield z3.ULT(self.heads[one], self.heads[two])
            yield align_to(self.heads[two], self.labels[one]) != self.heads[one]
            for order in range(merges):
                both = z3.And(is_free(self.labels[one], order), is_free(self.labels[two], order))
                yield z3.Not(z3.And(both, self.heads[one] ^ pfn(1 << order) == self.heads[two]))
        yield from self._apart()
        yield from self.walk.of.model.legal(self)

    def _apart(self) -> Iterator[Truth]:
        """What is in hand belongs to no block."""
        for head, label in zip(self.heads, self.labels, strict=True):
            if self.world.given is not None:
                given, order = self.world.given
                yield z3.And(align_to(given, label) != head, align(head, order) != given)
            if self.fed:
                yield z3.Or(z3.ULT(last_page(head, label), CURSOR), z3.ULE(STOP, head), CURSOR == STOP)
        if self.fed:
            yield START == CURSOR  # the iteration that is looked at is the first
        elif self.walk.of.loop is not None and self.walk.of.loop.carried is None:
            yield START == CURSOR

    def lawful(self) -> Iterator[Truth]:
        """What the path knows of every page, at the pages that matter."""
        of = self.world
        ends = [P | pfn((1 << self.walk.variant.order) - 1), STOP - pfn(1)]
        ends += [last_page(head, label) for head, label in zip(self.heads, self.labels, strict=True)]
        pages = list({id_of(term): term for term in (*of.roots, *self.heads, *ends)}.values())
        for state, wanted in of.empties:
            yield from (state.heads(page) != wanted for page in pages)
        yield from (law(page) for law in (*of.laws, *of.rare) for page in pages)
        yield from (hint(self) for hint in of.hints)

    def pages_of(self, counts: Callable[[Term, Term], Truth]) -> Term:
        """How many pages the blocks have together of which that is true, by their heads and labels."""
        total = pfn(0)
        for head, label in zip(self.heads, self.labels, strict=True):
            total = total + z3.If(counts(head, label), size_of(label), pfn(0))
        return total

    def some(self, of: Callable[[Term, Term], Truth]) -> Truth:
        """Whether that is true of some block."""
        found = [of(head, label) for head, label in zip(self.heads, self.labels, strict=True)]
        return z3.Or(*found, z3.BoolVal(False)) if found else z3.BoolVal(False)


def last_page(head: Term, label: Term) -> Term:
    """The last page of the block."""
    return head + size_of(label) - pfn(1)


def scene_of(
    walk: Walk,
    facts: Iterable[Truth],
    goal: Truth | None = None,
    pages: Sequence[Term] = (),
    least: int = 0,
    most: int = MOST,
    milliseconds: int = MS,
) -> tuple[Scene, dict[str, int]] | None:
    """The smallest scene in which the facts hold, and the goal does not; and what the pages are there.

    None if there is none of so many blocks, or none is found in so short a time.
    """
    known = list(facts)
    for count in range(least, most + 1):
        few = Few(walk, count)
        wanted = [*few.legal(), *(few.here(fact) for fact in (*known, *few.lawful()))]
        if goal is not None:
            wanted.append(few.here(z3.Not(goal)))
        for bounds in _windows(few, pages):
            model = seek([*wanted, *bounds], milliseconds).model
            if model is not None:
                return _read(few, model), {str(page): _value(model, page) for page in pages}
    return None


def _windows(few: Few, pages: Sequence[Term]) -> Iterator[list[Truth]]:
    """All that is named lies as low as can be; or, if it cannot, near each other."""
    arguments = {"p": P, "start": START, "end": STOP - pfn(1)}
    named = [*few.heads, *pages, *(arguments[name] for name in few.walk.of.pages if name in arguments)]
    for low in (pfn(1 << few.top), pfn(4 << few.top)):
        yield [*(z3.ULT(term, low) for term in named), z3.ULE(END, low)]
    base = z3.BitVec("window", BITS)
    yield [z3.Extract(5, 0, base) == 0, *(z3.And(z3.ULE(base, t), z3.ULT(t - base, pfn(64))) for t in named)]


def _read(few: Few, model: z3.ModelRef) -> Scene:
    """The scene that the model makes."""
    walk = few.walk
    blocks = []
    for head, label in zip(few.heads, few.labels, strict=True):
        value = _value(model, label)
        blocks.append(Listed(_value(model, head), value & 15, value >> 7, value >> 4 & 7))
    numbers = {
        each.name(): model[each].as_long()
        for each in model.decls()
        if each.arity() == 0 and z3.is_bv_value(model[each])
    }
    if walk.world.given is not None:
        given, order = walk.world.given
        blocks.append(Listed(_value(model, given), order, LIVE))
    first = {numbers.get(f"head{n}") for n in range(1, 20)}
    blocks.sort(key=lambda block: block.start not in first)
    pages = {number for block in blocks for number in (block.start, block.end - 1)}
    pages |= {numbers[name] for name in ("p", "start", "y") if name in numbers}
    types = {page: _value(model, term) for page, term in walk.world.further(sorted(pages))}
    return Scene(walk.of, walk.variant, walk.top, tuple(blocks), numbers, types)


def _value(model: z3.ModelRef, term: Term) -> int:
    value = model.eval(term, model_completion=True)
    assert isinstance(value, z3.BitVecNumRef)
    return int(value.as_long())
