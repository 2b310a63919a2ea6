"""Rows about the files of /proc."""

from __future__ import annotations

from specs.theorems.proc import buddyinfo, extfrag, nodes, pagetypeinfo, slabinfo, vmstat, zoneinfo

RUN = (
    *buddyinfo.ROWS,
    *pagetypeinfo.ROWS,
    *extfrag.ROWS,
    *zoneinfo.ROWS,
    *vmstat.ROWS,
    *slabinfo.ROWS,
    *nodes.ROWS,
)
