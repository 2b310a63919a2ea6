"""A child process for what may crash, hang, print or eat memory; the parent watches, and is not touched."""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from verified_buddy.conform.board import BEATS, PEER, RESULT, RUNS, Board

DEADLINE: Final = 5.0
"""Seconds without an answer that are a hang."""
SHORT: Final = 1.0
"""The same, where it was seen to hang before."""
MEMORY: Final = 1 << 30
"""Bytes in memory that are growth without end."""
LIMITS: Final = (
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 1 << 26),
    (resource.RLIMIT_DATA, 2 * MEMORY),
)
"""Of a child, in bytes."""
LAST_WORDS: Final = 300


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended."""

    kind: Literal["done", "crash", "hang", "memory"]
    result: Any = None
    """What the work returned, if it is done."""
    signal: int = 0
    status: int = 0
    words: str = ""
    """The end of what it wrote to standard error."""


class Nursery:
    """Children one after the other, which share a board with us."""

    def __init__(self, watch: Callable[[Board], None] = lambda board: None) -> None:
        self.board = Board()
        self.watch = watch
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as we do
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - as above

    def run(self, work: Callable[[Board], Any], *, deadline: float = DEADLINE) -> Ending:
        """Do the work in a child; its result is what JSON can hold."""
        self.board.clear()
        for file in (self.output, self.errors):
            file.truncate(0)
            file.seek(0)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self.be_child(work)
        try:
            kind, status = self.wait(pid, deadline)
        finally:
            stop(pid)
        self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - LAST_WORDS))
        words = self.errors.read().decode(errors="replace").strip()
        text = self.board.read(RESULT)
        if kind == "crash" and status == 0 and text:
            with suppress(msgspec.DecodeError):
                return Ending("done", msgspec.json.decode(text), words=words)
        return Ending(
            kind,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
            words=words,
        )

    def be_child(self, work: Callable[[Board], Any]) -> None:
        """Work, leave the result on the board, and end without a trace of us."""
        status = 1
        try:
            os.setsid()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self.output.fileno(), 1)
            os.dup2(self.errors.fileno(), 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - as we
            for limit, most in LIMITS:
                hard = resource.getrlimit(limit)[1]
                resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            self.board.keep_from_forks()
            self.board.write(RESULT, msgspec.json.encode(work(self.board)))
            status = 0
        except BaseException as error:
            with suppress(BaseException):
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                sys.stderr.flush()
        finally:
            os._exit(status)

    def wait(self, pid: int, deadline: float) -> tuple[Literal["crash", "hang", "memory"], int]:
        """How the child ended, and its status; it is killed when it stands still, or eats memory."""
        pause, seen, since = 0.0005, (-1, -1, -1), time.monotonic()
        while True:
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                return "crash", status
            now = time.monotonic()
            state = (self.board.words[RUNS], self.board.words[BEATS], self.board.operations())
            if state != seen:
                seen, since = state, now
            elif now - since > deadline:
                return "hang", 0
            if max(in_memory(pid), in_memory(self.board.words[PEER])) > MEMORY:
                return "memory", 0
            self.watch(self.board)
            time.sleep(pause)
            pause = min(0.02, pause * 1.5)


def stop(pid: int) -> None:
    """End the child and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def in_memory(pid: int) -> int:
    """The bytes that a process has in memory; 0 if nobody can tell."""
    if pid <= 0:
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0
