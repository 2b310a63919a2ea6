"""What ``verified_buddy.addressing.segment`` computes: for every descriptor, offset and base."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.lifted import truth
from specs.prover.method.paths import Owed, Path
from specs.prover.models.addresses import ANY_ADDRESS, TAG, LiftedAddress, bits, every_path, of_addresses

MODULE = "verified_buddy.addressing.segment"
BASE, LIMIT, OFFSET = z3.BitVec("base", 64), z3.BitVec("limit", 64), z3.BitVec("offset", 64)
REST, WORD = z3.BitVec("attributes", 64), z3.BitVec("descriptor", 64)
SIZE, BYTE = z3.BitVec("size", 64), z3.BitVec("byte", 64)
"""Of what is read, in bytes, and which of them."""


def bit(term: z3.BitVecRef, number: int) -> z3.BoolRef:
    """Whether the bit is set."""
    return z3.Extract(number, number, term) == 1


def piece(term: z3.BitVecRef, high: int, low: int) -> z3.BitVecRef:
    """The bits from high down to low."""
    return z3.Extract(high, low, term)


FITS = z3.And(
    z3.ULT(BASE, bits(2**32)),
    z3.ULT(LIMIT, bits(2**20)),
    piece(REST, 63, 56) == 0,
    piece(REST, 51, 48) == 0,
    piece(REST, 39, 0) == 0,
)
"""Whether a descriptor has room for the base and the limit, and the other bits are none of theirs."""
LAID_OUT = z3.Concat(
    piece(BASE, 31, 24),
    piece(REST, 55, 52),
    piece(LIMIT, 19, 16),
    piece(REST, 47, 40),
    piece(BASE, 23, 0),
    piece(LIMIT, 15, 0),
)
"""The descriptor, piece by piece, as Intel draws it."""


def segment(subject: Subject, path: Path) -> Any:
    """Any three numbers."""
    return subject.addressing.segment.Segment(*(LiftedAddress(path, each) for each in (BASE, LIMIT, REST)))


def same(path: Path, told: Any, says: str) -> None:
    """It is the segment of the three numbers."""
    for name, mine, theirs in zip(("base", "limit", "attributes"), told, (BASE, LIMIT, REST), strict=True):
        path.owe(TAG, mine.term == theirs, f"{says}: the {name} comes back")


def _encoded(subject: Subject, path: Path) -> None:
    it = subject.addressing.segment
    try:
        descriptor = it.encode(segment(subject, path))
    except subject.errors.InvalidSegment:
        path.owe(TAG, z3.Not(FITS), "what fits into a descriptor is not rejected")
        return
    path.owe(TAG, FITS, "what does not fit into a descriptor is rejected")
    path.owe(TAG, descriptor.term == LAID_OUT, "each piece is where it belongs")
    same(path, it.decode(descriptor), "encode and decode")


def _decoded(subject: Subject, path: Path) -> None:
    it = subject.addressing.segment
    again = it.encode(it.decode(LiftedAddress(path, WORD)))
    path.owe(TAG, again.term == WORD, "decode and encode is the same descriptor")


def _descriptors(subject: Subject, _: int) -> Iterator[Owed]:
    for run in (_encoded, _decoded):
        yield from every_path(partial(run, subject), "a descriptor")


def inside(byte: z3.BitVecRef) -> z3.BoolRef:
    """Whether a byte of the segment may be read, from its descriptor's bits alone."""
    last = z3.If(bit(REST, 55), LIMIT * 4096 + 4095, LIMIT)
    most = z3.If(bit(REST, 54), bits(2**32 - 1), bits(2**16 - 1))
    down = z3.And(bit(REST, 44), z3.Not(bit(REST, 43)), bit(REST, 42))
    return z3.If(down, z3.And(z3.UGT(byte, last), z3.ULE(byte, most)), z3.ULE(byte, last))


