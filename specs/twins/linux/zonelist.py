"""Broken twins of the order in which a request looks at zones."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.zonelist"
FILTER = "if ref.zone <= highest_zoneidx and (nodemask is None or ref.node in nodemask):"
LOADED = "            load[node] += 1\n"

TWINS = (
    Twin(
        "zonelist-load-is-no-matter",
        MODULE,
        "return (far << NODES_SHIFT) + load",
        "return far << NODES_SHIFT",
    ),
    Twin("zonelist-load-beats-distance", MODULE, "NODES_SHIFT: Final = 10", "NODES_SHIFT: Final = 0"),
    Twin("zonelist-load-not-counted", MODULE, LOADED, "            pass\n"),
    Twin(
        "zonelist-loads-every-node", MODULE, "if distances[node] != distances[before]:", "if node != before:"
    ),
    Twin("zonelist-tie-to-the-last", MODULE, "value < least:", "value <= least:"),
    Twin("zonelist-farthest-first", MODULE, "value < least:", "value > least:"),
    Twin("zonelist-lower-nodes-first", MODULE, "(1 if node < local else 0)", "(1 if node > local else 0)"),
    Twin(
        "zonelist-prefers-cpus",
        MODULE,
        "(1 if nodes[node].has_cpus else 0)",
        "(0 if nodes[node].has_cpus else 1)",
    ),
    Twin(
        "zonelist-distance-backwards", MODULE, "nodes[local].distances[node]", "nodes[node].distances[local]"
    ),
    Twin("zonelist-own-node-is-not-first", MODULE, "    if local not in used:\n        return local\n", ""),
    Twin(
        "zonelist-a-node-twice",
        MODULE,
        "        order.append(node)\n",
        "        order += [node] * (1 + (node < local))\n",
    ),
    Twin("zonelist-loses-the-last", MODULE, "for node in order for ref", "for node in order[:3] for ref"),
    Twin(
        "zonelist-lowest-first",
        MODULE,
        "for zone in reversed(nodes[node].zones)",
        "for zone in nodes[node].zones",
    ),
    Twin(
        "zonelist-this-node-falls-back",
        MODULE,
        "node_zones(nodes, node)), node_zones(nodes, local))",
        "node_zones(nodes, node)), node_zones(nodes, order[-1]))",
    ),
    Twin("zonelist-below-the-index-only", MODULE, FILTER, FILTER.replace("<=", "<")),
    Twin(
        "zonelist-mask-asks-the-first-node",
        MODULE,
        FILTER,
        FILTER.replace("ref.node in", "zonelist[0].node in"),
        "Xen bd0bb8a005",
    ),
    Twin(
        "zonelist-no-mask-allows-nothing",
        MODULE,
        FILTER,
        FILTER.replace("nodemask is None or", "nodemask is not None and"),
        "Xen 5ac2dddb17",
    ),
    Twin(
        "zonelist-empty-mask-allows-all", MODULE, FILTER, FILTER.replace("nodemask is None", "not nodemask")
    ),
    Twin(
        "zonelist-first-is-the-last",
        MODULE,
        "return next(eligible(zonelist,",
        "return next(eligible(tuple(zonelist)[::-1],",
    ),
    Twin("zonelist-zones-in-any-order", MODULE, "if list(node.zones) !=", "if sorted(node.zones) !="),
    Twin(
        "zonelist-distances-may-be-missing",
        MODULE,
        "        len(distances) == nodes\n        and ",
        "        ",
    ),
    Twin(
        "zonelist-no-limit-of-distances",
        MODULE,
        "and LOCAL_DISTANCE <= each <= DISTANCE_MOST",
        "and LOCAL_DISTANCE <= each",
    ),
    Twin("zonelist-node-below-zero", MODULE, "and 0 <= node < nodes", "and node < nodes"),
)
