"""What ``verified_buddy.proc.nodes`` says of live machines."""

from __future__ import annotations

from specs.exhaustive import proc_nodes
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.proc.nodes"

ROWS = (
    Theorem(
        name="nodes-shown-as-they-are",
        says="What the files say of a live machine are the numbers of its blocks and pageblocks by type and "
        "order, and the marks, lists and counters of its zones.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in (
                *("by_node", "free_counts", "type_counts", "pageblock_counts"),
                *("zone_infos", "zone_info", "counters"),
            )
        ),
        method="exhaustive",
        check=Checker(proc_nodes.visit),
        rejects=(
            "nodes-pageblocks-of-half-a-zone",
            "nodes-free-with-what-cpus-hide",
            "nodes-given-up-elsewhere",
            "nodes-counts-one-zone",
            "nodes-present-ignored",
        ),
        domain=Domain(
            starts="machines with all memory free",
            pages="below 70,007",
            max_orders=(10,),
            sizes=proc_nodes.SIZES,
        ),
        owes=said_by(proc_nodes.visit),
    ),
)
