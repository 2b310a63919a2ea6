"""A child process for what may crash, hang, print or eat memory; the parent watches, and is not touched."""

from __future__ import annotations

import ctypes
import faulthandler
import fcntl
import os
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, Self

import msgspec

from verified_buddy.conform.board import BEATS, PEER, PRINTED, RESULT, RUNS, STDERR, Board
from verified_buddy.conform.patience import DEADLINE, MEMORY, Patience, data_memory
from verified_buddy.conform.words import READ, last_words

ALIVE: Final = 0.2
"""Seconds without an answer after which it may be a hang, and is no delay."""
LIMITS: Final = (
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_FSIZE, 1 << 26),
)
"""Of a child, in bytes."""
DATA: Final = 2 * MEMORY
"""The same, of data beyond what it has of us."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended."""

    kind: Literal["done", "crash", "hang", "memory", "late"]
    result: Any = None
    """What the work returned, if it is done."""
    signal: int = 0
    status: int = 0
    words: str = ""
    """What it wrote to standard error, in the last run: the first line of a panic, or the end."""
    printed: str = ""
    """The beginning of what a library wrote to standard output."""


class Nursery:
    """Children one after the other, which share a board with us."""

    def __init__(self, watch: Callable[[Board], None] = lambda board: None) -> None:
        self.board = Board()
        self.watch = watch
        self.output = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as we do
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - as above
        for file in (self.output, self.errors):
            fcntl.fcntl(
                file, fcntl.F_SETFL, os.O_APPEND | os.O_RDWR
            )  # so that they can be cut while it writes
        self.pid = 0
        self.orders = self.answers = -1
        """Pipes to the child and from it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.output.close()
        self.errors.close()

    def run(
        self,
        work: Callable[[Board], Any],
        *,
        deadline: float = DEADLINE,
        until: float = float("inf"),
        memory: int = MEMORY,
    ) -> Ending:
        """Do the work in a fresh child, and end it then; its result is what JSON can hold."""
        self.stop()
        self.start(lambda _: work(self.board))
        try:
            ending = self.ending(deadline, until, memory)
        finally:
            self.stop()
        return ending

    def serve(
        self,
        work: Callable[[Any], Any],
        order: Any,
        *,
        deadline: float = DEADLINE,
        until: float = float("inf"),
    ) -> Ending:
        """Have one piece of work done by a child that lives on for the next one, if it can."""
        if not self.pid:
            self.start(lambda pipe: served(self.board, pipe, self.answers, work))
        else:
            self.clear()
        try:
            text = msgspec.json.encode(order)
            os.write(self.orders, len(text).to_bytes(8, "little"))
            while text:
                text = text[os.write(self.orders, text) :]
        except BrokenPipeError:
            pass  # it is dead, and the ending tells how
        try:
            ending = self.ending(deadline, until, MEMORY)
        except BaseException:
            self.stop()
            raise
        if ending.kind != "done":
            self.stop()
        return ending

    def clear(self) -> None:
        """Nothing was run, nothing was printed."""
        self.board.clear()
        for file in (self.output, self.errors):
            file.truncate(0)
            file.seek(0)

    def start(self, work: Callable[[int], Any]) -> None:
        """A child that does the work; it is given the pipe from which it is told more."""
        self.clear()
        sys.stdout.flush()
        sys.stderr.flush()
        # An interrupt in the middle of this would be the child's, too, or leave a child that nobody knows of.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            theirs, self.orders = os.pipe()
            self.answers, answers = os.pipe()
            self.pid = os.fork()
            if self.pid == 0:
                os.close(self.orders)
                os.close(self.answers)
                self.answers = answers
                self.be_child(lambda: work(theirs))
            os.close(theirs)
            os.close(answers)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self) -> None:
        """End the child and all that it started."""
        if self.pid:
            pid, self.pid = self.pid, 0
            stop(pid)
            os.close(self.orders)
            os.close(self.answers)

    def ending(self, deadline: float, until: float, memory: int) -> Ending:
        """What came of the work."""
        kind, status = self.wait(deadline, until, memory)
        self.errors.seek(min(self.board.words[STDERR], self.errors.seek(0, os.SEEK_END)))
        words = last_words(self.errors.read(READ))
        text = self.board.read(RESULT)
        if kind == "crash" and status == 0 and text:
            with suppress(msgspec.DecodeError):
                return Ending("done", msgspec.json.decode(text), words=words, printed=self.printed())
        return Ending(
            kind,
            signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0,
            words=words,
            printed=self.printed(),
        )

    def printed(self) -> str:
        """The beginning of what the child wrote to standard output."""
        noted = self.board.read(PRINTED).decode(errors="replace")
        written = os.fstat(self.output.fileno()).st_size > 0
        return noted or (
            ascii(os.pread(self.output.fileno(), 60, 0).decode(errors="replace")) if written else ""
        )

    def be_child(self, work: Callable[[], Any]) -> None:
        """Work, leave the result on the board, and end without a trace of us."""
        status = 1
        try:
            os.setsid()
            faulthandler.disable()
            die_with_parent()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(self.output.fileno(), 1)
            os.dup2(self.errors.fileno(), 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - as we
            for limit, most in (*LIMITS, (resource.RLIMIT_DATA, DATA + data_memory(os.getpid()))):
                hard = resource.getrlimit(limit)[1]
                resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            self.board.keep_from_forks()
            self.board.streams = True
            self.board.write(RESULT, msgspec.json.encode(work()))
            status = 0
        except BaseException as error:
            with suppress(BaseException):
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                sys.stderr.flush()
        finally:
            os._exit(status)

    def wait(
        self, deadline: float, until: float, memory: int
    ) -> tuple[Literal["crash", "hang", "memory", "late"], int]:
        """How the child ended, and its status; it is to be killed when it stands still, or eats memory."""
        pause, waiting = 0.0005, [self.answers]
        patience = Patience(deadline, memory, time.monotonic())
        while True:
            if select.select(waiting, [], [], pause)[0]:
                if os.read(self.answers, 1):
                    return "crash", 0  # it is none: there is a result, and the child waits for more work
                waiting = []
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                return "crash", status
            now = time.monotonic()
            sign = (self.board.words[RUNS], self.board.words[BEATS], self.board.operations())
            verdict = patience.verdict(sign, (self.pid, self.board.words[PEER]), now)
            if verdict is not None:
                return verdict, 0
            if now > until and now - patience.since < ALIVE:
                return "late", 0
            self.watch(self.board)
            pause = min(0.02, pause * 1.5)


def served(board: Board, pipe: int, answers: int, work: Callable[[Any], Any]) -> None:
    """Do one piece of work after the other, as the pipe asks for it; the work is given the order."""
    while size := os.read(pipe, 8):
        text = b""
        while len(text) < int.from_bytes(size, "little"):
            text += os.read(pipe, 1 << 16)
        board.write(RESULT, msgspec.json.encode(work(msgspec.json.decode(text))))
        os.write(answers, b".")


def die_with_parent() -> None:
    """Whatever the library does, no child outlives us.  Linux: PR_SET_PDEATHSIG."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def stop(pid: int) -> None:
    """End the child and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
