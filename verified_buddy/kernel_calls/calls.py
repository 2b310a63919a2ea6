"""Kernel-calls, version 1: JSON Lines, programs one after the other: a header, calls, and the whole state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, BinaryIO, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from verified_buddy.kernel_calls.state import State
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.oracle.trace import plain
from verified_buddy.pfn import MAX_ORDER, PFN_LIMIT, Order, Pfn

MOST_PAGES: Final = 1 << 20
MOST_ZONES: Final = 16
MOST_CPUS: Final = 256
"""No machine may have more: each costs memory before the first call, and time at every one."""

Natural = Annotated[int, Meta(ge=0, lt=PFN_LIMIT)]
AnyPfn = Annotated[Pfn, Meta(ge=0, lt=PFN_LIMIT)]
AnyOrder = Annotated[Order, Meta(ge=0, le=MAX_ORDER)]


class ZoneHeader(Struct, frozen=True):
    """A zone: where it starts and ends, what was fed at boot, and how its per-CPU lists are kept."""

    start: AnyPfn
    end: AnyPfn
    ranges: list[tuple[AnyPfn, AnyPfn]]
    high: Natural
    batch: Annotated[int, Meta(ge=1, lt=PFN_LIMIT)]


class Header(Struct, frozen=True):
    """The first line of a program: the kernel, and the machine at boot."""

    format: str
    version: int
    kernel: str
    first_page: AnyPfn
    pages: Annotated[int, Meta(ge=1, le=MOST_PAGES)]
    cpus: Annotated[int, Meta(ge=1, le=MOST_CPUS)]
    zones: Annotated[list[ZoneHeader], Meta(min_length=1, max_length=MOST_ZONES)]
    pages_in_no_zone_belong_to: Natural | None
    """The zone that the descriptors of pages outside every zone name."""

    @property
    def last_page(self) -> int:
        """The machine's last page."""
        return self.first_page + self.pages - 1


class Call(Struct, tag_field="op", gc=False):
    """A call in a zone, and what is known of the machine afterwards."""

    zone: Natural
    state: Annotated[int, Meta(ge=0, lt=1 << 32)]
    """The checksum of the whole state."""
    nr_free_pages: list[int]
    """The counter NR_FREE_PAGES of each zone."""


class Alloc(Call, tag="alloc"):
    """rmqueue(); with ``then_movable`` the pages count as movable afterwards."""

    order: AnyOrder
    migratetype: int
    cpu: int
    highatomic_request: bool
    last_resort: bool
    no_fragment: bool
    pcp_locked: bool
    then_movable: bool
    result: Pfn | None


class NowMovable(Call, tag="now_movable"):
    """The pages of a live block count as movable."""

    pfn: AnyPfn
    order: AnyOrder


class Free(Call, tag="free"):
    """free_unref_page() or __free_pages_ok()."""

    pfn: AnyPfn
    order: AnyOrder
    cpu: int
    pcp_locked: bool
    reclaim_active: bool


class AllocBulk(Call, tag="alloc_bulk"):
    """__alloc_pages_bulk()."""

    pages: Natural
    migratetype: int
    cpu: int
    result: list[Pfn]


class SplitPage(Call, tag="split_page"):
    """split_page()."""

    pfn: AnyPfn
    order: AnyOrder


class Drain(Call, tag="drain"):
    """drain_pages_zone()."""

    cpu: int


class DrainAll(Call, tag="drain_all"):
    """drain_all_pages(), of one zone."""


class IsolateFreePage(Call, tag="isolate_free_page"):
    """__isolate_free_page(), where ``mark`` pages must stay free."""

    pfn: AnyPfn
    order: AnyOrder
    mark: Natural
    result: bool | UnsetType = UNSET


class PutbackIsolatedPage(Call, tag="putback_isolated_page"):
    """__putback_isolated_page()."""

    pfn: AnyPfn
    order: AnyOrder


class TakePageOffBuddy(Call, tag="take_page_off_buddy"):
    """take_page_off_buddy()."""

    pfn: AnyPfn
    result: bool | UnsetType = UNSET


