"""Memory that parent and child share: the run so far, and what came of it; it outlives the child."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Iterator
from ctypes import CDLL, addressof, c_char, c_size_t, c_void_p
from typing import Final

import msgspec

from verified_buddy.conform.peer import REFUSED
from verified_buddy.oracle.trace import Alloc, Event, Free, Header
from verified_buddy.pfn import Order, Pfn

LONGEST: Final = 1 << 20
"""No run has more operations."""
TEXT: Final = 1 << 16
WORDS: Final = 16
TEXTS: Final = 5
RUNS, DONE, PEER, HEADER, RESULT, EVEN, ODD, PRINTED, NOTES, BEATS, STAGE, STDERR, FORKED = range(13)
"""Words: runs begun, operations of the runs before, the peer's process, sizes of the texts (from HEADER to
PRINTED), how many notes were taken, signs of life, the stage of the run, the size of standard error when it
began, whether a process was started."""
INIT, OPERATIONS, FINI = range(3)
"""Stages of a run."""


class Board:
    """A header, and two numbers an operation: what was asked, written before it is, and the reply.

    Asked is order + 1 for an alloc, and ``~(pfn << 6 | order)`` for a free; 0 is nothing yet.
    """

    def __init__(self) -> None:
        size = 8 * (WORDS + 2 * LONGEST) + TEXTS * TEXT
        size += -size % mmap.PAGESIZE
        self.memory = mmap.mmap(-1, size + 2 * mmap.PAGESIZE)
        view = memoryview(self.memory)[mmap.PAGESIZE : mmap.PAGESIZE + size]
        fence(self.memory, size)
        numbers = view[: 8 * (WORDS + 2 * LONGEST)].cast("q")
        self.words = numbers[:WORDS]
        self.asked = numbers[WORDS : WORDS + LONGEST]
        self.replies = numbers[WORDS + LONGEST :]
        self.texts = view[8 * (WORDS + 2 * LONGEST) :]
        self.streams = False
        """Whether standard output and error are files of which this process may dispose: those of a child."""

    def keep_from_forks(self) -> None:
        """A copy of the child that its library makes dies as soon as it touches the board."""
        if sys.platform == "linux":
            self.memory.madvise(mmap.MADV_DONTFORK)

    def clear(self) -> None:
        """Nothing was run, and nothing came of it."""
        self.forget()
        for index in range(WORDS):
            self.words[index] = 0

    def forget(self) -> None:
        """No operation yet; this run's count as done."""
        count = self.count()
        self.words[DONE] += count
        nothing = memoryview(bytes(8 * count)).cast("q")
        self.asked[:count] = self.replies[:count] = nothing

    def begin(self, header: Header) -> None:
        """A new run, which is not initialised yet."""
        self.forget()
        self.write(HEADER, msgspec.json.encode(header))
        self.words[RUNS] += 1
        self.words[STAGE] = INIT

    def write(self, word: int, text: bytes) -> None:
        """Keep a text, such as the header or the result."""
        place = TEXT * (word - HEADER)
        self.texts[place : place + len(text)] = text
        self.words[word] = len(text)

    def read(self, word: int) -> bytes:
        """The text."""
        place = TEXT * (word - HEADER)
        return bytes(self.texts[place : place + max(0, min(self.words[word], TEXT))])

    def note(self, text: bytes) -> None:
        """Keep the latest of many texts; whenever we end, it or the one before is whole."""
        self.write((EVEN, ODD)[(self.words[NOTES] + 1) % 2], text)
        self.words[NOTES] += 1

    def noted(self) -> bytes:
        """The latest note; empty if there is none."""
        return self.read((EVEN, ODD)[self.words[NOTES] % 2])

    def count(self) -> int:
        """The number of operations asked in this run: the first 0, which is found by halving."""
        low, high = 0, LONGEST
        while low < high:
            middle = (low + high) // 2
            if self.asked[middle]:
                low = middle + 1
            else:
                high = middle
        return low

    def operations(self) -> int:
        """The number of operations in all runs."""
        return self.words[DONE] + self.count()

    def header(self) -> Header | None:
        """The run's header; None if no run was begun, or if the text was overwritten."""
        try:
            return msgspec.json.decode(self.read(HEADER), type=Header)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def events(self) -> Iterator[Event]:
        """The run's operations; the last may have no reply yet, and looks refused or done then."""
        for index in range(self.count()):
            yield event(self.asked[index], self.replies[index])


def fence(memory: mmap.mmap, size: int) -> None:
    """Nobody may touch the page before the board, and the one after it: who overruns memory dies there."""
    page = mmap.PAGESIZE
    base = addressof(c_char.from_buffer(memory))
    for place in (base, base + page + size):
        CDLL(None).mprotect(c_void_p(place), c_size_t(page), 0)


def event(asked: int, reply: int) -> Event:
    """The operation and its reply, as a trace spells it."""
    if asked > 0:
        return Alloc(Order(asked - 1), None if reply == REFUSED else Pfn(reply % (1 << 64)))
    return Free(Pfn(~asked >> 6), Order(~asked & 63), reply)


def alloc(order: int) -> int:
    """How an alloc is asked."""
    return order + 1


def free(pfn: int, order: int) -> int:
    """How a free is asked."""
    return ~(pfn << 6 | order)
