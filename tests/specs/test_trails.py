"""Laws of the trails: paths are walked, runs are paths, and comparisons count alike on both."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from specs.ledger.subject import Subject, Twin, broken, running
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.method.trails import Trace, TracedInt
from specs.prover.method.walks import walks
from specs.prover.models.core.operations import OPERATIONS, Walk
from specs.prover.models.core.situations import Situation, calls
from specs.theorems.core import paths
from specs.twins import TWINS

TAKE = "for current in ORDERS[order : area.max_order + 1]:\n        head"
TOP = (1 << 64) - 1
BOUNDARY = sorted({0, 5, TOP, *(n for k in (0, 1, 9, 10, 11, 52, 63) for n in (2**k - 1, 2**k, 2**k + 1))})
PAGES = st.one_of(st.sampled_from(BOUNDARY), st.integers(0, TOP))
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
Operator = Callable[[Any, Any], Any]


def taking(branch: str) -> Subject:
    return broken(Twin("branches", "buddy", f"    {TAKE}", f"    {branch}\n        return False\n    {TAKE}"))


@pytest.mark.parametrize("top", range(4))
def test_the_running_code_walks_every_path(top: int) -> None:
    outcome = paths.check(running(), (top,))
    assert outcome.result == "holds", outcome.story
    wanted = [
        paths.expected_paths(name, variant.order, top)
        for name, (_, variants) in OPERATIONS.items()
        for variant in variants(top)
    ]
    assert outcome.paths == sum(wanted)
    assert outcome.obligations > outcome.paths


def test_a_path_that_no_state_can_walk_is_no_path() -> None:
    """The solvers exclude it, as they do WrongOrder in a zone of one order."""
    assert paths.check(taking("if pfn >= 1 << 52:"), (0,)).result == "holds"
    assert len(walks(running(), "Zone.free", 0)) == paths.expected_paths("Zone.free", 0, 0) + 1


def test_a_path_that_no_run_walks_makes_the_row_vacuous() -> None:
    outcome = paths.check(taking("if pfn == 12345:"), (0,))
    assert outcome.result == "vacuous"
    assert "take, order 0, max_order 0: answers y, then False" in outcome.story


def test_a_path_more_than_the_formula_is_refuted() -> None:
    outcome = paths.check(taking("if pfn == 0:"), (0,))
    assert outcome.result == "refuted"
    assert "3 paths instead of 2" in outcome.story


def test_a_run_that_walks_no_path_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(subject: Subject, operation: str, top: int) -> list[Walk]:
        return walks(subject, operation, top)[1:]

    monkeypatch.setattr(paths, "walks", forgetful)
    outcome = paths.check(running(), (1,))
    assert outcome.result == "refuted"
    assert "walks no path: answers y, then page" in outcome.story


def test_a_call_that_never_ends_is_refuted() -> None:
    subject = broken(Twin("endless", "buddy", "        pfn = Pfn(pfn + (1 << order))\n", ""))
    outcome = paths.check(subject, (1,))
    assert outcome.result == "refuted"
    assert "questions in one call" in outcome.story


def test_no_max_order_is_vacuous() -> None:
    assert paths.check(running(), ()).result == "vacuous"


@pytest.mark.parametrize("twin", paths.ROWS[0].rejects)
def test_twins_are_rejected(twin: str) -> None:
    outcome = paths.check(broken(TWINS[twin]), (2,))
    assert outcome.result == "refuted"
    assert "max_order 2" in outcome.story


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_run_starts_from_a_legal_state(operation: str) -> None:
    for variant in OPERATIONS[operation][1](4):
        assert all(situation.legal() for situation, _ in calls(operation, variant, 4))


def test_an_illegal_state_is_noticed() -> None:
    assert not Situation(1, free=((2, 0), (3, 0))).legal()
    assert not Situation(1, free=((2, 1),), live=((3, 0),)).legal()


@given(PAGES, PAGES)
def test_traced_pages_are_ints(left: int, right: int) -> None:
    traced = TracedInt.of(Trace(), left)
    for bits in (operator.and_, operator.or_, operator.xor, operator.add, operator.sub):
        assert int(bits(traced, right)) == bits(left, right)
    for compare in COMPARISONS:
        assert bool(compare(traced, right)) is compare(left, right)


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("right", [2, 1000, z3.BitVec("q", 64)])
def test_paths_and_traces_count_a_comparison_alike(compare: Operator, right: int | z3.BitVecRef) -> None:
    path, trace = Path(), Trace()
    other = right if isinstance(right, int) else LiftedPfn(path, right)
    asked = compare(LiftedPfn(path, z3.BitVec("p", 64)), other)
    assert isinstance(asked, LiftedBool)
    same_way_round = bool(asked) is path.choices[0]
    truth = bool(compare(TracedInt.of(trace, 3), 4))
    assert (truth is trace.answers[0]) is same_way_round
