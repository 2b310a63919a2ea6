"""Broken twins of a request's way from its mask to a zone."""

from __future__ import annotations

from functools import partial

from specs.ledger.subject import Twin

_twin = partial(Twin, module="linux.page_alloc")
_ZERO = "zero = system.init_on_alloc or gfp_mask & gfp.ZERO != 0"
_CHARGE = (
    "    if pfn is not None and gfp_mask & gfp.ACCOUNT != 0 and not system.charge(pfn, order, gfp_mask):\n"
)

TWINS = (
    _twin(
        "page-alloc-empty-lists-end-the-search",
        old="compound=compound)\n                return pfn\n",
        new="compound=compound)\n            return pfn\n",
    ),
    _twin("page-alloc-far-zone-without-mixing", old="system.online_nodes > 1 and", new="False and"),
    _twin("page-alloc-never-mixes", old="alloc_flags & ~NOFRAGMENT, context)", new="alloc_flags, context)"),
    _twin(
        "page-alloc-near-zone-not-measured-again",
        old="return zone_watermark_ok(state, order, mark, highest_zoneidx, alloc_flags, state.free_pages())",
        new="return True",
    ),
    _twin(
        "page-alloc-mark-for-who-needs-none",
        old="if passed or alloc_flags & NO_WATERMARKS != 0:",
        new="if passed:",
    ),
    _twin("page-alloc-victim-stays-in-its-cpuset", old="return system.oom_victim() or", new="return"),
    _twin(
        "page-alloc-cpuset-always-strict",
        old="system.oom_victim() or gfp_mask & gfp.HARDWALL == 0",
        new="system.oom_victim()",
    ),
    _twin(
        "page-alloc-boost-forgotten",
        old="state.watermark[alloc_flags & WMARK_MASK] + boost",
        new="state.watermark[alloc_flags & WMARK_MASK]",
    ),
    _twin("page-alloc-always-the-low-mark", old="[alloc_flags & WMARK_MASK]", new="[1]"),
    _twin(
        "page-alloc-counter-not-read-again",
        old="highest_zoneidx, alloc_flags, state.free_pages())",
        new="highest_zoneidx, alloc_flags, free)",
    ),
    _twin("page-alloc-not-zeroed", old=_ZERO, new="zero = gfp_mask & gfp.ZERO != 0"),
    _twin(
        "page-alloc-single-page-compound", old="compound = order > 0 and gfp_mask", new="compound = gfp_mask"
    ),
    _twin(
        "page-alloc-boost-wakes-nobody",
        old="        system.wakeup_kswapd(zone, 0, 0, zone.zone)\n",
        new="        pass\n",
    ),
    _twin(
        "page-alloc-hands-out-what-failed",
        old="    if not system.node_reclaim(zone, gfp_mask, order):\n        return False\n",
        new="    if not system.node_reclaim(zone, gfp_mask, order):\n        return order != 0\n",
    ),
    _twin("page-alloc-order-eleven", old="if order > MAX_ORDER:", new="if order > MAX_ORDER + 1:"),
    _twin(
        "page-alloc-charges-twice",
        old=_CHARGE,
        new="    if pfn is not None and gfp_mask & gfp.ACCOUNT != 0 and not (\n"
        "        system.charge(pfn, order, gfp_mask) and system.charge(pfn, order, gfp_mask)\n    ):\n",
    ),
    _twin(
        "page-alloc-keeps-what-was-refused",
        old="        system.free_pages(pfn, order)\n        pfn = None\n",
        new="        pfn = None\n",
        source="DRM c3fc9e9ac5",
    ),
    _twin(
        "page-alloc-failure-not-traced",
        old="    system.traced(pfn, order, traced, context.migratetype)\n",
        new="    if pfn is not None:\n        system.traced(pfn, order, traced, context.migratetype)\n",
    ),
    _twin(
        "page-alloc-hardwall-stays",
        old="pfn = slowpath(system, gfp_mask, order,",
        new="pfn = slowpath(system, gfp_mask | gfp.HARDWALL, order,",
    ),
    _twin(
        "page-alloc-slow-path-in-the-cpuset",
        old="_replace(spread_dirty_pages=False, nodemask=nodemask)",
        new="_replace(spread_dirty_pages=False)",
    ),
    _twin(
        "page-alloc-charges-everybody",
        old="pfn is not None and gfp_mask & gfp.ACCOUNT != 0 and",
        new="pfn is not None and",
    ),
    _twin("page-alloc-groups-anyway", old="mobility_off=system.mobility_off", new="mobility_off=False"),
    _twin(
        "page-alloc-dirty-pages-everywhere",
        old="_replace(spread_dirty_pages=False, nodemask=nodemask)",
        new="_replace(nodemask=nodemask)",
    ),
)
