"""Whoever interrupts a verification run gets one line and 130; nothing runs on, nothing is half written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADED = """
import signal, sys
from specs.command import main
import {module} as module

def once_begun(*args, **named):
    sys.stdout.write("begun")
    sys.stdout.flush()
    while True:
        signal.pause()

module.{function} = once_begun
main(prog_name="python -m specs")
"""
"""The command line, as if what does the work took for ever."""
COMMANDS = {
    "specs": ("specs.command", "_run", []),
    "mutants": ("specs.mutants.command", "run", ["mutants"]),
    "export": ("specs.smtlib.export", "_collect", ["export", "{directory}"]),
    "recheck": ("specs.smtlib.recheck", "listed", ["recheck", "{directory}"]),
    "report": ("specs.report.command", "_run", ["report", "{directory}/page.html"]),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_interrupt_of_any_command_is_one_line_and_130(name: str, tmp_path: Path) -> None:
    module, function, args = COMMANDS[name]
    text = LOADED.format(module=module, function=function)
    words = [word.format(directory=tmp_path) for word in args]
    with subprocess.Popen(
        [sys.executable, "-c", text, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.read(5) == b"begun"
        process.send_signal(signal.SIGINT)
        assert process.communicate() == (b"", b"specs: interrupted\n")
        assert process.returncode == 130
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("args", [["--only", "typed-runs"], ["export", "{directory}/out"]])
def test_an_interrupt_from_the_keyboard_ends_every_process(args: list[str], tmp_path: Path) -> None:
    """It goes to the whole group, while the workers are being started and while they work."""
    words = [word.format(directory=tmp_path) for word in args]
    with subprocess.Popen(
        [sys.executable, "-m", "specs", *words, "--jobs", "2"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while not workers_of(process.pid):
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate() == (b"", b"specs: interrupted\n")  # nobody holds the pipes any more
        assert process.returncode == 130
    assert not list(tmp_path.iterdir())


def workers_of(pid: int) -> list[str]:
    """The processes that it has started, but for the one that keeps account of them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = {child: Path(f"/proc/{child}/cmdline") for child in children}
    return [child for child, line in lines.items() if line.exists() and b"spawn_main" in line.read_bytes()]
