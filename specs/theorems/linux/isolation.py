"""What ``verified_buddy.linux.isolation`` does: out of use, and back."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method import invariants as inv
from specs.prover.method.contracts import elsewhere
from specs.prover.method.invariants import MT
from specs.prover.method.labels import HELD, Truth, align, is_free, pfn
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import P, Y
from specs.prover.models import of_linux
from specs.prover.models.core.contracts import released
from specs.prover.models.zone.stage import SPLIT
from specs.prover.models.zone.world import ISOLATED
from specs.theorems.linux.fallback import nothing_done
from specs.theorems.linux.highatomic import counted, moved_with, typed
from specs.theorems.linux.mobility import KEEP, world_of

ISOLATION = "verified_buddy.linux.isolation"
SET, UNSET = "isolation.set_migratetype_isolate", "isolation.unset_migratetype_isolate"
OUT, BACK = "isolation.isolate_free_page", "isolation.putback_isolated_page"
OFF, ON = "isolation.take_page_off_buddy", "isolation.put_page_back_buddy"
SPLITS = "isolation.split_free_page"
FOUR = z3.BitVecVal(4, 3)
COUNTER = "nr_isolate_pageblock"


def _isolate(walk: Walk) -> Iterator[Owed]:
    of, sets = world_of(walk), walk.operation == SET
    isolated, result = of.types_before(P) == FOUR, walk.path.result
    if result is not True:
        yield of.owed("isolate", z3.BoolVal(result is False), "a refusal is False")
        yield of.owed("isolate", isolated if sets else z3.Not(isolated), "it is refused for a reason", P)
        yield nothing_done(walk, "isolate")
        yield counted(walk, "isolate", COUNTER, ISOLATED)
        return
    yield of.owed("isolate", z3.Not(isolated) if sets else isolated, "it is done only if it was not so", P)
    yield from typed(walk, "isolate", P, FOUR if sets else MT)
    yield counted(walk, "isolate", COUNTER, ISOLATED + pfn(1) if sets else ISOLATED - pfn(1))
    if any(step.does == "move" for step in of.steps):
        yield from moved_with(walk, "isolate", P, FOUR if sets else MT)
        if not sets:
            yield of.owed("isolate", z3.Not(_joins(walk)), "one that is next to a free one goes out", P)
    else:
        yield from _rejoins(walk)


def _joins(walk: Walk) -> Truth:
    """Whether the page's pageblock is one free block, next to a free buddy that is not isolated."""
    of, order = world_of(walk), world_of(walk).geometry.order
    start = align(P, order)
    buddy, heads = start ^ pfn(of.geometry.pages), of.before.heads
    return z3.And(is_free(heads(start), order), is_free(heads(buddy), order), of.types_before(buddy) != FOUR)


def _rejoins(walk: Walk) -> Iterator[Owed]:
    """A whole free pageblock next to a free one goes out and back: its pages stay free."""
    of, order = world_of(walk), world_of(walk).geometry.order
    start = align(P, order)
    buddy = start ^ pfn(of.geometry.pages)
    yield of.owed(
        "isolate", _joins(walk), "it goes out and back only next to a free one that is not isolated", buddy
    )
    for truth, says in elsewhere(of.before, of.state, z3.BoolVal(True), Y):
        yield of.owed("isolate", truth, says, Y, start)
    last = of.steps[-1]
    back = last.does == "free" and last.order == order and last.migratetype is not None
    goal = z3.BoolVal(False)
    if back and last.migratetype is not None and last.tail is not None:
        goal = z3.And(last.pfn == start, last.migratetype == MT, last.tail)
    yield of.owed("isolate", goal, "it is freed again under its new type, to the tail", P)


