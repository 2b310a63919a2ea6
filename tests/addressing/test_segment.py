"""Laws of segments, on descriptors that operating systems use."""

from __future__ import annotations

import pytest

from verified_buddy.addressing.segment import Segment, decode, encode, last_offset, linear, linear_64
from verified_buddy.errors import BeyondLimit, InvalidSegment, NonCanonical

FLAT_CODE, FLAT_DATA = 0x00CF_9A00_0000_FFFF, 0x00CF_9200_0000_FFFF
DOWN = Segment(0x1000, 0xFFF, 1 << 47 | 1 << 44 | 1 << 42)
"""A stack of 16 bits that expands down."""


def test_the_flat_segments_reach_over_4_gib() -> None:
    for descriptor in (FLAT_CODE, FLAT_DATA):
        segment = decode(descriptor)
        assert (segment.base, segment.limit, last_offset(segment)) == (0, 0xFFFFF, 2**32 - 1)
        assert encode(segment) == descriptor
        assert linear(segment, 0xFFFF_FFFF) == 0xFFFF_FFFF


def test_a_stack_lies_above_its_limit() -> None:
    assert linear(DOWN, 0x1000) == 0x2000
    assert linear(DOWN, 0xFFFC, 4) == 0x10FFC
    for offset, size in ((0xFFF, 1), (0xFFFD, 4), (0x10000, 1)):
        with pytest.raises(BeyondLimit):
            linear(DOWN, offset, size)


def test_what_no_descriptor_holds_is_refused() -> None:
    for wrong in (Segment(2**32, 0), Segment(0, 2**20), Segment(0, 0, 1), Segment(-1, 0)):
        with pytest.raises(InvalidSegment):
            encode(wrong)


def test_per_cpu_data_are_found_through_gs() -> None:
    assert linear_64("gs", 0x1F440, 0xFFFF_8880_7DC0_0000) == 0xFFFF_8880_7DC1_F440
    assert linear_64("fs", 2**64 - 8, 0x7FFF_0000_0000) == 0x7FFE_FFFF_FFF8
    assert linear_64("ds", 0x1234, 0xFFFF_8880_7DC0_0000) == 0x1234
    with pytest.raises(NonCanonical, match="0x800000000000 is not canonical"):
        linear_64("cs", 2**47)
