"""The functions of per-CPU lists: their units and contracts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from specs.kernel_text.functions.core import leave_smallest
from specs.kernel_text.functions.free_pages import counts_moved
from specs.kernel_text.functions.pcp import (
    bulk,
    bulk_rules,
    enter_bulk,
    enter_inner,
    enter_pcplist,
    enter_refill,
    inner,
    leave_bulk,
    leave_refill,
    refill_rules,
)
from specs.kernel_text.functions.pcp_drain import (
    drain,
    drain_rules,
    empty_then,
    enter_drain,
    enter_drain_one,
    enter_next,
    found_list,
    has_a_block,
    leave_next,
    leave_true,
    search_rules,
    whole_rules,
)
from specs.kernel_text.functions.pcp_drain_all import drain_some, empty_rules, enter_drain_all
from specs.kernel_text.functions.pcp_free import (
    enter_commit,
    enter_free_count,
    enter_high,
    limit,
    to_drain,
)
from specs.kernel_text.functions.pcp_shared import (
    SMALL,
    enter_index,
    index_of,
    leave_number,
    order_of_index,
)
from specs.kernel_text.integers import UINT, Int
from specs.kernel_text.units import Unit, leave_count

P = "linux.pcp"


ONE = (f"{P}.refill_one",)


def second(zone: Any, pcp: Any, *_: Any, **__: Any) -> Any:
    """The CPU's lists, where they come after the zone."""
    return pcp


def first(pcp: Any, *_: Any, **__: Any) -> Any:
    """The CPU's lists, where they come first."""
    return pcp


def zone_of_lists(pcp: Any, *_: Any, **__: Any) -> Any:
    """The zone to which the lists belong, if they tell; or one of which nothing counts."""
    if hasattr(pcp, "world"):
        return pcp.world.zone
    return getattr(pcp, "zone", SimpleNamespace(nr_isolate_pageblock=0))


LISTED = (
    "while something is left to drain, some list has a block: the count is the pages listed (row pcp-count)"
)


UNITS = (
    Unit(
        "order_to_pindex",
        (f"{P}.order_to_pindex",),
        enter_index,
        leave_number,
        index_of,
        ("pcp.refill_one", "pcp.free_unref_page_commit"),
        zone=lambda *_: None,
        lemmas=True,
        among=("pcp-index", "refill-exact", "drain-exact"),
    ),
    Unit(
        "pindex_to_order",
        (f"{P}.pindex_to_order",),
        lambda edge, index: [Int(UINT, int(index))],
        leave_number,
        order_of_index,
        ("pcp.drain_one",),
        zone=lambda *_: None,
        lemmas=True,
        among=("pcp-index", "refill-exact", "drain-exact"),
    ),
    Unit(
        "rmqueue_bulk",
        ONE,
        enter_refill,
        leave_refill,
        operations=("pcp.refill_one",),
        pcp=second,
        rules=refill_rules,
        supposes=SMALL,
        counts=counts_moved,
    ),
    Unit(
        "rmqueue_bulk",
        (f"{P}.rmqueue_bulk",),
        enter_bulk,
        leave_bulk,
        bulk,
        ("pcp.rmqueue_bulk",),
        rules=bulk_rules,
        supposes=("fewer than 2^20 blocks are asked for",),
        pcp=second,
        counts=counts_moved,
    ),
    Unit(
        "__rmqueue_pcplist",
        (f"{P}.rmqueue_pcplist",),
        enter_inner,
        leave_smallest,
        inner,
        ("pcp.rmqueue_pcplist",),
        pcp=second,
        supposes=SMALL,
    ),
    Unit(
        "rmqueue_pcplist",
        (f"{P}.rmqueue_pcplist",),
        enter_pcplist,
        leave_smallest,
        operations=("pcp.rmqueue_pcplist",),
        pcp=second,
        meant=lambda *_, bulk=False, **__: not bulk,
        supposes=SMALL,
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.next_pindex",),
        enter_next,
        leave_next,
        operations=("pcp.next_pindex",),
        zone=zone_of_lists,
        rules=search_rules,
        callees={"pindex_to_order": found_list, "list_empty": empty_then},
        supposes=(LISTED,),
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.drain_one",),
        enter_drain_one,
        leave_true,
        operations=("pcp.drain_one",),
        pcp=second,
        meant=has_a_block,
        rules=drain_rules,
        supposes=SMALL,
    ),
    Unit(
        "free_pcppages_bulk",
        (f"{P}.free_pcppages_bulk",),
        enter_drain,
        contract=drain,
        operations=("pcp.free_pcppages_bulk",),
        pcp=second,
        rules=whole_rules,
        supposes=(*SMALL, LISTED),
    ),
    Unit(
        "nr_pcp_high", (f"{P}.pcp_limit",), enter_high, leave_count, limit, zone=zone_of_lists, supposes=SMALL
    ),
    Unit(
        "nr_pcp_free",
        (f"{P}.pages_to_drain",),
        enter_free_count,
        leave_count,
        to_drain,
        zone=zone_of_lists,
        pcp=first,
        supposes=SMALL,
    ),
    Unit(
        "drain_pages_zone",
        (f"{P}.drain_pages_zone",),
        enter_drain_all,
        operations=("pcp.drain_pages_zone",),
        pcp=second,
        rules=empty_rules,
        callees={"free_pcppages_bulk": drain_some},
        supposes=(*SMALL, "a drain takes as many pages as it is asked for (rows drain-bulk, pcp-count)"),
    ),
    Unit(
        "free_unref_page_commit",
        (f"{P}.free_unref_page_commit",),
        enter_commit,
        operations=("pcp.free_unref_page_commit",),
        pcp=second,
        supposes=SMALL,
    ),
)
