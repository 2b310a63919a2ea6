"""One suite of contracts, for what is real and for what stands in for it."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from specs.prover.method.labels import is_free
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.models.core.area import Area
from tests.core.contract_sides import PAGES, Real, StandIn
from tests.core.contract_states import all_orders, blocks, calls, keys
from tests.core.contract_suite import AREA, LIVE, SPANS, TOP, Clause, State
from tests.specs.lifting_faults import FAULTS
from verified_buddy import FreeArea
from verified_buddy.spans import Spans

SUITES = {"area": AREA, "live": LIVE, "spans": SPANS}
OWNERS = {"area": "free live held", "live": "free live held", "spans": "live outside held"}
STATES = {name: list(blocks(0, TOP, owners)) for name, owners in OWNERS.items()}
"""Every state of four pages; owners that the part cannot tell apart stand for each other."""


def real_faults(states: Iterable[State], suite: dict[str, Clause], pages: range = PAGES) -> Iterator[str]:
    """All allowed calls in all the states; the faults."""
    asked = list(calls(suite, pages))
    for state in states:
        for call in asked:
            contract = suite[call.name](state, call)
            if contract.allowed:
                yield from (f"{call} in {state}: {fault}" for fault in Real(state).faults(call, contract))


def stand_in_faults(states: list[State], suite: dict[str, Clause]) -> Iterator[str]:
    """All calls, allowed or not, in all the states; the faults."""
    for call in calls(suite, PAGES):
        stand_in = StandIn(call)
        for state in states:
            contract = suite[call.name](state, call)
            yield from (f"{call} in {state}: {fault}" for fault in stand_in.faults(state, contract))


def test_there_are_many_states() -> None:
    assert {name: len(set(states)) for name, states in STATES.items()} == {
        "area": 224,
        "live": 224,
        "spans": 101,
    }


@pytest.mark.parametrize("name", SUITES)
def test_what_is_real_keeps_the_contract(name: str) -> None:
    states = [ordered for state in STATES[name] for ordered in all_orders(state)]
    assert not list(real_faults(states, SUITES[name]))


def test_the_real_free_area_keeps_it_for_any_keys_in_any_order() -> None:
    states = list(keys(3))
    assert len(states) > 250
    assert not list(real_faults(states, AREA, range(0, 12, 4)))


@pytest.mark.parametrize("name", SUITES)
def test_what_stands_in_keeps_the_contract(name: str) -> None:
    assert not list(stand_in_faults(STATES[name], SUITES[name]))


def test_what_stands_in_writes_down_the_end_of_the_list() -> None:
    added = [call for call in calls(AREA, PAGES) if call.name == "add"]
    assert all(StandIn(call).changes() == [("add", call.page, call.order, call.tail)] for call in added)


def always_tail(self: FreeArea, pfn: Any, order: Any, migratetype: Any, *, tail: bool) -> None:
    ADD(self, pfn, order, migratetype, tail=True)


def twice(self: FreeArea, pfn: Any, order: Any, migratetype: Any, *, tail: bool) -> None:
    ADD(self, pfn, order, migratetype, tail=tail)
    if order > 0:
        ADD(self, pfn, order - 1, migratetype, tail=tail)


def the_first(self: FreeArea, pfn: Any, order: Any) -> Any:
    for free_list in self[order].free_list:
        if pfn in free_list:
            return REMOVE(self, next(iter(free_list)), order)
    raise KeyError(pfn)


def the_last(self: FreeArea, order: Any, migratetype: Any) -> Any:
    return next(reversed(self[order].free_list[migratetype]), None)


def of_any_type(self: FreeArea, order: Any, migratetype: Any) -> Any:
    return next((pfn for free_list in self[order].free_list for pfn in free_list), None)


def apart(self: Spans, start: Any, end: Any) -> None:
    self.starts.append(start)
    self.ends.append(end)


ADD, REMOVE = FreeArea.add, FreeArea.remove
REAL: dict[str, tuple[str, Any, str, Any]] = {
    "the tail always": ("area", FreeArea, "add", always_tail),
    "listed under two orders": ("area", FreeArea, "add", twice),
    "the head is removed": ("area", FreeArea, "remove", the_first),
    "type 0 is removed": ("area", FreeArea, "remove", lambda *args: 0 * REMOVE(*args)),
    "nothing is removed": (
        "area",
        FreeArea,
        "remove",
        lambda self, pfn, order: self._list_of[order][pfn][pfn],
    ),
    "the tail is first": ("area", FreeArea, "first", the_last),
    "any type is first": ("area", FreeArea, "first", of_any_type),
    "free of any order": (
        "area",
        FreeArea,
        "is_free_block",
        lambda self, pfn, order: any(pfn in area.list_of for area in self.orders),
    ),
    "the end overlaps": (
        "spans",
        Spans,
        "overlaps",
        lambda self, start, end: any(first <= end and start < last for first, last in self.ranges()),
    ),
    "one page covers": ("spans", Spans, "covers", Spans.overlaps),
    "neighbours stay apart": ("spans", Spans, "add", apart),
}
SYMBOLIC = {
    "first ignores the type": "first",
    "first answers no member": "first",
    "an empty list says nothing": "first",
    "remove forgets the type": "remove",
    "remove keeps it listed": "remove",
    "hold forgets the order": "remove",
    "give forgets the order": "add",
    "give lists every page": "add",
    "a free block of any order": "is_free_block",
    "any kind is free": "is_free_block",
    "live is listed": "contains",
    "live of any order": "has_order",
    "forgets to forget": "forgets",
    "live is free": "puts",
    "a range without its last page": "overlaps",
    "outside is free": "covers",
    "a range is not added": "gives",
}


@pytest.mark.parametrize("fault", REAL)
def test_a_fault_of_what_is_real_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, place, method, wrong = REAL[fault]
    monkeypatch.setattr(place, method, wrong)
    states = (ordered for state in STATES[name] for ordered in all_orders(state))
    assert next(real_faults(states, SUITES[name]), None)


@pytest.mark.parametrize("fault", SYMBOLIC)
def test_a_fault_of_what_stands_in_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS[fault][1])
    clause = SYMBOLIC[fault]
    (name,) = (name for name, suite in SUITES.items() if clause in suite)
    assert next(stand_in_faults(STATES[name][::5], {clause: SUITES[name][clause]}), None)


def test_a_free_block_has_but_one_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """No operation asks of another page, so only the contract notices."""

    def on_any_page(self: Area, block: LiftedPfn, order: int) -> LiftedBool:
        return LiftedBool(self.world.path, is_free(self.world.state.owner(block.term), order))

    monkeypatch.setattr(Area, "is_free_block", on_any_page)
    assert next(stand_in_faults(STATES["area"][::5], {"is_free_block": AREA["is_free_block"]}), None)


def test_the_wrong_end_of_the_list_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*FAULTS["head is tail"][1])
    with pytest.raises(AssertionError):
        test_what_stands_in_writes_down_the_end_of_the_list()
