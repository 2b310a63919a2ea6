"""Laws of the trails: paths are walked, runs are paths, and lifted page numbers mean what ints mean."""

import operator
from collections.abc import Callable
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from specs.prover.lifted import LiftedBool, LiftedPfn
from specs.prover.operations import OPERATIONS, Walk, walks
from specs.prover.paths import Path
from specs.prover.situations import Situation, calls
from specs.prover.trails import Trace, TracedInt
from specs.subject import Subject, Twin, broken, running
from specs.theorems import paths
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


class Owing:
    """A path on which every condition is constant."""

    def __init__(self) -> None:
        self.owed: list[bool] = []

    def decide(self, condition: z3.BoolRef) -> bool:
        simple = z3.simplify(condition)
        assert z3.is_true(simple) or z3.is_false(simple)
        return bool(z3.is_true(simple))

    def owe(self, tag: str, goal: z3.BoolRef, says: str) -> None:
        assert tag == "no-wrap"
        self.owed.append(self.decide(goal))

    def page(self, value: int) -> LiftedPfn:
        return LiftedPfn(self, z3.BitVecVal(value, 64))


def value_of(lifted: LiftedPfn | int) -> int:
    if type(lifted) is int:
        return lifted
    assert isinstance(lifted, LiftedPfn)
    number = z3.simplify(lifted.term)
    assert isinstance(number, z3.BitVecNumRef)
    return int(number.as_long())


@given(PAGES, PAGES, st.booleans())
def test_lifted_bits_and_comparisons_are_those_of_ints(left: int, right: int, constant: bool) -> None:
    path = Owing()
    other = right if constant else path.page(right)
    traced = TracedInt.of(Trace(), left)
    for bits in (operator.and_, operator.or_, operator.xor):
        assert value_of(bits(path.page(left), other)) == bits(left, right) == int(bits(traced, right))
    for compare in COMPARISONS:
        assert bool(compare(path.page(left), other)) is compare(left, right) is bool(compare(traced, right))
    assert path.owed == []


@given(PAGES, PAGES)
def test_lifted_sums_and_differences_owe_that_nothing_wraps(left: int, right: int) -> None:
    for change in (operator.add, operator.sub):
        path, exact = Owing(), change(left, right)
        assert value_of(change(path.page(left), path.page(right))) == exact % 2**64
        assert path.owed == [0 <= exact <= TOP]


@given(PAGES, st.integers(0, 63))
def test_lifted_masks_and_divisions_are_those_of_ints(page: int, order: int) -> None:
    lifted = Owing().page(page)
    assert value_of(lifted & -(1 << order)) == page & -(1 << order)
    assert value_of(lifted % (1 << order)) == page % (1 << order)
    assert value_of(lifted // (1 << order)) == page // (1 << order)
    plain = lifted & 0
    assert type(plain) is int
    assert plain == 0


@pytest.mark.parametrize("operand", [True, None, 1.0, "1", -1, 1 << 64])
@pytest.mark.parametrize("name", ["or_", "xor", "add", "sub", "lt", "le", "gt", "ge", "eq", "ne"])
def test_operands_that_are_no_page_numbers_are_refused(name: str, operand: object) -> None:
    apply: Operator = getattr(operator, name)
    with pytest.raises(TypeError):
        apply(Owing().page(4), operand)


@pytest.mark.parametrize(
    "use",
    [
        *(lambda page, name=name: getattr(operator, name)(page, 2) for name in ("lshift", "rshift", "mul")),
        *(lambda page, name=name: getattr(operator, name)(2, page) for name in ("add", "sub", "and_", "mod")),
        *(lambda page, by=by: page % by for by in (0, 3, -2, True)),
        *(lambda page, by=by: page // by for by in (0, 3, -2, True)),
        *(lambda page, operand=operand: page & operand for operand in (False, None, -(1 << 63) - 1)),
        *(operator.invert, operator.neg, bool, hash, int, range, abs, divmod, float, [0].__getitem__),
        lambda page: f"{page:x}",
        lambda page: page**2,
        lambda page: hash(page == page),
    ],
)
def test_whatever_is_not_lifted_raises_type_error(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(Owing().page(4))


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