def _out(walk: Walk) -> Iterator[Owed]:
    of, order, geometry = world_of(walk), walk.variant.order, world_of(walk).geometry
    isolated, result = of.types_before(P) == FOUR, walk.path.result
    left = [call.answer for call in walk.path.calls if call.name == "leaves"]
    if result is not True:
        yield of.owed("out", z3.BoolVal(left == [False]), "it is refused by the rule leaves")
        yield of.owed("out", z3.BoolVal(result is False), "a refusal is False")
        yield of.owed("out", z3.Not(isolated), "a block of an isolated pageblock is never refused", P)
        yield nothing_done(walk, "out")
        return
    may = z3.Or(isolated, z3.BoolVal(left == [True]))
    yield of.owed("out", may, "it is taken out by the rule leaves, or of an isolated pageblock", P)
    inside = align(Y, order) == P
    owner = z3.If(inside, HELD, of.before.owner(Y))
    yield of.owed(
        "out", of.state.owner(Y) == owner, "exactly the block is in hand, and nothing else changes", Y, P
    )
    start = align(P, geometry.order)
    covered = z3.And(z3.ULE(start, Y), z3.ULT(Y, start + pfn(max(1 << order, geometry.pages))))
    changes = z3.And(covered, z3.ULT(of.types_before(Y), z3.BitVecVal(3, 3)))
    wanted = z3.If(changes, z3.BitVecVal(1, 3), of.types_before(Y))
    if order < geometry.order - 1:
        wanted = of.types_before(Y)
    says = "the pageblocks of a block of half a pageblock or more become movable, if their types mix"
    yield of.owed("out", of.types(Y) == wanted, says, Y, P)


def _split(walk: Walk) -> Iterator[Owed]:
    of, order = world_of(walk), walk.variant.order
    for truth, says in elsewhere(of.before, of.state, z3.BoolVal(True), Y):
        yield of.owed("split", truth, says, Y, P)
    sides = [step.pfn for step in of.steps if step.does == "free range"]
    halves = z3.And(sides[0] == P, sides[1] == SPLIT) if len(sides) == 2 else z3.BoolVal(False)
    yield of.owed("split", halves, "each side of the split is freed by itself", P)
    ends = [z3.Not(step.tail) for step in of.steps if step.does == "free range" and step.tail is not None]
    yield of.owed("split", inv.conjunction(ends), "the parts go where an ordinary free puts them")
    kept = z3.Implies(align(Y, order) == P, is_free(of.state.owner(Y)))
    yield of.owed("split", kept, "every page of the block is free afterwards", Y, P)


def _back(walk: Walk) -> Iterator[Owed]:
    of, order = world_of(walk), walk.variant.order
    for truth, says in released(of.before, of.state, P, order, Y):
        yield of.owed("back", truth, says, Y, P)
    yield of.owed("back", z3.BoolVal(of.types is of.types_before), "no pageblock changes its type")
    wanted, tail = (MT, True) if walk.operation == BACK else (of.types_before(P), False)
    goal = z3.BoolVal(False)
    if len(of.steps) == 1 and of.steps[0].migratetype is not None and of.steps[0].tail is not None:
        step = of.steps[0]
        goal = z3.And(step.migratetype == wanted, step.tail == z3.BoolVal(tail))
    yield of.owed("back", goal, "it goes back under the right type, to the right end", P)


def _off(walk: Walk) -> Iterator[Owed]:
    of, result = world_of(walk), walk.path.result
    if result is not True:
        yield of.owed("off", z3.BoolVal(result is False), "a refusal is False")
        of.extra += [inv.at(of.before, f"head_of {order}", P) for order in range(walk.top + 1)]
        of.extra.append(inv.at(of.before, "labels", P))
        yield of.owed(
            "off", z3.Not(is_free(of.before.owner(P))), "only a page that is not free is refused", P
        )
        yield nothing_done(walk, "off")
        return
    inside = Y == P
    yield of.owed("off", is_free(of.before.owner(P)), "the page was free", P)
    yield of.owed("off", of.state.owner(P) == HELD, "the page is the caller's afterwards", P)
    for truth, says in elsewhere(of.before, of.state, z3.Not(inside), Y):
        yield of.owed("off", truth, says, Y, P)
    yield of.owed("off", z3.BoolVal(of.types is of.types_before), "no pageblock changes its type")
    yield from _rest(walk)


