"""C = Python: on every path, both do the same to the same lists, and answer the same.

Both run on one path, on zones that answer them alike (``asked``); so what is compared is not a sample of paths, but
all of C's with all of ours that belong to the same inputs.  A callee stands by its contract on both sides.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import z3

from specs.kernel_text.asked import Answers, AskedArea, AskedPageblocks, AskedPcp, Event, Run, plain
from specs.kernel_text.errors import Undefined, Unread
from specs.kernel_text.units import Backed
from specs.ledger.subject import Subject
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.operations import replaced
from specs.prover.method.paths import Cut, Owed, Path, TooManyPaths, simplified
from specs.prover.method.solve import Solvers
from specs.prover.models.zone.geometry import Geometry

MOST = 60000
"""Paths of one function, beyond which it is undecided."""


class SurePath(Path):
    """A path that forks only where both ways are open."""

    memory: dict[tuple[Any, ...], bool | None]
    """What was found of a condition after the same choices."""

    sure = True
    solver: z3.Solver | None = None
    told: tuple[int, int] = (0, 0)

    def refutes(self, condition: z3.BoolRef) -> bool:
        """Whether what is known excludes the condition."""
        if self.solver is None:
            self.solver = z3.SimpleSolver()
            self.solver.set(timeout=2000, ctrl_c=False)  # an interrupt is ours
        facts, denied = self.told
        self.solver.add(*self.facts[facts:], *self.denied[denied:])
        self.told = len(self.facts), len(self.denied)
        return bool(self.solver.check(condition) == z3.unsat)

    def decide(self, condition: z3.BoolRef) -> bool:
        """The truth of the condition, which may follow from what is known."""
        known = self.knows(condition)
        if known is None:
            simple = simplified(condition)
            key = (tuple(self.choices), simple.get_id())
            if key not in self.memory:
                self.memory[key] = implied(self, simple)
            known = self.memory[key]
        return super().decide(condition) if known is None else known


def implied(path: SurePath, condition: z3.BoolRef) -> bool | None:
    """Its truth, if the path's facts leave but one."""
    if z3.is_true(condition) or z3.is_false(condition):
        return bool(z3.is_true(condition))
    for truth, denied in ((True, z3.Not(condition)), (False, condition)):
        if path.refutes(denied):
            return truth
    return None


@dataclass
class Side:
    """One program, and the zone on which it works."""

    subject: Subject
    run: Run
    top: int
    trusted: bool = False
    """Whether it is ours; broken text may do anything."""
    zone: Any = None
    pcp: Any = None

    def __post_init__(self) -> None:
        geometry, path = Geometry(self.top), self.run.path
        self.area = AskedArea(self.run, self.top)
        zone = self.zone = object.__new__(self.subject.linux.mobility.MobilityZone)
        zone.free_area = self.area
        zone.pageblocks = AskedPageblocks(self.run, geometry.pages)
        for name in ("start", "end", "nr_isolate_pageblock", "nr_reserved_highatomic", "managed"):
            term = z3.BitVec(name, BITS)
            path.assume(z3.ULT(term, 1 << 52))
            setattr(zone, name, LiftedPfn(path, term))
        path.assume(z3.UGE(z3.BitVec("nr_isolate_pageblock", BITS), 1))  # where a pageblock is isolated
        zone.policy, zone.stealing = self.subject.linux.versions.v6_1.LINUX_6_1, False
        self.pcp = AskedPcp(self.run, lambda index: int(2 ** geometry.order_of(index)))
        self.pcp.zone = zone

    def counters(self) -> dict[str, Any]:
        """What the function may have changed beside lists and types."""
        held = dict.fromkeys(("nr_isolate_pageblock", "nr_reserved_highatomic", "managed"), self.zone)
        held |= dict.fromkeys(("count", "high", "batch", "free_factor"), self.pcp)
        return {name: plain(getattr(of, name)) for name, of in held.items()}

    def page(self, name: str = "p") -> LiftedPfn:
        """Any page."""
        self.run.path.assume(z3.ULT(z3.BitVec(name, BITS), 1 << 52))
        return LiftedPfn(self.run.path, z3.BitVec(name, BITS))

    def kind(self) -> LiftedType:
        """Any of the five types."""
        term = z3.BitVec("mt", 3)
        self.run.path.assume(z3.ULT(term, 5))
        return LiftedType(term, self.run.path)

    def count(self, name: str) -> LiftedCount:
        """Any number."""
        return LiftedCount(self.run.path, z3.BitVec(name, BITS))

    def movable(self, page: Any) -> Any:
        """How many pages are movable: the same for the same page."""
        made = self.run.answers.ask(("movable", plain(page)), lambda: self.run.answers.fresh("movable"))
        self.run.path.assume(z3.ULE(made, Geometry(self.top).pages))
        return LiftedCount(self.run.path, made)


