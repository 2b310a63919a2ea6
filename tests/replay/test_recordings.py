"""The model against real kernels: every page of the recordings is predicted."""

from __future__ import annotations

import re

import pytest

from tests.kmem.kernel_trace import DATA, recording, scores, text_of
from verified_buddy.kmem.reader import read
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.replay.recording import Given, judge
from verified_buddy.replay.replay import ZoneReplay

PROBES = re.compile(rb": (?:fop_\w+|isolate(?:_ret)?|putback|movefree|setblock|splitpage|bulkpage): ")
REQUESTS = re.compile(
    rb": (?:(?:gpff|wm|slow|p?bal|dcomp|drecl|unres|oom|nrecl|kmemch|trych|pcharge|mcgreclaim)(?:_ret)?|wmf"
    rb"|req|tryz|rmqb|wkswapd|drainall|drainz|nrfree|vmfold|setthr|a?bulk|dirtyok|rothead|rottail|pforce|puncharge"
    rb"|refillst|drainst|kmemun): "
)


def test_every_page_of_a_whole_recording_is_predicted_and_every_list_at_its_end() -> None:
    found = recording("small")
    assert found.conforms
    assert not found.findings.notes
    assert found.findings.operation == 412_400
    assert scores(found) == {
        "taken": (64_061, 64_061),
        "allocated": (73_872, 73_872),
        "drained": (63_730, 63_730),
    }
    assert found.final is not None
    assert (found.final.lists, found.final.unequal) == (110, [])
    assert (found.final.pcp_lists, found.final.unequal_pcp) == (28, [])
    assert (found.final.pageblocks, found.final.wrong_pageblocks) == (96, [])


def bare(name: str) -> bytes:
    """The recording as it would be without probes."""
    return b"".join(line for line in text_of(name).splitlines(True) if not PROBES.search(line))


def unasked(name: str) -> bytes:
    """The recording as it would be without the probes on requests and on compaction."""
    return b"".join(line for line in text_of(name).splitlines(True) if not REQUESTS.search(line))


@pytest.mark.parametrize("zoneinfo", [True, False])
def test_without_probes_every_page_is_predicted_too(zoneinfo: bool) -> None:
    found = recording("small", bare("small"), zoneinfo=zoneinfo)
    assert found.conforms
    assert scores(found)["taken"] == (64_061, 64_061)
    assert scores(found)["drained"] == (63_730, 63_730)
    assert found.final is not None
    assert not found.final.undetermined


# By name: events; blocks taken, handed out and drained; frees of pages of which no allocation was told.
FIGURES = {
    "nocomp1": (49_994, (12_590, 18_609, 1_775), 18),
    "full2": (49_990, (12_325, 18_131, 2_020), 20),
    "full2-line466881": (5_509, (711, 684, 1_043), 1_028),
    "full2-line785440": (6_704, (52, 22, 1_647), 1_670),
    "zones3": (49_994, (12_631, 18_906, 1_603), 19),
    "req1": (92_177, (14_584, 15_861, 15_888), 1_666),
    "req2numa": (29_283, (4_923, 5_849, 3_965), 12),
    "req2numa-markers": (1_266, (380, 506, 28), 13),
    "req3memcg": (39_745, (6_303, 9_155, 5_808), 36),
    "req4compact": (46_144, (637, 560, 14_748), 6_266),
    "req6offline": (11_128, (2_653, 2_679, 141), 2_660),
}
NOTES = {"req3memcg": {"charge failed": 31}}
ENDS = {"req1": (110, 28, 128), "req3memcg": (110, 28, 128), "req4compact": (110, 28, 320)}


@pytest.mark.parametrize("zoneinfo", [True, False])
@pytest.mark.parametrize("name", FIGURES)
def test_every_page_of_every_recording_is_predicted_to_its_last_line(name: str, zoneinfo: bool) -> None:
    events, pages, unknown = FIGURES[name]
    found = recording(name, zoneinfo=zoneinfo)
    assert found.conforms
    assert found.findings.operation == events
    assert tuple(scores(found).values()) == tuple((many, many) for many in pages)
    assert found.replay.frame.unknown == unknown
    assert {kind: note.count for kind, note in found.findings.notes.items()} == NOTES.get(name, {})


