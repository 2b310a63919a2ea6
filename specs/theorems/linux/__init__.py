"""Rows about the zone of Linux 6.1."""

from __future__ import annotations

from specs.theorems.linux import (
    conservation,
    fallback,
    highatomic,
    isolation,
    mobility,
    mobility_moves,
    pcp,
    pcp_count,
    pcp_drain,
    watermark,
    watermark_check,
    watermark_setup,
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
    *watermark.ROWS,
    *watermark_check.ROWS,
    *conservation.ROWS,
)
RUN = (*zone.THEOREMS, *watermark_setup.ROWS)
