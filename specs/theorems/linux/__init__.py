"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    conservation,
    fallback,
    highatomic,
    hypotheses,
    isolation,
    mobility,
    mobility_moves,
    paths,
    pcp,
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
    *pcp_drain.ROWS,
    *conservation.ROWS,
    *hypotheses.ROWS,
    *paths.ROWS,
)
RUN = zone.THEOREMS
