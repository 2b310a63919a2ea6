"""Page tables of one address space: map, unmap, walk; every table lies in a page of its own.

>>> from verified_buddy.addressing.page_table import PageTable, TablePages
>>> unused = [3, 2, 1]
>>> table = PageTable(TablePages(unused.pop, unused.append))
>>> table.map(0xFFFF_8880_0020_0000, 0x20_0000, level=2)
>>> hex(table.translate(0xFFFF_8880_0020_1234).pa), table.tables(), unused
('0x201234', [1, 3, 2], [])
>>> table.unmap(0xFFFF_8880_0020_0000)
>>> table.tables(), unused
([1], [2, 3])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from verified_buddy.addressing.address import (
    PAGE_SHIFT,
    PHYSICAL_BITS,
    Linear,
    Physical,
    address_error,
    is_canonical,
)
from verified_buddy.addressing.paging import (
    KERNEL_PAGE,
    PRESENT,
    USER_TABLE,
    X86_64,
    Access,
    Entry,
    Geometry,
    allows,
    decode,
    effective,
    encode,
    entry_error,
    flags_error,
    frame_of,
    geometry_error,
    is_leaf,
    join,
    offset_in,
    table_of,
)
from verified_buddy.addressing.table_walk import Step, TableMemory, link, unlink, walk
from verified_buddy.errors import (
    AccessDenied,
    AlreadyMapped,
    BeyondPhysical,
    BuddyError,
    InvalidLevel,
    NonCanonical,
    NoTablePage,
    NotMapped,
    TablesGone,
    UnalignedAddress,
)
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import ORDERS, Pfn
from verified_buddy.zone import reject


class TablePages(NamedTuple):
    """Where the pages of tables come from, and go."""

    alloc: Callable[[], Pfn | None]
    """A page of order 0 that nobody else has; None if there is none."""
    free: Callable[[Pfn], object]


def pages_of(zone: LinuxZone) -> TablePages:
    """Pages of a zone, unmovable, as those of tables are.

    Linux: GFP_PGTABLE_KERNEL, include/asm-generic/pgalloc.h.
    """
    return TablePages(partial(zone.alloc, ORDERS[0], UNMOVABLE), partial(zone.free, order=ORDERS[0]))


class Translation(NamedTuple):
    """Where an address leads."""

    pa: Physical
    level: int
    """Of the entry that maps its page."""
    flags: int
    """Of that entry."""
    rights: int
    """Along the whole walk: WRITE, USER, NX."""


class PageTable:
    """The tables of one address space; a call that raises a ``BuddyError`` has changed none of them.

    Linux: struct mm_struct's pgd, include/linux/mm_types.h.
    """

    def __init__(self, pages: TablePages, geometry: Geometry = X86_64) -> None:
        """Tables that map nothing: the root alone.  Raises InvalidGeometry, NoTablePage, BeyondPhysical."""
        reject(geometry_error(geometry))
        self.geometry = geometry
        self.pages = pages
        self.memory = TableMemory()
        self.root: Pfn | None = self._take(1, Linear(0))[0]

    def map(
        self,
        va: Linear,
        pa: Physical,
        level: int = 1,
        flags: int = KERNEL_PAGE,
        table_flags: int = USER_TABLE,
    ) -> None:
        """Map the page at ``va`` to the memory at ``pa``; of 4 KiB, 2 MiB or 1 GiB, at level 1, 2 or 3.

        ``table_flags``: of the entries of tables that are made on the way.  Raises TablesGone, InvalidLevel,
        InvalidAddress, NonCanonical, UnalignedAddress, BeyondPhysical, InvalidEntry, AlreadyMapped,
        NoTablePage.  Linux: ioremap_page_range(), mm/vmalloc.c, for one page.
        """
        root = self._root()
        reject(self.page_error(va, level))
        reject(address_error(pa))
        reject(flags_error(table_flags, self.geometry.levels))
        reject(flags_error(flags, level))
        entry = Entry(pa, flags, leaf=True)
        reject(entry_error(entry, level, self.geometry))
        last = walk(self.memory, root, va, self.geometry, level)[-1]
        if last.word & PRESENT != 0:
            raise AlreadyMapped(va)
        new = self._take(last.level - level, va)
        leaf = encode(entry, level, self.geometry)
        link(self.memory, last, va, leaf, new, table_flags, self.geometry)

    def unmap(self, va: Linear) -> None:
        """Unmap the page that starts at ``va``, and give back the tables that are empty then.

        Raises TablesGone, InvalidAddress, NonCanonical, NotMapped, UnalignedAddress.
        Linux: unmap_vmas() and free_pgtables(), mm/memory.c, for one page.
        """
        steps = self.walk(va)
        last = steps[-1]
        if last.word & PRESENT == 0:
            raise NotMapped(va)
        if offset_in(va, last.level, self.geometry) != 0:
            raise UnalignedAddress(va, self.geometry.page_bytes(last.level))
        for table in unlink(self.memory, steps):
            self._give_back(table)

    def walk(self, va: Linear) -> list[Step]:
        """The entries on the way to an address.  Raises TablesGone, InvalidAddress, NonCanonical."""
        root = self._root()
        reject(self.linear_error(va))
        return walk(self.memory, root, va, self.geometry)

    def translate(self, va: Linear, access: Access | None = None) -> Translation:
        """Where an address leads, and with what rights; for an access, if it is given, that they allow.

        Raises as ``walk`` does, and NotMapped, AccessDenied.
        """
        steps = self.walk(va)
        level, word = steps[-1].level, steps[-1].word
        if word & PRESENT == 0:
            raise NotMapped(va)
        rights = effective(step.word for step in steps)
        if access is not None and not allows(rights, access):
            raise AccessDenied(va)
        pa = Physical(frame_of(word, level, self.geometry) | offset_in(va, level, self.geometry))
        return Translation(pa, level, decode(word, level, self.geometry).flags, rights)

    def linear_error(self, va: object) -> BuddyError | None:
        """Why this is no address that tables translate; None if it is one."""
        error = address_error(va)
        if error is not None or not isinstance(va, int):
            return error
        return None if is_canonical(va, self.geometry.linear_bits) else NonCanonical(va)

    def page_error(self, va: object, level: object) -> BuddyError | None:
        """Why no page of the level starts at the address; None if one may."""
        if type(level) is not int or not 1 <= level <= self.geometry.largest:
            return InvalidLevel(level, self.geometry.largest)
        error = self.linear_error(va)
        if error is not None or not isinstance(va, int):
            return error
        size = self.geometry.page_bytes(level)
        return None if va & (size - 1) == 0 else UnalignedAddress(va, size)

    def tables(self) -> list[Pfn]:
        """The pages of all tables: the root first, and each before those below it."""
        return [] if self.root is None else list(self._tables(self.root, self.geometry.levels))

    def leaves(self) -> Iterator[tuple[Linear, int, Entry]]:
        """What is mapped, ascending from address 0: where, at which level, and the entry."""
        if self.root is not None:
            yield from self._leaves(self.root, self.geometry.levels, ())

    def destroy(self) -> None:
        """Give back every table, the lowest first.  Raises TablesGone.  Linux: exit_mmap(), mm/mmap.c."""
        self._root()
        for table in reversed(self.tables()):
            self._give_back(table)
        self.root = None

    def _root(self) -> Pfn:
        if self.root is None:
            raise TablesGone
        return self.root

    def _take(self, many: int, va: Linear) -> list[Pfn]:
        """New tables; if there are not so many, none is kept."""
        new: list[Pfn] = []
        error: BuddyError | None = None
        while len(new) < many and error is None:
            table = self.pages.alloc()
            if table is None:
                error = NoTablePage(va)
                continue
            new.append(table)
            if not 0 <= table < 1 << (PHYSICAL_BITS - PAGE_SHIFT):
                error = BeyondPhysical(table)
        if error is not None:
            for table in reversed(new):
                self.pages.free(table)
            raise error
        for table in new:
            self.memory.add(table)
        return new

    def _give_back(self, table: Pfn) -> None:
        self.memory.remove(table)
        self.pages.free(table)

    def _tables(self, table: Pfn, level: int) -> Iterator[Pfn]:
        yield table
        for word in self.memory.words[table].values():
            if not is_leaf(word, level):
                yield from self._tables(table_of(word), level - 1)

    def _leaves(
        self, table: Pfn, level: int, through: tuple[int, ...]
    ) -> Iterator[tuple[Linear, int, Entry]]:
        for index, word in sorted(self.memory.words[table].items()):
            way = (*through, index)
            if is_leaf(word, level):
                rest = (0,) * (self.geometry.levels - len(way))
                yield join((*way, *rest), 0, self.geometry), level, decode(word, level, self.geometry)
            else:
                yield from self._leaves(table_of(word), level - 1, way)
