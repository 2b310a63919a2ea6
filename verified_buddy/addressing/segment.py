"""From a logical address, a segment and an offset in it, to a linear one.

Sources: Intel SDM vol. 3A, 3.4.5 (descriptors), 5.3 (limits), 3.2.4 and 3.4.4 (segments in 64-bit mode).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from verified_buddy.addressing.address import ADDRESS_MASK, Linear, is_canonical
from verified_buddy.errors import BeyondLimit, InvalidSegment, NonCanonical

WORD: Final = 0xFFFF_FFFF
"""The largest offset of 32 bits."""
LIMIT_MOST: Final = 0xF_FFFF
"""The largest limit that a descriptor holds, of 20 bits."""

TYPE_SHIFT: Final = 40
EXPAND_DOWN: Final = 1 << 42
CODE: Final = 1 << 43
NOT_SYSTEM: Final = 1 << 44
PRESENT: Final = 1 << 47
LONG: Final = 1 << 53
BIG: Final = 1 << 54
GRANULARITY: Final = 1 << 55
ATTRIBUTES: Final = 0x00F0_FF00_0000_0000
"""All bits of a descriptor that are neither base nor limit: type, S, DPL, P; AVL, L, D/B, G."""

BASED: Final = ("fs", "gs")
"""The segments that have a base in 64-bit mode, from IA32_FS_BASE and IA32_GS_BASE."""
FLAT: Final = ("cs", "ds", "es", "ss")
"""Those whose base counts as 0 there, whatever their descriptors say."""


class Segment(NamedTuple):
    """A segment of protected mode, as its descriptor tells it."""

    base: int
    """Its first linear address, in bytes."""
    limit: int
    """In bytes, or with granularity in units of 4096."""
    attributes: int = 0
    """The bits of ``ATTRIBUTES``, where they stand in the descriptor."""


def segment_error(segment: Segment) -> InvalidSegment | None:
    """Why no descriptor says this; None if one may."""
    fits = 0 <= segment.base <= WORD and 0 <= segment.limit <= LIMIT_MOST
    return None if fits and segment.attributes & ~ATTRIBUTES == 0 else InvalidSegment(*segment)


def encode(segment: Segment) -> int:
    """The descriptor, 8 bytes, of a segment.  Raises InvalidSegment.  Intel SDM vol. 3A, figure 3-8."""
    error = segment_error(segment)
    if error is not None:
        raise error
    base, limit, attributes = segment
    low = (limit & 0xFFFF) | (base & 0xFFFFFF) << 16
    return low | (limit & 0xF0000) << 32 | (base & 0xFF000000) << 32 | attributes


def decode(descriptor: int) -> Segment:
    """The segment of a descriptor of 8 bytes.  Intel SDM vol. 3A, figure 3-8."""
    base = (descriptor >> 16 & 0xFFFFFF) | (descriptor >> 32 & 0xFF000000)
    limit = (descriptor & 0xFFFF) | (descriptor >> 32 & 0xF0000)
    return Segment(base, limit, descriptor & ATTRIBUTES)


def last_offset(segment: Segment) -> int:
    """The limit in bytes: with granularity it counts units of 4096, and all of the last is within.

    Intel SDM vol. 3A, 3.4.5 (segment limit field, G flag).
    """
    if segment.attributes & GRANULARITY != 0:
        return segment.limit << 12 | 0xFFF
    return segment.limit


def is_expand_down(segment: Segment) -> bool:
    """Whether it is a data segment whose offsets lie above its limit.  Intel SDM vol. 3A, table 3-1."""
    kind = segment.attributes & (NOT_SYSTEM | CODE | EXPAND_DOWN)
    return kind == NOT_SYSTEM | EXPAND_DOWN


def is_within(segment: Segment, offset: int, size: int = 1) -> bool:
    """Whether all of so many bytes lie in the segment.

    Up to the limit itself; where it expands down, from the byte above the limit to the last one of 32
    bits, or of 16 if the segment is not big.  Intel SDM vol. 3A, 5.3.
    """
    limit, last = last_offset(segment), offset + (size - 1)
    if not is_expand_down(segment):
        return last <= limit
    most = WORD if segment.attributes & BIG != 0 else 0xFFFF
    return offset > limit and last <= most


def linear(segment: Segment, offset: int, size: int = 1) -> Linear:
    """The linear address, of 32 bits, of so many bytes at an offset; it wraps at 4 GiB.

    Raises BeyondLimit.  Intel SDM vol. 3A, 3.4 and 5.3.
    """
    if not (0 <= offset <= WORD and size >= 1 and is_within(segment, offset, size)):
        raise BeyondLimit(size, offset)
    return Linear((segment.base + offset) & WORD)


def linear_64(register: str, offset: int, fs_gs_base: int = 0) -> Linear:
    """The linear address of an offset in 64-bit mode, where no limit is checked.

    The base is 0 but for FS and GS; the sum is of 64 bits.  Raises InvalidSegment, and NonCanonical, which
    is a general protection fault.  Intel SDM vol. 3A, 3.2.4 and 3.4.4.
    """
    if register not in (*BASED, *FLAT):
        raise InvalidSegment(register, 0, 0)
    address = offset
    if register in BASED:
        room = fs_gs_base ^ ADDRESS_MASK
        address = offset - room - 1 if offset > room else offset + fs_gs_base
    if not is_canonical(address):
        raise NonCanonical(address)
    return Linear(address)
