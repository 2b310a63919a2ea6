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


@pytest.mark.parametrize("zoneinfo", [True, False])
def test_without_probes_every_page_is_predicted_too(zoneinfo: bool) -> None:
    found = recording("small", bare("small"), zoneinfo=zoneinfo)
    assert found.conforms
    assert scores(found)["taken"] == (64_061, 64_061)
    assert scores(found)["drained"] == (63_730, 63_730)
    assert found.final is not None
    assert not found.final.undetermined


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("nocomp1", (12_590, 18_609, 1_775)),
        ("full2", (12_325, 18_131, 2_020)),
        ("zones3", (12_631, 18_906, 1_603)),
    ],
)
def test_every_slice_is_predicted_to_its_last_line(name: str, pages: tuple[int, int, int]) -> None:
    found = recording(name)
    assert found.conforms
    assert not found.findings.notes
    assert tuple(scores(found).values()) == tuple((many, many) for many in pages)


@pytest.mark.parametrize("name", ["nocomp1", "full2", "zones3"])
def test_without_probes_a_slice_raises_no_false_alarm(name: str) -> None:
    found = recording(name, bare(name))
    assert found.conforms
    taken, of = scores(found)["taken"]
    assert taken >= of - 5


def test_a_later_kernel_takes_the_same_blocks() -> None:
    assert scores(recording("k612"))["taken"] == (12_260, 12_260)


@pytest.mark.parametrize("name", ["perf-script.txt.gz", "trace-cmd-report.txt.gz", "small.trace.txt.gz"])
def test_the_frame_layer_raises_no_false_alarm(name: str) -> None:
    with (DATA / name).open("rb") as stream:
        found = judge(stream, name, Given())
    assert found.conforms
    assert not isinstance(found.replay, ZoneReplay)


def test_a_trace_whose_buffer_ran_over_is_refused_with_its_figures() -> None:
    with (DATA / "overrun.trace.txt.gz").open("rb") as stream, pytest.raises(Unusable) as refused:
        list(read(chunks(stream)))
    assert "4622478 of the 6270615" in str(refused.value)
