"""The shape of page tables: which bits of an address choose an entry, what an entry's bits say, and rights.

A level is numbered from the pages: 1 PTE, 2 PMD, 3 PUD, 4 PGD.  Sources: Intel SDM vol. 3A, 4.5 (four-level
paging, tables 4-15 to 4-20) and 4.6 (access rights); Linux 6.1, arch/x86/include/asm/pgtable_types.h.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from verified_buddy.addressing.address import (
    ADDRESS_MASK,
    PAGE_SHIFT,
    PHYSICAL_BITS,
    Linear,
    Physical,
    canonical,
)
from verified_buddy.errors import (
    BeyondPhysical,
    BuddyError,
    InvalidEntry,
    InvalidGeometry,
    InvalidLevel,
    UnalignedAddress,
)
from verified_buddy.pfn import Pfn

PRESENT: Final = 1 << 0
WRITE: Final = 1 << 1
USER: Final = 1 << 2
PWT: Final = 1 << 3
PCD: Final = 1 << 4
ACCESSED: Final = 1 << 5
DIRTY: Final = 1 << 6
HUGE: Final = 1 << 7
"""Above level 1: the entry maps a page, and no table.  Linux: _PAGE_PSE."""
PAT: Final = 1 << 7
"""The same bit at level 1.  Linux: _PAGE_PAT."""
GLOBAL: Final = 1 << 8
SOFTWARE: Final = 0x7 << 9
PAT_LARGE: Final = 1 << 12
"""The PAT bit of a huge page.  Linux: _PAGE_PAT_LARGE."""
IGNORED: Final = 0x7F << 52
PROTECTION_KEY: Final = 0xF << 59
NX: Final = 1 << 63
"""No instruction is fetched from there.  Linux: _PAGE_NX."""

FLAGS: Final = 0xFFF0_0000_0000_0F7F
"""The bits of every entry that are neither address, nor HUGE, nor PAT: 0..6, 8..11, 52..63."""
NO_FLAGS: Final = 0x000F_FFFF_FFFF_F080
"""All other bits."""
ADDRESS: Final = (1 << PHYSICAL_BITS) - (1 << PAGE_SHIFT)
"""The bits 12..51: where the table or the page starts, in bytes."""

ENTRY_BYTES: Final = 8
USER_TABLE: Final = PRESENT | WRITE | USER | ACCESSED | DIRTY
"""Linux: _PAGE_TABLE; the entry of a page, further down, restricts the rights."""
KERNEL_PAGE: Final = PRESENT | WRITE | ACCESSED | DIRTY | GLOBAL | NX
"""Linux: __PAGE_KERNEL."""


class Geometry(NamedTuple):
    """How many levels of tables there are, and how large; smaller ones are for looking at every state."""

    levels: int = 4
    index_bits: int = 9
    """A table has 2**index_bits entries."""
    largest: int = 3
    """The highest level whose entries may map a page."""

    @property
    def linear_bits(self) -> int:
        """How many bits of an address are translated."""
        return self.shift(self.levels + 1)

    def shift(self, level: int) -> int:
        """How many bits of an address an entry of the level leaves to what is below."""
        return PAGE_SHIFT + self.index_bits * (level - 1)

    def page_bytes(self, level: int) -> int:
        """The size of a page that an entry of the level maps: 4 KiB, 2 MiB or 1 GiB on x86-64."""
        return 1 << self.shift(level)


X86_64: Final = Geometry()
"""Four levels of 512 entries."""


def geometry_error(geometry: Geometry) -> BuddyError | None:
    """Why there are no such tables; None if there may be: a table fits into a page of 512 entries."""
    levels, index_bits, largest = geometry
    fits = 1 <= largest <= levels <= 5 and 1 <= index_bits <= 9
    return None if fits else InvalidGeometry(levels, index_bits, largest)


def index_at(va: Linear, level: int, geometry: Geometry = X86_64) -> int:
    """Which entry of its table of that level an address goes through.

    Linux: pgd_index() to pte_index(), include/linux/pgtable.h.
    """
    return va >> geometry.shift(level) & ((1 << geometry.index_bits) - 1)


def offset_in(va: Linear, level: int, geometry: Geometry = X86_64) -> int:
    """Where an address lies in its page, in bytes; the page is one that an entry of the level maps."""
    return va & (geometry.page_bytes(level) - 1)


def indices(va: Linear, geometry: Geometry = X86_64) -> tuple[int, ...]:
    """The entries that an address goes through, from the root down to level 1."""
    return tuple(index_at(va, level, geometry) for level in range(geometry.levels, 0, -1))


def join(through: Iterable[int], offset: int, geometry: Geometry = X86_64) -> Linear:
    """The canonical address that goes through these entries, from the root down, to an offset in its page."""
    low = offset
    for down, index in enumerate(through):
        low = index << geometry.shift(geometry.levels - down) | low
    return canonical(low, geometry.linear_bits)


def entry_address(table: Pfn, index: int) -> Physical:
    """The physical address of an entry, in bytes.  Intel SDM vol. 3A, 4.5."""
    return Physical((table << PAGE_SHIFT) + index * ENTRY_BYTES)


class Entry(NamedTuple):
    """What an entry says."""

    frame: Physical
    """Where the page or the next table starts, in bytes."""
    flags: int
    """Some of the bits of ``FLAGS``."""
    leaf: bool
    """Whether it maps a page."""
    pat: bool = False


def entry_error(entry: Entry, level: int, geometry: Geometry = X86_64) -> BuddyError | None:
    """Why no entry of the level says this; None if one may."""
    if not (1 <= level <= geometry.largest if entry.leaf else 2 <= level <= geometry.levels):
        return InvalidLevel(level, geometry.largest)
    if not 0 <= entry.flags <= ADDRESS_MASK or entry.flags & NO_FLAGS != 0:
        return InvalidEntry(entry.flags, level)
    if entry.pat and not entry.leaf:
        return InvalidEntry(entry.flags, level)
    if not 0 <= entry.frame < 1 << PHYSICAL_BITS:
        return BeyondPhysical(entry.frame >> PAGE_SHIFT)
    size = geometry.page_bytes(level if entry.leaf else 1)
    return UnalignedAddress(entry.frame, size) if entry.frame & (size - 1) != 0 else None


def flags_error(flags: object, level: int) -> BuddyError | None:
    """Why these are no flags of a present entry; None if they are."""
    fits = type(flags) is int and 0 <= flags <= ADDRESS_MASK
    if not fits or not isinstance(flags, int) or flags & NO_FLAGS != 0 or flags & PRESENT == 0:
        return InvalidEntry(flags, level)
    return None


def encode(entry: Entry, level: int, geometry: Geometry = X86_64) -> int:
    """The 8 bytes of an entry.  Raises InvalidLevel, InvalidEntry, BeyondPhysical, UnalignedAddress."""
    error = entry_error(entry, level, geometry)
    if error is not None:
        raise error
    word = entry.frame | entry.flags
    if not entry.leaf:
        return word
    if level == 1:
        return word | PAT if entry.pat else word
    return word | HUGE | PAT_LARGE if entry.pat else word | HUGE


def is_leaf(word: int, level: int) -> bool:
    """Whether a present entry maps a page: at level 1 always.  Linux: pmd_large(), pud_leaf()."""
    return level == 1 or word & HUGE != 0


def frame_of(word: int, level: int, geometry: Geometry = X86_64) -> Physical:
    """Where the page of an entry that maps one starts, in bytes.  Linux: pte_pfn(), pmd_pfn(), pud_pfn()."""
    return Physical(word & ADDRESS & -geometry.page_bytes(level))


def table_of(word: int) -> Pfn:
    """The page of the table that an entry points to.  Linux: pmd_page_vaddr() and its like."""
    return Pfn((word & ADDRESS) >> PAGE_SHIFT)


def decode(word: int, level: int, geometry: Geometry = X86_64) -> Entry:
    """What an entry of 8 bytes says.

    Raises InvalidEntry where a bit that must be 0 is not: HUGE above the largest pages, or a bit of a huge
    page's address between the PAT bit and its size.  Intel SDM vol. 3A, tables 4-15 to 4-20.
    """
    if not is_leaf(word, level):
        return Entry(Physical(word & ADDRESS), word & FLAGS, leaf=False)
    frame, pat = frame_of(word, level, geometry), word & (PAT if level == 1 else PAT_LARGE) != 0
    unused = word & ADDRESS & (geometry.page_bytes(level) - 1)
    if level > geometry.largest or (level > 1 and unused & ~PAT_LARGE != 0):
        raise InvalidEntry(word, level)
    return Entry(frame, word & FLAGS, leaf=True, pat=bool(pat))


def effective(words: Iterable[int]) -> int:
    """The rights along a walk: WRITE and USER if every entry has them, NX if any has it.

    Intel SDM vol. 3A, 4.6.1.
    """
    rights = WRITE | USER
    for word in words:
        rights = (word & rights & (WRITE | USER)) | ((word | rights) & NX)
    return rights


class Access(NamedTuple):
    """What is done: data are read, if it is neither a write nor a fetch."""

    write: bool = False
    user: bool = False
    """By a program, and not by the kernel."""
    fetch: bool = False
    """Of an instruction."""


def allows(rights: int, access: Access, *, smep: bool = True, smap: bool = True) -> bool:
    """Whether the rights along a walk allow an access.

    CR0.WP and EFER.NXE are set, as Linux sets them; ``smep`` and ``smap``: whether the kernel is kept from
    fetching from, and from reading and writing, what programs may use.  Intel SDM vol. 3A, 4.6.1.
    """
    if access.write and rights & WRITE == 0:
        return False
    if access.fetch and rights & NX != 0:
        return False
    if access.user:
        return rights & USER != 0
    kept_out = smep if access.fetch else smap
    return not kept_out or rights & USER == 0
