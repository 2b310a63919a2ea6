"""Laws of addresses, on the values that a kernel printed or that its sources name."""

from __future__ import annotations

import pytest

from verified_buddy.addressing.address import (
    START_KERNEL_MAP,
    Layout,
    Linear,
    Physical,
    address_of,
    canonical,
    descriptor,
    descriptor_pfn,
    image_va,
    is_canonical,
    pa,
    pfn_of,
    va,
)
from verified_buddy.errors import BeyondPhysical, NotADescriptor, NotMapped, OutsideTheMap, PageOutsideTheMap
from verified_buddy.pfn import Pfn


def test_a_page_has_the_address_and_the_descriptor_of_a_recorded_kernel() -> None:
    assert va(address_of(Pfn(0x1234))) == 0xFFFF_8880_0123_4000
    assert descriptor_pfn(Linear(0xFFFF_EA00_003D_0940)) == 0xF425
    assert descriptor(Pfn(0xF425)) == 0xFFFF_EA00_003D_0940


def test_the_image_is_seen_twice() -> None:
    where = Layout(phys_base=0x1A00_0000)
    assert image_va(Physical(0x1B00_0000), where) == START_KERNEL_MAP + 0x100_0000
    assert pa(Linear(START_KERNEL_MAP + 0x100_0000), where) == 0x1B00_0000
    assert pa(va(Physical(0x1B00_0000), where), where) == 0x1B00_0000


def test_the_last_byte_of_each_map_is_in_it() -> None:
    assert pa(va(Physical(2**46 - 1))) == 2**46 - 1
    assert pfn_of(Physical(2**46 - 1)) == 2**34 - 1
    with pytest.raises(OutsideTheMap, match="0x400000000000 is outside"):
        va(Physical(2**46))
    with pytest.raises(OutsideTheMap):
        image_va(Physical(2**30))
    with pytest.raises(PageOutsideTheMap, match="page 0x400000000 is outside"):
        descriptor(Pfn(2**34))
    with pytest.raises(BeyondPhysical):
        address_of(Pfn(2**40))


@pytest.mark.parametrize("address", [0, 0xFFFF_8000_0000_0000, 0xFFFF_C880_0000_0000, 0xFFFF_FFFF_C000_0000])
def test_what_is_in_no_map_has_no_physical_address(address: int) -> None:
    with pytest.raises(NotMapped, match=f"{address:#x}$"):
        pa(Linear(address))


@pytest.mark.parametrize("address", [0xFFFF_EA00_0000_0001, 0xFFFF_E9FF_FFFF_FFC0, 0xFFFF_EB00_0000_0000])
def test_what_is_no_descriptor_is_refused(address: int) -> None:
    with pytest.raises(NotADescriptor):
        descriptor_pfn(Linear(address))


def test_the_hole_in_the_middle_is_not_canonical() -> None:
    edges = (0, 2**47 - 1, 2**64 - 2**47, 2**64 - 1)
    assert all(map(is_canonical, edges))
    assert not any(map(is_canonical, (2**47, 2**63, 2**64 - 2**47 - 1)))
    assert canonical(2**47) == 2**64 - 2**47
    assert is_canonical(2**47, 57)
