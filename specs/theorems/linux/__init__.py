"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    conservation,
    fallback,
    highatomic,
    isolation,
    memcg,
    memcg_charge,
    mobility,
    mobility_moves,
    page_counter,
    pcp,
    pcp_count,
    pcp_drain,
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
    *page_counter.ROWS,
    *memcg.ROWS,
)
RUN = (*zone.THEOREMS, *memcg_charge.ROWS)
