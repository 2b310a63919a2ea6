"""The kernel's text beside our zone, over plain numbers: nothing differs, and what is edited is found."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pytest

from specs.kernel_text.beside import run as beside
from specs.kernel_text.beside.numbers import first_of_numbers, first_of_splits
from specs.kernel_text.beside.pair import Pair
from specs.kernel_text.beside.programs import SHAPES, Program
from specs.kernel_text.beside.rooms import ROOMS
from specs.kernel_text.beside.shrink import Shrinker, fewer
from specs.kernel_text.beside.subject import ALL, ours, theirs
from specs.kernel_text.beside.walk import Walk, small
from specs.kernel_text.beside.zones import Call, state_of, zone_in, zones_of
from specs.kernel_text.macros import recorded
from specs.kernel_text.reader import Text
from specs.kernel_text.tree import open_tree

FOREVER = float("inf")
SOURCE = "mm/page_alloc.c"
MISSING = "no tree of Linux 6.1: set VERIFIED_BUDDY_LINUX=DIR, or unpack /usr/src/linux-source-6.1*"
EDITS = {
    "blocks of the top order merge": ("__free_one_page", ((r"order < MAX_ORDER", "order <= MAX_ORDER"),)),
    "halves go to the tail": ("expand", ((r"\badd_to_free_list\b", "add_to_free_list_tail"),)),
    "what is left of a block goes to the tail": (
        "break_down_buddy_pages",
        ((r"\badd_to_free_list\b", "add_to_free_list_tail"),),
    ),
    "what moves stays on the list of its type": (
        "move_freepages",
        ((r"(move_to_free_list\(.*), migratetype", r"\1, get_pageblock_migratetype(page)"),),
    ),
    "a list is drained from its head": (
        "free_pcppages_bulk",
        ((r"\blist_last_entry\b", "list_first_entry"),),
    ),
    "movable pages are not counted": ("move_freepages", ((r"PageLRU\(page\) \|\| ", ""),)),
    "a drain takes one turn": ("drain_pages_zone", ((r"while \(count\)", "while (0)"),)),
    "the smallest fallback comes first": (
        "__rmqueue_fallback",
        (
            (r"current_order = MAX_ORDER - 1", "current_order = min_order"),
            (r"current_order >= min_order", "current_order < MAX_ORDER"),
            (r"--current_order", "++current_order"),
        ),
    ),
    "a freed block counts as a page": (
        "__free_one_page",
        ((r"(__mod_zone_freepage_state\(zone, 1) << order", r"\1"),),
    ),
    "blocks of a refill count as pages": ("rmqueue_bulk", ((r"-\(i << order\)", "-i"),)),
    "a block that is handed out is counted twice": (
        "rmqueue_buddy",
        ((r"-\(1 << order\)", "-(2 << order)"),),
    ),
    "a page that is taken off stays free": (
        "take_page_off_buddy",
        ((r"(__mod_zone_freepage_state\(zone,) -1", r"\1 0"),),
    ),
    "a block that is isolated stays free": (
        "__isolate_free_page",
        ((r"-\(1UL << order\)", "0"),),
    ),
    "a page that is handed out stays counted": ("__rmqueue_pcplist", ((r"(count -=) 1", r"\1 0"),)),
}
"""By what is wrong then: the function, and what is replaced in it."""
NUMBERS = {
    "__zone_watermark_unusable_free": (r"1 << order\) - 1", "1 << order)"),
    "__zone_watermark_ok": (r"free_pages <= min", "free_pages < min"),
    "zone_watermark_fast": (r"!order && ", ""),
    "gfp_to_alloc_flags": (r"& __GFP_NOMEMALLOC", "& __GFP_NORETRY"),
}
"""By function: what is replaced, so that an answer is another."""


def directory() -> Path | None:
    """The tree of Linux 6.1 that there is."""
    if "VERIFIED_BUDDY_LINUX" in os.environ:
        return Path(os.environ["VERIFIED_BUDDY_LINUX"])
    return next((each for each in sorted(Path("/usr/src").glob("linux-source-6.1*")) if each.is_dir()), None)


@cache
def text() -> Text:
    """Its text."""
    found = directory()
    if found is None:
        print(MISSING)  # noqa: T201 # what is skipped is told
        pytest.skip(MISSING)
    return Text(open_tree(found), recorded())


def edited(function: str, changes: tuple[tuple[str, str], ...]) -> Text:
    """The text with changes in one function, in memory."""
    lines = text().source(SOURCE).splitlines(keepends=True)
    start = text().place(function).line - 1
    end = next(at for at in range(start, len(lines)) if lines[at].startswith("}"))
    body = "".join(lines[start:end])
    for old, new in changes:
        body, count = re.subn(old, new, body, count=1)
        assert count == 1, old
    whole = "".join([*lines[:start], body, *lines[end:]])
    return Text(text().tree, recorded(), edits={SOURCE: whole})


def test_nothing_differs_in_states_programs_and_numbers_and_all_of_c_runs() -> None:
    result = beside.run(text(), 30)
    print(f"{result.states} states, {result.calls} calls, {result.steps} steps")  # noqa: T201 # what -s shows
    assert result.story == ""
    assert result.never == []
    assert result.same
    assert len(result.rooms) >= 3
    assert result.programs >= len(SHAPES)


@pytest.mark.whole
def test_nothing_differs_with_all_the_time() -> None:
    result = beside.run(text(), 300)
    print(f"{result.states} states, {result.calls} calls, {result.steps} steps")  # noqa: T201 # what -s shows
    assert result.same
    assert len(result.rooms) >= 12
    assert result.splits == 4 * sum(2**order - 1 for order in range(1, 11))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_found_and_shrunk_to_a_few_calls(name: str) -> None:
    function, changes = EDITS[name]
    result = beside.run(edited(function, changes), 25)
    print(result.story)  # noqa: T201 # what -s shows
    numbered = re.findall(r"^  \d+\. ", result.story, re.MULTILINE)
    assert not result.same
    assert len(numbered) <= 6
    assert f"{function}() at {SOURCE}:" in result.story, result.story


@pytest.mark.parametrize("function", NUMBERS)
def test_a_difference_of_numbers_is_told(function: str) -> None:
    found = theirs(edited(function, (NUMBERS[function],)), 10)
    number, story = first_of_numbers(ours(10), found, FOREVER)
    print(number, story)  # noqa: T201 # what -s shows
    assert re.search(r"^linux\.\w+\.\w+\(.*\): C answers ", story), story


def test_a_difference_of_splits_is_told() -> None:
    wrong = edited("split_free_page", ((r"\b__fls\b", "__ffs"),))
    _, story = first_of_splits(ours(10), theirs(wrong, 10), FOREVER)
    assert story.startswith("split_free_page(0, 2, ")


def test_a_function_that_never_ran_is_no_success() -> None:
    result = beside.Result()
    assert len(result.never) >= len(ALL)
    assert not result.same


def test_a_state_is_what_it_was_when_a_zone_is_built_from_it() -> None:
    side, shape = ours(3), small(high=4, batch=2)
    program = Program(Pair(shape, side, ours(3)), "0")
    assert program.run(100, FOREVER) is None
    state = state_of(program.pair.mine[0], shape)
    assert state_of(zone_in(side.subject, shape, state), shape) == state


def test_a_walk_without_c_visits_every_state_and_finds_ours_like_ours() -> None:
    room = ROOMS[1]
    walk = Walk(room, Pair(room.shape, ours(3), ours(3)), FOREVER)
    assert walk.run() is None
    assert walk.whole
    assert len(walk.reached) == 52


def test_zones_may_end_inside_a_pageblock_of_any_size() -> None:
    assert any(shape.top == 10 for shape in SHAPES)
    assert any(start % shape.pageblock for shape in SHAPES for start, _, _ in shape.zones)
    assert any(end % shape.pageblock for shape in SHAPES for _, end, _ in shape.zones)
    for shape in SHAPES:
        assert zones_of(ours(shape.top).subject, shape)


def test_a_shrunk_program_keeps_the_calls_that_matter() -> None:
    shape = small()
    mine, other = ours(3), ours(3)
    module = other.subject.module("linux.highatomic")
    original = vars(module)["rmqueue"]
    vars(module)["rmqueue"] = lambda zone, order, *args, **named: (
        None if zone.free_area.first(1, 1) is not None else original(zone, order, *args, **named)
    )
    calls = [Call("alloc", (order, 1), (("pcp_locked", False),)) for order in (3, 2, 1, 0, 0)]
    calls.insert(1, Call("free", (0, 3), (("pcp_locked", False),)))
    shrunk = Shrinker(Pair(shape, mine, other), FOREVER).shrink(shape, calls)
    assert shrunk is not None
    assert len(shrunk.calls) == 1
    assert shrunk.shape.zones[0][1] < 8


def test_fewer_calls_are_parts_of_the_calls() -> None:
    calls = (Call("drain"), Call("drain_all"))
    assert list(fewer(calls)) == [(), (calls[1],), (calls[0],)]
