"""A system of which nothing is known: whatever a request asks, every answer is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType
from typing import Any, NamedTuple

import z3

from specs.ledger.domain import Domain
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.prover.method import stubs
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.method.paths import Owed, Path, explore
from specs.prover.method.row import Lemmas, Proof
from specs.prover.method.solve import counterexample
from specs.prover.models.request.zones import MOST, AnyZone, bit

PAGE, CAPTURED, SLOW = 4711, 4712, 4713
"""The blocks that a search, compaction and the slow path give; which they are does not matter."""


class Event(NamedTuple):
    """Something that a request asked for, and with what."""

    name: str
    args: tuple[Any, ...] = ()


class AnySystem:
    """Every answer is possible, and what is asked is written down."""

    def __init__(self, subject: Subject, path: Path, zones: Sequence[tuple[int, int]]) -> None:
        self.subject, self.path = subject, path
        self.zones = [subject.linux.zonelist.ZoneRef(*zone) for zone in zones]
        self.online_nodes = len({node for node, _ in zones})
        self.figures = {ref: AnyZone(subject, path, f"{ref.node}.{ref.zone}") for ref in self.zones}
        self.events: list[Event] = []
        self.gfp_allowed_mask = LiftedPfn(path, z3.BitVec("gfp_allowed_mask", BITS))
        self.nodes: Any = None
        """The nodes of the task's cpuset."""
        self.near = self.zeroes = True
        """Whether zones may be reclaimed first, and pages be zeroed unasked; else neither is."""

    def ask(self, name: str) -> LiftedBool:
        """An answer of that name."""
        return LiftedBool(self.path, bit(name))

    def did(self, name: str, *args: Any) -> None:
        """Write down."""
        self.events.append(Event(name, args))

    def __getattr__(self, name: str) -> Any:
        """A yes or no that is asked with nothing or with what does not matter."""
        if name == "init_on_alloc":
            return self.ask(name) if self.zeroes else False
        if name == "mobility_off":
            return self.ask(name)
        if name not in QUESTIONS:
            raise AttributeError(name)
        return lambda *args, **named: self.ask(name)

    def zonelist(self, node: int, *, thisnode: Any) -> Any:
        """The zones; which of the two lists is written down."""
        self.did("zonelist", node, thisnode)
        return self.zones

    def zone(self, ref: Any) -> AnyZone:
        """Its figures."""
        return self.figures[ref]

    def gfp_context(self, gfp_mask: Any) -> LiftedPfn:
        """Some bits may go."""
        self.did("context", gfp_mask)
        return LiftedPfn(self.path, z3.BitVec("in_context", BITS))

    def cpuset(self) -> Any:
        """The nodes of the task's cpuset."""
        return self.nodes

    def search(self, _: Any, gfp_mask: Any, order: Any, alloc_flags: Any, context: Any) -> int | None:
        """get_page_from_freelist(): a page or none."""
        self.did("search", gfp_mask, order, alloc_flags, context)
        number = sum(event.name == "search" for event in self.events)
        return PAGE if self.ask(f"found{number}") else None

    def compact(self, mask: Any, order: Any, flags: Any, context: Any, priority: Any) -> tuple[Any, Any]:
        """Any result, and a block or none."""
        own = not isinstance(priority, int)
        self.did(f"compact at {'own priority' if own else f'priority {priority}'}", priority, flags)
        return self.result(), CAPTURED if self.ask("captured") else None

    def result(self) -> Any:
        """One of the results of compaction."""
        results = list(self.subject.linux.compaction.CompactResult)
        for result in results[:-1]:
            if self.path.decide(z3.BitVec("result", 8) == z3.BitVecVal(int(result), 8)):
                return result
        self.path.assume(z3.BitVec("result", 8) == z3.BitVecVal(int(results[-1]), 8))
        return results[-1]

    def prep_new_page(self, pfn: int, order: Any, *, zero: Any, compound: Any) -> None:
        """Written down."""
        self.did("prepare", pfn, order, truth(zero), truth(compound))

    def wakeup_kswapd(self, zone: Any, gfp_mask: Any, order: Any, highest_zoneidx: Any) -> None:
        """Written down."""
        self.did("kswapd", zone, gfp_mask, order, highest_zoneidx)

    def reclaim(self, gfp_mask: Any, order: Any, context: Any) -> LiftedCount:
        """Any number of pages."""
        self.did("reclaim")
        term = z3.BitVec("reclaimed_pages", BITS)
        self.path.assume(z3.ULE(term, z3.BitVecVal(MOST, BITS)))
        return LiftedCount(self.path, term)

    def reclaimable(self, ref: Any) -> LiftedCount:
        """Any number of pages."""
        return self.figures[ref].count("reclaimable")

    def unreserve_highatomic(self, context: Any, *, force: bool) -> LiftedBool:
        """Whether pages moved."""
        self.did("unreserve by force" if force else "unreserve")
        return self.ask("unreserved")

    def drain_all(self) -> None:
        """Written down."""
        self.did("drain")

    def oom_lock(self) -> LiftedBool:
        """Whether nobody else kills."""
        self.did("lock")
        return self.ask("lock")

    def oom_unlock(self) -> None:
        """Written down."""
        self.did("unlock")

    def out_of_memory(self, gfp_mask: Any, order: Any) -> LiftedBool:
        """Whether a task was killed."""
        self.did("kill")
        return self.ask("kill_helps")

    def charge(self, pfn: Any, order: Any, gfp_mask: Any) -> LiftedBool:
        """Whether the group may have the block."""
        self.did("charge", pfn, order, gfp_mask)
        return self.ask("charged")

    def free_pages(self, pfn: Any, order: Any) -> None:
        """Written down."""
        self.did("free", pfn, order)

    def traced(self, pfn: Any, order: Any, gfp_mask: Any, migratetype: Any) -> None:
        """Written down."""
        self.did("trace", pfn, order, gfp_mask, migratetype)

    def rmqueue(self, zone: Any, order: Any, migratetype: Any, alloc_flags: Any) -> int | None:
        """A block or none; by zone, and by whether memory may be fragmented."""
        self.did("take", zone, order, migratetype, alloc_flags)
        return PAGE + self.zones.index(zone) if self.ask(f"gives:{self.turn(zone, alloc_flags)}") else None

    def node_reclaim(self, zone: Any, gfp_mask: Any, order: Any) -> LiftedBool | bool:
        """Whether the mark is to be read again."""
        if not self.near:
            return False
        turn = sum(event.name == "near" and event.args[0] == zone for event in self.events)
        self.did("near", zone)
        return self.ask(f"near{turn}:{zone.node}.{zone.zone}")

    def turn(self, zone: Any, alloc_flags: int) -> str:
        """A zone in one of the two turns."""
        return f"{zone.node}.{zone.zone}{' unmixed' if alloc_flags & 0x100 else ''}"

    def looked(self, look: Any) -> None:
        """Written down."""
        self.did("look", look)

    def searches(self, gfp_mask: Any, order: Any, alloc_flags: Any, context: Any) -> None:
        """Told only."""

    def found(self, pfn: Any) -> None:
        """Told only."""

    def failed(self, gfp_mask: Any, order: Any) -> None:
        """Told only."""