def _rest(walk: Walk) -> Iterator[Owed]:
    """What is left of the block: the halves without the page, from the greatest down, at the heads."""
    of, steps = world_of(walk), world_of(walk).steps
    current = steps[0].order if steps else 0
    expected = [("remove", current), *(("add", order) for order in range(current - 1, -1, -1))]
    if [(step.does, step.order) for step in steps] != expected:
        yield of.owed("off", z3.BoolVal(False), "one block is unlisted, each half without the page listed")
        return
    kind = of.types_before(steps[0].pfn)
    for step in steps[1:]:
        other = align(P, step.order) ^ pfn(1 << step.order)
        goal = z3.BoolVal(False)
        if step.migratetype is not None and step.tail is not None:
            goal = z3.And(step.pfn == other, step.migratetype == kind, z3.Not(step.tail))
        says = f"the half of order {step.order} without the page goes to the head, under its pageblock's type"
        yield of.owed("off", goal, says, P)


ROWS = (
    Theorem(
        "isolate-exact",
        "To isolate a pageblock, or to give it back, moves its free blocks to the lists of its new type and "
        "counts it; one that is free as a whole next to a free one goes out and back, and stays free.  "
        "Nothing else changes hands; a refusal changes nothing.",
        (
            f"{ISOLATION}.set_migratetype_isolate",
            f"{ISOLATION}.unset_migratetype_isolate",
            f"{ISOLATION}.joins_its_buddy",
        ),
        "z3",
        of_linux((SET, UNSET), KEEP, _isolate),
        (
            "isolates-twice",
            "isolate-leaves-the-blocks",
            "unisolate-loses-the-pageblock",
            "unisolate-always-rejoins",
            "unisolate-never-rejoins",
        ),
        assumes=(
            in_place_of("move_freepages_block", "move-block"),
            in_place_of("free_one_page", "typed-free"),
        ),
        supposes=("nr_isolate_pageblock counts the isolated pageblocks: at least one if there is one",),
        twin_orders=(3,),
    ),
    Theorem(
        "isolate-free",
        "isolate_free_page takes out exactly the free block, whose pageblocks become movable if it is half "
        "of one or more and their types mix; one of an isolated pageblock is never refused, others by the "
        "rule leaves alone; a refusal changes nothing.",
        (f"{ISOLATION}.isolate_free_page",),
        "z3",
        of_linux((OUT,), KEEP, _out),
        (
            "isolate-free-keeps-it-listed",
            "isolate-free-claims-the-isolated",
            "isolate-free-one-pageblock",
            "isolate-free-asks-nobody",
        ),
        supposes=("leaves: whatever it answers",),
        twin_orders=(3,),
    ),
    Theorem(
        "putback-exact",
        "A block that is out is free again when it is put back, under the given type and at the tail; a "
        "broken page that works again, under its pageblock's type.",
        (f"{ISOLATION}.putback_isolated_page", f"{ISOLATION}.put_page_back_buddy"),
        "z3",
        of_linux((BACK, ON), KEEP, _back),
        ("putback-to-the-head", "put-back-as-unmovable"),
        assumes=(in_place_of("free_one_page", "typed-free"),),
        twin_orders=(3,),
    ),
    Theorem(
        "split-free",
        "split_free_page frees a free block again in two parts, one on each side of a page of it or at its "
        "edge; the same pages are free, and nothing changes hands.",
        (f"{ISOLATION}.split_free_page",),
        "z3",
        of_linux((SPLITS,), (*KEEP, "asks"), _split),
        ("split-free-keeps-it-listed", "split-free-loses-the-upper-part", "split-free-in-one-part"),
        assumes=(in_place_of("free_range", "range-exact"),),
        twin_orders=(3,),
    ),
    Theorem(
        "offline-exact",
        "take_page_off_buddy takes exactly the page out if it is free, and else refuses; the halves without "
        "it go to the heads of the lists of their pageblock's type, from the greatest down.",
        (f"{ISOLATION}.take_page_off_buddy",),
        "z3",
        of_linux((OFF,), KEEP, _off),
        ("offline-skips-the-top", "offline-takes-it-all", "offline-under-the-old-type"),
        twin_orders=(3,),
    ),
)
