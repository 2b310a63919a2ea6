"""A pipe is judged as its lines come: a divergence is told while more may follow."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kmem.kernel_trace import freed, handed_out
from tests.oracle.page_map import alloc, free, header, spell

ROOT = Path(__file__).parents[2]
PATIENCE = 60
OPERATIONS = spell(header(), [alloc(0, 3), free(3, 0), alloc(0, 3), alloc(0, 3)])
KERNEL = "".join([handed_out(0x10), freed(0x10), handed_out(0x10), handed_out(0x10)]).encode()
TEXTS = pytest.mark.parametrize("text", [OPERATIONS, KERNEL], ids=["buddy-trace", "kernel"])


@contextmanager
def check(*arguments: str | Path, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "verified_buddy", "check", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[bytes]) -> bytes:
    """The next line that it prints, while it waits for more."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert ready, "nothing is told"
    return process.stdout.readline()


@TEXTS
def test_a_divergence_in_a_pipe_that_stays_open_ends_it(tmp_path: Path, text: bytes) -> None:
    os.mkfifo(tmp_path / "pipe")
    with check("--json", tmp_path / "pipe") as process, open(tmp_path / "pipe", "wb", buffering=0) as pipe:
        for line in text.splitlines(keepends=True):
            pipe.write(line)
        assert b'"divergences":1' in line_of(process)
        assert process.wait(PATIENCE) == 1


@TEXTS
def test_bytes_that_trickle_in_are_judged_too(text: bytes) -> None:
    reader, writer = os.pipe()
    with check("--json", "-", stdin=reader) as process:
        for place in range(len(text)):
            os.write(writer, text[place : place + 1])
        assert b'"divergences":1' in line_of(process)
        assert process.wait(PATIENCE) == 1
    os.close(reader)
    os.close(writer)


@TEXTS
def test_who_keeps_going_is_told_at_once_and_judges_on(text: bytes) -> None:
    reader, writer = os.pipe()
    with check("--keep-going", "-", stdin=reader) as process:
        os.write(writer, text)
        assert b"operation 4" in line_of(process)
        assert process.poll() is None
        os.write(writer, text.splitlines(keepends=True)[-1])
        os.close(writer)
        rest, complaint = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaint) == (1, b"")
        assert rest.count(b": operation 5\n") == 1
        assert b": operation 4\n" not in rest
    os.close(reader)


@TEXTS
def test_a_terminal_is_a_pipe_too(text: bytes) -> None:
    leader, follower = pty.openpty()
    with check("--json", "-", stdin=follower) as process:
        os.write(leader, text)
        assert b'"divergences":1' in line_of(process)
        assert process.wait(PATIENCE) == 1
    os.close(leader)
    os.close(follower)


@TEXTS
def test_a_pipe_gets_the_verdict_of_a_file_up_to_its_first_divergence(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "file").write_bytes(text)
    command = [sys.executable, "-m", "verified_buddy", "check", "--json"]
    piped = subprocess.run([*command, "-"], cwd=ROOT, input=text, capture_output=True, check=False)
    named = subprocess.run([*command, tmp_path / "file"], cwd=ROOT, capture_output=True, check=False)
    assert named.returncode == piped.returncode == 1
    told = named.stdout.replace(str(tmp_path / "file").encode(), b"-")
    assert piped.stdout == told
