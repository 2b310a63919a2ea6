"""The Linux 6.1 zone against the oracle: every page, list, type and counter, after each call."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from specs.ledger.subject import running
from specs.random.linux_beside import TypedMachine, zone_state
from specs.random.linux_geometries import GEOMETRIES
from verified_buddy.errors import (
    BuddyError,
    InvalidCount,
    InvalidCpu,
    InvalidMigratetype,
    InvalidOrder,
    InvalidPfn,
    InvalidRange,
    Isolated,
    OutOfRange,
    Overlap,
)
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order, Pfn

FILLING = {"alloc": 14, "free": 8}
EMPTYING = {"alloc": 8, "free": 14}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_long_run_is_predicted_page_by_page(name: str) -> None:
    for seed in range(10):
        chance = random.Random(f"{name} {seed}")
        machine = TypedMachine(running(), GEOMETRIES[name], [])
        calls = machine.calls
        for turn in range(1500):
            weight = (FILLING, EMPTYING)[turn // 400 % 2]
            (call,) = chance.choices(calls, [weight.get(call, 1) for call in calls])
            machine.step(call, chance.randrange)
            if turn % 50 == 0:
                for pair in machine.pairs:
                    pair.oracle.owners()


class TypedZone(RuleBasedStateMachine):
    """The same calls, chosen by Hypothesis."""

    machine: TypedMachine

    @initialize(name=st.sampled_from(sorted(GEOMETRIES)))
    def build(self, name: str) -> None:
        self.machine = TypedMachine(running(), GEOMETRIES[name], [])

    @rule(data=st.data(), times=st.integers(1, 8), calls=st.data())
    def do(self, data: st.DataObject, times: int, calls: st.DataObject) -> None:
        for _ in range(times):
            call = calls.draw(st.sampled_from(sorted([*self.machine.calls, *["alloc", "free"] * 6])))
            self.machine.step(call, lambda below: data.draw(st.integers(0, below - 1)))

    @invariant()
    def every_page_has_one_owner(self) -> None:
        for pair in self.machine.pairs:
            pair.oracle.owners()


TypedZone.TestCase.settings = settings(
    max_examples=100, stateful_step_count=15, deadline=None, derandomize=True
)
test_hypothesis_finds_no_other_page = TypedZone.TestCase

BAD: list[Any] = [True, None, 1.0, float("nan"), "0", -1, 2**60, 2**200, []]


def busy_zone() -> LinuxZone:
    """Live, cached, isolated and offline blocks, and two CPUs."""
    zone = LinuxZone(Pfn(0), Pfn(3072), cpus=2, high=60, batch=7)
    zone.add_range(Pfn(0), Pfn(2048))
    zone.offline(Pfn(1))
    for order in range(5):
        zone.alloc(Order(order), MOVABLE, order % 2)
    zone.isolate(Pfn(1024), Order(10))
    zone.offline(Pfn(800))
    return zone


REJECTIONS: dict[str, tuple[type[BuddyError], Any]] = {
    "order to allocate": (InvalidOrder, lambda zone, bad: zone.alloc(bad)),
    "type to allocate": (InvalidMigratetype, lambda zone, bad: zone.alloc(0, bad)),
    "CPU to allocate on": (InvalidCpu, lambda zone, bad: zone.alloc(0, 1, bad)),
    "pages to allocate in bulk": (InvalidCount, lambda zone, bad: zone.alloc_bulk(bad)),
    "type to allocate in bulk": (InvalidMigratetype, lambda zone, bad: zone.alloc_bulk(2, bad)),
    "CPU to allocate in bulk on": (InvalidCpu, lambda zone, bad: zone.alloc_bulk(2, 1, bad)),
    "page to free": (InvalidPfn, lambda zone, bad: zone.free(bad, 0)),
    "order to free": (InvalidOrder, lambda zone, bad: zone.free(next(iter(zone.live)), bad)),
    "CPU to free on": (InvalidCpu, lambda zone, bad: zone.free(*next(iter(zone.live.items())), bad)),
    "page to split": (InvalidPfn, lambda zone, bad: zone.split(bad, 0)),
    "order to split": (InvalidOrder, lambda zone, bad: zone.split(next(iter(zone.live)), bad)),
    "CPU to drain": (InvalidCpu, lambda zone, bad: zone.drain(bad)),
    "page to isolate": (InvalidPfn, lambda zone, bad: zone.isolate(bad, 10)),
    "order to isolate": (InvalidOrder, lambda zone, bad: zone.isolate(0, bad)),
    "mark to isolate above": (InvalidCount, lambda zone, bad: zone.isolate(*some_free(zone), bad)),
    "page to take offline": (InvalidPfn, lambda zone, bad: zone.offline(bad)),
    "page to put back": (InvalidPfn, lambda zone, bad: zone.putback(bad)),
    "start of a range": (InvalidRange, lambda zone, bad: zone.add_range(bad, 4)),
    "end of a range": (InvalidRange, lambda zone, bad: zone.add_range(2048, bad)),
    "start of a zone": (InvalidRange, lambda zone, bad: LinuxZone(bad, Pfn(4))),
    "end of a zone": (InvalidRange, lambda zone, bad: LinuxZone(Pfn(4), bad)),
    "CPUs of a zone": (InvalidCount, lambda zone, bad: LinuxZone(Pfn(0), Pfn(4), cpus=bad)),
    "high of a zone": (InvalidCount, lambda zone, bad: LinuxZone(Pfn(0), Pfn(4), high=bad)),
    "batch of a zone": (InvalidCount, lambda zone, bad: LinuxZone(Pfn(0), Pfn(4), batch=bad)),
}


def some_free(zone: LinuxZone) -> tuple[Pfn, Order]:
    return next((pfn, order) for pfn, order, _ in zone.free_area.blocks())


@pytest.mark.parametrize("what", REJECTIONS)
def test_a_value_of_the_wrong_kind_is_rejected_and_nothing_changes(what: str) -> None:
    error, call = REJECTIONS[what]
    zone = busy_zone()
    before = zone_state(zone)
    for bad in BAD:
        with pytest.raises(error) as caught:
            call(zone, bad)
        assert len(str(caught.value)) < 160
        assert zone_state(zone) == before


def test_memory_beyond_the_zone_or_there_already_is_rejected_and_nothing_changes() -> None:
    zone = busy_zone()
    before = zone_state(zone)
    for start, end, error in ((2000, 2100, Overlap), (3000, 3073, OutOfRange), (3072, 3080, OutOfRange)):
        with pytest.raises(error):
            zone.add_range(Pfn(start), Pfn(end))
        assert zone_state(zone) == before


def test_a_page_on_a_cpu_list_is_free_already_and_one_that_is_out_is_isolated() -> None:
    zone = busy_zone()
    before = zone_state(zone)
    (cached, _) = before["per-CPU"][0][0][1][0]
    for pfn, name in ((cached, "DoubleFree"), (1500, "Isolated"), (800, "Isolated"), (2048, "OutOfRange")):
        with pytest.raises(BuddyError) as caught:
            zone.free(Pfn(pfn), Order(0))
        assert type(caught.value).__name__ == name
        assert zone_state(zone) == before
    assert issubclass(Isolated, BuddyError)


def test_a_zone_shows_at_a_prompt_what_is_free_and_what_its_cpus_hold() -> None:
    zone = LinuxZone(Pfn(0), Pfn(3072), cpus=2, high=60, batch=7)
    zone.add_range(Pfn(0), Pfn(2048))
    zone.alloc(Order(0), MOVABLE, 1)  # a batch leaves the free lists; one page of it is handed out
    held = "pages 2048, free pages 2041, live blocks 1, pages on per-CPU lists 6"
    assert repr(zone) == f"<LinuxZone: max_order 10, {held}>"
