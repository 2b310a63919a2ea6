"""Linear addresses of the kernel, physical ones, page frame numbers and page descriptors: names of one place.

All addresses are in bytes, and unsigned: the kernel's lie at the upper end of 64 bits.
Sources: Linux 6.1, Documentation/x86/x86_64/mm.rst and arch/x86/include/asm/page_64.h; for canonical
addresses Intel SDM vol. 1, 3.3.7.1.
"""

from __future__ import annotations

from typing import Final, NamedTuple, NewType

from verified_buddy.errors import (
    BeyondPhysical,
    BuddyError,
    InvalidAddress,
    NotADescriptor,
    NotMapped,
    OutsideTheMap,
    PageOutsideTheMap,
)
from verified_buddy.pfn import Pfn

Linear = NewType("Linear", int)
"""An address as programs use it, in bytes; also called virtual."""

Physical = NewType("Physical", int)
"""An address in memory, in bytes."""

PAGE_SHIFT: Final = 12
PAGE_BYTES: Final = 1 << PAGE_SHIFT
ADDRESS_BITS: Final = 64
ADDRESS_MASK: Final = (1 << ADDRESS_BITS) - 1
LINEAR_BITS: Final = 48
"""How many bits of a linear address four levels of tables translate; Linux: __VIRTUAL_MASK_SHIFT + 1."""
PHYSICAL_BITS: Final = 52
"""How many bits of a physical address an entry holds; Linux: __PHYSICAL_MASK_SHIFT."""

PAGE_OFFSET: Final = 0xFFFF_8880_0000_0000
"""Where all memory is mapped, without KASLR and with four levels; Linux: __PAGE_OFFSET_BASE_L4."""
START_KERNEL_MAP: Final = 0xFFFF_FFFF_8000_0000
"""Where the kernel's image is mapped; Linux: __START_KERNEL_map."""
VMEMMAP: Final = 0xFFFF_EA00_0000_0000
"""Where the page descriptors are mapped; Linux: __VMEMMAP_BASE_L4."""
DIRECT_BYTES: Final = 1 << 46
"""How much memory is mapped at most: 64 TiB; Linux: MAX_PHYSMEM_BITS."""
IMAGE_BYTES: Final = 1 << 30
"""How much room the image has, with CONFIG_RANDOMIZE_BASE; Linux: KERNEL_IMAGE_SIZE."""
DESCRIPTOR_SHIFT: Final = 6
"""A page descriptor has 64 bytes; Linux: sizeof(struct page)."""


class Layout(NamedTuple):
    """Where a kernel maps memory, its image and its page descriptors; KASLR moves all of it."""

    page_offset: int = PAGE_OFFSET
    phys_base: int = 0
    """How far the image lies above the physical address that it was linked for.  Linux: phys_base."""
    vmemmap: int = VMEMMAP
    direct_bytes: int = DIRECT_BYTES
    image_bytes: int = IMAGE_BYTES


LAYOUT: Final = Layout()
"""That of a kernel that was not moved."""


def address_error(address: object) -> BuddyError | None:
    """Why this is no address at all; None if it is one.  A bool is none."""
    wrong = type(address) is not int or not 0 <= address <= ADDRESS_MASK
    return InvalidAddress(address) if wrong else None


def is_canonical(address: int, bits: int = LINEAR_BITS) -> bool:
    """Whether the bits above the translated ones all equal the highest of these.

    Linux: __is_canonical_address(), arch/x86/include/asm/page.h.
    """
    half = 1 << (bits - 1)
    return address < half or address >= (1 << ADDRESS_BITS) - half


def canonical(address: int, bits: int = LINEAR_BITS) -> Linear:
    """The canonical address with the same translated bits.

    Linux: __canonical_address(), arch/x86/include/asm/page.h.
    """
    low = address & ((1 << bits) - 1)
    return Linear(low if low < 1 << (bits - 1) else low + ((1 << ADDRESS_BITS) - (1 << bits)))


def va(pa: Physical, layout: Layout = LAYOUT) -> Linear:
    """Where the kernel sees a physical address, in its map of all memory.

    Raises OutsideTheMap.  Linux: __va(), arch/x86/include/asm/page.h.
    """
    if not 0 <= pa < layout.direct_bytes:
        raise OutsideTheMap(pa)
    return Linear(pa + layout.page_offset)


def image_va(pa: Physical, layout: Layout = LAYOUT) -> Linear:
    """Where the kernel sees a physical address in the map of its own image.

    Raises OutsideTheMap.  Linux: the inverse of __phys_addr() there.
    """
    if not layout.phys_base <= pa < layout.phys_base + layout.image_bytes:
        raise OutsideTheMap(pa)
    return Linear(pa - layout.phys_base + START_KERNEL_MAP)


def pa(va: Linear, layout: Layout = LAYOUT) -> Physical:
    """The physical address behind either of the two maps.

    Raises NotMapped.  Linux: __pa(), __phys_addr(), arch/x86/mm/physaddr.c.
    """
    if va >= START_KERNEL_MAP:
        if va - START_KERNEL_MAP < layout.image_bytes:
            return Physical(va - START_KERNEL_MAP + layout.phys_base)
    elif layout.page_offset <= va < layout.page_offset + layout.direct_bytes:
        return Physical(va - layout.page_offset)
    raise NotMapped(va)


def pfn_of(pa: Physical) -> Pfn:
    """The page that a physical address lies in.  Linux: PHYS_PFN(), include/linux/pfn.h."""
    return Pfn(pa >> PAGE_SHIFT)


def address_of(pfn: Pfn) -> Physical:
    """The first byte of a page.

    Raises BeyondPhysical.  Linux: PFN_PHYS(), include/linux/pfn.h.
    """
    if not 0 <= pfn < 1 << (PHYSICAL_BITS - PAGE_SHIFT):
        raise BeyondPhysical(pfn)
    return Physical(pfn << PAGE_SHIFT)


def descriptor(pfn: Pfn, layout: Layout = LAYOUT) -> Linear:
    """Where the descriptor of a page lies.

    Raises PageOutsideTheMap.  Linux: __pfn_to_page(), include/asm-generic/memory_model.h.
    """
    if not 0 <= pfn < layout.direct_bytes >> PAGE_SHIFT:
        raise PageOutsideTheMap(pfn)
    return Linear((pfn << DESCRIPTOR_SHIFT) + layout.vmemmap)


def descriptor_pfn(address: Linear, layout: Layout = LAYOUT) -> Pfn:
    """The page that a descriptor is of.

    Raises NotADescriptor.  Linux: __page_to_pfn(), include/asm-generic/memory_model.h.
    """
    many = layout.direct_bytes >> PAGE_SHIFT
    if not layout.vmemmap <= address < layout.vmemmap + (many << DESCRIPTOR_SHIFT):
        raise NotADescriptor(address)
    offset = address - layout.vmemmap
    if offset & ((1 << DESCRIPTOR_SHIFT) - 1) != 0:
        raise NotADescriptor(address)
    return Pfn(offset >> DESCRIPTOR_SHIFT)
