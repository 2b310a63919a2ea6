"""The bytes of a trace: gzip as Python reads it, whatever the pieces; what is no text is named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from random import Random
from typing import cast

import pytest

from verified_buddy.kmem.kind import kind_of
from verified_buddy.oracle.source import LINE_LIMIT, BreaksOff, Unusable, chunks, pieces, twice

LINES = b"".join(b"%d\n" % number for number in range(20_000))


class Pipe(io.RawIOBase):
    """Delivers as little as it likes, and cannot be read twice."""

    def __init__(self, content: bytes, random: Random) -> None:
        self.content = io.BytesIO(content)
        self.random = random

    def read(self, size: int = -1) -> bytes:
        return self.content.read(self.random.choice([1, 2, 3, 100, 5000, size]))


def piped(content: bytes, random: Random) -> io.BufferedReader:
    return cast("io.BufferedReader", Pipe(content, random))


def members(random: Random) -> tuple[bytes, bytes]:
    """Some text, and the same as gzip of several members, empty ones and padding among them."""
    text = zipped = b""
    for _ in range(random.randrange(1, 6)):
        size = random.choice([0, 1, 2, 300, 65_536, 65_537, 140_000])
        part = random.choice([bytes(random.choices(b"ab\n\0", k=size)), b"a\n" * (size // 2)])
        text += part
        zipped += gzip.compress(part, random.choice([0, 1, 9])) + bytes(random.choice([0, 0, 1, 700]))
    return text, zipped


def by_python(zipped: bytes) -> bytes | type[Exception]:
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(zipped)).read()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        return type(error)


@pytest.mark.parametrize("seed", range(150))
def test_gzip_of_several_members_is_what_python_reads(seed: int) -> None:
    random = Random(seed)
    text, zipped = members(random)
    assert by_python(zipped) == text
    assert b"".join(pieces(piped(zipped, random))) == text
    end = random.randrange(2, len(zipped))
    want = by_python(zipped[:end])
    if isinstance(want, bytes):
        assert b"".join(pieces(piped(zipped[:end], random))) == want
    else:
        with pytest.raises(BreaksOff, match="ends too early"):
            list(pieces(piped(zipped[:end], random)))


@pytest.mark.parametrize("seed", range(150))
def test_gzip_with_a_byte_changed_or_more_behind_is_refused_where_python_refuses(seed: int) -> None:
    random = Random(seed)
    _, zipped = members(random)
    at = random.randrange(10, len(zipped))
    broken = random.choice([zipped + b"x", zipped[:at] + bytes([random.randrange(256)]) + zipped[at + 1 :]])
    want = by_python(broken)
    try:
        found: bytes | None = b"".join(pieces(piped(broken, random)))
    except Unusable:
        found = None
    if found is not None:
        assert found == want
    else:  # zlib looks at flags and checksums of headers that Python passes over
        assert not isinstance(want, bytes) or broken[at] != zipped[at]


def test_of_gzip_that_breaks_off_every_whole_line_comes_first() -> None:
    zipped = gzip.compress(LINES)
    found = list[bytes]()
    with pytest.raises(BreaksOff) as broken:
        found.extend(chunks(io.BytesIO(zipped[: len(zipped) // 2])))
    text = b"".join(found)
    assert text.endswith(b"\n")
    assert LINES.startswith(text)
    assert broken.value.line == text.count(b"\n") + 1 > 5000


def test_what_a_pipe_has_delivered_is_there_at_once() -> None:
    class Waiting(io.RawIOBase):
        """One line, and then nothing that would ever come."""

        def read1(self, size: int = -1) -> bytes:
            return next(self.arrived)

        arrived: Iterator[bytes] = iter([b"one\ntw", b"o\n"])

    texts = chunks(cast("io.BufferedReader", Waiting()))
    assert (next(texts), next(texts)) == (b"one\n", b"two\n")


def test_a_pipe_is_looked_at_and_then_read_from_its_beginning() -> None:
    for content in (LINES, gzip.compress(LINES)):
        for stream in (piped(content, Random(1)), io.BytesIO(content)):
            again, rewind = twice(stream)
            assert LINES.startswith(next(pieces(again)))
            rewind()
            assert b"".join(pieces(again)) == LINES


def test_a_long_line_that_trickles_in_takes_no_longer() -> None:
    trickle = (b"xxxx" for _ in range(LINE_LIMIT // 4 + 1))

    class Trickle(io.RawIOBase):
        def read1(self, size: int = -1) -> bytes:
            return next(trickle, b"")

    with pytest.raises(Unusable, match="longer than"):
        list(chunks(cast("io.BufferedReader", Trickle())))


def archived(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("trace", LINES)
    else:
        with tarfile.open(fileobj=file, mode="w") as archive:
            member = tarfile.TarInfo("trace")
            member.size = len(LINES)
            archive.addfile(member, io.BytesIO(LINES))
    return file.getvalue()


FOREIGN = {
    "xz": (lzma.compress(LINES), "xz -d"),
    "lzma": (lzma.compress(LINES, lzma.FORMAT_ALONE), "xz -d"),
    "bz2": (bz2.compress(LINES), "bzip2 -d"),
    "zst": (b"\x28\xb5\x2f\xfd\x24\x05\x29\x00\x00hello", "zstd -d"),
    "zip": (archived("zip"), "unzip"),
    "tar": (archived("tar"), "tar -x"),
    "tar.gz": (gzip.compress(archived("tar")), "tar -x"),
    "gzip twice": (gzip.compress(gzip.compress(LINES)), "gzip -d"),
    "UTF-16": (LINES.decode().encode("utf-16"), "iconv -f UTF-16"),
    "UTF-16 without a mark": (LINES.decode().encode("utf-16-le"), "iconv -f UTF-16"),
    "UTF-16, big end first": (LINES.decode().encode("utf-16-be"), "iconv -f UTF-16"),
    "UTF-32": (LINES.decode().encode("utf-32"), "iconv -f UTF-32"),
    "perf.data": (b"PERFILE2" + bytes(200), "perf script"),
    "trace.dat": (b"\x17\x08Dtracing6\0" + bytes(200), "trace-cmd report"),
}


@pytest.mark.parametrize(("content", "what_to_do"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_text_is_named_with_what_to_do(content: bytes, what_to_do: str) -> None:
    for stream in (io.BytesIO(content), piped(content, Random(2))):
        with pytest.raises(Unusable) as refused:
            kind_of(pieces(stream))
        assert what_to_do in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [b"", b"\x1f", b"B", b"BZ", b"P", b"\xff", b"7", b"\0", b"\0\0"])
def test_what_may_yet_become_something_else_is_waited_for_only_to_its_end(text: bytes) -> None:
    assert b"".join(pieces(io.BytesIO(text))) == text