@pytest.mark.parametrize("name", ENDS)
def test_every_list_at_the_end_of_a_whole_recording_is_equal_in_order(name: str) -> None:
    found = recording(name).final
    assert found is not None
    assert (found.lists, found.pcp_lists, found.pageblocks) == ENDS[name]
    assert not [*found.unequal, *found.unequal_pcp, *found.wrong_pageblocks, *found.undetermined]


@pytest.mark.parametrize("zoneinfo", [True, False])
def test_a_boot_is_predicted_from_where_its_probes_were_set_up(zoneinfo: bool) -> None:
    found = recording("boot2kp", zoneinfo=zoneinfo)
    assert found.conforms
    assert isinstance(found.replay, ZoneReplay)
    assert found.replay.probes_from == 4098
    assert scores(found) == {
        "taken": (4_612, 4_612),
        "allocated": (2_856, 2_875),
        "drained": (1_052, 1_052),
    }
    note = found.findings.notes["handed out unseen"]
    assert (found.findings.operation, note.count, note.line) == (13_966, 59, 138)


@pytest.mark.parametrize("zoneinfo", [True, False])
@pytest.mark.parametrize("name", FIGURES)
def test_without_probes_no_recording_raises_a_false_alarm(name: str, zoneinfo: bool) -> None:
    assert recording(name, bare(name), zoneinfo=zoneinfo).conforms


@pytest.mark.parametrize("name", ["nocomp1", "full2", "zones3"])
def test_without_probes_nearly_every_page_of_a_slice_is_predicted(name: str) -> None:
    taken, of = scores(recording(name, bare(name)))["taken"]
    assert taken >= of - 5


@pytest.mark.parametrize("name", ["req1", "req3memcg", "req4compact", "req6offline", "req2numa-markers"])
def test_without_the_probes_on_requests_every_recording_conforms(name: str) -> None:
    found = recording(name, unasked(name))
    assert found.conforms
    _, pages, unknown = FIGURES[name]
    if name != "req4compact":
        assert tuple(scores(found).values()) == tuple((many, many) for many in pages)
    assert found.replay.frame.unknown == unknown


def test_without_the_probes_on_compaction_what_it_moves_is_noted() -> None:
    found = recording("req4compact", unasked("req4compact"))
    assert found.final is not None
    assert (len(found.final.undetermined), found.final.unequal_pcp) == (2, [])
    assert {kind: note.count for kind, note in found.findings.notes.items()} == {
        "captured": 8,
        "not the head": 4,
    }


def test_a_later_kernel_takes_the_same_blocks() -> None:
    found = recording("k612")
    assert found.conforms
    assert scores(found)["taken"] == (12_260, 12_260)


# By name: events, frees of pages of which no allocation was told, and frees of pages that were freed before.
FRAMES = {
    "perf-script.txt.gz": (5_000, 73, 0),
    "trace-cmd-report.txt.gz": (4_989, 13, 16),
    "small.trace.txt.gz": (412_400, 93, 0),
    "k612.trace.txt.gz": (49_994, 26, 68),
    "boot2kp.trace.txt.gz": (13_966, 1_333, 0),
    **{f"{name}.trace.txt.gz": (events, unknown, 0) for name, (events, _, unknown) in FIGURES.items()},
    "req2numa-markers.trace.txt.gz": (1_262, 9, 0),
}


@pytest.mark.parametrize("name", FRAMES)
def test_the_frame_layer_raises_no_false_alarm(name: str) -> None:
    with (DATA / name).open("rb") as stream:
        found = judge(stream, name, Given())
    assert found.conforms
    assert not isinstance(found.replay, ZoneReplay)
    frame = found.replay.frame
    assert (found.findings.operation, frame.unknown, frame.again.undecided) == FRAMES[name]


def test_a_trace_whose_buffer_ran_over_is_refused_with_its_figures() -> None:
    with (DATA / "overrun.trace.txt.gz").open("rb") as stream, pytest.raises(Unusable) as refused:
        list(read(chunks(stream)))
    assert "4622478 of the 6270615" in str(refused.value)
