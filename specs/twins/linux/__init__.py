"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import (
    counted_zone,
    fallback,
    highatomic,
    isolation,
    migratetype,
    mobility,
    node,
    node_zones,
    pageblock,
    pcp,
    pcp_drain,
    pcp_limits,
    request,
    request_zone,
    topology,
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
    counted_zone,
    request_zone,
    topology,
    node_zones,
    request,
    node,
)
