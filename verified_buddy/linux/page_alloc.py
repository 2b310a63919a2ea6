"""A request for pages: from its flags to a zone to a block.  The place to begin reading of requests.

Which zone serves it, by which watermark; what is done when none does is ``verified_buddy.linux.slowpath``.
"""

from __future__ import annotations

from collections.abc import Container

from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import (
    CPUSET,
    KSWAPD,
    NO_WATERMARKS,
    NOFRAGMENT,
    WMARK_MASK,
    alloc_flags_nofragment,
    fast_alloc_flags,
)
from verified_buddy.linux.gfp import gfp_migratetype, gfp_zone
from verified_buddy.linux.slowpath import slowpath
from verified_buddy.linux.system import AllocContext, Look, System
from verified_buddy.linux.watermark import zone_watermark_fast, zone_watermark_ok
from verified_buddy.linux.zone_type import DMA32
from verified_buddy.linux.zonelist import ZoneRef, eligible, first_zone
from verified_buddy.pfn import MAX_ORDER, Order, Pfn


def alloc_pages(
    system: System, gfp_mask: int, order: Order, node: int, nodemask: Container[int] | None = None
) -> Pfn | None:
    """A block of the order for the caller, near the node; None if there is none for it.

    Linux: __alloc_pages(), mm/page_alloc.c.
    """
    if order > MAX_ORDER:
        return None
    gfp_mask = system.gfp_context(gfp_mask & system.gfp_allowed_mask)
    context, traced, alloc_flags = prepare_alloc_pages(system, gfp_mask, node, nodemask)
    pfn = get_page_from_freelist(system, traced, order, alloc_flags, context)
    if pfn is None:
        traced = gfp_mask
        context = context._replace(spread_dirty_pages=False, nodemask=nodemask)
        pfn = slowpath(system, gfp_mask, order, context, get_page_from_freelist)
    if pfn is not None and gfp_mask & gfp.ACCOUNT != 0 and not system.charge(pfn, order, gfp_mask):
        system.free_pages(pfn, order)
        pfn = None
    system.traced(pfn, order, traced, context.migratetype)
    return pfn


def prepare_alloc_pages(
    system: System, gfp_mask: int, node: int, nodemask: Container[int] | None
) -> tuple[AllocContext, int, int]:
    """Where the request may look at first, with which mask and flags.

    Linux: prepare_alloc_pages() and alloc_flags_nofragment(), mm/page_alloc.c.
    """
    highest = gfp_zone(gfp_mask)
    zonelist = system.zonelist(node, thisnode=gfp_mask & gfp.THISNODE != 0)
    cpuset, strict = system.cpuset(), False
    fast_mask = gfp_mask
    if cpuset is not None:
        fast_mask |= gfp.HARDWALL
        if system.in_task() and nodemask is None:
            nodemask = cpuset
        else:
            strict = True
    preferred = first_zone(zonelist, highest, nodemask)
    nofragment = preferred is not None and alloc_flags_nofragment(
        preferred.zone, system.online_nodes, system.populated(ZoneRef(preferred.node, DMA32))
    )
    context = AllocContext(
        zonelist,
        highest,
        nodemask,
        preferred,
        gfp_migratetype(gfp_mask, mobility_off=system.mobility_off),
        spread_dirty_pages=gfp_mask & gfp.WRITE != 0,
    )
    return context, fast_mask, fast_alloc_flags(gfp_mask, nofragment=nofragment, cpuset=strict)


def get_page_from_freelist(
    system: System, gfp_mask: int, order: Order, alloc_flags: int, context: AllocContext
) -> Pfn | None:
    """A block of the first zone whose watermark lets the request pass and whose lists have one.

    What would fragment memory is tried when nothing else is left.
    Linux: get_page_from_freelist(), mm/page_alloc.c.
    """
    system.searches(gfp_mask, order, alloc_flags, context)
    pfn = search_zones(system, gfp_mask, order, alloc_flags, context)
    if pfn is None and alloc_flags & NOFRAGMENT != 0:
        pfn = search_zones(system, gfp_mask, order, alloc_flags & ~NOFRAGMENT, context)
    system.found(pfn)
    return pfn


