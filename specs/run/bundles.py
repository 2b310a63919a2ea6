"""Which rows are decided in one process, and which processes start first."""

from __future__ import annotations

from specs.theorems import addressing, boot, core, linux, slab
from specs.theorems.core import hypotheses

COSTLY = (
    "layer-hypotheses",
    "zone-small-states",
    "typed-small-states",
    "definitions-confirmed",
    "tiny-zone-confirmed",
    "zone-machine",
    "pcp-figures-confirmed",
    "typed-runs",
    "typed-zone-machine",
    "node-machine",
)
"""The rows to start first, so that none runs alone at the end."""

FAMILIES = tuple(
    tuple(row.name for module in modules for row in module.ROWS)
    for modules in (
        (linux.fallback, linux.fallback_steal, linux.mobility),
        (linux.conservation,),
        (linux.vmstat, linux.zonelist),
        (boot.page_ranges, boot.zones),
        (linux.page_counter, linux.memcg),
        (
            linux.mobility_moves,
            linux.highatomic,
            linux.isolation,
            linux.pcp,
            linux.pcp_count,
            linux.pcp_drain,
        ),
        (linux.slowpath,),
        (linux.page_alloc, linux.kswapd),
        (core.free_area,),
        (core.buddy_init,),
        (hypotheses, core.paths),
        (core.zone,),
        (core.buddy,),
        (core.policy,),
        (core.pfn,),
        (core.round_trip,),
        (linux.watermark, linux.watermark_check),
        (linux.alloc_flags, linux.gfp, linux.gfp_names, slab.request),
        (addressing.address, addressing.segment, addressing.paging),
    )
)
"""Rows over the same paths, the longest first; what a process has walked and proved, it never does again."""


def bundles(names: list[str], jobs: int) -> list[list[str]]:
    """Rows that share paths and obligations stay in one process, which decides these but once."""
    if jobs == 1:
        return [[name] for name in names]
    shared = [[name for name in names if name in family] for family in FAMILIES]
    alone = [[name] for name in names if not any(name in family for family in FAMILIES)]
    return [bundle for bundle in (*shared, *sorted(alone, key=_cost)) if bundle]


def _cost(bundle: list[str]) -> int:
    return COSTLY.index(bundle[0]) if bundle[0] in COSTLY else len(COSTLY)
