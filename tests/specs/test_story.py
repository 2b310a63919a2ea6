"""Laws of the stories: a broken twin's counterexample fits on a screen, and really happened."""

import time
from functools import cache
from random import Random

import pytest

from specs.ledger.story import Block, Story, Teller
from specs.ledger.subject import BOOT, LINUX, broken, running
from specs.ledger.theorem import Outcome, Theorem
from specs.prover.method.labels import FREE, LIVE
from specs.prover.method.operations import Call, Variant
from specs.prover.method.scene import Listed, Scene, perform
from specs.prover.method.story import tell_of_any
from specs.prover.models import CORE
from specs.prover.models import LINUX as LINUX_OPERATIONS
from specs.prover.models.core.judge import faults
from specs.prover.models.core.scenes import scenes, situations
from specs.prover.models.core.situations import Situation
from specs.theorems import LEDGER
from specs.twins import TWINS
from specs.twins.bugs import BUGS

METHODS = ("z3", "execution", "exhaustive")
SHIPPED = [name for bug in BUGS for name in bug.twins]
NAMES = [name for name in SHIPPED if TWINS[name].module not in (*LINUX, *BOOT)]
PROVED_WRONG = {twin for row in LEDGER if row.method == "z3" for twin in row.rejects}
OF_LAYERS = [name for name in SHIPPED if TWINS[name].module in LINUX and name in PROVED_WRONG]


def first_to_reject(twin: str) -> Theorem:
    rows = [row for row in LEDGER if twin in row.rejects and row.method in METHODS]
    return min(rows, key=lambda row: METHODS.index(row.method))


@cache
def outcome(row: str, twin: str) -> Outcome:
    theorem = next(each for each in LEDGER if each.name == row)
    return theorem.check(broken(TWINS[twin]), theorem.twin_orders)


def story_of(row: str, twin: str) -> Story:
    found = outcome(row, twin)
    assert found.result == "refuted"
    assert found.story
    assert isinstance(found.tell, Teller)
    return found.tell.make()


@pytest.mark.parametrize("twin", NAMES)
def test_the_story_of_a_bug_fits_on_a_screen_and_was_replayed(twin: str) -> None:
    row = first_to_reject(twin)
    outcome(row.name, twin)
    started = time.process_time()
    story = story_of(row.name, twin)
    assert time.process_time() - started < 3
    assert story.pages <= 64
    assert len(story.blocks) <= 6
    assert story.fits
    assert story.call
    assert story.broken
    assert story.replayed
    assert story.wrong
    lines = str(story).splitlines()
    assert len(lines) <= 5
    assert f"call: {story.call}" in lines
    assert f"broken: {story.broken}" in lines


@pytest.mark.parametrize("twin", OF_LAYERS)
def test_the_story_of_a_bug_of_the_linux_zone_is_replayed_too(twin: str) -> None:
    row = first_to_reject(twin)
    story = story_of(row.name, twin)
    assert story.broken
    if story.stateless:  # a sentence about numbers alone, which no call on blocks can show
        return
    assert "max_order 3" in story.call
    assert story.replayed
    assert story.wrong
    assert story.pages <= 64
    assert story.fits
    assert len(str(story).splitlines()) <= 5


@pytest.mark.parametrize("twin", NAMES)
def test_a_story_begins_in_a_legal_state(twin: str) -> None:
    row = first_to_reject(twin)
    story = story_of(row.name, twin)
    if story.stateless:
        return
    free = tuple((block.start, block.order) for block in story.blocks if block.free)
    live = tuple((block.start, block.order) for block in story.blocks if not block.free)
    assert Situation(int(story.call.rpartition("max_order ")[2]), free, live).legal()


def test_a_state_that_the_solver_found_is_told_with_its_pages() -> None:
    assert str(story_of("alloc-refusal", "refuses-the-top-order")) == (
        "before: free pages 0-3 (order 2)\n"
        "call: rmqueue_smallest(order 0), max_order 2\n"
        "broken: no free block of order 0 or more exists when the request is refused (q = 0)\n"
        "replayed: it returned None; then: free pages 0-3 (order 2)\n"
        "wrong: refused, though a free block of order 0 or more exists"
    )


def test_what_cannot_be_seen_in_the_result_is_not_called_wrong() -> None:
    story = Story("take(0, order 0)", "a sentence", replayed="returned True; then: no blocks")
    assert not story.wrong
    assert story.fits
    assert "as specified, for all that can be seen there" in str(story)


def test_a_story_that_was_not_replayed_says_so() -> None:
    assert "not replayed" in str(Story("take(p, order 0)", "nothing changes"))


def test_code_that_never_ends_is_told_too() -> None:
    story = tell_of_any(
        broken(TWINS["alloc-waits"]), [CORE["Zone.alloc"]], (2,), "more than 600 choices on a path"
    )
    assert story.blocks == ()
    assert "did not return" in story.replayed
    assert story.wrong == "every call ends"


def test_pages_are_counted_from_the_lowest_to_the_highest() -> None:
    assert Story("", "").pages == 0
    assert Story("", "", (Block(4, 1), Block(1, 0, free=False))).pages == 5
    assert Story("", "", (Block(4, 1),), (70,)).pages == 67
    assert not Story("", "", (Block(4, 1),), (70,)).fits


@pytest.mark.parametrize("name", CORE)
def test_the_running_code_does_nothing_wrong_in_any_small_scene(name: str) -> None:
    tried = 0
    for variant in CORE[name].variants(2):
        for scene in scenes(Call(CORE[name], variant, 2)):
            if len(scene.blocks) > 2 or tried > 2000:
                break
            done = perform(running(), scene)
            assert list(faults(scene, done)) == [], f"{scene}: {done}"
            tried += 1
    assert tried > 10


@pytest.mark.parametrize("name", LINUX_OPERATIONS)
def test_the_running_code_does_nothing_wrong_in_drawn_scenes(name: str) -> None:
    draw, operation = Random(name), LINUX_OPERATIONS[name]
    for variant in operation.variants(3):
        for _ in range(8):
            scene = operation.model.drawn(draw, Call(operation, variant, 3))
            done = perform(running(), scene)
            assert list(operation.model.faults(scene, done)) == [], f"{scene}: {done}"


def test_the_states_that_are_searched_are_legal() -> None:
    for number, situation in enumerate(situations(2)):
        assert situation.legal(), situation
        if number > 300:
            break


def test_the_judge_names_what_is_wrong() -> None:
    blocks = (Listed(1, 0, FREE), Listed(0, 0, LIVE))
    scene = Scene(CORE["Zone.free"], Variant(0), 1, blocks, {"p": 0})
    for twin, says in (
        ("free-keeps-live", "overlap"),
        ("never-merges", "are not merged"),
        ("free-into-other-lists", "is lost"),
    ):
        assert any(says in fault for fault in faults(scene, perform(broken(TWINS[twin]), scene)))
