"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import (
    fallback,
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
    zone,
    vmstat,
    zonelist,
)
