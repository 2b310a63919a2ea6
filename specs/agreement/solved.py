"""Legal states that a solver makes: for each symbolic path, one from which the real code must walk it."""

from __future__ import annotations

from collections.abc import Callable

import z3

from specs.agreement.readings import Claims, symbols
from specs.agreement.settings import HELD_LABEL, Setting
from specs.prover.models.core import invariants as inv
from specs.prover.models.core.invariants import END, MT
from specs.prover.models.core.labels import (
    FREE,
    HELD,
    LIVE,
    NONE,
    State,
    Term,
    Truth,
    is_live,
    is_pcp,
    pfn,
    unknown,
)
from specs.prover.models.core.loops import CURSOR, START, STOP
from specs.prover.models.core.operations import P, Variant
from specs.prover.models.core.world import Y

SECONDS = 20


def window(top: int) -> range:
    """The pages that are looked at: two blocks of the top order; all others are outside."""
    return range(2 ** (top + 1))


KEPT = (*inv.INVARIANTS, "uniform")


def legal_state(state: State, pages: range) -> list[Truth]:
    """Every invariant at every page of the window, and between any two of them that one block may hold."""
    near: int = 2**state.top
    says = []
    for name in KEPT:
        if name == "uniform":
            pairs = [
                (one, two) for one in pages for two in pages if one != two and one // near == two // near
            ]
            says += [inv.at(state, name, pfn(one), pfn(two)) for one, two in pairs]
        else:
            says += [inv.at(state, name, pfn(page)) for page in pages]
    return says


class Solved:
    """The states of one operation's variant: one question to the solver for each path."""

    def __init__(self, operation: str, variant: Variant, top: int) -> None:
        self.operation, self.variant, self.top = operation, variant, top
        self.pages = window(top)
        state = self.state = unknown("c" if operation == "add_range" else "0", top)
        self.solver = z3.SolverFor("QF_UFBV")
        self.solver.set(timeout=SECONDS * 1000)
        self.solver.add(*legal_state(state, self.pages), pfn(len(self.pages)) == END)
        terms = [pfn(page) for page in self.pages]
        self.solver.add(*(z3.Not(is_pcp(state.owner(term))) for term in terms))  # the core has none
        if operation.startswith("Zone."):
            self.solver.add(MT == 0, *(inv.at(state, name, term) for term in terms for name in inv.AT_REST))
        if operation.startswith("free_one_page"):
            self.solver.add(is_live(state.heads(P), variant.order))
        if operation == "add_range":
            held = [z3.And(z3.ULE(CURSOR, term), z3.ULT(term, STOP)) for term in terms]
            owner = [state.owner(term) == HELD for term in terms]
            self.solver.add(START == CURSOR, *(one == two for one, two in zip(owner, held, strict=True)))

    def setting(self, place: int, claims: Claims) -> Setting | None:
        """A state in which the path is walked; None if there is none with these pages."""
        says = [*claims.facts]
        says += [z3.substitute(law, (Y, pfn(page))) for law in claims.laws for page in self.pages]
        names = symbols(claims.decided) | {P.decl().name()}
        pages = [term for term in (P, START, STOP) if term.decl().name() in names]
        pages += [z3.BitVec(name, 64) for name in claims.fresh]
        inside = [z3.ULT(page, pfn(len(self.pages))) for page in pages]
        outside = [z3.And(self.state.owner(page) == NONE, self.state.heads(page) == NONE) for page in pages]
        for near in (inside, map(z3.Or, inside, outside)):
            self.solver.push()
            self.solver.add(*says, *near)
            answer = self.solver.check()
            model = self.solver.model() if answer == z3.sat else None
            self.solver.pop()
            assert answer != z3.unknown, f"{self.operation}: path {place} is not decided"
            if model is not None:
                return self._read(model, claims)
        return None

    def _read(self, model: z3.ModelRef, claims: Claims) -> Setting:
        """The blocks of the model; the list of a head begins with it."""

        def number(term: Term) -> int:
            value = model.eval(term, model_completion=True)
            assert isinstance(value, z3.BitVecNumRef)
            return int(value.as_long())

        listed = [(page, number(self.state.heads(pfn(page)))) for page in self.pages]
        free = [(page, at % 16, at // 16 % 8) for page, at in listed if at // 128 == FREE]
        heads = [number(z3.BitVec(name, 64)) for name in claims.fresh if name.startswith("head")]
        free.sort(key=lambda block: block[0] not in heads)
        live = tuple((page, at % 16) for page, at in listed if at // 128 == LIVE)
        held = [page for page in self.pages if number(self.state.owner(pfn(page))) == HELD_LABEL]
        pages: tuple[int, ...] = ()
        if self.operation.endswith("add_range"):
            pages = number(START), number(STOP)
        elif self.operation not in ("rmqueue_smallest", "Zone.alloc"):
            pages = (number(P),)
        made = Setting(self.top, tuple(free), live, _runs(held), number(MT), pages)
        self._same(made, number)
        return made

    def _same(self, made: Setting, number: Callable[[Term], int]) -> None:
        """Page by page, the state is the solver's: all that its maps say is in blocks, or in hand."""
        now = made.snapshot()
        for page in self.pages:
            for labels, term in ((now.owner, self.state.owner), (now.heads, self.state.heads)):
                said, read = number(term(pfn(page))), labels.get(page, 0)
                assert (said // 128, said % 16) == (read // 128, read % 16), f"page {page} of {made}"


def _runs(pages: list[int]) -> tuple[tuple[int, int], ...]:
    """The pages as ranges."""
    starts = [page for page in pages if page - 1 not in pages]
    return tuple(zip(starts, (page + 1 for page in pages if page + 1 not in pages), strict=True))
