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
    FORKED,
    HEADER,
    LONGEST,
    OPERATIONS,
    PEER,
    PRINTED,
    STAGE,
    STDERR,
    Board,
    event,
)
from verified_buddy.conform.peer import ERRORS, REFUSED, Geometry, Peer
from verified_buddy.conform.steps import Program
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.rules import Level
from verified_buddy.pfn import Order, Pfn

PIECE: Final = 1024
"""So many operations are done between two looks at the clock."""
CHATTER: Final = 1 << 20
"""More bytes than these on standard error are dropped: what counts is what it says last."""
OUTPUT, FORK = "output", "fork"
"""Rules of what is no answer to a call, and hides no other divergence."""


class DivergedError(Exception):
    """The run shows that the allocator does not conform."""

    def __init__(self, rule: str, says: str) -> None:
        super().__init__(rule, says)
        self.rule = rule
        self.says = says


class Driver:
    """Drives one allocator, run after run, and writes each operation to the board before it is made."""

    def __init__(
        self, peer: Peer, board: Board, level: Level, until: float = float("inf"), *, heeds: bool = False
    ) -> None:
        self.peer = peer
        self.board = board
        self.level = level
        self.until = until
        self.heeds = heeds
        """Whether output and forks end a run, too, and are not only noted."""
        self.libc = CDLL(None) if peer.in_process else None
        self.orders = 0

    def in_time(self) -> bool:
        """Whether there is time for more; a sign of life."""
        self.board.words[BEATS] += 1
        self.listen()
        return time.monotonic() < self.until

    def begin(self, geometry: Geometry) -> Judge | None:
        """A fresh pool, there and here; None if the allocator does not support the geometry."""
        self.board.begin(geometry.header())
        self.board.words[PEER] = self.peer.pid
        if self.board.streams:
            self.board.words[STDERR] = os.fstat(2).st_size
        header = self.peer.begin(geometry)
        if header is None:
            self.look_around()
            return None
        self.board.write(HEADER, msgspec.json.encode(header))
        self.board.words[STAGE] = OPERATIONS
        self.orders = self.peer.orders() & ((2 << geometry.max_order) - 1)
        return Judge(Memory(header), self.level)

    def expressible(self, order: int) -> bool:
        """Whether the order can be asked for."""
        return bool(self.orders >> order & 1)

    def askable(self) -> tuple[int, ...]:
        """The orders that can be asked for, ascending."""
        return tuple(order for order in range(self.orders.bit_length()) if self.expressible(order))

    def play(self, judge: Judge, program: Program) -> None:
        """Do the program to its end.  Raises DivergedError at the first fault.

        What nobody may ask for, an order above the top or a free of what is not live, is not asked.
        """
        asked, replies, live = self.board.asked, self.board.replies, judge.memory.live
        alloc, free = self.peer.alloc, self.peer.free
        request, index = next(program, 0), 0
        with suppress(StopIteration):
            while request and index < LONGEST and (index % PIECE or self.in_time()):
                legal = (
                    self.expressible(request - 1)
                    if request > 0
                    else Pfn(~request >> 6) in live[Order(~request & 63)]
                )
                if not legal:
                    request = program.send(REFUSED)
                    continue
                asked[index] = request
                reply = alloc(request - 1) if request > 0 else free(~request >> 6, ~request & 63)
                replies[index] = reply
                index += 1
                fault = judge.fault(event(request, reply), index)
                if fault is not None:
                    raise diverged(fault, request, reply)
                request = program.send(reply)

    def end(self) -> None:
        """The run is over.  Raises DivergedError if it left anything behind, and that is heeded."""
        self.board.words[STAGE] = FINI
        self.peer.fini()
        self.look_around()

    def look_around(self) -> None:
        """See whether the library printed, or forked."""
        if self.libc is None:
            return
        self.libc.fflush(None)
        self.listen()
        if self.heeds and self.board.words[PRINTED]:
            raise DivergedError(OUTPUT, f"wrote to standard output: {self.board.read(PRINTED).decode()}")
        with suppress(ChildProcessError):
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self.board.words[FORKED] = 1
            if self.heeds:
                raise DivergedError(FORK, f"started a process ({pid or 'still running'})")
            while pid:
                pid, _ = os.waitpid(-1, os.WNOHANG)

    def listen(self) -> None:
        """Note the first output of the library, and drop the rest; drop what is too much of anything."""
        if not self.board.streams:
            return
        if self.libc is not None and not self.board.words[PRINTED] and os.fstat(1).st_size:
            self.board.write(PRINTED, printed(1).encode())
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        for stream in (1, 2):
            if os.fstat(stream).st_size > CHATTER:
                os.ftruncate(stream, 0)
                self.board.words[STDERR] = 0


def diverged(fault: Fault, request: int, reply: int) -> DivergedError:
    """The fault as what ends the run; an error code is told as one."""
    if request > 0 and -ERRORS <= reply < REFUSED:
        says = f"alloc of order {request - 1} returned {reply}, which is neither a page nor a refusal (-1)"
        return DivergedError(fault.rule, says)
    return DivergedError(fault.rule, fault.says)


def printed(stream: int) -> str:
    """The beginning of what was written to the file."""
    return ascii(os.pread(stream, 60, 0).decode(errors="replace"))
