"""One run: an allocator and the judge of traces, operation by operation, in this process."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from ctypes import CDLL
from typing import Final

import msgspec

from verified_buddy.conform.board import (
    BEATS,
    FINI,
    HEADER,
    LONGEST,
    OPERATIONS,
    PEER,
    SHARED,
    STAGE,
    Board,
    event,
)
from verified_buddy.conform.peer import REFUSED, Geometry, Peer
from verified_buddy.conform.steps import Program
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.rules import Level

PIECE: Final = 1024
"""So many operations are done between two looks at the clock."""


class DivergedError(Exception):
    """The run shows that the allocator does not conform."""

    def __init__(self, rule: str, says: str) -> None:
        super().__init__(rule, says)
        self.rule = rule
        self.says = says


class Driver:
    """Drives one allocator, run after run, and writes each operation to the board before it is made."""

    def __init__(self, peer: Peer, board: Board, level: Level, until: float = float("inf")) -> None:
        self.peer = peer
        self.board = board
        self.level = level
        self.until = until
        self.libc = CDLL(None) if peer.in_process else None
        self.orders = 0

    def in_time(self) -> bool:
        """Whether there is time for more; a sign of life."""
        self.board.words[BEATS] += 1
        return time.monotonic() < self.until

    def begin(self, geometry: Geometry) -> Judge | None:
        """A fresh pool, there and here; None if the allocator does not support the geometry."""
        self.board.begin(geometry.header())
        self.board.words[PEER], self.board.words[SHARED] = self.peer.pid, self.peer.in_process
        header = self.peer.begin(geometry)
        if header is None:
            self.look_around()
            return None
        self.board.write(HEADER, msgspec.json.encode(header))
        self.board.words[STAGE] = OPERATIONS
        self.orders = self.peer.orders()
        return Judge(Memory(header), self.level)

    def expressible(self, order: int) -> bool:
        """Whether the order can be asked for."""
        return bool(self.orders >> order & 1)

    def play(self, judge: Judge, program: Program) -> None:
        """Do the program to its end.  Raises DivergedError at the first fault."""
        asked, replies = self.board.asked, self.board.replies
        alloc, free = self.peer.alloc, self.peer.free
        request, index = next(program, 0), 0
        with suppress(StopIteration):
            while request and index < LONGEST and (index % PIECE or self.in_time()):
                if request > 0 and not self.expressible(request - 1):
                    request = program.send(REFUSED)
                    continue
                asked[index] = request
                reply = alloc(request - 1) if request > 0 else free(~request >> 6, ~request & 63)
                replies[index] = reply
                index += 1
                fault = judge.fault(event(request, reply), index)
                if fault is not None:
                    raise diverged(fault)
                request = program.send(reply)

    def end(self) -> None:
        """The run is over.  Raises DivergedError if it left anything behind."""
        self.board.words[STAGE] = FINI
        self.peer.fini()
        self.look_around()

    def look_around(self) -> None:
        """See whether the library printed, or forked."""
        if self.libc is None:
            return
        self.libc.fflush(None)
        if os.fstat(1).st_size:
            raise DivergedError("output", f"wrote to standard output: {printed()}")
        with suppress(ChildProcessError):
            pid, _ = os.waitpid(-1, os.WNOHANG)
            raise DivergedError("fork", f"started a process ({pid or 'still running'})")


def diverged(fault: Fault) -> DivergedError:
    """The fault as what ends the run."""
    return DivergedError(fault.rule, fault.says)


def printed() -> str:
    """The beginning of what was written to standard output."""
    return ascii(os.pread(1, 60, 0).decode(errors="replace"))