Call = Callable[[Side, Callable[..., Any]], Any]
"""Calls the function on a side."""


@dataclass(frozen=True)
class Case:
    """A comparison: the calls that are made, and the callees that stand by their contracts."""

    calls: tuple[Call, ...]
    stubs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By module of ours: functions, each with what it answers."""
    top: int = 10
    method: str = "z3"


@dataclass(frozen=True)
class Agreement:
    """What a comparison came to."""

    result: str
    ours: str
    paths: int = 0
    c_paths: int = 0
    our_paths: int = 0
    obligations: int = 0
    story: str = ""


def stub(side: Side, name: str, original: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """What stands in for a function of ours: it answers the same to both."""
    signature = inspect.signature(original)

    def called(*args: Any, **named: Any) -> Any:
        bound = signature.bind(*args, **named)
        bound.apply_defaults()
        told = tuple(plain(value) for value in bound.arguments.values() if is_plain(value))
        if kind != "asks":
            side.run.did(f"call {name}", *told, moves=kind not in ("asks", "index?"))
        key = ("call", name, side.run.moves, *told)
        return side.run.answers.ask(key, lambda: answer_of(side, kind, bound.arguments))

    return called


def is_plain(value: Any) -> bool:
    """Whether it can be compared: no zone, no list, no question back."""
    return value is None or isinstance(value, int | LiftedPfn | LiftedCount | LiftedType | LiftedBool)


def answer_of(side: Side, kind: str, given: Mapping[str, Any]) -> Any:
    """Any answer of a kind."""
    path, answers = side.run.path, side.run.answers
    if kind in ("none", "true"):
        return True if kind == "true" else None
    if kind == "bool":
        return path.choose()
    if kind == "asks":
        return LiftedBool(path, z3.Bool(f"asked{len(answers.known)}"))
    if kind == "page?":
        return LiftedPfn(path, answers.fresh("page")) if path.choose() else None
    if kind == "pages":
        made = answers.fresh("pages")
        path.assume(z3.ULE(made, 1 << 53))
        return LiftedCount(path, made)
    if kind == "count":
        made = answers.fresh("count")
        path.assume(z3.ULT(made, 1 << 20))
        return LiftedCount(path, made)
    if kind == "victim?":
        return SimpleNamespace(pfn=LiftedPfn(path, answers.fresh("victim"))) if path.choose() else None
    if kind == "index?":
        lists = Geometry(side.top).lists
        return next((index for index in range(lists) if path.choose()), None)
    raise AssertionError(kind)


@dataclass
class Outcome:
    """How a run ended."""

    kind: str
    value: Any
    events: list[Event]
    left: dict[str, Any] = field(default_factory=dict)
    """The counters of the zone and of the CPU's lists, as they are then."""


def outcome(side: Side, call: Call, function: Callable[..., Any]) -> Outcome:
    """What the call does and answers."""
    try:
        value = call(side, function)
        return Outcome("answers", value, side.run.events, side.counters())
    except Cut:
        return Outcome("begins another turn", None, side.run.events, side.counters())
    except Unread:
        raise
    except (Undefined, AssertionError) as error:
        return Outcome("is wrong", str(error), side.run.events)
    except side.subject.errors.BuddyError as error:
        return Outcome(f"ends in {type(error).__name__}", None, side.run.events)
    except Exception as error:  # broken text may do anything
        return Outcome("is wrong", f"{type(error).__name__}: {error}", side.run.events)


