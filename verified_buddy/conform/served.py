"""The second way in: a program that answers on its standard output, a line of JSON for each line it is given.

It is asked ``{"op":"init","start_pfn":0,"nr_pages":1024,"max_order":10}``, ``{"op":"alloc","order":3}`` and
``{"op":"free","pfn":64,"order":3}``, and answers with the same and ``"rc"`` (init, free; not 0 is refused) or
``"pfn"`` (alloc; null is refused) added; ``"op"`` may be left out of the answer.  An init that was answered
with an ``"rc"`` below 0 is of a geometry that it does not support.  The answer to an init may also hold
``"orders"``, ``"free_takes_order"`` and ``"usable"``.  Any answer to an init may name the pools that it
supports, ``"geometries":[[start_pfn,nr_pages,max_order],...]``: no others are tried from then on.  Its
standard input ends when it is to end.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from verified_buddy.conform.peer import (
    HIGHEST,
    REFUSED,
    UNKNOWN,
    CannotDriveError,
    DiedError,
    Peer,
    ReplyError,
)

LINE: Final = 1 << 16
"""No answer is longer."""


class Answer(Struct):
    """Any answer."""

    op: str | None = None
    rc: Annotated[int, Meta(ge=-(1 << 31), lt=1 << 31)] = 0
    pfn: int | msgspec.UnsetType | None = msgspec.UNSET
    orders: list[int] | None = None
    free_takes_order: bool = True
    usable: tuple[int, int] | None = None
    geometries: list[list[int]] | None = None


DECODER: Final = msgspec.json.Decoder(Answer)


class Served:
    """A program, and the pipes to it."""

    def __init__(self, command: str) -> None:
        try:
            self.process = subprocess.Popen(  # noqa: S603 - the command is the user's own
                shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
            )
        except (OSError, ValueError, IndexError) as error:
            raise CannotDriveError(f"the command does not start: {error}") from None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.asks, self.answers = self.process.stdin.fileno(), self.process.stdout.fileno()
        self.begun = Answer()
        self.named: list[list[int]] | None = None
        self.known = False
        """Whether it answered once, and so speaks the language."""

    def ask(self, op: str, line: bytes) -> Answer:
        """Ask, and wait for the answer.  Raises ReplyError, DiedError."""
        try:
            os.write(self.asks, line)
            text = os.read(self.answers, LINE)
            while not text.endswith(b"\n") and len(text) < LINE:
                more = os.read(self.answers, LINE)
                if not more:
                    raise DiedError(self.process.wait())
                text += more
        except BrokenPipeError:
            raise DiedError(self.process.wait()) from None
        try:
            answer = DECODER.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ReplyError(f"answered {shown(text)}: {error}") from None
        if answer.op not in (None, op):
            raise ReplyError(f"answered {shown(text)}, which is no answer to {op}")
        return answer

    def init(self, start: int, pages: int, top: int) -> int:
        """Begin anew."""
        line = b'{"op":"init","start_pfn":%d,"nr_pages":%d,"max_order":%d}\n' % (start, pages, top)
        try:
            self.begun = self.ask("init", line)
        except (ReplyError, DiedError) as error:
            if self.known:
                raise
            why = error if isinstance(error, ReplyError) else f"it ended with status {error.status}"
            raise CannotDriveError(f"no answer to the first init: {why}") from None
        self.known = True
        self.named = self.begun.geometries or self.named
        return self.begun.rc

    def alloc(self, order: int) -> int:
        """The first page, or -1."""
        pfn = self.ask("alloc", b'{"op":"alloc","order":%d}\n' % order).pfn
        if pfn is None:
            return REFUSED
        if pfn is msgspec.UNSET:
            raise ReplyError("answered an alloc without a pfn")
        if not 0 <= pfn <= HIGHEST:
            raise ReplyError(f"answered an alloc with the page {pfn}")
        return pfn if pfn < 1 << 63 else pfn - (1 << 64)

    def free(self, pfn: int, order: int) -> int:
        """0, or anything else if it was refused."""
        return self.ask("free", b'{"op":"free","pfn":%d,"order":%d}\n' % (pfn, order)).rc

    def orders(self) -> int:
        """The orders that it can be asked for, as bits."""
        known = self.begun.orders
        return UNKNOWN if known is None else sum(1 << order for order in {*known} if 0 <= order < 64)


def shown(text: bytes) -> str:
    """The beginning of an answer."""
    return ascii(text[:60].decode(errors="replace").rstrip("\n"))


def start(command: str) -> Peer:
    """The allocator behind the command.  Raises CannotDriveError."""
    served = Served(command)
    return Peer(
        served.init,
        served.alloc,
        served.free,
        orders=served.orders,
        free_takes_order=lambda: served.begun.free_takes_order,
        usable=lambda: served.begun.usable,
        geometries=lambda: served.named,
        pid=served.process.pid,
    )
