"""The bytes of a trace: plain or gzip, from a file or a pipe, in chunks of whole lines, in bounded memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, Final

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


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's text, as pieces that end where a line ends; only the last may lack the newline."""
    line = 1
    rest = b""
    for piece in pieces(stream):
        head, newline, tail = piece.rpartition(b"\n")
        first = len(rest) + (piece.find(b"\n") if newline else len(piece))
        if first > LINE_LIMIT:
            raise Unusable(f"longer than {LINE_LIMIT} bytes", line)
        if newline:
            chunk = rest + head + newline
            line += chunk.count(b"\n")
            yield chunk
            rest = tail
        else:
            rest += piece
    if rest:
        yield rest


def head(stream: BufferedReader) -> bytes:
    """The beginning of the stream's text, as far as it is at hand; it will be read once more."""
    start = stream.peek()
    if not start.startswith(GZIP):
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, PIECE)
    except zlib.error:
        return b""  # who reads it will say so


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """The stream's text in pieces of at most ``PIECE`` bytes, unzipped if it begins like gzip."""
    start = stream.read(len(GZIP))
    raw = iter(lambda: stream.read(PIECE), b"")
    if start != GZIP:
        yield start
        yield from raw
        return
    inflate = zlib.decompressobj(wbits=31)
    try:
        yield from unzipped(inflate, start)
        for data in raw:
            while data:
                if inflate.eof:
                    data = data.lstrip(b"\0")  # the padding that tapes and some tools leave
                    if not data:
                        break
                    inflate = zlib.decompressobj(wbits=31)
                yield from unzipped(inflate, data)
                data = inflate.unused_data
    except zlib.error as error:
        raise Unusable(f"broken gzip: {error}") from None
    if not inflate.eof:
        raise Unusable("broken gzip: it ends too early")


def unzipped(inflate: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """What the data unzips to, a piece at a time."""
    while piece := inflate.decompress(data, PIECE):
        yield piece
        data = inflate.unconsumed_tail


def printable(name: str) -> str:
    """The name on one line, whatever bytes it is made of."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in name)
