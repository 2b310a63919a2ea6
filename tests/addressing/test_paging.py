"""Laws of entries, on words as kernels write them."""

from __future__ import annotations

import pytest

from verified_buddy.addressing.address import Linear, Physical
from verified_buddy.addressing.paging import (
    KERNEL_PAGE,
    NX,
    USER,
    USER_TABLE,
    WRITE,
    Access,
    Entry,
    Geometry,
    allows,
    decode,
    effective,
    encode,
    entry_address,
    indices,
    join,
    offset_in,
)
from verified_buddy.errors import BeyondPhysical, InvalidEntry, InvalidLevel, UnalignedAddress
from verified_buddy.pfn import Pfn


def test_the_direct_map_begins_at_entry_273_of_the_root() -> None:
    start = Linear(0xFFFF_8880_0000_0000)
    assert indices(start) == (273, 0, 0, 0)
    assert join((273, 0, 0, 0), 0) == start
    assert indices(Linear(0xFFFF_FFFF_8123_4567)) == (511, 510, 9, 52)
    assert offset_in(Linear(0xFFFF_FFFF_8123_4567), 2) == 0x3_4567
    assert entry_address(Pfn(0x1234), 511) == 0x1234_FF8


def test_the_words_of_linux_are_made_and_read() -> None:
    assert USER_TABLE == 0x67
    assert KERNEL_PAGE == 0x8000_0000_0000_0163
    table = Entry(Physical(0x5000), USER_TABLE, leaf=False)
    huge = Entry(Physical(0x20_0000), KERNEL_PAGE, leaf=True)
    assert encode(table, 4) == 0x5067
    assert encode(huge, 2) == 0x8000_0000_0020_01E3
    assert decode(0x8000_0000_0020_01E3, 2) == huge
    assert decode(0x5067, 3) == table


def test_the_pat_bit_is_elsewhere_in_a_huge_page() -> None:
    page = Entry(Physical(0x4000_0000), 1, leaf=True, pat=True)
    assert encode(page, 1) == 0x4000_0081
    assert encode(page, 3) == 0x4000_1081
    assert decode(0x4000_1081, 3) == decode(0x4000_0081, 1) == page


def test_what_no_entry_says_is_refused() -> None:
    leaf = Entry(Physical(0x1000), 1, leaf=True)
    for wrong, level, error in (
        (leaf, 2, UnalignedAddress),
        (leaf, 4, InvalidLevel),
        (leaf._replace(leaf=False), 1, InvalidLevel),
        (leaf._replace(flags=0x81), 1, InvalidEntry),
        (leaf._replace(leaf=False, pat=True), 2, InvalidEntry),
        (leaf._replace(frame=Physical(2**52)), 1, BeyondPhysical),
    ):
        with pytest.raises(error):
            encode(wrong, level)
    for word, level in ((0x81, 4), (0x20_2081, 2), (0x20_0081, 3)):
        with pytest.raises(InvalidEntry):
            decode(word, level)


def test_one_entry_takes_rights_away() -> None:
    assert effective((0x67, 0x67, 0x67)) == WRITE | USER
    assert effective((0x67, 0x65, 0x67)) == USER
    assert effective((0x67 | NX, 0x63)) == WRITE | NX
    assert allows(USER, Access(user=True, fetch=True))
    assert not allows(USER, Access())
    assert allows(USER, Access(), smap=False)
    assert not allows(USER, Access(write=True), smap=False)


def test_five_levels_translate_57_bits() -> None:
    five = Geometry(5)
    assert five.linear_bits == 57
    assert indices(Linear(0xFF11_0000_0000_0000), five) == (273, 0, 0, 0, 0)