class PutPageBackBuddy(Call, tag="put_page_back_buddy"):
    """put_page_back_buddy()."""

    pfn: AnyPfn


class SetMigratetypeIsolate(Call, tag="set_migratetype_isolate"):
    """set_migratetype_isolate(); a block of order 10 over the pageblock's edge is split afterwards."""

    pfn: AnyPfn
    result: bool | UnsetType = UNSET


class UnsetMigratetypeIsolate(Call, tag="unset_migratetype_isolate"):
    """unset_migratetype_isolate()."""

    pfn: AnyPfn
    migratetype: Annotated[int, Meta(ge=0, le=2)]
    result: bool | UnsetType = UNSET


class UnreserveHighatomicPageblock(Call, tag="unreserve_highatomic_pageblock"):
    """unreserve_highatomic_pageblock(), for one zone."""

    migratetype: Annotated[int, Meta(ge=0, le=2)]
    force: bool
    result: bool | UnsetType = UNSET


AnyCall = (
    Alloc
    | NowMovable
    | Free
    | AllocBulk
    | SplitPage
    | Drain
    | DrainAll
    | IsolateFreePage
    | PutbackIsolatedPage
    | TakePageOffBuddy
    | PutPageBackBuddy
    | SetMigratetypeIsolate
    | UnsetMigratetypeIsolate
    | UnreserveHighatomicPageblock
)


class End(Struct):
    """The last line of a program."""

    end: State


FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
HEADER: Final = msgspec.json.Decoder(Header)
CALL: Final[msgspec.json.Decoder[AnyCall]] = msgspec.json.Decoder(AnyCall)
END: Final = msgspec.json.Decoder(End)
FAILURES: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
BEGINNING: Final = re.compile(rb'\s*\{[^\n]*"format"\s*:\s*"kernel-calls"')


def is_kernel_calls(start: bytes) -> bool:
    """Whether a text that begins so is a file of this format."""
    return BEGINNING.match(start.removeprefix(b"\xef\xbb\xbf")) is not None


def read(stream: BinaryIO) -> Iterator[tuple[int, Header | AnyCall | End]]:
    """What each line says, with its number.  Raises Unusable."""
    first = 1
    for text in chunks(stream):
        lines = text.removesuffix(b"\n").split(b"\n")
        for line, spelled in enumerate(lines, first):
            if spelled.strip():
                yield line, decoded(spelled.removeprefix(b"\xef\xbb\xbf" if line == 1 else b""), line)
        first += len(lines)


def decoded(spelled: bytes, line: int) -> Header | AnyCall | End:
    """What the line says.  Raises Unusable."""
    try:
        keys = FIELDS.decode(spelled)
        if "op" in keys:
            return CALL.decode(spelled)
        if "end" in keys:
            return END.decode(spelled)
        header = HEADER.decode(spelled)
    except FAILURES as error:
        raise Unusable(f"no header, call or end of kernel-calls: {plain(error)}", line) from None
    reason = why_not(header)
    if reason is not None:
        raise Unusable(reason, line)
    return header


def why_not(header: Header) -> str | None:
    """Why the header is of no machine that is judged here; None if it is."""
    if header.format != "kernel-calls":
        return "the header's format is not kernel-calls"
    if header.version != 1:
        return "the header's version is not 1, the only one that is read here"
    if header.kernel.split(".")[:2] != ["6", "1"]:
        return "the header's kernel is not 6.1, the only one whose calls are modelled"
    if header.first_page % PAGEBLOCK_PAGES or header.pages % PAGEBLOCK_PAGES:
        return f"the header's machine is not made of pageblocks of {PAGEBLOCK_PAGES} pages"
    if header.last_page >= PFN_LIMIT:
        return "the header's pages do not end at or below 2**52"
    spans = sorted((zone.start, zone.end) for zone in header.zones)
    edges = [header.first_page, *(edge for span in spans for edge in span), header.last_page + 1]
    if edges != sorted(edges) or any(start == end for start, end in spans):
        return "the header's zones are empty, overlap, or leave the machine"
    owner = header.pages_in_no_zone_belong_to
    if owner is not None and owner >= len(header.zones):
        return "pages_in_no_zone_belong_to names no zone"
    return None
