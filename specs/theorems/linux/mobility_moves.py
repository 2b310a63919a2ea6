"""What ``verified_buddy.linux.mobility`` moves: the free blocks of a range, to the lists of one type."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.invariants import MT
from specs.prover.method.labels import HELD, align_to, is_free, pfn
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.loops import START, STOP
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.zone.contracts import block_move, fed
from specs.prover.models.zone.retyped import Move, moved
from specs.theorems.linux.mobility import KEEP, MOBILITY, world_of

LOOP = "mobility.move_freepages"
STEP = "mobility.move_free_block"
BLOCK = "mobility.move_freepages_block"
MOVED_SAYS = "a free block is on the new type's list if it starts in the range, and nothing else has changed"


def is_moved(walk: Walk, move: Move, tag: str = "moved") -> Iterator[Owed]:
    """The lists and the owners of all pages are what the move alone makes of them."""
    of = world_of(walk)
    wanted = moved(of.entry, move)
    first = align_to(Y, of.entry.owner(Y))
    yield of.owed(tag, of.state.heads(Y) == wanted.heads(Y), MOVED_SAYS, Y)
    yield of.owed(tag, of.state.owner(Y) == wanted.owner(Y), MOVED_SAYS, Y, first)


def to_the_tail(walk: Walk, tag: str = "tail") -> Iterator[Owed]:
    """Whatever is moved goes to the tail of its list."""
    of = world_of(walk)
    for step in of.steps:
        if step.tail is not None:
            yield of.owed(tag, step.tail, "a block that is moved goes to the tail of its new list")


def _move(walk: Walk) -> Iterator[Owed]:
    of, result = world_of(walk), walk.path.result
    yield from to_the_tail(walk)
    if walk.operation == STEP:
        yield from is_moved(walk, Move(P, P + pfn(1), MT))
        added = [step.order for step in of.steps if step.does == "add"]
        goal = z3.Not(is_free(of.before.heads(P))) if not added else z3.BoolVal(len(added) == 1)
        yield of.owed("moved", goal, "a block that starts at the page is moved, and none only if none does")
        size = sum(1 << order for order in added)
        same = z3.BoolVal(type(result) is int and result == size)
        yield of.owed("moved", same, "the result is the size of what was moved")
        return
    yield from is_moved(walk, Move(START, STOP, MT))
    zero = z3.BoolVal(result == 0)
    yield of.owed("moved", zero, "the sum of the moved pages begins at 0")


def _block(walk: Walk) -> Iterator[Owed]:
    of, result = world_of(walk), walk.path.result
    yield from is_moved(walk, block_move(of, P, MT))
    if isinstance(result, LiftedCount):
        counted = z3.BoolVal(len(of.moved_pages) == 1 and result.term.eq(of.moved_pages[0]))
    else:
        counted = z3.BoolVal(
            type(result) is int and result == 0 and all(each.eq(pfn(0)) for each in of.moved_pages)
        )
    yield of.owed("moved", counted, "the result is the number of pages moved")
    yield of.owed("moved", z3.BoolVal(of.types is of.types_before), "no pageblock changes its type")


def _range(walk: Walk) -> Iterator[Owed]:
    of = world_of(walk)
    for truth, says in fed(of.entry, of.state, START, STOP, Y):
        yield of.owed("fed", truth, says, Y)
    yield of.owed("fed", of.state.owner(Y) != HELD, "no page is lost when the call returns", Y)


ROWS = (
    Theorem(
        "range-exact",
        "free_range ends with exactly the pages of the range free: ascending, the greatest block that is "
        "aligned and fits each time, under its pageblock's type and to the end that is asked for.",
        (f"{MOBILITY}.free_range",),
        "z3",
        of_linux(("mobility.free_range",), ("loop", "fits", "aligned", "owned", "greatest"), _range),
        ("range-past-the-end", "range-of-small-blocks", "range-under-one-type", "range-to-the-head"),
        assumes=(in_place_of("free_one_page", "typed-free"),),
        twin_orders=(3,),
    ),
    Theorem(
        "move-exact",
        "move_freepages puts exactly the free blocks that start in its range on the lists of the type, at "
        "their tails, in any range and state: none is merged, split, lost or forgotten; the answer is the "
        "sum of their sizes.",
        (
            f"{MOBILITY}.move_freepages",
            f"{MOBILITY}.move_free_block",
            f"{MOBILITY}.move_to_free_list",
            f"{MOBILITY}.free_block_order",
        ),
        "z3",
        of_linux((LOOP, STEP), (*KEEP, "loop"), _move),
        (
            "move-past-the-range",
            "move-skips-the-last-page",
            "move-steps-too-far",
            "move-to-the-head",
            "move-forgets-the-type",
            "move-counts-blocks",
            "move-counts-turns",
            "move-counts-one-more",
            "move-stops-at-a-used-page",
        ),
        twin_orders=(3,),
    ),
    Theorem(
        "move-block",
        "move_freepages_block moves the free blocks that start in the page's pageblock; only those from the "
        "page on if the pageblock begins outside the zone, and none if it ends there.",
        (f"{MOBILITY}.move_freepages_block", f"{MOBILITY}.first_to_move", f"{MOBILITY}.MobilityZone.spans"),
        "z3",
        of_linux((BLOCK,), (), _block),
        ("move-past-the-pageblock", "move-past-the-zone", "move-before-the-zone"),
        assumes=(in_place_of("move_freepages", "move-exact"),),
        twin_orders=(3,),
    ),
)
