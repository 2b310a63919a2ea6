from __future__ import annotations

import gzip
import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.page_map import Event, alloc, free, header, spell

COMMAND = [sys.executable, "-m", "verified_buddy", "check"]
ROOT = Path(__file__).parents[2]
CONFORMS = spell(header(), [alloc(0, 3), free(3, 0)])
DIVERGES = spell(header(), [alloc(0, 3), alloc(0, 3), free(3, 0), free(3, 0), free(3, 0)])
UNUSABLE = spell(header(), [alloc(0, 3), {"op": "zap"}])


def run(*arguments: str | Path, text: bytes = b"", **more: Any) -> subprocess.CompletedProcess[bytes]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, input=text, cwd=ROOT, capture_output=True, timeout=60, check=False, **more)


def objects(output: bytes) -> list[Event]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    (tmp_path / "good").write_bytes(CONFORMS)
    (tmp_path / "bad").write_bytes(gzip.compress(DIVERGES))
    (tmp_path / "broken").write_bytes(UNUSABLE)
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(bytes(range(256)) * 99)
    (tmp_path / "cut").write_bytes(gzip.compress(CONFORMS)[:-9])
    (tmp_path / "directory").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("names", "status"),
    [
        (["good"], 0),
        (["good", "good"], 0),
        (["bad"], 1),
        (["good", "bad", "good"], 1),
        (["broken"], 2),
        (["bad", "broken", "good"], 2),
    ],
)
def test_the_status_is_that_of_the_worst_trace(traces: Path, names: list[str], status: int) -> None:
    found = run("--json", *(traces / name for name in names))
    assert found.returncode == status
    told = objects(found.stdout)
    assert [Path(line["trace"]).name for line in told] == names
    assert [name for name, line in zip(names, told, strict=True) if "error" in line] == [
        name for name in names if name == "broken"
    ]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("broken", "line 3: not an operation: Invalid value 'zap' in `op`"),
        ("empty", "empty: a buddy-trace begins with a header"),
        ("binary", "line 1: not a buddy-trace header: JSON is malformed: invalid character (byte 0)"),
        ("directory", "Is a directory"),
        ("missing", "No such file or directory"),
    ],
)
def test_unusable_input_is_one_line_of_file_and_reason_and_nothing_else(
    traces: Path, name: str, why: str
) -> None:
    for options in ([], ["--json"], ["--keep-going"]):
        found = run(*options, traces / name)
        assert found.returncode == 2
        assert found.stderr.decode() == f"verified-buddy: {traces / name}: {why}\n"
        if options != ["--json"]:
            assert found.stdout == b""
            continue
        (told,) = objects(found.stdout)
        assert told.keys() == {"trace", "verdict", "error", "error_line"}
        assert (told["trace"], told["verdict"]) == (str(traces / name), "unusable")
        line = "" if told["error_line"] is None else f"line {told['error_line']}: "
        assert line + told["error"] == why


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_unusable(traces: Path) -> None:
    (traces / "good").chmod(0)
    assert run(traces / "good").stderr.endswith(b"Permission denied\n")


@pytest.mark.parametrize("arguments", [[], ["--level", "perfect", "good"], ["--fast", "good"]])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    found = run(*arguments)
    assert (found.returncode, found.stdout) == (2, b"")
    assert b"Traceback" not in found.stderr


@pytest.mark.parametrize("zipped", [False, True])
def test_standard_input_is_a_trace_like_any_other(zipped: bool) -> None:
    found = run("--json", "-", text=gzip.compress(DIVERGES) if zipped else DIVERGES)
    assert (found.returncode, found.stderr) == (1, b"")
    (line,) = objects(found.stdout)
    message = line["first"].pop("message")
    assert message.startswith("alloc of order 0 returned page 3")
    assert line == {
        "trace": "-",
        "level": "complete",
        "verdict": "diverges",
        "operations": 2,
        "divergences": 1,
        "first": {"operation": 2, "line": 3, "rule": "overlap", "theorem": "no-overlap"},
    }


