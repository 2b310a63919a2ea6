"""Broken twins of what a request remembers, and does in more than one state."""

from __future__ import annotations

from functools import partial

from specs.ledger.subject import Twin

_request = partial(Twin, module="linux.slow_request")

TWINS = (
    _request("slowpath-wakes-kswapd-per-zone", old="            node = zone.node\n", new=""),
    _request(
        "slowpath-wakes-empty-nodes",
        old="zone.node != node and way.system.zone(zone).managed != 0",
        new="zone.node != node",
    ),
    _request(
        "slowpath-captured-page-not-zeroed",
        old="zero = system.init_on_alloc or way.has(gfp.ZERO)",
        new="zero = system.init_on_alloc",
    ),
    _request(
        "slowpath-searches-after-nothing-was-tried",
        old="way.order == 0 or way.compact_result is CompactResult.SKIPPED",
        new="way.order == 0",
    ),
    _request(
        "slowpath-nofail-leaves-the-cpuset-first",
        old="way.got(alloc_flags | CPUSET) or way.got(alloc_flags)",
        new="way.got(alloc_flags) or way.got(alloc_flags | CPUSET)",
    ),
)
