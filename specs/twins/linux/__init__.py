"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import (
    alloc_flags,
    fallback,
    gfp,
    gfp_names,
    highatomic,
    isolation,
    migratetype,
    mobility,
    pageblock,
    pcp,
    pcp_drain,
    pcp_limits,
    versions,
    vmstat,
    watermark,
    watermark_setup,
    zone,
    zonelist,
)

PARTS = (
    migratetype,
    pageblock,
    mobility,
    fallback,
    versions,
    highatomic,
    isolation,
    pcp,
    pcp_drain,
    pcp_limits,
    watermark,
    watermark_setup,
    zone,
    gfp,
    gfp_names,
    alloc_flags,
    vmstat,
    zonelist,
)
