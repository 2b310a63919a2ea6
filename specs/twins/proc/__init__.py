"""Broken twins of the files of /proc."""

from __future__ import annotations

from specs.twins.proc import buddyinfo, extfrag, nodes, pagetypeinfo, slabinfo, vmstat, zoneinfo

PARTS = (buddyinfo, pagetypeinfo, extfrag, zoneinfo, vmstat, slabinfo, nodes)
