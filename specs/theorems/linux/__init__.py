"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    conservation,
    fallback,
    highatomic,
    isolation,
    mobility,
    mobility_moves,
    node,
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
)
RUN = (*zone.THEOREMS, *node.THEOREMS)
