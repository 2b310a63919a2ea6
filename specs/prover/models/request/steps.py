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
from specs.prover.models.request.system import (
    MASK,
    ORDER,
    PAGE,
    AnySystem,
    any_of,
    bit,
    has,
    replaced,
    settled,
    term_of,
    walked,
)

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


def as_in_the_table(step: Step) -> Iterator[Claim]:
    """The next state, what is asked for, and what is remembered, are those of the table."""
    yield from goes_on(step)
    yield from asks(step)
    yield from remembers(step)
    yield from wakes(step)


def goes_on(step: Step) -> Iterator[Claim]:
    """The next state is the table's, and one of NEXT; a page is there exactly if that says so."""
    rules = [rule for rule in model.NEXT[step.state] if rule.when != "zone" or step.preferred is not None]
    here = [when for then, when in words().first(rules) if then == step.next]
    yield any_of(here), f"{step.next} is not next"
    module = step.subject.linux.slowpath
    allowed = module.State[step.next] in module.NEXT[module.State[step.state]]
    yield z3.BoolVal(allowed), f"{step.next} is not among NEXT"
    yield z3.BoolVal((step.way.pfn is not None) == (step.next == "GOT")), "there is a page exactly at GOT"


def asks(step: Step) -> Iterator[Claim]:
    """The calls are those of the table, in its order, and none is missing."""
    calls = [call for call in model.DOES[step.state] if call.name != "kswapds"]
    made = [event for event in step.system.events if event.name != "kswapd"]
    done = list(step.names)
    chosen: list[z3.BoolRef] = []
    for skipped in _subsets(len(calls)):
        left = [call for index, call in enumerate(calls) if index not in skipped]
        if [call.name for call in left] != done:
            continue
        said = [
            words()(call.when) if index not in skipped else z3.Not(words()(call.when))
            for index, call in enumerate(calls)
        ]
        said += [_asked(step, event, call) for event, call in zip(made, left, strict=True)]
        chosen.append(conjunction(said))
    yield any_of(chosen), f"it asks for {', '.join(done) or 'nothing'}"


def _subsets(size: int) -> Iterator[set[int]]:
    for chosen in range(1 << size):
        yield {index for index in range(size) if chosen >> index & 1}


def _asked(step: Step, event: Any, call: model.Call) -> z3.BoolRef:
    """Whether the call was made with what belongs to it."""
    args = event.args
    if call.name.endswith("search"):
        mask, order, flags, context = args
        wanted = FLAGS if call.flags == "own" else z3.BitVecVal(int(call.flags, 16), BITS)
        own = (
            (MASK | model.GFP["HARDWALL"]) & ~model.GFP["DIRECT_RECLAIM"]
            if call.name == "last search"
            else MASK
        )
        same = context is step.context
        return conjunction(
            [term_of(flags) == wanted, mask.term == own, order.term == ORDER, z3.BoolVal(same)]
        )
    if call.name == "prepare":
        pfn, order, zero, compound = args
        zeroed = zero == z3.Or(bit("init_on_alloc"), has(MASK, model.GFP["ZERO"]))
        return conjunction(
            [zeroed, compound == has(MASK, 0x40000), z3.BoolVal(pfn != PAGE), order.term == ORDER]
        )
    if call.name.startswith("compact"):
        priority, flags = args
        own = term_of(priority) == PRIORITY if "own" in call.name else z3.BoolVal(True)
        return conjunction([own, term_of(flags) == FLAGS])
    return z3.BoolVal(True)


def remembers(step: Step) -> Iterator[Claim]:
    """What it remembers is what the table says, and otherwise what it did before."""
    changes = model.REMEMBERS.get(step.state, {})
    for name, before in MEMORY.items():
        after = step.memory(name)
        if name not in changes and z3.eq(after, before):
            continue
        wanted = before
        for then, when in reversed(list(words().first((*changes.get(name, ()), model.Rule(name))))):
            value = words()(then)
            wanted = z3.If(when, z3.BitVecVal(value, BITS) if isinstance(value, int) else value, wanted)
        yield after == wanted, f"{name} afterwards"
    yield from _looks(step)


