"""The trace writers of docs/traces.md: compiled where there is a compiler, and what they write is judged."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conform.allocators import HEADERS, PEERS, needs_cc
from tests.documents import blocks
from verified_buddy.oracle.check import Verdict, check
from verified_buddy.oracle.trace import read
from verified_buddy.pfn import Order, Pfn
from verified_buddy.zone import Zone

PAGE = "docs/traces.md"
PAGES, TOP = 1000, 9
HEADER: Line = {"format": "buddy-trace", "version": 1, "start_pfn": 0, "nr_pages": PAGES, "max_order": TOP}
HEADER |= {"free_takes_order": True}


Line = dict[str, Any]
"""A line of a trace, decoded."""


def calls() -> Iterator[Line]:
    """A run of the model: requests that are served and refused, frees that are taken, and one that is not."""
    chance, zone = random.Random(7), Zone(Order(TOP))
    zone.add_range(Pfn(0), Pfn(PAGES))
    yield {"op": "free", "pfn": 0, "order": 3, "rc": -1}
    for _ in range(60):
        if zone.live and chance.random() < 0.4:
            pfn, order = chance.choice(sorted(zone.live.items()))
            zone.free(pfn, order)
            yield {"op": "free", "pfn": pfn, "order": order, "rc": 0}
        else:
            order = Order(chance.choice((0, 1, 3, 5, 7, 8, 9)))
            yield {"op": "alloc", "order": order, "pfn": zone.alloc(order)}


RUN = tuple(calls())


def code(language: str) -> str:
    """The first block of that language: the writer."""
    return next(blocks(PAGE, language)).text


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


C = r"""
#include <stdint.h>
#include <stdlib.h>
#include "verified_buddy.h"
static long my_alloc(int order) { return WRONG ? 0 : vb_alloc(order); }
static int my_free(long pfn, int order) { return vb_free(pfn, order); }
@WRITER@
int main(int count, char **names)
{
	long held[1000];
	int orders[1000], n = 0;

	vb_init(0, 1000, 9);
	trace_start(names[1], 1000, 9);
	for (int turn = 0; turn < 5000; turn++) {
		if (n && rand() % 5 < 2) {
			int at = rand() % n;
			if (traced_free(held[at], orders[at]) == 0)
				n--, held[at] = held[n], orders[at] = orders[n];
		} else if (n < 1000) {
			orders[n] = rand() % 10;
			held[n] = traced_alloc(orders[n]);
			n += held[n] >= 0;
		}
	}
	traced_free(1, 9);
	fclose(trace);
	return count != 2;
}
"""


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


def rust() -> str:
    """The writer, driven with the run, and the page's example in a function of its own."""
    _, example = blocks(PAGE, "rust")
    lines = [f"    let mut trace = Trace::start(std::io::stdout(), {PAGES}, {TOP})?;"]
    for call in RUN:
        if call["op"] == "alloc":
            got = "None" if call["pfn"] is None else f"Some({call['pfn']})"
            lines.append(f"    trace.alloc({call['order']}, {got})?;")
        else:
            accepted = "true" if call["rc"] == 0 else "false"
            lines.append(f"    trace.free({call['pfn']}, {call['order']}, {accepted})?;")
    return (
        f"{code('rust')}\nfn my_alloc(_order: u32) -> Option<u64> {{ Some(64) }}\n"
        f"#[allow(dead_code)]\nfn example() -> Result<()> {{\n{example.text}    Ok(())\n}}\n"
        f"fn main() -> Result<()> {{\n{chr(10).join(lines)}\n    example()\n}}\n"
    )


def go() -> str:
    """A program that drives the package with the run."""
    lines = [f"\tt := trace.Start(os.Stdout, {PAGES}, {TOP})"]
    for call in RUN:
        if call["op"] == "alloc":
            lines.append(
                f"\tt.Alloc({call['order']}, {call['pfn'] or 0}, {str(call['pfn'] is not None).lower()})"
            )
        else:
            error = "nil" if call["rc"] == 0 else 'errors.New("refused")'
            lines.append(f"\tt.Free({call['pfn']}, {call['order']}, {error})")
    body = "\n".join(lines)
    return (
        f'package main\n\nimport (\n\t"errors"\n\t"os"\n\n\t"mine/trace"\n)\n\nfunc main() {{\n{body}\n}}\n'
    )


def zig() -> str:
    """The writer, driven with the run; what has a ``print`` is different in every version, so here is one."""
    lines = [f"    try start(out, {PAGES}, {TOP});"]
    for call in RUN:
        if call["op"] == "alloc":
            got = "null" if call["pfn"] is None else call["pfn"]
            lines.append(f"    try alloc(out, {call['order']}, {got});")
        else:
            lines.append(
                f"    try free(out, {call['pfn']}, {call['order']}, {str(call['rc'] == 0).lower()});"
            )
    return (
        f"{ZIG_OUT}\n{code('zig')}\npub fn main() !void {{\n    const out = Out{{}};\n"
        + "\n".join(lines)
        + "\n}\n"
    )


ZIG_OUT = """
const std = @import("std");
const Out = struct {
    pub fn print(_: Out, comptime format: []const u8, values: anytype) !void {
        std.debug.print(format, values);
    }
};
"""


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
