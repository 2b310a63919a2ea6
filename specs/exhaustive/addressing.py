"""Every state of small page tables, and what is refused before there is any."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model.addressing import FLAG_BITS, NEVER, Shape
from specs.model.page_table_beside import Beside, Call, Wrong

PAGE = 4096
BOTH = (0, 1)
KERNEL, USERS = 0x63 + NEVER, 0x65
"""Flags of pages: written by the kernel, and never fetched; read by programs, and fetched."""
ALL, FEW = 0x67, 0x61 + NEVER
"""Flags of tables: all rights, and none."""


class Small(NamedTuple):
    """Tables of that shape, the pages to map to, the flags of tables, the entries of the root in use."""

    shape: Shape
    leaves: tuple[tuple[int, int], ...]
    tables: tuple[int, ...]
    roots: tuple[int, ...]

    def places(self, level: int) -> list[int]:
        """The addresses at which a page of that level may start."""
        shape = self.shape
        top, size = shape.size(shape.levels), shape.size(level)
        low = [start for root in self.roots for start in range(root * top, (root + 1) * top, size)]
        return [each if each < shape.half else each + 2**64 - 2 * shape.half for each in low]


SMALL = (
    Small(Shape(3, 1, 1), ((8 * PAGE, KERNEL),), (FEW,), (0, 1)),
    Small(Shape(2, 1, 2), ((4 * PAGE, KERNEL), (8 * PAGE, USERS)), (ALL, FEW), (0, 1)),
    Small(Shape(3, 1, 3), ((8 * PAGE, KERNEL),), (ALL,), (0, 1)),
    Small(Shape(2, 2, 2), ((16 * PAGE, USERS),), (ALL,), (0, 3)),
)
SIZES = (
    "2 levels of 1 bit, huge pages; two pages of memory with other flags; tables with all rights or few",
    "3 levels of 1 bit, with and without huge pages of both sizes; one page of memory",
    "2 levels of 2 bits, huge pages; the first and the last entry of the root; one page of memory",
)
HOSTILE: tuple[Any, ...] = (None, True, 0.0, "0", -PAGE, 2**64, 1)
"""What is no address, or no page's."""


def calls(small: Small, beside: Beside) -> Iterator[Call]:
    """Every page mapped everywhere, with pages for tables or too few; everything unmapped."""
    for level in range(1, small.shape.largest + 1):
        for va, (to, flags), tables in product(small.places(level), small.leaves, small.tables):
            yield Call(va, to, level, flags, tables)
            if not beside.mapped.why_not_map(va, to, level, flags, tables):
                for budget in range(len(beside.mapped.missing(va, level))):
                    yield Call(va, to, level, flags, tables, budget)
    for va in small.places(1):
        yield Call(va)


def misuse(small: Small) -> Iterator[Call]:
    """Calls that no state allows."""
    shape = small.shape
    to, flags = small.leaves[0]
    for odd in (*HOSTILE, shape.half, 2**64 - shape.half - PAGE):
        yield Call(odd, to, 1, flags)
        yield Call(odd)
    for odd in (*HOSTILE[1:], 2**64 - PAGE, 2**52):
        yield Call(0, odd, 1, flags)
    for level in (0, shape.largest + 1, True, None, -1):
        yield Call(0, 0, level, flags)
    for odd in (0, flags - 1, flags + 2**7, flags + 2**12, flags + 2**64, -1, None, True):
        yield Call(0, to, 1, odd)
        yield Call(0, to, 1, flags, odd)
    yield Call(0, 2**52 - PAGE - 1, 1, flags)
    if shape.largest > 1:
        yield Call(PAGE, 0, 2, flags)
        yield Call(0, PAGE, 2, flags)


def visit(subject: Subject, _: int) -> Visited:
    """In every state each call does what the list of mapped pages says, and no other page has changed."""
    states = transitions = 0
    for small in SMALL:
        addresses = [place + 0xABC for place in small.places(1)]
        start = Beside(subject.addressing.page_table, subject.errors.BuddyError, small.shape, range(50, 60))
        seen, waiting = {_key(start)}, [start]
        while waiting:
            here = waiting.pop()
            states += 1
            for call in (*calls(small, here), *(misuse(small) if len(here.mapped.pages) < 2 else ())):
                transitions += 1
                there = here.copied()
                try:
                    refused = there.call(call)
                    if not refused:
                        there.compare(addresses)
                        if _key(there) not in seen:
                            seen.add(_key(there))
                            waiting.append(there)
                            there.copied().end()
                except Wrong as wrong:
                    raise Refuted(*_state(here), str(call), str(wrong)) from None
    return Visited(states, transitions)


def _key(beside: Beside) -> tuple[object, ...]:
    """What tells two states apart; which page holds which table does not."""
    return tuple(sorted(beside.mapped.pages)), tuple(sorted(beside.mapped.tables.items()))


def _state(beside: Beside) -> list[str]:
    pages = ", ".join(f"{page.start:#x} -> {page.to:#x} (level {page.level})" for page in beside.mapped.pages)
    return [f"{beside.mapped.shape}, mapped: {pages or 'nothing'}"]


REFUSED = (
    "flags: each bit alone and with bit 0, and what is no int",
    "shapes: 0..6 levels of 0..10 bits, pages up to level 0..6",
    "addresses: the borders of 64 bits, and what is no int",
)