def _looks(step: Step) -> Iterator[Claim]:
    """The mask and the order stay; where it may look changes in two states."""
    way, context = step.way, step.context
    same = way.gfp_mask is step.gfp_mask and way.order is step.order
    yield z3.BoolVal(same), "the request stays the same"
    first = step.system.zones[0]
    if step.state == "RESTART":
        yield (
            z3.BoolVal(way.context == context._replace(preferred=step.preferred)),
            "the first zone is found anew",
        )
    elif step.state == "RETRY":
        wide = conjunction([z3.Not(words()("changed")), z3.Or(words()("reserves"), z3.Not(has(FLAGS, 0x40)))])
        widened = way.context == context._replace(nodemask=None, preferred=first)
        as_before = way.context is context
        yield z3.BoolVal(widened or as_before), "it looks where it did, or everywhere"
        yield z3.BoolVal(widened) == wide, "it looks everywhere exactly with reserves or without a cpuset"
    else:
        yield z3.BoolVal(way.context is context), "it looks where it did before"


def wakes(step: Step) -> Iterator[Claim]:
    """Each kswapd is woken once of every node that has memory and that it may use, if its flags say so."""
    woken = [event for event in step.system.events if event.name == "kswapd"]
    zones = [ref for ref in step.system.zones if step.nodemask is None or ref.node in step.nodemask]
    calls = [call for call in model.DOES[step.state] if call.name == "kswapds"]
    here = words()(calls[0].when) if calls else z3.BoolVal(False)
    asked = [ref for ref in zones if any(event.args[0] == ref for event in woken)]
    yield z3.BoolVal([event.args[0] for event in woken] == asked), "each kswapd is woken once, in order"
    earlier: dict[int, list[z3.BoolRef]] = {}
    for ref in zones:
        managed = step.system.figures[ref].term("managed") != z3.BitVecVal(0, BITS)
        none_before = z3.Not(any_of(earlier.setdefault(ref.node, [])))
        due = conjunction([here, has(FLAGS, model.ALLOC["KSWAPD"]), managed, none_before])
        yield z3.BoolVal(ref in asked) == due, "kswapd of every node with memory is woken if the flags say so"
        earlier[ref.node].append(managed)
    for event in woken:
        _, mask, order, highest = event.args
        right = conjunction([mask.term == MASK, order.term == ORDER, z3.BoolVal(highest == 2)])
        yield right, "it is told what the request asks for"


def spares_the_reserves(step: Step) -> Iterator[Claim]:
    """No watermark counts only for who frees memory, and at last for who must not fail."""
    allowed = words()("memory_for_all")
    none = model.ALLOC["NO_WATERMARKS"]
    after = has(step.memory("flags"), none)
    yield z3.Implies(after, z3.Or(has(FLAGS, none), allowed)), "the mark is given up for who frees memory"
    killed = False
    for event in step.system.events:
        killed = killed or event.name == "kill"
        if event.name == "search" and event.args[2] is not step.before_flags:
            beyond = has(term_of(event.args[2]), none)
            last = z3.And(words()("NOFAIL"), z3.BoolVal(killed))
            own = has(FLAGS, none)
            yield z3.Implies(beyond, z3.Or(own, last)), "and after a kill for who must not fail"


def never_fails(step: Step) -> Iterator[Claim]:
    """Who must not fail, and may reclaim, does not."""
    yield (
        z3.Or(z3.Not(words()("insists")), z3.BoolVal(step.next != "FAIL")),
        "who must not fail ends with a page",
    )
    table = step.subject.linux.slowpath.NEXT
    fails = [state.name for state, after in table.items() if any(each.name == "FAIL" for each in after)]
    yield z3.BoolVal(fails == [step.state]), "nothing fails elsewhere"


REPORTS = {
    "RETRY": "changed",
    "E": "progressed | unreserved",
    "F": "progressed | changed",
    "G": "~lock | kill_helps | NOFAIL",
    "NOPAGE": "changed | NOFAIL",
}
"""What lets a request begin again, or count anew: word that something has changed, or a mask that insists."""


def comes_to_an_end(step: Step) -> Iterator[Claim]:
    """Without such a report it goes on to a later state, or has tried once more of the times that it may."""
    report = words()(REPORTS[step.state]) if step.state in REPORTS else z3.BoolVal(False)
    loops, most = step.memory("loops"), z3.BitVecVal(model.MOST_LOOPS, BITS)
    later = model.ORDER.index(step.next) > model.ORDER.index(step.state)
    counts_on = loops >= LOOPS if step.state != "RESTART" else z3.BoolVal(True)
    once_more = z3.And(loops == LOOPS + 1, loops <= most)
    says = "it goes on, or tries once more of 16 times, or was told of something new"
    yield z3.Or(report, z3.And(counts_on, z3.Or(z3.BoolVal(later), once_more))), says
