"""What probes tell of a request: where it looks for a page, and what it does if it finds none.

Zones and nodes are addresses, as the probes print them; ``gfp`` and ``flags`` are masks of bits.
"""

from __future__ import annotations

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.said import OfTask
from verified_buddy.pfn import Pfn


class Request(OfTask, gc=False):
    """``req``: a request begins, with what its caller asked for; ``Alloc`` of the same task ends it."""

    gfp: int
    order: int
    nid: int
    nmask: int


class FreelistSearch(OfTask, gc=False):
    """``gpff``: the zones are gone through; Linux: get_page_from_freelist(), mm/page_alloc.c."""

    gfp: int
    order: int
    flags: int
    highest_zoneidx: int
    migratetype: Migratetype
    preferred_zone: int
    nodemask: int
    spread: bool
    nodes: int | None = None
    """The bits of the nodemask, if the probe reads them."""


class SearchFailed(OfTask, gc=False):
    """``gpff_ret`` without a page; with one it is ``Obtained``."""


class WatermarkLook(OfTask, gc=False):
    """``wmf``: a zone's mark, its boost included, is compared with its counter as it was read."""

    zone: int
    order: int
    mark: int
    boost: int
    highest_zoneidx: int
    flags: int
    free: int
    reserved: int


class WatermarkCheck(OfTask, gc=False):
    """``wm``: a call of __zone_watermark_ok()."""

    zone: int
    order: int
    mark: int
    highest_zoneidx: int
    flags: int
    free: int


class WatermarkRet(OfTask, gc=False):
    """``wm_ret``: what it answers."""

    ret: bool


class TryZone(OfTask, gc=False):
    """``tryz``: a page is taken from this zone, if it has one."""

    zone: int


class RmqueueBuddy(OfTask, gc=False):
    """``rmqb``: a block is taken past the per-CPU lists."""

    zone: int
    order: int


class SlowPath(OfTask, gc=False):
    """``slow``: the first search found nothing."""

    gfp: int
    order: int


class SlowPathRet(OfTask, gc=False):
    """``slow_ret``: what the slow path found."""

    pfn: Pfn | None


class DirectCompact(OfTask, gc=False):
    """``dcomp``: the task compacts memory itself; ``prio`` is 0 for the most thorough way."""

    gfp: int
    order: int
    flags: int
    prio: int


class DirectCompactRet(OfTask, gc=False):
    """``dcomp_ret``: the page that this, and the search after it, found."""

    pfn: Pfn | None


class DirectReclaim(OfTask, gc=False):
    """``drecl``: the task reclaims pages itself."""

    order: int
    gfp: int
    nmask: int


class DirectReclaimRet(OfTask, gc=False):
    """``drecl_ret``: how many pages it reclaimed."""

    ret: int


class DrainAll(OfTask, gc=False):
    """``drainall``: the per-CPU lists of all CPUs are emptied; of all zones if that is 0."""

    zone: int
    force: bool


class DrainZone(OfTask, gc=False):
    """``drainz``: the per-CPU lists of one CPU and zone are emptied."""

    of_cpu: int
    zone: int


class Unreserve(OfTask, gc=False):
    """``unres``: a pageblock that is held for high-order atomic requests is given up."""

    force: bool


class UnreserveRet(OfTask, gc=False):
    """``unres_ret``: whether pages moved."""

    ret: bool


class OutOfMemory(OfTask, gc=False):
    """``oom``: a task is to be killed, for a request or for the charge of one."""

    gfp: int
    order: int


class OutOfMemoryRet(OfTask, gc=False):
    """``oom_ret``: whether that gave hope; the caller is a function, or an address."""

    ret: bool
    caller: str


class Bulk(OfTask, gc=False):
    """``bulk``: a per-CPU list asks for so many blocks."""

    zone: int
    order: int
    count: int
    migratetype: Migratetype
    flags: int


class BulkRequest(OfTask, gc=False):
    """``abulk``: a call of the bulk allocator, for so many pages."""

    gfp: int
    nid: int
    nmask: int
    nr: int


class DirtyOk(OfTask, gc=False):
    """``dirtyok``: whether a node is below its limit of dirty pages."""

    ret: bool


class NodeReclaim(OfTask, gc=False):
    """``nrecl``: a node below its mark is reclaimed from before another is looked at."""

    pgdat: int
    gfp: int
    order: int


class NodeReclaimRet(OfTask, gc=False):
    """``nrecl_ret``: -2 nothing was looked at, -1 all was, 0 something was found, 1 enough."""

    ret: int


RequestEvent = (
    Request
    | FreelistSearch
    | SearchFailed
    | WatermarkLook
    | WatermarkCheck
    | WatermarkRet
    | TryZone
    | RmqueueBuddy
    | SlowPath
    | SlowPathRet
    | DirectCompact
    | DirectCompactRet
    | DirectReclaim
    | DirectReclaimRet
    | DrainAll
    | DrainZone
    | Unreserve
    | UnreserveRet
    | OutOfMemory
    | OutOfMemoryRet
    | Bulk
    | BulkRequest
    | DirtyOk
    | NodeReclaim
    | NodeReclaimRet
)