def parts(value: Any) -> Iterator[Any]:
    """What is compared of an answer."""
    if isinstance(value, tuple):
        for each in value:
            yield from parts(each)
    elif isinstance(value, SimpleNamespace):
        yield from parts(value.pfn)
    else:
        yield plain(value)


@dataclass
class Comparison:
    """Compares one case, and counts."""

    case: Case
    text_side: Subject
    our_side: Subject
    home: str
    solvers: Solvers
    paths: int = 0
    obligations: int = 0
    c_ways: set[tuple[int, tuple[bool, ...]]] = field(default_factory=set)

    def function(self, subject: Subject) -> Callable[..., Any]:
        """The function of the subject."""
        module, _, name = self.home.rpartition(".")
        found: Callable[..., Any] = getattr(subject.module(module), name)
        return found

    def side(self, subject: Subject, answers: Answers, stack: ExitStack) -> Side:
        """A side, with its stubs in place."""
        side = Side(subject, Run(answers), self.case.top, subject is self.our_side)
        for module, names in self.case.stubs.items():
            found = subject.module(module)
            made = {name: stub(side, name, getattr(found, name), kind) for name, kind in names.items()}
            stack.enter_context(replaced(found, **made))
        return side

    def run(self) -> Agreement:
        """Every path."""
        for number, call in enumerate(self.case.calls):
            for path in walked(lambda path, call=call, number=number: self._both(path, call, number)):  # type: ignore[misc]  # bound at once
                self.paths += 1
                if isinstance(path.error, Unread | TooManyPaths):
                    raise path.error
                if path.error is not None:
                    raise path.error
                if path.result:
                    return Agreement(
                        "differs", self.home, self.paths, len(self.c_ways), 0, self.obligations, path.result
                    )
        return Agreement(
            "same", self.home, self.paths, len(self.c_ways), self._ours_alone(), self.obligations
        )

    def _both(self, path: Path, call: Call, number: int) -> str:
        """Where they differ on this path; "" if they do not."""
        answers = Answers(path)
        with ExitStack() as stack:
            side = self.side(self.text_side, answers, stack)
            backed = self.function(self.text_side)
            if isinstance(backed, Backed):
                side.run.where = lambda: kernel_line(backed)
            theirs = outcome(side, call, backed)
        self.c_ways.add((number, tuple(path.choices)))
        with ExitStack() as stack:
            side = self.side(self.our_side, answers, stack)
            ours = outcome(side, call, self.function(self.our_side))
        return self._compare(path, theirs, ours)

    def _compare(self, path: Path, theirs: Outcome, ours: Outcome) -> str:
        owed = [each for each in path.owed if not self._proved(each)]
        told = where_they_part(self, path, theirs, ours)
        if not told and owed and possible(path):
            told = f"C does what it must not: {owed[0].says}"
        if told and not possible(path):
            return ""
        return told

    def _proved(self, owed: Owed) -> bool:
        self.obligations += 1
        return z3.is_true(z3.simplify(owed.goal)) or self.solvers.decide(owed).verdict == "proved"

    def same(self, path: Path, one: Any, two: Any) -> bool:
        """Whether two operands are equal on this path."""
        if not isinstance(one, z3.ExprRef) and not isinstance(two, z3.ExprRef):
            return bool(one == two)
        if one is None or two is None or isinstance(one, str) or isinstance(two, str):
            return False
        left, right = terms_of(one, two)
        if left.eq(right):
            return True
        goal = z3.simplify(left == right)
        if z3.is_true(goal):
            return True
        facts = (*path.facts, *path.denied)
        return self._proved(Owed("same", goal, "both do the same", facts, ()))

    def _ours_alone(self) -> int:
        """How many paths our function has by itself."""
        count = 0
        for call in self.case.calls:

            def alone(path: Path, call: Call = call) -> None:
                with ExitStack() as stack:
                    outcome(
                        self.side(self.our_side, Answers(path), stack), call, self.function(self.our_side)
                    )

            count += sum(1 for _ in walked(alone))
        return count


