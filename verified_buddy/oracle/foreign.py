"""What is no text at all, told by its first bytes, and what makes text of it."""

from __future__ import annotations

from typing import Final

MAGIC: Final = {
    b"\xfd7zXZ\0": "xz-compressed: unpack it first (xz -d)",
    b"BZh": "bzip2-compressed: unpack it first (bzip2 -d)",
    b"\x28\xb5\x2f\xfd": "zstd-compressed: unpack it first (zstd -d)",
    b"\x04\x22\x4d\x18": "lz4-compressed: unpack it first (lz4 -d)",
    b"\x89LZO\0\r\n\x1a\n": "lzop-compressed: unpack it first (lzop -d)",
    b"\x5d\0\0": "lzma-compressed: unpack it first (xz -d)",
    b"\x1f\x9d": "compressed by compress: unpack it first (uncompress)",
    b"PK\x03\x04": "a zip archive: unpack it first (unzip)",
    b"PK\x05\x06": "a zip archive: unpack it first (unzip)",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it first (7z x)",
    b"Rar!\x1a\x07": "a rar archive: unpack it first (unrar x)",
    b"\xff\xfe": "UTF-16 text: make it UTF-8 first (iconv -f UTF-16 -t UTF-8)",
    b"\xfe\xff": "UTF-16 text: make it UTF-8 first (iconv -f UTF-16 -t UTF-8)",
    b"\xff\xfe\0\0": "UTF-32 text: make it UTF-8 first (iconv -f UTF-32 -t UTF-8)",
    b"\0\0\xfe\xff": "UTF-32 text: make it UTF-8 first (iconv -f UTF-32 -t UTF-8)",
    b"PERFILE2": "a perf.data file: give the text that perf script prints of it",
    b"2ELIFREP": "a perf.data file: give the text that perf script prints of it",
    b"PERFFILE": "a perf.data file: give the text that perf script prints of it",
    b"\x17\x08Dtracing": "a trace.dat file: give the text that trace-cmd report prints of it",
    b"\x7fELF": "an ELF file, not a trace",
    b"%PDF-": "a PDF, not a trace",
    b"SQLite format 3\0": "an SQLite database, not a trace",
}
TAR: Final = b"ustar", 257
"""What stands in the header of a tar archive, and where."""
UTF_16: Final = MAGIC[b"\xff\xfe"]


def may_grow(start: bytes) -> bool:
    """Whether more bytes may turn the beginning into one of a known kind."""
    return any(len(start) < len(magic) and magic.startswith(start) for magic in MAGIC)


def by_magic(start: bytes) -> str | None:
    """What the bytes begin like, and what to do; None if they may be text."""
    found = [magic for magic in MAGIC if start.startswith(magic)]
    return MAGIC[max(found, key=len)] if found else None


def by_shape(start: bytes) -> str | None:
    """As ``by_magic``, of what shows further on: a tar archive, two bytes a letter, gzip twice."""
    word, place = TAR
    if start[place : place + len(word)] == word:
        return "a tar archive: unpack it first (tar -x)"
    if start.startswith(b"\x1f\x8b"):
        return "gzip within gzip: unpack it once (gzip -d)"
    head = start[:64]
    if len(head) > 3 and any(not any(head[odd::2]) and all(head[1 - odd :: 2]) for odd in (0, 1)):
        return UTF_16
    return None
