"""Whatever happens to the streams, or whoever interrupts: one line at most, and the right exit status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.page_map import alloc, free, header, spell

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "verified_buddy"]
SPECS = [sys.executable, "-m", "specs"]
GOOD = spell(header(), [alloc(0, 3), free(3, 0)])
SLOW = "import time\nprint('loading', flush=True)\ntime.sleep(60)\n"


def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, check=False, timeout=60, **more)


@pytest.mark.parametrize("command", [COMMAND, [*COMMAND, "check"], [*COMMAND, "conform"], SPECS])
def test_h_is_help(command: list[str]) -> None:
    short, long = (run([*command, option], stdout=subprocess.PIPE) for option in ("-h", "--help"))
    assert short.returncode == 0
    assert short.stdout == long.stdout != b""


@pytest.mark.parametrize("command", [COMMAND, SPECS])
def test_the_version_is_told(command: list[str]) -> None:
    found = run([*command, "--version"], stdout=subprocess.PIPE)
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout.startswith((b"verified-buddy, version ", b"specs, version "))


@pytest.mark.parametrize("words", ["check te", "check --snapshot te", "check --junit te", "check a te"])
def test_a_shell_completes_the_names_of_files(words: str) -> None:
    told = {
        "_VERIFIED_BUDDY_COMPLETE": "bash_complete",
        "COMP_WORDS": f"verified-buddy {words}",
        "COMP_CWORD": str(len(words.split())),
    }
    found = run(COMMAND, stdout=subprocess.PIPE, env={**os.environ, **told})
    assert (found.returncode, found.stdout, found.stderr) == (0, b"file,te\n", b"")


@pytest.mark.parametrize("module", ["rich", "msgspec"])
@pytest.mark.parametrize("times", [1, 3])
def test_an_interrupt_while_modules_are_loaded_is_one_line_and_130(
    tmp_path: Path, module: str, times: int
) -> None:
    (tmp_path / f"{module}.py").write_text(SLOW)
    path = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with subprocess.Popen(
        [*COMMAND, "check", "-"],
        cwd=tmp_path,
        env=path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"loading\n"
        for _ in range(times):
            process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
        assert (process.returncode, complaint) == (130, b"verified-buddy: interrupted\n")


def test_an_interrupt_that_is_ignored_stays_ignored() -> None:
    with subprocess.Popen(
        [*COMMAND, "check", "-"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ) as process:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(GOOD, timeout=60)
        assert (process.returncode, complaint) == (0, b"")


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")


@FULL
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "-h"], ["check", "--json", "-"]])
def test_a_full_disk_is_one_line(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        found = run([*COMMAND, *arguments], stdout=full, input=GOOD)
    assert found.returncode == 2
    assert found.stderr == b"verified-buddy: standard output: No space left on device\n"


@FULL
@pytest.mark.parametrize(("arguments", "status"), [(["missing"], 2), ([], 2), (["-"], 0)])
def test_a_complaint_that_has_nowhere_to_go_changes_no_status(arguments: list[str], status: int) -> None:
    with open("/dev/full", "wb") as full:
        found = subprocess.run(
            [*COMMAND, "check", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=full,
            input=GOOD,
            check=False,
        )
    assert found.returncode == status


@pytest.mark.parametrize("arguments", [["--help"], ["check", "-"], ["check", "--json", "-"]])
def test_a_reader_that_leaves_is_no_complaint(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    found = run([*COMMAND, *arguments], stdout=writer, input=GOOD)
    os.close(writer)
    assert found.returncode != 0
    assert found.stderr == b""