QUESTIONS = frozenset(
    {
        *(
            "populated",
            "in_task",
            "realtime",
            "memalloc",
            "no_reclaim",
            "oom_victim",
            "fatal_signal",
            "changed",
        ),
        *("dirty_ok", "was_boosted", "compaction_suitable", "may_kill"),
    }
)


def replaced(module: ModuleType, **names: object) -> AbstractContextManager[None]:
    """What the module calls by these names, replaced; it has to have every one of them."""
    assert names.keys() <= vars(module).keys(), (
        f"{module.__name__} has no {names.keys() - vars(module).keys()}"
    )
    return stubs.replaced(module, **names)


Run = Callable[[Path], object]


def walked(run: Run) -> Iterator[Path]:
    """Every path of the run, with what it returns; ``NOBODY`` if no state walks it."""
    solver = z3.SimpleSolver()  # asked so often, a fresh one is slower
    for path in explore(run):
        solver.push()
        solver.add(*path.facts, *path.denied)
        if solver.check() == z3.unsat:
            path.result, path.error = NOBODY, None
        solver.pop()
        yield path


NOBODY = object()
"""The result of a path that no state walks."""


def settled(path: Path, says: str, claims: Iterable[tuple[z3.BoolRef, str]] = ()) -> Iterator[Owed]:
    """What the path owes, and the claims, from all that is known where it ends: other ways owe it there.

    That no state walks a path is owed too, and nothing else then.
    """
    facts, denied = tuple(path.facts), tuple(path.denied)
    if path.result is NOBODY:
        yield Owed(
            "impossible", z3.Not(conjunction([*facts, *denied])), f"{says}: nobody goes this way", (), ()
        )
        return
    if path.error is not None:
        wrong = f"the call does not end in {type(path.error).__name__}: {path.error}"
        path.owe("impossible", z3.BoolVal(False), f"{says}: {wrong}")
    for owed in path.owed:
        yield replace(owed, facts=facts, pool=(lambda: denied,), beyond=lambda: denied, moment=(path,))
    for goal, claimed in claims:
        if not z3.is_true(goal):
            yield Owed("claim", goal, claimed, facts, (lambda: denied,), (), lambda: denied, (path,))


def every_path(run: Run, says: str) -> Iterator[Owed]:
    """What every path of the run owes."""
    for path in walked(run):
        yield from settled(path, says)


def tell(subject: Subject, owed: Owed) -> Story:
    """What is answered and asked where the sentence is not true."""
    model = counterexample(owed)
    if model is None:
        return Story(owed.says, owed.says, stateless=True)
    values = sorted(f"{name} = {_shown(model[name])}" for name in model.decls())
    return Story(f"with {', '.join(values)}"[:600], owed.says, stateless=True)


def _shown(value: Any) -> str:
    return hex(value.as_long()) if isinstance(value, z3.BitVecNumRef) else str(value).lower()


ANY_REQUEST = Domain(
    "anything that a request may remember, and any answer of what it asks",
    "none; numbers of pages: below 2^52",
    sizes=("every mask of 64 bits, and orders 0..10, all at once",),
)
"""What rows about requests are decided for."""


def of_requests(lemmas: Lemmas) -> Proof:
    """A proof about requests; the top order of a zone does not matter to them."""
    return Proof(lemmas=lemmas, tops=lambda tops: tops[:1], tell_lemma=tell)
