"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    conservation,
    fallback,
    highatomic,
    isolation,
    kswapd,
    mobility,
    mobility_moves,
    page_alloc,
    pcp,
    pcp_count,
    pcp_drain,
    slowpath,
    zone,
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
    *conservation.ROWS,
    *page_alloc.ROWS,
    *slowpath.ROWS,
    *kswapd.ROWS,
)
RUN = (*zone.THEOREMS, *slowpath.RUN)
