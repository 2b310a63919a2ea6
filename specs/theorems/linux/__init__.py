"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    alloc_flags,
    conservation,
    fallback,
    gfp,
    gfp_checked,
    gfp_names,
    highatomic,
    isolation,
    memcg,
    memcg_charge,
    mobility,
    mobility_moves,
    node,
    page_counter,
    pcp,
    pcp_count,
    pcp_drain,
    vmstat,
    watermark,
    watermark_check,
    watermark_setup,
    zone,
    zonelist,
)

PROVED = (
    *mobility.ROWS,
    *mobility_moves.ROWS,
    *fallback.ROWS,
    *highatomic.ROWS,
    *isolation.ROWS,
    *pcp.ROWS,
    *pcp_count.ROWS,
    *pcp_drain.ROWS,
    *watermark.ROWS,
    *watermark_check.ROWS,
    *conservation.ROWS,
    *gfp.ROWS,
    *gfp_names.ROWS,
    *alloc_flags.ROWS,
    *vmstat.ROWS,
    *zonelist.ROWS,
    *page_counter.ROWS,
    *memcg.ROWS,
)
RUN = (*zone.THEOREMS, *gfp_checked.THEOREMS, *watermark_setup.ROWS, *memcg_charge.ROWS, *node.THEOREMS)