def search_zones(
    system: System, gfp_mask: int, order: Order, alloc_flags: int, context: AllocContext
) -> Pfn | None:
    """One turn over the zones; without fragmenting it ends where the preferred zone's node does.

    Linux: the loop of get_page_from_freelist(), mm/page_alloc.c.
    """
    dirty_node, dirty_ok = -1, True
    for zone in eligible(context.zonelist, context.highest_zoneidx, context.nodemask):
        if alloc_flags & CPUSET != 0 and not cpuset_allows(system, zone, gfp_mask):
            continue
        if context.spread_dirty_pages:
            if zone.node != dirty_node:
                dirty_node, dirty_ok = zone.node, system.dirty_ok(zone.node)
            if not dirty_ok:
                continue
        if alloc_flags & NOFRAGMENT != 0 and leaves_the_node(system, zone, context.preferred):
            return None
        if passes(system, zone, gfp_mask, order, alloc_flags, context.highest_zoneidx):
            pfn = rmqueue(system, zone, order, alloc_flags, context)
            if pfn is not None:
                zero = system.init_on_alloc or gfp_mask & gfp.ZERO != 0
                compound = order > 0 and gfp_mask & gfp.COMP != 0
                system.prep_new_page(pfn, order, zero=zero, compound=compound)
                return pfn
    return None


def cpuset_allows(system: System, zone: ZoneRef, gfp_mask: int) -> bool:
    """Whether the task may use the zone's node, in its cpuset or not.

    Outside of it nodes may be used by interrupts and dying tasks, and by who is not held strictly, since the
    cpuset around all others has every node.  Linux: __cpuset_node_allowed(), kernel/cgroup/cpuset.c.
    """
    cpuset = system.cpuset()
    if cpuset is None or not system.in_task() or zone.node in cpuset:
        return True
    return system.oom_victim() or gfp_mask & gfp.HARDWALL == 0


def leaves_the_node(system: System, zone: ZoneRef, preferred: ZoneRef | None) -> bool:
    """Whether the zone is on another node than the one that was asked for first."""
    return system.online_nodes > 1 and preferred is not None and zone.node != preferred.node


def passes(
    system: System, zone: ZoneRef, gfp_mask: int, order: int, alloc_flags: int, highest_zoneidx: int
) -> bool:
    """Whether the zone may serve the request: by its watermark, by the flags, or after some reclaim.

    Linux: the test of the watermark in get_page_from_freelist(), mm/page_alloc.c.
    """
    state = system.zone(zone)
    boost = state.boost
    mark = state.watermark[alloc_flags & WMARK_MASK] + boost
    free = state.free_pages()
    passed = zone_watermark_fast(state, order, mark, highest_zoneidx, alloc_flags, gfp_mask, free, boost)
    reserve, reserved = state.lowmem_reserve[highest_zoneidx], state.nr_reserved_highatomic
    system.looked(Look(zone, order, alloc_flags, mark, boost, reserve, free, reserved, passed))
    if passed or alloc_flags & NO_WATERMARKS != 0:
        return True
    if not system.node_reclaim(zone, gfp_mask, order):
        return False
    state = system.zone(zone)
    return zone_watermark_ok(state, order, mark, highest_zoneidx, alloc_flags, state.free_pages())


def rmqueue(
    system: System, zone: ZoneRef, order: Order, alloc_flags: int, context: AllocContext
) -> Pfn | None:
    """Take a block of the zone, and wake kswapd if that has boosted its watermarks.

    Linux: rmqueue(), mm/page_alloc.c.
    """
    pfn = system.rmqueue(zone, order, context.migratetype, alloc_flags)
    if alloc_flags & KSWAPD != 0 and system.was_boosted(zone):
        system.wakeup_kswapd(zone, 0, 0, zone.zone)
    return pfn
