"""Linear addresses and what is mapped there, as a plain list; sizes and bits as Intel's tables have them."""

from __future__ import annotations

from typing import NamedTuple

OFFSET_BITS = {1: 12, 2: 21, 3: 30, 4: 39}
"""By level: how many bits of an address an entry leaves; 1 has pages of 4 KiB, 2 of 2 MiB, 3 of 1 GiB."""
FLAG_BITS = (*range(7), *range(8, 12), *range(52, 64))
"""The bits of an entry that are neither address, nor of a huge page, nor PAT."""
NEVER = 2**63
"""No instruction is fetched."""


class Shape(NamedTuple):
    """Of tables: levels, bits of an index, the highest level that maps pages."""

    levels: int = 4
    index_bits: int = 9
    largest: int = 3

    def size(self, level: int) -> int:
        """How many bytes an entry of that level is for."""
        return int(4096 * 2 ** (self.index_bits * (level - 1)))

    @property
    def half(self) -> int:
        """How many bytes each half of the canonical addresses has."""
        return self.size(self.levels + 1) // 2

    def legal(self, address: object) -> bool:
        """Whether it is a canonical address."""
        return type(address) is int and (0 <= address < self.half or 0 < 2**64 - address <= self.half)


class Page(NamedTuple):
    """Something mapped."""

    start: int
    size: int
    to: int
    level: int
    flags: int


class Mapped:
    """All that is mapped, in the order in which it was; and the flags of the tables on the way, by place."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.pages: list[Page] = []
        self.tables: dict[tuple[int, int], int] = {}
        """By level and first address: the flags of the entry that points to the table."""

    def find(self, address: int) -> Page | None:
        """What is mapped there."""
        return next((each for each in self.pages if each.start <= address < each.start + each.size), None)

    def why_not_map(self, va: object, pa: object, level: object, flags: object, tables: object) -> str:
        """The name of the first error that the call deserves; none if it should succeed."""
        if type(level) is not int or level not in range(1, self.shape.largest + 1):
            return "InvalidLevel"
        size = self.shape.size(level)
        if type(va) is not int or not 0 <= va < 2**64:
            return "InvalidAddress"
        if not self.shape.legal(va):
            return "NonCanonical"
        if va % size != 0:
            return "UnalignedAddress"
        if type(pa) is not int or not 0 <= pa < 2**64:
            return "InvalidAddress"
        for some in (tables, flags):
            odd = type(some) is not int or some < 0 or some % 2 == 0
            if odd or any(some // 2**bit % 2 for bit in {*range(70)} - {*FLAG_BITS}):
                return "InvalidEntry"
        if pa >= 2**52:
            return "BeyondPhysical"
        if pa % size != 0:
            return "UnalignedAddress"
        taken = any(each.start < va + size and va < each.start + each.size for each in self.pages)
        return "AlreadyMapped" if taken else ""

    def missing(self, va: int, level: int) -> list[tuple[int, int]]:
        """The tables that a page of that level needs, and that are not there yet; by level and place."""
        wanted = [
            (above, va - va % self.shape.size(above)) for above in range(level + 1, self.shape.levels + 1)
        ]
        return [each for each in wanted if each not in self.tables]

    def map(self, va: int, pa: int, level: int, flags: int, tables: int) -> None:
        """Map it."""
        self.tables |= dict.fromkeys(self.missing(va, level), tables)
        self.pages.append(Page(va, self.shape.size(level), pa, level, flags))

    def why_not_unmap(self, va: object) -> str:
        """The name of the error that the call deserves; none if it should succeed."""
        if type(va) is not int or not 0 <= va < 2**64:
            return "InvalidAddress"
        if not self.shape.legal(va):
            return "NonCanonical"
        page = self.find(va)
        if page is None:
            return "NotMapped"
        return "" if page.start == va else "UnalignedAddress"

    def unmap(self, va: int) -> None:
        """Unmap it; a table without a page below it goes."""
        self.pages = [each for each in self.pages if each.start != va]
        self.tables = {
            (level, place): flags
            for (level, place), flags in self.tables.items()
            if any(
                each.level < level and place <= each.start < place + self.shape.size(level)
                for each in self.pages
            )
        }

    def rights(self, page: Page) -> int:
        """Write (2) and user (4) if all on the way have them, never (2^63) if any has it."""
        above = [
            flags
            for (level, place), flags in self.tables.items()
            if place <= page.start < place + self.shape.size(level)
        ]
        way = [page.flags, *above]
        kept = sum(bit for bit in (2, 4) if all(flags // bit % 2 for flags in way))
        return kept + (NEVER if any(flags >= NEVER for flags in way) else 0)
