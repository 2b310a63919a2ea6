"""Broken twins of what is done to the zones of all nodes."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("node-zones-uncharge-forgotten", "linux.node_zones", "self.world.uncharge(pfn, order)", "pass"),
    Twin(
        "node-zones-wakes-the-first-kswapd", "linux.node_zones", "self.kswapds[ref.node]", "self.kswapds[0]"
    ),
    Twin("node-zones-keeps-its-boost", "linux.node_zones", "zone.boost = left[index]", "pass"),
    Twin(
        "node-zones-drains-one-cpu",
        "linux.node_zones",
        "        for cpu in range(self.cpus):\n            for zone in",
        "        for cpu in (by,):\n            for zone in",
    ),
    Twin("node-zones-hides-less-for-ever", "linux.node_zones", "self.awake(node, awake=False)", "pass"),
    Twin("node-zones-used-pages-stay-zeroed", "linux.node_zones", "self.zeroed.discard(pfn)", "pass"),
)
