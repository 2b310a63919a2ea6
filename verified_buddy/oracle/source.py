"""The bytes of a trace: plain or gzip, from a file or a pipe, in chunks of whole lines, in bounded memory.

A pipe is read as it is filled: nothing waits here for more than a line.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from io import BufferedIOBase
from typing import BinaryIO, Final, Self, cast

from verified_buddy.oracle.foreign import by_magic, may_grow

PIECE: Final = 1 << 16
LINE_LIMIT: Final = 1 << 20
GZIP: Final = b"\x1f\x8b"


class Unusable(Exception):
    """Input that cannot be judged: the reason, and the line if it has one."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line

    def __str__(self) -> str:
        return self.reason if self.line is None else f"line {self.line}: {self.reason}"

    def at(self, line: int) -> Self:
        """The same, about that line."""
        return type(self)(self.reason, line)


class BreaksOff(Unusable):
    """Input that ends in the midst of something: what stands before that can be judged."""


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's text, as pieces that end where a line ends; only the last may lack the newline.

    Raises Unusable; BreaksOff, if it is compressed and ends too early: then only whole lines came before.
    """
    line = 1
    rest = bytearray()
    try:
        for piece in pieces(stream):
            head, newline, tail = piece.rpartition(b"\n")
            first = len(rest) + (piece.find(b"\n") if newline else len(piece))
            if first > LINE_LIMIT:
                raise Unusable(f"longer than {LINE_LIMIT} bytes", line)
            if newline:
                chunk = bytes(rest) + head + newline
                line += chunk.count(b"\n")
                yield chunk
                rest = bytearray(tail)
            else:
                rest += piece
    except BreaksOff as error:
        raise BreaksOff(error.reason, line) from None
    if rest:
        yield bytes(rest)


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's text in small pieces, unzipped if it is gzip.  Raises Unusable if it is no text."""
    raw = arriving(stream)
    start = next(raw, b"")
    while (start == GZIP[:1] or may_grow(start)) and (more := next(raw, b"")):
        start += more
    if start.startswith(GZIP):
        yield from unzipped(start, raw)
    elif named := by_magic(start):
        raise Unusable(named)
    elif start:
        yield start
        yield from raw


def arriving(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's bytes, as much at a time as is there.  Raises Unusable if they cannot be read."""
    read = cast("Callable[[int], bytes]", getattr(stream, "read1", stream.read))
    try:
        yield from iter(lambda: read(PIECE), b"")
    except OSError as error:
        raise Unusable(error.strerror or type(error).__name__) from None


def unzipped(data: bytes, raw: Iterator[bytes]) -> Iterator[bytes]:
    """What the data, and all after it, unzips to: member after member, with zeros between them or not."""
    inflate = zlib.decompressobj(wbits=31)
    try:
        while True:
            while not inflate.eof:
                piece = inflate.decompress(data, PIECE)
                data = inflate.unconsumed_tail
                if piece:
                    yield piece
                elif not data and not inflate.eof:
                    data = next(raw, b"")
                    if not data:
                        raise BreaksOff("broken gzip: it ends too early")
            data = inflate.unused_data.lstrip(b"\0")  # the padding that tapes and some tools leave
            while not data:
                data = next(raw, b"")
                if not data:
                    return
                data = data.lstrip(b"\0")
            inflate = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise Unusable(f"broken gzip: {error}") from None


class Twice(BufferedIOBase):
    """A pipe whose beginning can be read once more."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._raw = arriving(stream)
        self._ahead = b""
        self._noted: list[bytes] | None = []

    def rewind(self) -> None:
        """Begin anew, for the last time."""
        self._ahead = b"".join(self._noted or ())
        self._noted = None

    def read1(self, size: int = -1, /) -> bytes:
        """What is there, at most that many bytes; none at the end."""
        if not self._ahead:
            self._ahead = next(self._raw, b"")
            if self._noted is not None:
                self._noted.append(self._ahead)
        size = len(self._ahead) if size < 0 else size
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data

    def read(self, size: int | None = -1, /) -> bytes:
        """As ``read1``."""
        return self.read1(-1 if size is None else size)


def twice(stream: BinaryIO) -> tuple[BinaryIO, Callable[[], object]]:
    """The stream, to be looked at, and what makes it begin anew after that."""
    if stream.seekable():
        place = stream.tell()
        return stream, lambda: stream.seek(place)
    again = Twice(stream)
    return cast("BinaryIO", again), again.rewind


def printable(name: str) -> str:
    """The name on one line, whatever bytes it is made of."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)


def shown(text: bytes) -> str:
    """The beginning of the text, on one line."""
    return printable(text[:60].strip().decode("utf-8", "replace"))
