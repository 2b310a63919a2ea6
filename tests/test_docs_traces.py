"""The trace writers of docs/traces.md: compiled where there is a compiler, and what they write is judged."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conform.allocators import HEADERS, PEERS, needs_cc
from tests.trace_programs import HEADER, RUN, C, code, go, rust, zig
from verified_buddy.oracle.check import Verdict, check
from verified_buddy.oracle.trace import read

Line = dict[str, Any]


def judged(trace: Path) -> Verdict:
    with trace.open("rb") as stream:
        return check(stream, trace.name)


def built(command: list[str | Path], directory: Path) -> None:
    said = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def written(program: list[str | Path], directory: Path) -> Path:
    """The trace that the program writes on its standard output."""
    trace = directory / "my.trace"
    trace.write_bytes(subprocess.run(program, cwd=directory, capture_output=True, check=True).stdout)
    return trace


def test_the_run_has_every_kind_of_line() -> None:
    assert {(call["op"], call.get("pfn") is None, call.get("rc")) for call in RUN} == {
        ("alloc", False, None),
        ("alloc", True, None),
        ("free", False, 0),
        ("free", False, -1),
    }


@needs_cc
@pytest.mark.parametrize("wrong", [0, 1])
def test_the_writer_in_c_records_a_right_allocator_and_a_wrong_one(wrong: int, tmp_path: Path) -> None:
    (tmp_path / "main.c").write_text(C.replace("@WRITER@", code("c")), encoding="utf-8")
    flags = ["-O2", "-Wall", "-Wextra", f"-DWRONG={wrong}", "-I", str(HEADERS)]
    built(["cc", *flags, "-o", "main", "main.c", PEERS / "tree.c"], tmp_path)
    subprocess.run([tmp_path / "main", tmp_path / "my.trace"], check=True)
    verdict = judged(tmp_path / "my.trace")
    assert verdict.conforms is not bool(wrong)
    assert wrong or verdict.operations == 5001


def lines_of(trace: Path) -> list[Line]:
    return [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]


@pytest.mark.skipif(shutil.which("rustc") is None, reason="no Rust compiler (rustc) here")
def test_the_writer_in_rust_writes_the_run(tmp_path: Path) -> None:
    (tmp_path / "main.rs").write_text(rust(), encoding="utf-8")
    built(["rustc", "--edition", "2021", "-D", "warnings", "main.rs"], tmp_path)
    trace = written([tmp_path / "main"], tmp_path)
    assert lines_of(trace) == [HEADER, *RUN]
    assert judged(trace).conforms


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("go") is None, reason="no Go compiler (go) here")
def test_the_writer_in_go_writes_the_run(tmp_path: Path) -> None:
    (tmp_path / "trace").mkdir()
    (tmp_path / "trace" / "trace.go").write_text(code("go"), encoding="utf-8")
    (tmp_path / "main.go").write_text(go(), encoding="utf-8")
    (tmp_path / "go.mod").write_text("module mine\n", encoding="utf-8")
    built(["go", "build", "-o", "main", "."], tmp_path)
    trace = written([tmp_path / "main"], tmp_path)
    assert lines_of(trace) == [HEADER, *RUN]
    assert judged(trace).conforms


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zig") is None, reason="no Zig compiler (zig) here")
def test_the_writer_in_zig_writes_the_run(tmp_path: Path) -> None:
    (tmp_path / "main.zig").write_text(zig(), encoding="utf-8")
    built(["zig", "build-exe", "main.zig"], tmp_path)
    said = subprocess.run([tmp_path / "main"], capture_output=True, check=True)
    (tmp_path / "my.trace").write_bytes(said.stderr)
    assert lines_of(tmp_path / "my.trace") == [HEADER, *RUN]
    assert judged(tmp_path / "my.trace").conforms


FORMATS = {
    "rust": (r'r#"(.*?)"#', r"\{\w+\}"),
    "go": (r"`(.*?)`", r"%d"),
    "zig": (r'print\("(.*?)\\n"', r"\{d\}"),
}
"""By language: what a format stands between, and where a number goes."""


@pytest.mark.parametrize("language", FORMATS)
def test_without_a_compiler_too_every_format_is_a_line_of_a_trace(language: str) -> None:
    between, number = FORMATS[language]
    lines = []
    for text in re.findall(between, code(language)):
        opened = text.replace('\\"', '"').replace("{{", "\x00")
        lines.append(re.sub(number, "1", opened).replace("\x00", "{").replace("}}", "}"))
    header, batches = read(io.BytesIO("\n".join(lines).encode()))
    events = [event for batch in batches for event in batch.events]
    assert (header.nr_pages, header.max_order) == (1, 1)
    assert [type(event).__name__ for event in events] == ["Alloc"] * (len(lines) - 2) + ["Free"]
