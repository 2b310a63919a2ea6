"""Laws of the ways: every path is walked, every run is a path, of every layer."""

import pytest

from specs.ledger.subject import Subject, Twin, broken, running
from specs.prover.method import flow, walked
from specs.prover.method.flow import Way, ways_of
from specs.prover.method.operations import Call, Variant, Walk
from specs.prover.method.row import solvers_for
from specs.prover.method.scene import perform
from specs.prover.method.walked import Comparison
from specs.prover.method.walks import walks
from specs.prover.models import CORE, LINUX
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.core.paths import expected, expected_paths
from specs.prover.models.core.situations import Situation, calls
from specs.prover.models.pcp.paths import PATHS as OF_LISTS
from specs.prover.models.zone.paths import PATHS
from specs.theorems.core import paths
from specs.twins import TWINS

TAKE = "for current in ORDERS[order : area.max_order + 1]:\n        head"


def taking(branch: str) -> Subject:
    return broken(Twin("branches", "buddy", f"    {TAKE}", f"    {branch}\n        return False\n    {TAKE}"))


@pytest.mark.parametrize("top", range(4))
def test_the_running_code_walks_every_path(top: int) -> None:
    outcome = paths.check(running(), (top,))
    assert outcome.result == "holds", outcome.story
    assert outcome.paths == sum(expected(operation, top)[0] for operation in OPERATIONS.values())
    assert outcome.obligations > outcome.paths


@pytest.mark.parametrize(
    "name", ["mobility.free_one_page", "isolation.set_migratetype_isolate", "pcp.free_pcppages_bulk"]
)
def test_the_linux_zone_walks_every_path_too(name: str) -> None:
    operation = LINUX[name]
    comparison = Comparison(running(), solvers_for(running()))
    found = [comparison.compare(Call(operation, each, 3), (), 4, 300) for each in operation.variants(3)]
    assert (sum(one for one, _ in found), sum(two for _, two in found)) == (PATHS | OF_LISTS)[name]


def test_every_operation_has_its_number_of_paths() -> None:
    assert set(PATHS | OF_LISTS) == set(LINUX)
    assert set(CORE) == set(OPERATIONS)


def test_a_path_that_no_state_can_walk_is_no_path() -> None:
    """The solvers exclude it, as they do WrongOrder in a zone of one order."""
    never = len(walks(running(), CORE["Zone.free"], 0)) - expected_paths("Zone.free", 0, 0)
    assert never == 1


def test_a_path_that_no_run_walks_makes_the_row_vacuous() -> None:
    outcome = paths.check(taking("if pfn == 12345:"), (0,))
    assert outcome.result in ("vacuous", "refuted")
    assert "take" in outcome.story


def test_a_path_more_than_the_formula_is_refuted() -> None:
    outcome = paths.check(taking("if pfn == 0:"), (0,))
    assert outcome.result == "refuted"
    assert "take, max_order 0: (3, 0) paths that are and are not walked, not (2, 0)" in outcome.story


def test_a_run_that_walks_no_path_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(subject: Subject, call: Call) -> list[tuple[Walk, Way]]:
        return ways_of(subject, call)[1:]

    monkeypatch.setattr(walked, "ways_of", forgetful)
    outcome = paths.check(running(), (1,))
    assert outcome.result == "refuted"
    assert "a real run takes no path" in outcome.story


def test_paths_that_nothing_tells_apart_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(subject: Subject, call: Call) -> list[tuple[Walk, Way]]:
        return ways_of(subject, call) * 2

    monkeypatch.setattr(walked, "ways_of", twice)
    outcome = paths.check(running(), (0,))
    assert outcome.result == "refuted"
    assert "nothing that ran tells it from another path" in outcome.story


def test_a_call_that_never_ends_is_refuted() -> None:
    subject = broken(Twin("endless", "buddy", "        pfn = Pfn(pfn + (1 << order))\n", ""))
    assert paths.check(subject, (1,)).result == "refuted"


def test_no_max_order_is_vacuous() -> None:
    assert paths.check(running(), ()).result == "vacuous"


@pytest.mark.parametrize("twin", paths.ROWS[0].rejects)
def test_twins_are_rejected(twin: str) -> None:
    outcome = paths.check(broken(TWINS[twin]), (2,))
    assert outcome.result == "refuted"
    assert "max_order 2" in outcome.story


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_run_starts_from_a_legal_state(operation: str) -> None:
    for variant in OPERATIONS[operation].variants(4):
        assert all(situation.legal() for situation, _ in calls(operation, variant, 4))


def test_an_illegal_state_is_noticed() -> None:
    assert not Situation(1, free=((2, 0), (3, 0))).legal()
    assert not Situation(1, free=((2, 1),), live=((3, 0),)).legal()


def test_the_iterations_of_a_loop_are_ways_of_their_own() -> None:
    call = Call(CORE["add_range"], Variant(), 2)
    scenes = [scene for scene in paths.of_situations(call) if scene.number("end") - scene.number("start") > 4]
    done = perform(running(), scenes[0], recorded=True)
    assert done.stage is not None
    assert len(done.ways) == len(done.stage.tests) > 1
    assert [way.ending for way in done.ways] == ["cut"] * (len(done.ways) - 1) + ["nothing"]


@pytest.mark.parametrize(
    ("said", "told"), [(None, "None"), (True, "True"), (False, "False"), (7, "one"), ("x", "one")]
)
def test_answers_are_told_as_far_as_both_sides_can(said: object, told: str) -> None:
    assert flow.kind_of(said) == told


def test_what_stands_in_is_no_part_of_a_way() -> None:
    call = Call(CORE["take"], Variant(), 1)
    for _, way in ways_of(running(), call):
        names = {step[0] for step in way.steps if not isinstance(step, str)}
        assert names <= {"take", "expand", "align_down"}
