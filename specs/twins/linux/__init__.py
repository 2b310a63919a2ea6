"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import (
    fallback,
    highatomic,
    isolation,
    memcg,
    memcg_charge,
    migratetype,
    mobility,
    page_counter,
    pageblock,
    pcp,
    pcp_drain,
    pcp_limits,
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
    page_counter,
    memcg,
    memcg_charge,
)
