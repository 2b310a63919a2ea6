"""What holds of every operation of the layers: each page has one owner, and none is lost or invented."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.labels import HELD, NONE, align
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import LINUX, of_linux
from specs.theorems.core.buddy import result_of
from specs.theorems.linux.fallback_steal import MOVABLE
from specs.theorems.linux.mobility import world_of
from specs.theorems.linux.pcp import ANY_LIMIT

ALL = tuple(LINUX)
PARTS = ("mobility", "fallback", "highatomic", "isolation", "pcp")
HANDS_OUT = {"isolation.isolate_free_page": None, "isolation.take_page_off_buddy": 0}
"""Calls that answer True when the caller owns the block: by its order, if it is always the same."""
CALLS = (
    in_place_of("rmqueue_smallest", "alloc-exact"),
    in_place_of("free_one_page", "typed-free"),
    in_place_of("free_range", "range-exact"),
    in_place_of("move_freepages", "move-exact"),
    in_place_of("move_freepages_block", "move-block"),
    in_place_of("find_victim", "fallback-order"),
    in_place_of("steal_suitable_fallback", "steal-exact"),
    in_place_of("rmqueue", "fallback-exact"),
    in_place_of("unreserve_first", "unreserve-exact"),
    in_place_of("refill_one", "refill-exact"),
    in_place_of("refill_blocks", "pcp-figures-confirmed"),
    in_place_of("rmqueue_bulk", "bulk-exact"),
    in_place_of("drain_one", "drain-exact"),
    in_place_of("next_pindex", "pcp-round-robin"),
    in_place_of("free_pcppages_bulk", "drain-bulk"),
)


def _conserved(walk: Walk) -> Iterator[Owed]:
    """Free, per-CPU, live or in hand before: so afterwards; only what is handed out comes into hand."""
    of, page, order = world_of(walk), result_of(walk), walk.variant.order
    owner, before = of.state.owner(Y), of.entry.owner(Y)
    if of.given is not None:
        before = z3.If(align(Y, of.given[1]) == of.given[0], HELD, before)
    if of.state is of.entry:
        yield of.owed("conserved", z3.BoolVal(True), "a call that changes no list conserves all pages")
        return
    says = "a page that had an owner has one still, and no other has got one"
    yield of.owed("conserved", (owner == NONE) == (before == NONE), says, Y)
    given = before == HELD
    if page is not None and walk.operation.partition(".")[2].startswith("rmqueue"):
        given = z3.Or(given, align(Y, order) == page)
    if walk.operation in HANDS_OUT and walk.path.result is True:
        known = HANDS_OUT[walk.operation]
        given = z3.Or(given, align(Y, order if known is None else known) == P)
    says = "a page that is in hand when the call ends was so before, or is handed out"
    yield of.owed("conserved", z3.Implies(owner == HELD, given), says, Y)


ROWS = (
    Theorem(
        "zone-layers-conservation",
        "Free pages, pages on per-CPU lists, live pages and those that are out add up to the same at all "
        "times: no operation of the layers loses a page or invents one, and only what it hands out leaves.",
        tuple(f"verified_buddy.linux.{part}" for part in PARTS),
        "z3",
        of_linux(ALL, (), _conserved, alone=True),
        ("steal-drops-the-victim", "refill-drops-the-block"),
        assumes=CALLS,
        supposes=("may_reserve, leaves: whatever they answer", ANY_LIMIT, MOVABLE),
        twin_orders=(3,),
    ),
)