def test_json_of_a_trace_that_conforms_has_no_first(traces: Path) -> None:
    (line,) = objects(run("--json", "--level", "exact", traces / "good").stdout)
    assert line == {
        "trace": str(traces / "good"),
        "level": "exact",
        "verdict": "diverges",
        "operations": 1,
        "divergences": 1,
        "first": line["first"],
    }
    (line,) = objects(run("--json", traces / "good").stdout)
    assert (line["verdict"], line["operations"], line["divergences"], line["first"]) == (
        "conforms",
        2,
        0,
        None,
    )


def test_keep_going_lists_what_follows(traces: Path) -> None:
    (line,) = objects(run("--json", "--keep-going", traces / "bad").stdout)
    assert [(found["operation"], found["rule"]) for found in line["all"]] == [
        (2, "overlap"),
        (5, "invalid-free"),
    ]
    assert line["first"] == line["all"][0]
    assert (line["operations"], line["divergences"]) == (5, 2)


def test_people_read_the_rule_the_theorem_the_words_and_the_picture(traces: Path) -> None:
    found = run(traces / "bad", traces / "good")
    assert found.stderr == b""
    lines = [line.strip() for line in found.stdout.decode().splitlines()]
    assert lines[:3] == [
        f"{traces / 'bad'}, line 3: operation 2",
        "overlap (theorem no-overlap)",
        "alloc of order 0 returned page 3, but the block is not wholly free: "
        "page 3 is live since operation 1, a block of order 0",
    ]
    assert lines[3:6] == ["pages 2..3:", ".a", "^"]
    assert lines[-1].split() == [str(traces / "good"), "complete", "conforms", "2"]


def test_a_name_cannot_write_to_the_terminal(traces: Path) -> None:
    name = "a\x1b[2J\nb\udcff[red]"
    (traces / name).write_bytes(DIVERGES)
    for options in ([], ["--json"]):
        found = run(*options, traces / name, traces / (name + "c"), text=b"")
        assert found.returncode == 2
        assert found.stderr.count(b"\n") == 1
        assert b"\x1b" not in found.stdout + found.stderr
        assert b"[red]" in found.stdout


@pytest.mark.parametrize(("closed", "status"), [("<&-", 2), (">&-", 1), ("2>&-", 1)])
def test_a_stream_that_is_closed_is_no_error_by_itself(traces: Path, closed: str, status: int) -> None:
    script = f'exec "$@" {closed}'
    name = "-" if closed == "<&-" else str(traces / "bad")
    found = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, name], cwd=ROOT, capture_output=True, check=False
    )
    assert found.returncode == status
    assert found.stderr == b"verified-buddy: -: standard input is closed\n" * (status == 2)


def test_an_encoding_without_the_signs_is_no_error(traces: Path) -> None:
    (traces / "bad").rename(traces / "b\u00e4d")
    for encoding in ("ascii", "latin-1", "utf-8"):
        found = run(traces / "b\u00e4d", env={**os.environ, "PYTHONIOENCODING": encoding})
        assert (found.returncode, found.stderr) == (1, b"")


def test_an_interrupt_is_one_line_and_130() -> None:
    with subprocess.Popen(
        [*COMMAND, "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(CONFORMS + b"\n" * 1_000_000)  # more than a pipe holds: it is being read
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b"verified-buddy: interrupted\n"
        assert process.stdout.read() == b""
        assert process.wait() == 130


def test_a_reader_that_leaves_is_no_error(traces: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    for options in ([], ["--json"]):
        command = [*COMMAND, *options, str(traces / "bad")]
        found = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
        assert (found.returncode, found.stderr) == (141, b"")
    os.close(writer)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk_is_one_line(traces: Path) -> None:
    with open("/dev/full", "wb") as full:
        command = [*COMMAND, str(traces / "good")]
        found = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (found.returncode, found.stderr) == (
        2,
        b"verified-buddy: standard output: No space left on device\n",
    )


def test_progress_is_for_terminals_only(traces: Path) -> None:
    leader, follower = pty.openpty()
    command = [*COMMAND, "--json", str(traces / "good")]
    found = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=follower, check=False)
    os.close(follower)
    shown = os.read(leader, 10_000)
    os.close(leader)
    assert b"good" in shown
    assert objects(found.stdout)[0]["verdict"] == "conforms"
