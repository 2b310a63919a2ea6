"""``verified-buddy check`` on kernel traces: options, keys of the JSON, exit status, bad input in a line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.kmem.kernel_trace import (
    DATA,
    SNAPSHOT,
    ZONEINFO,
    freed,
    given_back,
    handed_out,
    line,
    taken,
)
from tests.oracle.test_cli import run

MARK = "KT snap start end"
RIGHT = [taken(4096), handed_out(4096), given_back(4608, 9, probe="fop_ok")]
WRONG = [taken(4097), handed_out(4097), given_back(4608, 9, probe="fop_ok")]
START = SNAPSHOT + "F\t0\t1\t0\t1\t0\t4096\nF\t0\t1\t0\t1\t1\t4098\n"
END = SNAPSHOT + "F\t0\t1\t0\t1\t0\t4098\nF\t0\t1\t9\t1\t0\t4608\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    texts = {
        "right": "".join(RIGHT),
        "wrong": "".join(WRONG),
        "start": START,
        "end": END,
        "other": END.replace("\t4096\t4096\t4096\t4096\t", "\t4096\t8192\t4096\t4096\t"),
        "marked": "".join([*WRONG, line("tracing_mark_write", MARK), *RIGHT]),
        "broken": "".join([*RIGHT, "what is this\n", *RIGHT]),
        "lost": "".join([*RIGHT, "CPU:0 [LOST 7 EVENTS]\n", *RIGHT]),
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    (tmp_path / "zoneinfo").write_bytes(ZONEINFO)
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    (tmp_path / "cut.gz").write_bytes(gzip.compress("".join(RIGHT).encode())[:-5])
    return tmp_path


def judge(files: Path, trace: str, *options: str) -> tuple[int, dict[str, object]]:
    named = [str(files / option) if (files / option).is_file() else option for option in options]
    found = run("--json", files / trace, *named)
    assert found.stderr == b""
    (told,) = map(json.loads, found.stdout.splitlines())
    return found.returncode, told


def test_the_json_of_a_recording_has_every_figure(files: Path) -> None:
    status, told = judge(files, "right", "--snapshot", "start", "--expect", "end", "--zoneinfo", "zoneinfo")
    assert status == 0
    assert told["verdict"] == "conforms"
    assert told["layers"] == ["frame", "zone", "per-CPU"]
    assert (told["events"], told["taken"], told["predicted"]) == (3, 1, 1)
    assert (told["allocated"], told["allocated_predicted"]) == (1, 1)
    assert (told["drained"], told["drained_predicted"], told["notes"]) == (0, 0, 0)
    assert told["final"] == {"lists": 55, "equal": 55, "pcp_lists": 14, "pcp_equal": 14}
    assert told["pageblocks"] == {"count": 8, "equal": 8}
    assert told["limits"] == [
        {"zone": "DMA32", "node": 0, "cpu": 0, "high": 8, "batch": 3, "source": "zoneinfo"}
    ]


def test_a_page_that_was_not_due_diverges(files: Path) -> None:
    status, told = judge(files, "wrong", "--snapshot", "start")
    assert status == 1
    first = told["first"]
    assert isinstance(first, dict)
    assert (first["line"], first["rule"]) == (1, "not-free")
    assert "where page 0x1000 is due" in first["message"]


def test_without_a_snapshot_only_the_frame_layer_judges(files: Path) -> None:
    assert judge(files, "wrong") == (0, judge(files, "wrong")[1])
    assert judge(files, "wrong")[1]["layers"] == ["frame"]


def test_the_replay_begins_after_the_marker_or_at_the_first_event(files: Path) -> None:
    assert judge(files, "marked", "--snapshot", "start")[0] == 0
    assert judge(files, "marked", "--snapshot", "start", "--at", "first")[0] == 1


def test_people_are_told_the_same(files: Path) -> None:
    said = run(files / "right", "--snapshot", files / "start", "--expect", files / "end").stdout.decode()
    assert "taken from the free lists: 1 of 1 predicted" in said
    assert "55 of 55 free lists" in said
    assert "inferred" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["broken"], "broken: line 4: not a line of a kernel trace"),
        (["lost"], "lost: line 4: events were lost: CPU:0 [LOST 7 EVENTS]"),
        (["right", "--snapshot", "binary"], "binary: line 1: not a row of a free-list snapshot"),
        (["right", "--snapshot", "nothing"], "nothing: No such file or directory"),
        (["right", "--snapshot", "start", "--expect", "other"], "other: its zones are not those"),
        (["right", "--snapshot", "start", "--zoneinfo", "binary"], "binary: no per-CPU lists"),
        (
            ["start", "--snapshot", "start"],
            "start: line 1: a snapshot of free lists, not a trace: it goes with --snapshot",
        ),
    ],
)
def test_bad_input_is_one_line(files: Path, arguments: list[str], reason: str) -> None:
    names = [name if name.startswith("--") else str(files / name) for name in arguments]
    found = run(*names)
    assert found.returncode == 2
    assert found.stdout == b""
    (said,) = found.stderr.decode().splitlines()
    assert reason in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["right", "--expect", "end"],
        ["right", "--zoneinfo", "zoneinfo"],
        ["right", "right", "--snapshot", "start"],
    ],
)
def test_options_that_make_no_sense_together_are_refused(files: Path, arguments: list[str]) -> None:
    names = [name if name.startswith("--") else str(files / name) for name in arguments]
    assert run(*names).returncode == 2


def test_a_recording_is_read_from_a_pipe(files: Path) -> None:
    text = (DATA / "nocomp1.trace.txt.gz").read_bytes()
    found = run("--json", "-", "--snapshot", DATA / "nocomp1.fl.start.gz", text=text)
    assert json.loads(found.stdout)["predicted"] == 12_590


TWICE = [handed_out(4096), freed(4096), freed(4096)]


def test_what_is_only_noted_fails_if_asked_for(tmp_path: Path) -> None:
    (tmp_path / "twice").write_text("".join(TWICE), encoding="ascii")
    status, told = judge(tmp_path, "twice")
    assert (status, told["verdict"], told["freed_twice"], told["unknown_frees"]) == (0, "conforms", 1, 0)
    status, told = judge(tmp_path, "twice", "--strict")
    assert (status, told["verdict"], told["divergences"], told["freed_twice"]) == (1, "diverges", 1, 1)
    first = told["first"]
    assert isinstance(first, dict)
    assert (first["line"], first["rule"]) == (3, "invalid-free")
    said = run(tmp_path / "twice", "--strict")
    assert said.returncode == 1
    assert "freed twice" in said.stdout.decode()
    assert run(tmp_path / "twice").returncode == 0


def test_strict_changes_nothing_where_nothing_is_noted(files: Path) -> None:
    options = ("--snapshot", "start", "--expect", "end", "--zoneinfo", "zoneinfo")
    assert judge(files, "right", *options, "--strict") == judge(files, "right", *options)


def test_what_cannot_be_decided_is_refused_with_what_to_record(tmp_path: Path) -> None:
    (tmp_path / "allocs").write_text("".join([handed_out(4096), handed_out(4096)]), encoding="ascii")
    found = run(tmp_path / "allocs")
    assert (found.returncode, found.stdout) == (2, b"")
    (said,) = found.stderr.decode().splitlines()
    assert "allocs: line 2: page 0x1000, order 0, was handed out, but" in said
    assert said.endswith("no mm_page_free was recorded: record that event too")


def test_a_layer_that_is_left_out_is_named(tmp_path: Path) -> None:
    lines = [*RIGHT[:2], freed(4096), handed_out(4096, kind=0)]
    (tmp_path / "drainless").write_text("".join(lines), encoding="ascii")
    (tmp_path / "start").write_text(START, encoding="ascii")
    status, told = judge(tmp_path, "drainless", "--snapshot", "start")
    assert (status, told["level"], told["layers"]) == (0, "safety", ["frame"])
    assert told["left_out"] == dict.fromkeys(
        ["zone", "per-CPU"], "mm_page_pcpu_drain was not recorded, nor the probes of __free_one_page()"
    )
    said = run(tmp_path / "drainless", "--snapshot", tmp_path / "start").stdout.decode()
    assert "left out: the zone layer, since mm_page_pcpu_drain was not recorded" in said
    assert "predicted" not in said


def test_where_the_snapshot_was_made_and_probes_set_up_is_told() -> None:
    def told(name: str, *options: str) -> tuple[object, object]:
        start, zoneinfo = DATA / f"{name}.fl.start.gz", DATA / f"{name}.zoneinfo"
        trace = DATA / f"{name}.trace.txt.gz"
        found = run("--json", trace, "--snapshot", start, "--zoneinfo", zoneinfo, *options)
        told = json.loads(found.stdout)
        assert told["verdict"] == "conforms"
        return told["events_behind_snapshot"], told["probes_from"]

    assert told("req2numa-markers") == (4, None)
    assert told("boot2kp", "--at", "first") == (0, 4098)
    said = run(
        DATA / "req2numa-markers.trace.txt.gz", "--snapshot", DATA / "req2numa-markers.fl.start.gz"
    ).stdout.decode()
    assert "the snapshot is of a moment 4 events before its second mark" in said
