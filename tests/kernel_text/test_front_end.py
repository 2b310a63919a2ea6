"""The front end that reads C is trusted, hence tested: compiled and interpreted, random functions agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from specs.kernel_text.front_end import comparison, edges, lifted
from specs.kernel_text.front_end.compiled import compiler
from specs.kernel_text.front_end.front import Fault, broken, running, source_of
from specs.kernel_text.front_end.twins import FAULTS, caught, straight_texts

needs_cc = pytest.mark.skipif(compiler() is None, reason="there is no C compiler cc to compare with")
ROWS = 20
FEW = range(38)
"""Seeds of eight functions each."""
MANY = range(1000, 1400)
STRAIGHT, MANY_STRAIGHT = range(7000, 7010), range(8000, 8060)
SAMPLE = [fault for at, fault in enumerate(FAULTS) if at % 16 == 5]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> comparison.Batch:
    return comparison.batch(tmp_path_factory.mktemp("few"), FEW, ROWS)


@pytest.fixture(scope="module")
def for_twins(tmp_path_factory: pytest.TempPathFactory) -> comparison.Batch:
    return comparison.batch(tmp_path_factory.mktemp("twins"), range(60), 6)


def tally(compared: Iterable[comparison.Compared | lifted.Agreed]) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in compared:
        assert not each.differs, each
        found[each.outcome] += 1
    return found


@needs_cc
def test_random_functions_compiled_and_interpreted_agree(few: comparison.Batch) -> None:
    found = tally(comparison.compare(running(), few))
    print(f"{len(few.rows)} functions, {few.calls} calls: {dict(found)}")  # noqa: T201 # what -s shows
    assert len(few.rows) >= 300
    assert found["value"] >= 0.7 * few.calls
    assert found["undefined"] > 100


@needs_cc
@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_three_thousand_random_functions_agree(part: int, tmp_path: Path) -> None:
    many = comparison.batch(tmp_path, MANY[part::4], ROWS)
    found = tally(comparison.compare(running(), many))
    print(f"{len(many.rows)} functions, {many.calls} calls: {dict(found)}")  # noqa: T201 # what -s shows
    assert found["value"] >= 0.7 * many.calls


@pytest.mark.parametrize(
    "seeds", [STRAIGHT, pytest.param(MANY_STRAIGHT, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_on_terms_the_path_that_is_taken_answers_what_numbers_do(seeds: range) -> None:
    found: Counter[str] = Counter()
    for text, rows in straight_texts(seeds):
        found += tally(lifted.compare(running(), text, rows))
    print(f"{len(seeds) * 8} random functions: {dict(found)}")  # noqa: T201 # what -s shows
    assert found["value"] > 1000
    assert found["undefined"] > 100


def test_calls_members_elements_and_rules_do_what_is_written_by_hand() -> None:
    assert edges.differences(running()) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_twin_is_broken_in_one_place_and_has_a_name_of_its_own(fault: Fault) -> None:
    assert fault.twin.patched(source_of(fault.module)) != source_of(fault.module)
    assert [each.name for each in FAULTS].count(fault.name) == 1


@needs_cc
@pytest.mark.parametrize("fault", SAMPLE, ids=lambda fault: fault.name)
def test_a_broken_twin_is_caught(fault: Fault, for_twins: comparison.Batch) -> None:
    assert caught(fault, for_twins, STRAIGHT) is not None


@needs_cc
@pytest.mark.slow
@pytest.mark.parametrize(
    "fault", [each for each in FAULTS if each not in SAMPLE], ids=lambda fault: fault.name
)
def test_every_broken_twin_is_caught(fault: Fault, for_twins: comparison.Batch) -> None:
    assert caught(fault, for_twins, MANY_STRAIGHT) is not None


def test_a_twin_leaves_the_front_end_that_runs_alone() -> None:
    before = running().integers
    copy = broken(FAULTS[0].twin)
    assert running().integers is before
    assert copy.integers is not before
    assert copy.expressions.Int is copy.integers.Int
