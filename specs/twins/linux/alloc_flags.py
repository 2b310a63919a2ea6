"""Broken twins of the allocator's own flags."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.alloc_flags"
TWINS = (
    Twin(
        "alloc-flags-fast-at-the-minimum",
        MODULE,
        "(gfp_mask, WMARK_LOW, cma=cma)",
        "(gfp_mask, WMARK_MIN, cma=cma)",
    ),
    Twin(
        "alloc-flags-fast-drops-kswapd",
        MODULE,
        "    if cpuset:\n        alloc_flags |= CPUSET\n    if gfp_mask & gfp.KSWAPD_RECLAIM != 0:",
        "    if cpuset:\n        alloc_flags |= CPUSET\n    if gfp_mask & gfp.RECLAIM == gfp.RECLAIM:",
    ),
    Twin(
        "alloc-flags-fast-mixes-types",
        MODULE,
        "        alloc_flags |= NOFRAGMENT",
        "        alloc_flags |= KSWAPD",
    ),
    Twin(
        "alloc-flags-cma-for-all",
        MODULE,
        "gfp_mask & gfp.MOVABLE_MASK == gfp.MOVABLE",
        "gfp_mask & gfp.MOVABLE_MASK != 0",
    ),
    Twin(
        "alloc-flags-non-block-without-reserves",
        MODULE,
        "        if gfp_mask & gfp.NOMEMALLOC == 0:\n            alloc_flags |= NON_BLOCK\n",
        "        alloc_flags |= NON_BLOCK\n        if gfp_mask & gfp.NOMEMALLOC == 0:\n",
    ),
    Twin("alloc-flags-highatomic-single-page", MODULE, "order > 0", "order >= 0"),
    Twin(
        "alloc-flags-highatomic-for-all", MODULE, "order > 0 and alloc_flags & MIN_RESERVE != 0", "order > 0"
    ),
    Twin(
        "alloc-flags-cpuset-below-the-minimum",
        MODULE,
        "            alloc_flags &= ~CPUSET",
        "            alloc_flags &= ~CMA",
    ),
    Twin(
        "alloc-flags-slow-drops-kswapd",
        MODULE,
        "        alloc_flags |= KSWAPD\n    if gfp_mask & gfp.DIRECT",
        "        alloc_flags |= CPUSET\n    if gfp_mask & gfp.DIRECT",
    ),
    Twin(
        "alloc-flags-realtime-who-cannot-wait",
        MODULE,
        "        if realtime:\n            alloc_flags |= MIN_RESERVE\n    else:\n",
        "        pass\n    else:\n        if realtime:\n            alloc_flags |= MIN_RESERVE\n",
    ),
    Twin(
        "alloc-flags-high-does-not-matter", MODULE, "gfp_mask & gfp.HIGH != 0", "gfp_mask & gfp.ATOMIC != 0"
    ),
    Twin(
        "alloc-flags-memalloc-comes-first",
        MODULE,
        "gfp_mask & gfp.NOMEMALLOC != 0:\n        return 0",
        "gfp_mask & (gfp.NOMEMALLOC | gfp.MEMALLOC) == gfp.NOMEMALLOC:\n        return 0",
    ),
    Twin(
        "alloc-flags-victim-first",
        MODULE,
        "gfp_mask & gfp.MEMALLOC != 0 or memalloc:",
        "gfp_mask & gfp.MEMALLOC != 0 or (memalloc and not oom_victim):",
    ),
    Twin("alloc-flags-task-does-not-matter", MODULE, "gfp.MEMALLOC != 0 or memalloc", "gfp.MEMALLOC != 0"),
    Twin(
        "alloc-flags-nofragment-in-any-zone",
        MODULE,
        "    if preferred != zone_type.NORMAL:\n        return False\n",
        "",
    ),
    Twin(
        "alloc-flags-nofragment-without-a-zone-below",
        MODULE,
        "online_nodes == 1 or dma32_populated\n",
        "online_nodes >= 1 or dma32_populated\n",
    ),
    Twin(
        "alloc-flags-nofragment-on-one-node",
        MODULE,
        "return online_nodes == 1 or dma32_populated\n",
        "return dma32_populated\n",
    ),
)
