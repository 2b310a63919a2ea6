"""What a kernel's page allocator said that it did: one small object a line.

Every event has its line and the CPU.  Pages are page frame numbers, never addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, get_args

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.background import BackgroundEvent
from verified_buddy.kmem.charges import ChargeEvent
from verified_buddy.kmem.requests import RequestEvent
from verified_buddy.kmem.said import Said
from verified_buddy.pfn import Order, Pfn

Probe = Literal["fop_pcp", "fop_one", "fop_ok", "fop_split"]

NO_TASK: Final = -1
"""The number of a task that is not told, as in perf script."""


class Alloc(Said, gc=False):
    """``mm_page_alloc``: a block for a caller; no page if the request was refused."""

    pfn: Pfn | None
    order: Order
    migratetype: Migratetype
    gfp: str
    task: int = NO_TASK


class Free(Said, gc=False):
    """``mm_page_free``: a caller gives a block back.  What becomes of it, a later event tells."""

    pfn: Pfn
    order: Order
    batched: bool = False
    """Whether it goes to its per-CPU list only at the ``FreeBatched`` of its page."""
    direct: bool = False
    """Whether it goes to the free lists at once, past the per-CPU lists."""
    given: Order | None = None
    """The order with which it does, if that is another."""


class FreeBatched(Said, gc=False):
    """``mm_page_free_batched``: a page of a list, told before by ``Free``, goes to its per-CPU list now."""

    pfn: Pfn
    order: Order


class ZoneLocked(Said, gc=False):
    """``mm_page_alloc_zone_locked``: a block leaves the list of that type."""

    pfn: Pfn
    order: Order
    migratetype: Migratetype
    percpu_refill: bool


class PcpuDrain(Said, gc=False):
    """``mm_page_pcpu_drain``: a block has gone back from a per-CPU list; its type is the remembered one."""

    pfn: Pfn
    order: Order
    migratetype: Migratetype


class Extfrag(Said, gc=False):
    """``mm_page_alloc_extfrag``: a block of another type was chosen."""

    pfn: Pfn
    alloc_order: Order
    fallback_order: Order
    alloc_migratetype: Migratetype
    fallback_migratetype: Migratetype
    fragmenting: bool
    change_ownership: bool


class FreeOnePage(Said, gc=False):
    """A call of ``__free_one_page()``, before it merges; ``zone`` is an address."""

    probe: Probe
    pfn: Pfn
    zone: int
    order: Order
    migratetype: Migratetype
    fpi: int
    captured: int | None = None
    """The order at which the merged block went to who compacts memory for it; None if it was listed."""


class Isolate(Said, gc=False):
    """A call that takes this very block out of its list; ``IsolateRet`` says whether it did."""

    pfn: Pfn
    order: Order


class IsolateRet(Said, gc=False):
    """The pages that the CPU's latest ``Isolate`` took out: none if it was refused."""

    ret: int


class Putback(Said, gc=False):
    """An isolated block goes back."""

    pfn: Pfn
    order: Order
    migratetype: Migratetype


class MoveFree(Said, gc=False):
    """The free blocks of the page's pageblock go to another type's lists; ``zone`` is an address."""

    zone: int
    pfn: Pfn
    migratetype: Migratetype


class SetBlock(Said, gc=False):
    """The page's pageblock gets a type."""

    pfn: Pfn
    migratetype: Migratetype


class RotateHead(Said, gc=False):
    """Compaction makes this block the head of the movable list of its order; none if nothing moves."""

    pfn: Pfn | None
    order: Order


class RotateTail(Said, gc=False):
    """Compaction makes this block the tail of its movable list; none if nothing moves."""

    pfn: Pfn | None


class Obtained(Said, gc=False):
    """A request has its page, and may still wait to be charged for it before ``Alloc`` is told."""

    pfn: Pfn
    task: int = NO_TASK


class Counted(Said, gc=False):
    """So many pages are added to a zone's counter of free pages; ``zone`` is an address."""

    zone: int
    delta: int
    task: int = NO_TASK


class SplitPage(Said, gc=False):
    """A block that is out becomes single pages."""

    pfn: Pfn
    order: Order


class BulkPage(Said, gc=False):
    """The bulk allocator hands out a page, without ``Alloc``."""

    pfn: Pfn
    task: int = NO_TASK


class Marker(Said, gc=False):
    """What the recorder wrote between the events, as ``KT snap start end``."""

    text: str


Event = (
    Alloc
    | Free
    | FreeBatched
    | ZoneLocked
    | PcpuDrain
    | Extfrag
    | FreeOnePage
    | Isolate
    | IsolateRet
    | Putback
    | MoveFree
    | SetBlock
    | RotateHead
    | RotateTail
    | Obtained
    | Counted
    | SplitPage
    | BulkPage
    | Marker
    | RequestEvent
    | BackgroundEvent
    | ChargeEvent
)

BEHIND_REQUESTS: Final = frozenset(get_args(RequestEvent | BackgroundEvent | ChargeEvent))
"""The events that change no list of pages: they tell why one is changed by another."""

Handler = Callable[[Any], None]
"""What takes the events of one kind."""
