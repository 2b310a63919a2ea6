"""A whole request, with the search and the slow path replaced: its mask, its page, its charge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedCount, LiftedPfn, truth
from specs.prover.method.paths import Path
from specs.prover.models.request.search import TYPE, ZONEIDX, Claim
from specs.prover.models.request.system import SLOW, AnySystem, Event, replaced
from specs.prover.models.request.zones import MASK, ORDER, bit, has, term_of

ALLOWED, CONTEXT = z3.BitVec("gfp_allowed_mask", BITS), z3.BitVec("in_context", BITS)
ACCOUNT, HARDWALL, THISNODE, WRITE, KSWAPD_RECLAIM = 0x400000, 0x100000, 0x200000, 0x1000, 0x800
NODES: tuple[frozenset[int] | None, ...] = (None, frozenset({1}), frozenset())
ZONES = ((0, 2), (0, 1), (1, 2))


class Request:
    """A request for any number of pages, with any mask, run once."""

    def __init__(
        self, subject: Subject, cpuset: frozenset[int] | None, nodemask: frozenset[int] | None, path: Path
    ) -> None:
        self.cpuset, self.nodemask = cpuset, nodemask
        self.system = system = AnySystem(subject, path, ZONES)
        system.nodes = cpuset
        path.assume(z3.ULE(ORDER, z3.BitVecVal(1 << 20, BITS)))
        module = subject.linux.page_alloc
        mask, order = LiftedPfn(path, MASK), LiftedCount(path, ORDER)
        stubs = {
            "gfp_zone": lambda gfp_mask: ZONEIDX,
            "gfp_migratetype": self.migratetype,
            "get_page_from_freelist": system.search,
            "slowpath": self.slowpath,
        }
        with replaced(module, **stubs):
            self.pfn = module.alloc_pages(system, mask, order, 0, nodemask)

    def migratetype(self, gfp_mask: Any, *, mobility_off: Any) -> int:
        """In place of gfp_migratetype(): one of the types."""
        self.grouped = mobility_off
        return TYPE

    def slowpath(self, system: Any, gfp_mask: Any, order: Any, context: Any, search: Any) -> int | None:
        """A block or none, in place of the function."""
        system.did("slow", gfp_mask, order, context)
        return SLOW if system.ask("slow") else None

    def of(self, name: str) -> list[Event]:
        """What was asked by that name."""
        return [event for event in self.system.events if event.name == name]


def as_asked(request: Request) -> Iterator[Claim]:
    """All that becomes of a request."""
    great = ORDER > 10
    yield (
        z3.BoolVal(not request.system.events) == great,
        "an order above 10, and no other, is refused at once",
    )
    if not request.system.events:
        yield z3.BoolVal(request.pfn is None), "it has no page"
        return
    yield from searched(request)
    yield from charged(request)


def searched(request: Request) -> Iterator[Claim]:
    """The fast path, and then the slow one, each with its mask."""
    yield truth(request.grouped) == bit("mobility_off"), "the type is of a machine that groups pages, or not"
    (context,) = request.of("context")
    yield context.args[0].term == MASK & ALLOWED, "bits that are not allowed yet are dropped first"
    ((node, thisnode),) = (event.args for event in request.of("zonelist"))
    yield (
        z3.And(thisnode.term == has(CONTEXT, THISNODE), z3.BoolVal(node == 0)),
        "the node's list, or that node's alone",
    )
    ((mask, order, flags, where),) = (event.args for event in request.of("search"))
    used = request.cpuset is not None
    wall = CONTEXT | z3.BitVecVal(HARDWALL, BITS) if used else CONTEXT
    yield z3.And(mask.term == wall, order.term == ORDER), "HARDWALL is added where cpusets are in use"
    own = z3.And(bit("in_task"), z3.BoolVal(used and request.nodemask is None))
    narrow = request.cpuset if where.nodemask is request.cpuset else request.nodemask
    yield (
        z3.BoolVal(used and request.nodemask is None and where.nodemask is request.cpuset) == own,
        "a task's nodes",
    )
    yield z3.BoolVal(where.nodemask == narrow), "the nodes are the caller's or the cpuset's"
    preferred = next(((at, zone) for at, zone in ZONES if narrow is None or at in narrow), None)
    normal = preferred is not None and preferred[1] == 2
    wanted = z3.BitVecVal(1, BITS)
    for some, when in (
        (0x40, z3.And(z3.BoolVal(used), z3.Not(own))),
        (0x800, has(CONTEXT, KSWAPD_RECLAIM)),
        (0x100, z3.And(z3.BoolVal(normal), bit("populated"))),
    ):
        wanted = wanted | z3.If(when, z3.BitVecVal(some, BITS), z3.BitVecVal(0, BITS))
    yield term_of(flags) == wanted, "the fast path has the low mark, and the flags of section 6.6"
    right = (where.preferred is None) if preferred is None else where.preferred == preferred
    yield (
        z3.BoolVal(right and where.highest_zoneidx == ZONEIDX and where.migratetype == TYPE),
        "where it may look",
    )
    yield (
        where.spread_dirty_pages.term == has(CONTEXT, WRITE),
        "dirty pages are spread if it is to be written",
    )
    slow = request.of("slow")
    yield (
        z3.BoolVal(len(slow) == 1) == z3.Not(bit("found1")),
        "the slow path follows exactly if there was no page",
    )
    for event in slow:
        mask, order, again = event.args
        same = again.spread_dirty_pages is False and again._replace(
            spread_dirty_pages=True
        ) == where._replace(nodemask=request.nodemask, spread_dirty_pages=True)
        right = [mask.term == CONTEXT, order.term == ORDER, z3.BoolVal(same)]
        yield conjunction(right), "it has the mask without HARDWALL, and the caller's nodes"


def charged(request: Request) -> Iterator[Claim]:
    """Charged once if it is to be, freed if that was refused, and told of once in any case."""
    page = z3.Or(bit("found1"), bit("slow"))
    account = has(CONTEXT, ACCOUNT)
    charges, frees, traces = (request.of(name) for name in ("charge", "free", "trace"))
    yield (
        z3.BoolVal(len(charges) == 1) == z3.And(page, account),
        "a page is charged once, exactly if it is to be",
    )
    yield z3.BoolVal(len(charges) <= 1), "it is not charged twice"
    refused = conjunction([page, account, z3.Not(bit("charged"))])
    yield z3.BoolVal(len(frees) == 1) == refused, "it is freed once, exactly if the charge was refused"
    yield z3.BoolVal(len(frees) <= 1), "it is not freed twice"
    given = SLOW if request.of("slow") else 4711
    for event in (*charges, *frees):
        same = z3.And(event.args[1].term == ORDER, z3.BoolVal(event.args[0] == given))
        yield same, "the very block is charged and freed"
    yield z3.BoolVal(request.pfn is not None) == z3.And(page, z3.Not(refused)), "a page is returned or none"
    yield z3.BoolVal(request.pfn in (None, given)), "it is the one that was found"
    last = z3.BoolVal(len(traces) == 1 and request.system.events[-1] is traces[0])
    yield last, "every request is told of once, at its end"
    for pfn, order, mask, kind in (event.args for event in traces):
        fast = z3.BitVecVal(HARDWALL if request.cpuset is not None else 0, BITS)
        wanted = CONTEXT | z3.If(bit("found1"), fast, z3.BitVecVal(0, BITS))
        right = [order.term == ORDER, mask.term == wanted, z3.BoolVal(pfn == request.pfn and kind == TYPE)]
        yield conjunction(right), "what is told is the page and the mask that it was found with"