def terms_of(one: Any, two: Any) -> tuple[z3.ExprRef, z3.ExprRef]:
    """Both as terms of one sort."""
    if isinstance(one, z3.ExprRef) and isinstance(two, z3.ExprRef):
        if z3.is_bv(one) and z3.is_bv(two) and one.size() != two.size():
            wide = max(one.size(), two.size())
            one, two = (
                z3.ZeroExt(wide - each.size(), each) if each.size() < wide else each for each in (one, two)
            )
        return one, two
    term, other = (one, two) if isinstance(one, z3.ExprRef) else (two, one)
    made = z3.BoolVal(bool(other)) if z3.is_bool(term) else z3.BitVecVal(int(other), term.size())
    return term, made


def where_they_part(by: Comparison, path: Path, theirs: Outcome, ours: Outcome) -> str:
    """The first thing that one does and the other does not; what is wrong is no agreement."""
    if ours.kind == "is wrong":
        return f"ours is wrong: {told(ours.value)}"
    for one, two in zip(theirs.events, ours.events, strict=False):
        if one.does != two.does or len(one.operands) != len(two.operands):
            return f"{one.where}: {shown(one)}; {two.where}: {shown(two)}"
        for left, right in zip(one.operands, two.operands, strict=True):
            if not by.same(path, left, right):
                return f"{one.where}: {shown(one)}; {two.where}: {shown(two)}"
    longer, other, who = (
        (theirs, ours, "C") if len(theirs.events) > len(ours.events) else (ours, theirs, "ours")
    )
    if len(longer.events) > len(other.events) and "wrong" in theirs.kind + ours.kind:
        return f"C {theirs.kind} {told(theirs.value)}; ours {ours.kind} {told(ours.value)}"
    if len(longer.events) > len(other.events):
        event = longer.events[len(other.events)]
        last = other.events[-1].where if other.events else "nothing"
        return f"{event.where}: only {who}: {shown(event)}; the other's last was {last}, it {other.kind} {told(other.value)}"
    if theirs.kind != ours.kind:
        return f"C {theirs.kind} {told(theirs.value)}; ours {ours.kind} {told(ours.value)}"
    answers = list(parts(theirs.value)), list(parts(ours.value))
    if len(answers[0]) != len(answers[1]) or not all(
        by.same(path, *pair) for pair in zip(*answers, strict=True)
    ):
        return f"C answers {told(theirs.value)}, ours {told(ours.value)}"
    return where_counters_part(by, path, theirs, ours)


def where_counters_part(by: Comparison, path: Path, theirs: Outcome, ours: Outcome) -> str:
    """The first counter that one leaves at another value than the other."""
    for name, value in theirs.left.items():
        if not by.same(path, value, ours.left.get(name)):
            return f"C leaves {name} at {told(value)}, ours at {told(ours.left.get(name))}"
    return ""


def possible(path: Path) -> bool:
    """Whether some zone takes the path."""
    solver = z3.SolverFor("QF_BV")
    solver.set(timeout=10000, ctrl_c=False)  # an interrupt is ours
    solver.add(*path.facts, *path.denied)
    return bool(solver.check() != z3.unsat)


def shown(event: Event) -> str:
    """An event, in words."""
    return f"{event.does} {', '.join(told(each) for each in event.operands)}"


def told(value: Any) -> str:
    """A value, on one short line."""
    found = [" ".join(str(each).split()) for each in parts(value)]
    return ", ".join(found)[:80]


def kernel_line(backed: Backed) -> str:
    """The kernel's line that is running; ours, where a contract of it runs."""
    machine = backed.last.machine if backed.last is not None else None
    return str(machine.place) if machine is not None else ""


def walked(run: Callable[[Path], Any]) -> Iterator[Path]:
    """Every path of the run, each of them possible; as ``explore`` does."""
    waiting: list[tuple[bool, ...]] = [()]
    memory: dict[tuple[Any, ...], bool | None] = {}
    count = 0
    while waiting:
        count += 1
        if count > MOST:
            raise TooManyPaths(f"more than {MOST} paths")
        path = SurePath(waiting.pop())
        path.memory = memory
        try:
            path.result = run(path)
        except Exception as error:  # told by whoever asked for the path
            path.error = error
        waiting.extend(reversed(path.branches))
        yield path
