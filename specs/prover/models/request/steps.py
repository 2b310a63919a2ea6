"""The states of the slow path, run from whatever a request remembers, beside the model's table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.model import slowpath as model
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.paths import Owed, Path
from specs.prover.models.request.system import AnySystem, replaced, settled, walked
from specs.prover.models.request.zones import MASK, ORDER, bit, has, term_of

ZONES = ((0, 2), (0, 1), (1, 2))
"""A node with two zones, and another one."""
FLAGS, LOOPS, RETRIES = (z3.BitVec(name, BITS) for name in ("flags", "loops", "retries"))
PRIORITY, PROGRESS = z3.BitVec("priority", BITS), z3.BitVec("progress", BITS)
HIGHEST, TYPE = z3.BitVec("highest_zoneidx", BITS), z3.BitVec("migratetype", BITS)
MEMORY = {"flags": FLAGS, "loops": LOOPS, "retries": RETRIES, "priority": PRIORITY, "progress": PROGRESS}
NAMES = {
    "flags": "alloc_flags",
    "loops": "no_progress_loops",
    "retries": "compaction_retries",
    "priority": "compact_priority",
    "progress": "progress",
}
NODEMASKS: dict[str, tuple[frozenset[int] | None, ...]] = {
    "RESTART": (None, frozenset({1}), frozenset()),
    "WAKE": (None, frozenset({1})),
    "RETRY": (None, frozenset({1})),
}
"""Of each state that looks at the zones: nodes that the request may use."""
BOUNDS = {ORDER: 10, LOOPS: 1 << 32, RETRIES: 1 << 32, PRIORITY: 2, PROGRESS: 1 << 40, HIGHEST: 3, TYPE: 2}


class Step:
    """One state, run once: from where, what was asked for, what is remembered afterwards."""

    def __init__(self, subject: Subject, state: str, nodemask: frozenset[int] | None, path: Path) -> None:
        self.subject, self.state, self.nodemask, self.path = subject, state, nodemask, path
        self.system = system = AnySystem(subject, path, ZONES)
        path.assume(*(z3.ULE(term, z3.BitVecVal(most, BITS)) for term, most in BOUNDS.items()))
        linux, count = subject.linux, partial(LiftedCount, path)
        highest = count(HIGHEST) if state == "G" else 2
        self.preferred = linux.zonelist.first_zone(system.zones, 2, nodemask)
        context = linux.system.AllocContext(system.zones, highest, nodemask, None, count(TYPE))
        self.gfp_mask, self.order = LiftedPfn(path, MASK), count(ORDER)
        self.way = way = linux.slow_request.SlowPath(
            system, self.gfp_mask, self.order, context, system.search
        )
        self.before_flags = way.alloc_flags = LiftedPfn(path, FLAGS)
        way.no_progress_loops = count(LOOPS)
        way.compaction_retries, way.compact_priority = count(RETRIES), count(PRIORITY)
        way.progress = count(PROGRESS)
        if state == "F":
            way.compact_result = system.result()
        self.context = context
        stubs = {"reserve_flags": self.reserves} if state == "C0" else {}
        with replaced(linux.slow_retry, zone_watermark_ok=self.passes), replaced(linux.slowpath, **stubs):
            self.next = linux.slowpath.STEPS[linux.slowpath.State[state]](way).name

    def passes(self, zone: Any, order: Any, mark: Any, highest: Any, flags: Any, free: Any) -> LiftedBool:
        """In place of zone_watermark_ok(): any answer, to the question that is to be asked."""
        figure = zone.term
        asked = [
            mark.term == figure("min") + figure("boost"),
            free.term == figure("reclaimable") + figure("exact"),
        ]
        asked += [term_of(order) == ORDER, flags.term == FLAGS, z3.BoolVal(highest == 2)]
        says = (
            "reclaim is tried again if all that could be reclaimed would lift a zone above its min watermark"
        )
        self.path.owe("slowpath", conjunction(asked), says)
        return LiftedBool(self.path, bit(f"passes:{zone.name}"))

    def reserves(self, way: Any) -> LiftedPfn:
        """In place of reserve_flags(): what it answers in RETRY, where it runs."""
        flags = z3.BitVec("reserve_flags", BITS)
        self.path.assume((flags == z3.BitVecVal(0, BITS)) == z3.Not(words()("reserves")))
        return LiftedPfn(self.path, flags)

    def memory(self, name: str) -> z3.BitVecRef:
        """What is remembered now."""
        return term_of(getattr(self.way, NAMES[name]))

    @property
    def names(self) -> list[str]:
        """What was asked for, in order; waking kswapd is looked at by itself."""
        return [
            "last search" if self._is_last(event) else event.name
            for event in self.system.events
            if event.name != "kswapd"
        ]

    def _is_last(self, event: Any) -> bool:
        return event.name == "search" and event.args[0] is not self.gfp_mask


@cache
def _formula(text: str) -> Any:
    return compile(text, "<model>", "eval")


class Words:
    """What the words of the table mean for a step."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = {}
        self.values: dict[str, Any] = {name: has(MASK, some) for name, some in model.GFP.items()}
        result = z3.BitVec("result", 8)
        self.values |= {name: result == z3.BitVecVal(number, 8) for name, number in model.RESULTS.items()}
        self.values |= dict(MEMORY)
        self.values |= {
            "always": z3.BoolVal(True),
            "zone": z3.BoolVal(True),
            "single": ORDER == 0,
            "costly": ORDER > 3,
            "movable": TYPE == 1,
            "low": HIGHEST < 2,
            "victim": bit("oom_victim"),
            "reclaims": bit("no_reclaim"),
            "dying": bit("fatal_signal"),
            "suitable": bit("compaction_suitable"),
            "flag_OOM": has(FLAGS, model.ALLOC["OOM"]),
            "progressed": PROGRESS > 0,
            "reclaims_pages": z3.BitVec("reclaimed_pages", BITS),
            "reclaimed": z3.BitVec("reclaimed_pages", BITS) > 0,
            "passes": z3.Or(*(bit(f"passes:{node}.{zone}") for node, zone in ZONES)),
        }
        plain = "memalloc realtime changed captured lock may_kill kill_helps unreserved found1 found2 found3"
        self.values |= {name: bit(name) for name in plain.split()}
        self.values["retries_now"] = RETRIES + z3.If(
            self("SUCCESS"), z3.BitVecVal(1, BITS), z3.BitVecVal(0, BITS)
        )
        self.values["loops_now"] = z3.If(self("progressed & ~costly"), z3.BitVecVal(0, BITS), LOOPS + 1)
        for name, formula in model.WORDS.items():
            self.values[name] = self(formula)
        flags = z3.BitVecVal(0, BITS)
        for name, formula in model.OF_THE_MASK:
            flags = flags | z3.If(self(formula), z3.BitVecVal(model.ALLOC[name], BITS), z3.BitVecVal(0, BITS))
        self.values["of_the_mask"] = flags

    def __call__(self, formula: str) -> Any:
        """The formula as a term."""
        if formula not in self.known:
            self.known[formula] = eval(_formula(formula), {}, self.values)  # noqa: S307 # our own table
        return self.known[formula]

    def first(self, rules: Sequence[model.Rule]) -> Iterator[tuple[str, z3.BoolRef]]:
        """Of each rule: when it is the first that applies."""
        before: list[z3.BoolRef] = []
        for rule in rules:
            when = self(rule.when)
            yield rule.then, conjunction([*before, when])
            before.append(z3.Not(when))


@cache
def words() -> Words:
    """The same for all steps."""
    return Words()


Claim = tuple[z3.BoolRef, str]
Claims = Callable[[Step], Iterable[Claim]]
"""What must be the case after a step: terms, and sentences."""


@lru_cache(maxsize=30)
def paths_of(subject: Subject, state: str) -> list[Path]:
    """Every way through the state, with its step; nothing goes there, if it has none."""
    return [
        path
        for nodemask in NODEMASKS.get(state, (None,))
        for path in walked(partial(Step, subject, state, nodemask))
    ]


def steps(claims: Claims, states: Iterable[str], subject: Subject, _: int) -> Iterator[Owed]:
    """What the claims say of every way through the states."""
    for state in states:
        for path in paths_of(subject, state):
            step = path.result
            claimed = claims(step) if isinstance(step, Step) else ()
            yield from settled(path, state, [(goal, f"{state}: {says}") for goal, says in claimed])
