"""Laws of the broken twins: each differs from the code that runs, and none disturbs it."""

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields

import pytest

import verified_buddy
from specs.ledger import refutation
from specs.ledger.subject import CORE, DoesNotApply, Subject, Twin, broken, running, source_of
from specs.ledger.theorem import Outcome
from specs.run import decide
from specs.theorems.core.random_programs import THEOREMS as RANDOM
from specs.theorems.core.small_states import THEOREMS as EXHAUSTIVE
from specs.twins import TWINS

ROWS = {row.name: row for row in (*EXHAUSTIVE, *RANDOM)}


def modules() -> dict[str, object]:
    return {name: module for name, module in sys.modules.items() if name.startswith("verified_buddy")}


@pytest.mark.parametrize("name", TWINS)
def test_every_twin_applies_and_is_other_code(name: str) -> None:
    twin = TWINS[name]
    source = source_of(twin.module)
    before = modules()
    subject = broken(twin)
    assert subject.twin is twin
    assert twin.name == name
    assert source.replace(twin.old, twin.new) != source
    assert modules() == before
    for field in fields(Subject):
        if field.name in CORE:
            assert getattr(subject, field.name) is not getattr(running(), field.name)


def test_running_subject_is_what_users_import() -> None:
    assert running().zone.Zone is verified_buddy.Zone
    assert running().errors.BuddyError is verified_buddy.BuddyError


def test_twins_live_beside_each_other_and_beside_the_running_code() -> None:
    greedy, forgetful = broken(TWINS["takes-the-largest"]), broken(TWINS["alloc-forgets"])
    zones = [subject.zone.Zone(2) for subject in (running(), greedy, forgetful)]
    for zone in zones:
        zone.add_range(0, 5)
    assert [zone.alloc(0) for zone in zones] == [4, 0, 4]
    assert [zone.live for zone in zones] == [{4: 0}, {0: 0}, {}]


@pytest.mark.parametrize("old", ["no such text", "return"])
def test_patch_that_does_not_stand_exactly_once_is_refused(old: str) -> None:
    with pytest.raises(DoesNotApply):
        broken(Twin("stale", "buddy", old, ""))


def test_an_endless_loop_is_a_finding() -> None:
    step = "        pfn = Pfn(pfn + (1 << order))\n"
    subject = broken(Twin("endless", "buddy", step, ""))
    row = ROWS["zone-small-states"]
    outcome = row.check(subject, (1,))
    assert outcome.result == "refuted"
    assert "Endless" in outcome.story


def test_a_row_that_visits_nothing_is_vacuous() -> None:
    assert ROWS["zone-small-states"].check(running(), (10,)).result == "vacuous"


@pytest.mark.parametrize(
    ("row", "twin"),
    [
        ("zone-small-states", "takes-the-largest"),
        ("zone-small-states", "free-any-order"),
        ("free-area-conforms", "removes-the-head"),
        ("spans-conform", "spans-forget"),
        ("free-area-machine", "list-always-tail"),
        ("zone-machine", "order-past-the-top"),
    ],
)
def test_a_broken_twin_is_rejected_with_a_short_story(row: str, twin: str) -> None:
    outcome = ROWS[row].check(broken(TWINS[twin]), ROWS[row].twin_orders)
    assert outcome.result == "refuted"
    assert 2 <= len(outcome.story.splitlines()) <= 5


@contextmanager
def called_back(slow: Callable[[str, dict[str, int]], None]) -> Iterator[list[object]]:
    """What Python tells of what is lost, where the collector calls back what is slow."""
    told: list[object] = []
    before, sys.unraisablehook = sys.unraisablehook, told.append
    gc.callbacks.append(slow)
    try:
        yield told
    finally:
        sys.unraisablehook = before
        gc.callbacks[:] = [each for each in gc.callbacks if each is not slow]


def test_what_a_callback_of_the_collector_loses_is_raised_again() -> None:
    """The collector calls back at any moment; what is raised there is lost, and told by Python itself."""

    def slow(phase: str, info: dict[str, int]) -> None:
        until = time.process_time() + refutation.CPU_SECONDS + 0.1
        while time.process_time() < until:
            pass
        gc.callbacks.remove(slow)

    def endless() -> None:
        with refutation.cut_if_endless():
            gc.collect()
            while True:
                pass

    with called_back(slow) as told, pytest.raises(refutation.Endless):
        endless()
    assert told == []


def test_what_the_collector_of_a_large_process_takes_is_not_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refutation, "CPU_SECONDS", 0.1)
    heap = [[number] for number in range(500_000)]
    began = time.process_time()
    with refutation.cut_if_endless():
        while time.process_time() - began < 0.3:
            gc.collect()
    assert heap

    def endless() -> None:
        with refutation.cut_if_endless():
            while True:
                pass

    with pytest.raises(refutation.Endless):
        endless()
    assert time.process_time() - began < 5


def test_a_row_that_a_callback_keeps_from_its_end_is_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """As above, for the time that a whole row may take."""
    monkeypatch.setattr(decide, "AGAIN", 0.1)

    def slow(phase: str, info: dict[str, int]) -> None:
        time.sleep(1.2)

    def endless() -> Outcome:
        gc.collect()
        while True:
            pass

    with called_back(slow) as told:
        outcome = decide.limited(endless, seconds=1)
    assert outcome == Outcome("unknown", story="not decided in 1 seconds")
    assert told == []
