"""Broken twins of the zone of Linux 6.1."""

from __future__ import annotations

from specs.twins.linux import fallback, isolation, mobility, pcp, zone, zone_pcp

PARTS = (mobility, fallback, isolation, pcp, zone, zone_pcp)
