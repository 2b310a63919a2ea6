"""What was not recorded is not held against the kernel: an overlap is refused, or a layer is left out."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from tests.kmem.kernel_trace import (
    drained,
    freed,
    handed_out,
    judged,
    line,
    machine,
    recording,
    rules,
    taken,
    text_of,
)
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.recording import Given, Judgement, judge

OTHER = freed(7000)
"""A second task, and a free."""
TWICE = [handed_out(4096), handed_out(4096)]
HEADER = "# tracer: nop\n#\n"


def framed(*lines: str) -> Judgement:
    return judge(BytesIO("".join(lines).encode()), "trace", Given())


class Pipe(BytesIO):
    """What can be read but once."""

    def seekable(self) -> bool:
        return False


def refusal(*lines: str) -> Unusable:
    """Why the lines are refused: the same from a file and from a pipe."""
    text = "".join(lines).encode()
    with pytest.raises(Unusable) as refused:
        judge(BytesIO(text), "trace", Given())
    with pytest.raises(Unusable) as piped:
        judge(Pipe(text), "trace", Given())
    assert str(refused.value) == str(piped.value)
    return refused.value


def at(time: float, text: str) -> str:
    return text.replace("2.880421", f"{time:.6f}")


def test_an_overlap_is_one_where_nothing_is_missing() -> None:
    assert rules(framed(*TWICE, OTHER)) == [("frame", "overlap")]


def test_without_frees_an_overlap_is_refused_and_what_to_record_is_said() -> None:
    others = handed_out(7000).replace("   init-1", "kswapd0-42")
    said = refusal(*TWICE, others)
    assert said.line == 2
    assert "no mm_page_free was recorded: record that event too" in str(said)
    assert framed(TWICE[0], others).conforms


def test_with_one_task_an_overlap_is_refused() -> None:
    one = OTHER.replace("kswapd0-42", "   init-1")
    said = refusal(*TWICE, one)
    assert "events of one task only" in str(said)
    assert framed(TWICE[0], one).conforms


@pytest.mark.parametrize("second", [HEADER, "cpus=2\n"])
def test_two_traces_that_were_joined_are_refused_for_an_overlap(second: str) -> None:
    said = refusal(second, TWICE[0], OTHER, second, TWICE[1])
    assert "another recording begins" in str(said)
    assert framed(second, TWICE[0], OTHER, second, handed_out(4097)).conforms
    assert rules(framed(second, *TWICE, OTHER)) == [("frame", "overlap")]


def test_a_time_that_was_before_begins_another_recording() -> None:
    said = refusal(at(5, TWICE[0]), at(6, OTHER), at(1, TWICE[1]))
    assert "another recording begins at line 3" in str(said)


def test_clocks_that_run_backward_between_cpus_are_refused_for_an_overlap() -> None:
    lines = [at(5, TWICE[0]), at(6, OTHER), at(4, handed_out(4096, cpu=1))]
    said = refusal(*lines)
    assert "at line 3 time runs backward between CPUs: record with one clock" in str(said)
    assert framed(*lines[:2], at(4, handed_out(4097, cpu=1))).conforms


def test_a_free_of_another_order_is_refused_in_the_same_way() -> None:
    one = freed(4096, 2).replace("kswapd0-42", "   init-1")
    assert "one task" in str(refusal(handed_out(4096), one))
    assert rules(framed(handed_out(4096), freed(4096, 2))) == [("frame", "invalid-free")]


def test_what_is_wrong_whatever_was_missing_is_not_refused() -> None:
    assert rules(framed(*TWICE, handed_out(4097, 2))) == [("frame", "misaligned")]


LISTS = [taken(4096), taken(4097), taken(4098), handed_out(4096), handed_out(4097), handed_out(4098)]


def test_without_drains_the_layers_that_need_them_are_left_out() -> None:
    snapshot = machine((4096, 3, 1))
    lines = [*LISTS, freed(4096), taken(4104), handed_out(4104)]
    found = judged(snapshot, *lines, probes=False)
    assert found.conforms
    assert found.replay.layers == ("frame",)
    assert "mm_page_pcpu_drain was not recorded" in found.replay.left_out["zone"]
    told = judged(snapshot, *lines, drained(4096, probe=False), probes=False)
    assert told.replay.layers == ("frame", "zone", "per-CPU")


def test_without_takes_the_layers_of_the_lists_are_left_out() -> None:
    lines = [each for each in (*LISTS, freed(4096)) if "zone_locked" not in each]
    found = judged(machine((4096, 3, 1)), *lines)
    assert (found.conforms, found.replay.layers) == (True, ("frame",))


def test_what_is_wrong_in_a_layer_that_is_left_out_is_not_told() -> None:
    lines = [taken(4096), taken(4097), taken(4098), freed(4099), freed(4100)]
    found = judged(machine((4096, 3, 1)), *lines, drained(4097))
    assert (found.conforms, found.replay.layers) == (True, ("frame", "zone"))
    assert "mm_page_alloc was not recorded" in found.replay.left_out["per-CPU"]


EVENTS = [
    "mm_page_alloc",
    "mm_page_free",
    "mm_page_free_batched",
    "mm_page_alloc_zone_locked",
    "mm_page_pcpu_drain",
    "mm_page_alloc_extfrag",
    r"fop_\w+",
    "fop_pcp",
    "fop_one",
    "fop_ok",
    "isolate",
    "isolate_ret",
    "setblock",
    "movefree",
    "splitpage",
    "bulkpage",
    "gpff_ret",
    "rothead",
    "nrfree",
    r"fop_\w+|mm_page_pcpu_drain",
    "mm_page_alloc|mm_page_free",
    "setblock|movefree",
]


def outcome(name: str, text: bytes) -> str:
    """What the recording comes to: the layers that were judged and conform, or why it is refused."""
    try:
        found = recording(name, text)
    except Unusable as refused:
        return str(refused)
    assert found.conforms
    return ", ".join(found.replay.layers)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("name", ["full2", "req4compact", "req6offline", "boot2kp"])
def test_a_recording_without_one_event_is_not_wrong(name: str, event: str) -> None:
    """It conforms as far as it can be judged, or is refused for an overlap that a missing event explains."""
    gone = re.compile(rb": (?:%b): " % event.encode())
    text = b"".join(line for line in text_of(name).splitlines(True) if not gone.search(line))
    came_to = outcome(name, text)
    assert came_to.startswith("frame") or "no mm_page_free was recorded" in came_to


def test_one_task_of_a_recording_is_refused_for_what_others_did_to_its_pages() -> None:
    lines = text_of("full2").splitlines(True)
    text = b"".join(line for line in lines if line.startswith(b"#") or b"init-1 " in line)
    assert text.count(b"\n") > 1000
    assert "one task only" in outcome("full2", text)


def test_two_recordings_in_one_file_are_refused_for_what_was_between() -> None:
    marks = re.compile(rb"tracing_mark_write: KT snap")
    texts = [text_of(name).splitlines(True) for name in ("nocomp1", "nocomp1")]
    joined = b"".join(line for lines in texts for line in lines if not marks.search(line))
    with pytest.raises(Unusable, match="another recording begins"):
        judge(BytesIO(joined), "joined", Given())


def test_lines_of_other_events_tell_of_other_tasks_no_more_than_of_pages() -> None:
    other = line("sched_switch", "prev_comm=a", task="kswapd0-42")
    assert "one task" in str(refusal(*TWICE, other, OTHER.replace("kswapd0-42", "   init-1")))
