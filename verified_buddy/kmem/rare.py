"""The events that a trace has few of."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import (
    BulkPage,
    Counted,
    Event,
    Extfrag,
    Isolate,
    IsolateRet,
    Marker,
    MoveFree,
    Obtained,
    Putback,
    RotateHead,
    RotateTail,
    SetBlock,
    SplitPage,
)
from verified_buddy.kmem.frequent import Row
from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.pfn import MAX_ORDER, PFN_LIMIT, Order, Pfn

VMEMMAP: Final = 0xFFFFEA0000000000
VMEMMAP_BITS: Final = 40
"""Page descriptors take up 1 TiB of addresses; Linux: Documentation/x86/x86_64/mm.rst."""
PAGE_STRUCT: Final = 64
TYPE_BITS: Final = 7
"""Of the bits of a pageblock, those of its migratetype."""

NR_FREE_PAGES: Final = 0
"""The counter of free pages among a zone's; Linux: enum zone_stat_item, include/linux/mmzone.h."""

EXTFRAG: Final = (
    "pfn alloc_order fallback_order pageblock_order alloc_migratetype fallback_migratetype"
    " fragmenting change_ownership"
)
FIELDS: Final = {
    b"mm_page_alloc_extfrag": EXTFRAG.split(),
    b"isolate": ["page", "order"],
    b"isolate_ret": ["ret"],
    b"putback": ["page", "order", "mt"],
    b"movefree": ["zone", "page", "mt"],
    b"setblock": ["page", "flags", "pfn", "mask"],
    b"splitpage": ["page", "order"],
    b"bulkpage": ["page"],
    b"gpff_ret": ["page"],
    b"nrfree": ["zone", "item", "delta"],
    b"rothead": ["order", "page"],
    b"rottail": ["list", "page"],
}
MARKS: Final = (b"tracing_mark_write", b"print")
RARE: Final = frozenset({*FIELDS, *MARKS})
"""The names of the events that are read here."""

FIELD: Final = re.compile(r"(\w{1,30})=(0x[0-9a-f]{1,16}|-?\d{1,10})")
PLACE: Final = re.compile(rb"page=\S{1,20} |\([^()]{0,200}\) ")


def rare(line: int, row: Row) -> Event | None:
    """The event; None if it says nothing that matters.  Raises ValueError if its fields are not its own."""
    cpu, *_, name, rest = row
    where = line, int(cpu)
    if name in MARKS:
        text = rest.removeprefix(b"tracing_mark_write:").strip()
        return Marker(*where, text.decode("ascii", "replace")) if text.startswith(b"KT ") else None
    place = PLACE.match(rest)
    if name not in FIELDS or place is None:
        raise ValueError
    spelled = rest[place.end() :].decode("ascii").split()
    told = [FIELD.fullmatch(field) for field in spelled]
    of = {field[1]: int(field[2], 0) for field in told if field is not None}
    if list(of) != FIELDS[name] or len(of) != len(spelled):
        raise ValueError
    return event(name, of, where)


def event(name: bytes, of: dict[str, int], where: tuple[int, int]) -> Event | None:
    """The event with these figures."""
    match name:
        case b"mm_page_alloc_extfrag":
            orders = order(of["alloc_order"]), order(of["fallback_order"])
            kinds = kind(of["alloc_migratetype"]), kind(of["fallback_migratetype"])
            outcome = of["fragmenting"] != 0, of["change_ownership"] != 0
            return Extfrag(*where, page(of["pfn"]), *orders, *kinds, *outcome)
        case b"isolate":
            return Isolate(*where, pfn_of(of["page"]), order(of["order"]))
        case b"isolate_ret":
            return IsolateRet(*where, of["ret"])
        case b"putback":
            return Putback(*where, pfn_of(of["page"]), order(of["order"]), kind(of["mt"]))
        case b"movefree":
            return MoveFree(*where, of["zone"], pfn_of(of["page"]), kind(of["mt"]))
        case b"setblock" if of["mask"] & TYPE_BITS:
            return SetBlock(*where, page(of["pfn"]), kind(of["flags"] & TYPE_BITS))
        case b"setblock":
            return None
        case b"splitpage":
            return SplitPage(*where, pfn_of(of["page"]), order(of["order"]))
        case b"bulkpage":
            return BulkPage(*where, pfn_of(of["page"]))
    return event_besides(name, of, where)


def event_besides(name: bytes, of: dict[str, int], where: tuple[int, int]) -> Event | None:
    """The same of the probes on requests and on compaction."""
    match name:
        case b"gpff_ret":
            return Obtained(*where, pfn_of(of["page"])) if of["page"] else None
        case b"nrfree":
            return Counted(*where, of["zone"], of["delta"]) if of["item"] == NR_FREE_PAGES else None
        case b"rothead":
            return RotateHead(*where, listed_page(of["page"]), order(of["order"]))
        case b"rottail":
            return RotateTail(*where, listed_page(of["page"]))
    raise ValueError


def pfn_of(address: int) -> Pfn:
    """The page that a page descriptor's address stands for; x86-64, without a random base."""
    pfn, rest = divmod(address - VMEMMAP, PAGE_STRUCT)
    if rest:
        raise ValueError
    return page(pfn)


def listed_page(address: int) -> Pfn | None:
    """The page of a list's entry; None if that is the list itself, where no page descriptor is."""
    return pfn_of(address) if address >> VMEMMAP_BITS == VMEMMAP >> VMEMMAP_BITS else None


def page(number: int) -> Pfn:
    """The number, which must be a page's."""
    if not 0 <= number < PFN_LIMIT:
        raise ValueError
    return Pfn(number)


def order(number: int) -> Order:
    """The number, which must be an order of this kernel."""
    if not 0 <= number <= MAX_ORDER:
        raise ValueError
    return Order(number)


def kind(number: int) -> Migratetype:
    """The number, which must be a migratetype of this kernel."""
    if not 0 <= number < MIGRATETYPES:
        raise ValueError
    return Migratetype(number)