def refused(subject: Subject, _: int) -> Visited:
    """Whatever is no flag, no shape or no address is refused, and nothing else; a root needs a page."""
    it, count = subject.addressing, 0
    for flags in (*range(256), *(2**bit + present for bit in range(70) for present in BOTH), -1, None, 1.0):
        count += 1
        legal = type(flags) is int and flags > 0 and flags % 2 == 1
        legal = legal and not any(flags // 2**bit % 2 for bit in {*range(70)} - {*FLAG_BITS})
        if (it.paging.flags_error(flags, 1) is None) != legal:
            raise Refuted(f"flags {flags!r}", f"they are {'' if legal else 'no '}flags of a present entry")
    for levels, index_bits, largest in product(range(7), range(11), range(7)):
        count += 1
        legal = levels in range(1, 6) and index_bits in range(1, 10) and 0 < largest <= levels
        geometry = it.paging.Geometry(levels, index_bits, largest)
        if (it.paging.geometry_error(geometry) is None) != legal:
            raise Refuted(str(geometry), f"such tables {'may' if legal else 'cannot'} be")
    for address in (0, 1, 2**63, 2**64 - 1, 2**64, -1, True, False, None, 0.0, "0"):
        count += 1
        legal = type(address) is int and address in range(2**64)
        if (it.address.address_error(address) is None) != legal:
            raise Refuted(f"address {address!r}", f"it is {'an' if legal else 'no'} address")
    return Visited(count, count)


OF_A_ROOT: tuple[tuple[tuple[int, ...], str], ...] = (
    ((), "NoTablePage"),
    ((2**40,), "BeyondPhysical"),
    ((2**40 - 1,), ""),
)


def rooted(subject: Subject, _: int) -> Visited:
    """A table needs a page for its root, and one below 2**40; a page that no entry can hold is given back."""
    count = 0
    for numbers, wanted in OF_A_ROOT:
        count += 1
        try:
            beside, got = _beside(subject, numbers), ""
        except subject.errors.BuddyError as error:
            beside, got = None, type(error).__name__
        if got != wanted or (beside is not None and beside.pool.out != [2**40 - 1]):
            raise Refuted(f"a root of the pages {numbers}", f"it says {got or 'nothing'}, and not {wanted}")
    for numbers in ((1, 2**40), (1, 2, 2**41)):
        count += 1
        beside = _beside(subject, numbers)
        before = beside.seen()
        try:
            beside.table.map(0, 0, 1)
        except subject.errors.BeyondPhysical:
            if beside.seen() == before:
                continue
        raise Refuted(f"tables of the pages {numbers}", "the last of them is too high, and must go back")
    return Visited(count, count)


def _beside(subject: Subject, numbers: tuple[int, ...]) -> Beside:
    return Beside(subject.addressing.page_table, subject.errors.BuddyError, Shape(3, 1, 3), numbers)


def accesses(subject: Subject, _: int) -> Visited:
    """An access is allowed if the rights along its walk allow it; a look without one always is."""
    it, count = subject.addressing, 0
    for flags, tables in product((KERNEL, USERS, 0x67), (ALL, FEW)):
        beside = _beside(subject, (1, 2, 3))
        beside.call(Call(0, PAGE, 1, flags, tables))
        for write, user, fetch in product((False, True), repeat=3):
            count += 1
            access = it.paging.Access(write, user, fetch)
            rights = beside.mapped.rights(beside.mapped.pages[0])
            allowed = (not write or rights // 2 % 2) and not (fetch and rights >= NEVER)
            allowed = allowed and bool(rights // 4 % 2) == user
            try:
                beside.table.translate(8, access)
            except subject.errors.AccessDenied:
                if not allowed:
                    continue
            else:
                if allowed:
                    continue
            raise Refuted(f"{access} to flags {flags:#x}, tables {tables:#x}", f"allowed: {bool(allowed)}")
    return Visited(count, count)


def in_a_zone(subject: Subject, _: int) -> Visited:
    """Pages far apart are mapped until the zone is empty; then all goes back, and each page is free."""
    unmovable, start, end = 0, 512, 1024
    zone = subject.linux.zone.LinuxZone(start, end)
    zone.add_range(start, end)
    whole = sorted((pfn, order) for pfn, order, _ in zone.free_area.blocks())
    table = subject.addressing.page_table.PageTable(subject.addressing.page_table.pages_of(zone))
    if {kind for _, _, kind in zone.free_area.blocks()} != {unmovable}:
        raise Refuted("a zone that a root was taken from", "what is left is not on the unmovable lists")
    mapped = 0
    while True:
        try:
            table.map(mapped << 30, mapped << 12)
        except subject.errors.NoTablePage:
            break
        mapped += 1
    if mapped != 255 or sorted(zone.live) != sorted(table.tables()) or len(zone.live) != 512:
        raise Refuted(
            f"a zone of 512 pages: {mapped} pages mapped", "255 need a root, a table, and two each: 512"
        )
    table.destroy()
    zone.drain_all()
    left = sorted((pfn, order) for pfn, order, _ in zone.free_area.blocks())
    if zone.live or left != whole:
        raise Refuted("a zone whose tables were destroyed", f"its blocks are {left}, and not {whole}")
    return Visited(mapped, mapped)
