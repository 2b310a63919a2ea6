"""The story of a kernel's trace ends where the kernel's own lists ended, and goes through what it told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.show.svg_pictures import ROOT, story
from verified_buddy.replay.files import Files
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.show.kinds import FREE_KINDS, Kind, kind_of, order_of
from verified_buddy.show.recordings import story_of
from verified_buddy.show.state import State
from verified_buddy.show.still import of_snapshot

DATA = ROOT / "tests/data/linux-6.1"


def listed(state: State) -> dict[int, int]:
    """The blocks on free lists and per-CPU lists."""
    on = {*FREE_KINDS, Kind.PER_CPU}
    return {pfn: number for pfn, number in state.blocks.items() if kind_of(number) in on}


def lists_at(path: Path) -> dict[int, int]:
    with path.open("rb") as stream:
        return listed(of_snapshot("", read_snapshot(stream)))


def test_it_begins_and_ends_with_the_kernels_lists() -> None:
    assert len(story()) == 412_400
    assert listed(story().at(0)) == lists_at(DATA / "small.fl.start.gz")
    assert listed(story().at(len(story()))) == lists_at(DATA / "small.fl.end.gz")
    assert story().wrong == []


@pytest.mark.parametrize("step", [0, 1, 77_838, 200_000, 412_400])
def test_no_two_blocks_share_a_page(step: int) -> None:
    end = 0
    for pfn, number in sorted(story().at(step).blocks.items()):
        assert pfn >= end
        end = pfn + (1 << order_of(number))


def told(name: str, files: Files) -> State:
    with (DATA / name).open("rb") as stream:
        story = story_of(stream, name, files.given())
    return story.at(len(story))


def test_without_lists_only_what_the_trace_tells_is_drawn() -> None:
    state = told("perf-script.txt.gz", Files())
    assert state.rest is Kind.UNTOLD
    assert {kind_of(number) for number in state.blocks.values()} >= {Kind.FREE, Kind.LIVE_MOVABLE}


def test_two_cpus_and_requests_are_followed() -> None:
    name = "full2-line466881"
    files = Files(snapshot=str(DATA / f"{name}.fl.start.gz"), zoneinfo=str(DATA / f"{name}.zoneinfo"))
    assert Kind.PER_CPU in {kind_of(number) for number in told(f"{name}.trace.txt.gz", files).blocks.values()}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["req1", "req3memcg", "req4compact"])
def test_whole_recordings_with_requests_end_with_the_kernels_lists(name: str) -> None:
    files = Files(snapshot=str(DATA / f"{name}.fl.start.gz"), zonestate=str(DATA / f"{name}.zs.start"))
    assert listed(told(f"{name}.trace.txt.gz", files)) == lists_at(DATA / f"{name}.fl.end.gz")
