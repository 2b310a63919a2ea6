"""The two sides of a contract: what is real, and what stands in for it in a symbolic run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from itertools import product
from typing import Any

import z3

from specs.prover.method.invariants import END, conjunction
from specs.prover.method.labels import is_live, pfn
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.operations import Variant, Walk
from specs.prover.method.paths import Path, explore
from specs.prover.method.world import Step, Y
from specs.prover.models.core.area import Area
from specs.prover.models.core.live import Live, LiveOrder
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.core.spans import SymbolicSpans
from specs.prover.models.core.stage import world
from tests.core.contract_readings import Claims, Reading, Snapshot
from tests.core.contract_suite import LIVE, SPANS, TOP, TYPES, Answer, Call, Contract, State
from verified_buddy import FreeArea, Migratetype, Order, Pfn
from verified_buddy.spans import Spans

PAGES = range(4)
WINDOW = range(5)
"""The pages that are compared; the last is outside in every state."""


def answer(call: Call, area: Any, live: Any, spans: Any, page: Any, end: Any, migratetype: Any) -> Any:
    """Make the call; both sides have the same methods."""
    name, order = call.name, call.order
    if name == "add":
        return area.add(page, order, migratetype, tail=call.tail)
    if name == "remove":
        return area.remove(page, order)
    if name == "first":
        return area.first(order, migratetype)
    if name == "is_free_block":
        return area.is_free_block(page, order)
    return _of_live(call, live, page) if name in LIVE else _of_spans(call, spans, page, end)


def _of_live(call: Call, live: Any, page: Any) -> Any:
    if call.name == "has_order":
        return live.get(page) == call.order
    if call.name == "contains":
        return page in live
    if call.name == "looked_up":
        return live[page]
    if call.name == "popped":
        return live.pop(page, None)
    if call.name == "puts":
        live[page] = call.order
    else:
        del live[page]
    return None


def _of_spans(call: Call, spans: Any, page: Any, end: Any) -> Any:
    if call.name == "gives":
        return spans.add(page, end)
    return getattr(spans, call.name)(page, end)


class Real:
    """A real free area, a real dict and real spans in that state."""

    def __init__(self, state: State) -> None:
        self.area, self.live, self.spans = FreeArea(Order(TOP), len(TYPES)), dict(state.live), Spans()
        for page, order, migratetype in state.free:
            self.area.add(Pfn(page), Order(order), Migratetype(migratetype), tail=True)
        for page in PAGES:
            if state.owner(page) != 0:
                self.spans.add(Pfn(page), Pfn(page + 1))

    def faults(self, call: Call, contract: Contract) -> Iterator[str]:
        """Make the call; whatever the contract does not say."""
        said = answer(call, self.area, self.live, self.spans, call.page, call.end, call.migratetype)
        if said != contract.answers[0] or type(said) is not type(contract.answers[0]):
            yield f"answers {said}"
        for order, kind in product(range(TOP + 1), TYPES):
            pages = [page for page, *rest in contract.after.free if rest == [order, kind]]
            if list(self.area[Order(order)].free_list[kind]) != pages:
                yield f"lists {list(self.area[Order(order)].free_list[kind])}"
            if self.area.first(Order(order), Migratetype(kind)) != (pages[0] if pages else None):
                yield f"the first of order {order} is not the head"
        if self.live != dict(contract.after.live):
            yield f"the live blocks are {self.live}"
        inside = {page for start, end in self.spans.ranges() for page in range(start, end)}
        if call.name in SPANS and inside != {page for page in PAGES if contract.after.owner(page)}:
            yield f"the pages are {sorted(inside)}"


class StandIn:
    """All paths of one call, from any state."""

    def __init__(self, call: Call) -> None:
        self.call = call
        paths = explore(partial(self._run, call))
        self.claims = [Claims(Walk(OPERATIONS["take"], Variant(), TOP, path)) for path in paths]
        laws = [everywhere([claims.lawful]) for claims in self.claims]
        owed = [everywhere([owed.goal for owed in claims.goals]) for claims in self.claims]
        self.parts = list(zip(self.claims, laws, owed, map(_labels, self.claims), strict=True))

    @staticmethod
    def _run(call: Call, path: Path) -> object:
        of = world(path, TOP)
        page, end = (LiftedPfn(path, pfn(number)) for number in (call.page, call.end))
        kind = LiftedType(z3.BitVecVal(call.migratetype, 3))
        return answer(call, Area(of), Live(of), SymbolicSpans(of), page, end, kind)

    def outcomes(self, reading: Reading, *, lawful: bool = True) -> Iterator[tuple[bool, Answer, int]]:
        """Whether the call may be made, its answer, and the labels afterwards: all that some path says."""
        for claims, laws, owed, labels in self.parts:
            reading.given = {}
            for values in product(WINDOW, repeat=len(claims.fresh)):
                for name, value in zip(claims.fresh, values, strict=True):
                    reading.let(z3.BitVec(name, 64), value)
                if reading.truth(claims.decided) and (not lawful or reading.truth(laws)):
                    said = self._said(reading, claims.walk.path.result)
                    yield reading.truth(owed), said, reading.number(labels)

    @staticmethod
    def _said(reading: Reading, said: Any) -> Answer:
        if isinstance(said, LiftedPfn | LiftedType):
            return reading.number(said.term)
        if isinstance(said, LiftedBool):
            return reading.truth(said.term)
        if isinstance(said, LiveOrder):
            return next(
                (order for order in range(TOP + 1) if reading.truth(is_live(said.heads, order))), None
            )
        assert said is None or type(said) is bool
        return said

    def faults(self, state: State, contract: Contract) -> Iterator[str]:
        """Whatever the contract does not say, or says and no path does."""
        after = contract.after if self.call.name in SPANS else state
        found = set(self.outcomes(reading_of(state, after), lawful=contract.allowed))
        if not contract.allowed:
            if not found or any(allowed for allowed, _, _ in found):
                yield "does not owe what the caller must see to"
            return
        numbers = [labels.get(page, 0) for labels in contract.after.labels(WINDOW) for page in WINDOW]
        total = sum(label << 10 * place for place, label in enumerate(reversed(numbers)))
        if found != {(True, said, total) for said in contract.answers}:
            yield f"says {found} instead of {contract.answers}"
        if after != state and list(self.outcomes(reading_of(state, state))):
            yield "leaves the old state possible"

    def changes(self) -> list[tuple[Any, ...]]:
        """What it writes down for the policy: the end of the list with the rest."""
        reading = Reading({}, [])
        steps = [step for claims in self.claims for step in claims.walk.world.steps]
        return [(step.does, reading.number(step.pfn), step.order, _tail(reading, step)) for step in steps]


def _tail(reading: Reading, step: Step) -> bool:
    return step.tail is not None and reading.truth(step.tail)


def _labels(claims: Claims) -> z3.BitVecRef:
    """The labels of all pages at the end of the path, as one number."""
    now = claims.walk.world.state
    return z3.Concat(*(labels(pfn(page)) for labels in (now.owner, now.heads) for page in WINDOW))


def everywhere(terms: list[z3.BoolRef]) -> z3.BoolRef:
    """What is said of any page, of each of these."""
    return conjunction(z3.substitute(term, (Y, pfn(page))) for term in terms for page in WINDOW)


@cache
def reading_of(before: State, after: State) -> Reading:
    """The states of a call as an interpretation."""
    states = {"0": Snapshot(*before.labels(WINDOW)), "s": Snapshot(*after.labels(WINDOW))}
    return Reading(states, [(END, 2**52)])
