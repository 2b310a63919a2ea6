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
    watermark,
    watermark_setup,
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
    watermark,
    watermark_setup,
    zone,
)