def _limits(subject: Subject, path: Path) -> None:
    path.assume(FITS, z3.UGE(SIZE, 1), z3.ULT(SIZE, bits(2**32)), z3.ULT(BYTE, SIZE))
    path.assume(z3.ULT(OFFSET, bits(2**32)))
    offset, size = LiftedAddress(path, OFFSET), LiftedAddress(path, SIZE)
    try:
        found = subject.addressing.segment.linear(segment(subject, path), offset, size)
    except subject.errors.BeyondLimit:
        every = z3.And(inside(OFFSET), inside(OFFSET + SIZE - 1))
        path.owe(TAG, z3.Not(every), "if an access is rejected its first or last byte is outside")
        return
    path.owe(TAG, inside(OFFSET + BYTE), "each byte of an access is inside")
    short = piece(BASE, 31, 0) + piece(OFFSET, 31, 0)
    path.owe(TAG, found.term == z3.ZeroExt(32, short), "the linear address is base + offset, of 32 bits")


def _beyond(subject: Subject, path: Path) -> None:
    linear, whole = subject.addressing.segment.linear, subject.addressing.segment.Segment(0, 0xFFFFF, 2**55)
    for offset, size in ((-1, 1), (2**32, 1), (0, 0), (0, -1), (2**32 - 1, 2)):
        try:
            linear(whole, offset, size)
        except subject.errors.BeyondLimit:
            continue
        path.owe(TAG, z3.BoolVal(False), "offsets have 32 bits, and something is read")
    path.owe(TAG, z3.BoolVal(linear(whole, 2**32 - 1) == 2**32 - 1), "the last byte of 4 GiB is inside")


def _within(subject: Subject, _: int) -> Iterator[Owed]:
    for run in (_limits, _beyond):
        yield from every_path(partial(run, subject), "an access")


def _long_mode(subject: Subject, register: str, path: Path) -> None:
    meant = OFFSET + BASE if register in ("fs", "gs") else OFFSET
    copies = z3.SignExt(16, piece(meant, 47, 0)) == meant
    try:
        found = subject.addressing.segment.linear_64(
            register, LiftedAddress(path, OFFSET), LiftedAddress(path, BASE)
        )
    except subject.errors.NonCanonical:
        path.owe(TAG, z3.Not(copies), "a canonical address is not rejected")
        return
    path.owe(TAG, copies, "the address is canonical")
    path.owe(TAG, found.term == meant, "only FS and GS have a base, and the sum is of 64 bits")


def _unknown(subject: Subject, path: Path) -> None:
    for register in ("", "fsgs", "FS", "ax"):
        try:
            subject.addressing.segment.linear_64(register, 0)
        except subject.errors.InvalidSegment:
            continue
        path.owe(TAG, z3.BoolVal(False), "there is no such register")
    path.owe(TAG, truth(subject.addressing.segment.linear_64("gs", 0) == 0), "the base is 0 if none is told")


def _flat(subject: Subject, _: int) -> Iterator[Owed]:
    for register in ("cs", "ds", "es", "ss", "fs", "gs"):
        yield from every_path(partial(_long_mode, subject, register), "an access in 64-bit mode")
    yield from every_path(partial(_unknown, subject), "an access in 64-bit mode")


ROWS = (
    Theorem(
        "segment-descriptor",
        "A descriptor has the base, the limit and the other bits of its segment where Intel draws them, and "
        "tells them again; what does not fit is rejected.",
        tuple(f"{MODULE}.{name}" for name in ("encode", "decode", "segment_error")),
        "z3",
        of_addresses(_descriptors),
        ("segment-base-in-three-bytes", "segment-limit-of-16-bits", "segment-any-limit"),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "segment-limits",
        "An access is allowed if and only if all its bytes are in the segment: up to the limit, in bytes or "
        "whole pages; or, where it expands down, from above it to the largest offset of 16 or 32 bits.",
        tuple(f"{MODULE}.{name}" for name in ("linear", "is_within", "last_offset", "is_expand_down")),
        "z3",
        of_addresses(_within),
        (
            "segment-expands-down-from-the-limit",
            "segment-limit-of-whole-pages-only",
            "segment-looks-at-the-first-byte",
            "segment-code-expands-down",
            "segment-down-to-32-bits-always",
            "segment-does-not-wrap",
        ),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "segment-64-bit-mode",
        "In 64-bit mode an offset is the address itself; in FS and GS their base is added, modulo 2^64. What "
        "is not canonical then is rejected.",
        (f"{MODULE}.linear_64",),
        "z3",
        of_addresses(_flat),
        ("segment-only-gs-is-based", "segment-sum-off-by-one", "segment-any-address"),
        domain=ANY_ADDRESS,
    ),
)
