"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import (
    fallback,
    highatomic,
    isolation,
    kswapd,
    migratetype,
    mobility,
    page_alloc,
    pageblock,
    pcp,
    pcp_drain,
    pcp_limits,
    slowpath,
    versions,
    zone,
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
    zone,
    page_alloc,
    slowpath,
    kswapd,
)
