"""C = Python: on every path, both do the same to the same lists, and answer the same.

Both run on one path, on zones that answer them alike (``asked``); so what is compared is not a sample of
paths, but all of C's with all of ours that belong to the same inputs.  A callee stands by its contract on
both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from specs.kernel_text.asked import Answers, Event, Run
from specs.kernel_text.sides import Call, Outcome, Side, outcome, parts, stub
from specs.kernel_text.sure_path import SurePath, possible, walked
from specs.kernel_text.units import Backed
from specs.ledger.subject import Subject
from specs.prover.method.paths import Owed, Path
from specs.prover.method.solve import Solvers
from specs.prover.method.stubs import replaced
from specs.prover.method.terms import id_of


@dataclass(frozen=True)
class Case:
    """A comparison: the calls that are made, and the callees that stand by their contracts."""

    calls: tuple[Call, ...]
    stubs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By module of ours: functions, each with what it answers."""
    top: int = 10
    policy: str = "linux.versions.v6_1.LINUX_6_1"
    """The kernel as which the zone falls back: a module of ours, and its policy there."""


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


@dataclass
class Comparison:
    """Compares one case, and counts."""

    case: Case
    text_side: Subject
    our_side: Subject
    home: str
    solvers: Solvers
    """They need not show that hypotheses hold together: each path is shown to be possible as a whole."""
    paths: int = 0
    obligations: int = 0
    names: dict[int, frozenset[str]] = field(default_factory=dict)
    """The names in the terms of the present path; a fact that is missed is only not made use of."""
    c_ways: set[tuple[int, tuple[bool, ...]]] = field(default_factory=set)

    def function(self, subject: Subject) -> Callable[..., Any]:
        """The function of the subject."""
        module, _, name = self.home.rpartition(".")
        found: Callable[..., Any] = getattr(subject.module(module), name)
        return found

    def side(self, subject: Subject, answers: Answers, stack: ExitStack) -> Side:
        """A side, with its stubs in place."""
        side = Side(subject, Run(answers), self.case.top, self.case.policy)
        for module, names in self.case.stubs.items():
            found = subject.module(module)
            made = {name: stub(side, name, getattr(found, name), kind) for name, kind in names.items()}
            stack.enter_context(replaced(found, **made))
        return side

    def run(self) -> Agreement:
        """Every path; raises Unread, TooManyPaths, Undecided."""
        last = len(self.case.calls) - 1
        for number in sorted(range(last + 1), key=lambda at: min(at, last - at)):  # faults show at an end
            call = self.case.calls[number]
            for path in walked(lambda path, call=call, number=number: self._both(path, call, number)):  # type: ignore[misc]  # bound at once
                if path.error is not None:
                    raise path.error
                if path.result:
                    return self._found("differs", story=path.result)
        if not self.paths:
            return self._found("vacuous", story="no zone takes any path")
        return self._found("same", self._ours_alone())

    def _found(self, result: str, alone: int = 0, story: str = "") -> Agreement:
        return Agreement(result, self.home, self.paths, len(self.c_ways), alone, self.obligations, story)

    def _both(self, path: SurePath, call: Call, number: int) -> str:
        """Where they differ on this path; "" if they do not, or no zone takes it."""
        answers = Answers(path)
        self.names.clear()
        with ExitStack() as stack:
            side = self.side(self.text_side, answers, stack)
            backed = self.function(self.text_side)
            if isinstance(backed, Backed):
                side.run.where = lambda: kernel_line(backed)
            theirs = outcome(side, call, backed)
        way = (number, tuple(path.choices))
        with ExitStack() as stack:
            side = self.side(self.our_side, answers, stack)
            ours = outcome(side, call, self.function(self.our_side))
        if not possible(path):
            return ""
        self.paths += 1
        self.c_ways.add(way)
        owed = [each for each in path.owed if not self._proved(each)]
        told = where_they_part(self, path, theirs, ours)
        return told or (f"C does what it must not: {owed[0].says}" if owed else "")

    def _proved(self, owed: Owed) -> bool:
        self.obligations += 1
        if z3.is_true(z3.simplify(owed.goal)):
            return True
        fewer = bearing_on(owed.goal, owed.facts, self.names)
        if len(fewer) < len(owed.facts) and self._decided(replace(owed, facts=fewer)):
            return True  # what is proved of fewer facts is proved of all, and many paths share it
        return self._decided(owed)

    def _decided(self, owed: Owed) -> bool:
        return self.solvers.decide(owed).verdict == "proved"

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

            def alone(path: SurePath, call: Call = call) -> None:
                with ExitStack() as stack:
                    outcome(
                        self.side(self.our_side, Answers(path), stack), call, self.function(self.our_side)
                    )

            count += sum(1 for _ in walked(alone))
        return count


def bearing_on(
    goal: z3.BoolRef, facts: Sequence[z3.BoolRef], known: dict[int, frozenset[str]]
) -> tuple[z3.BoolRef, ...]:
    """The facts that have a name in common with the goal, or with such a fact; as they stand."""
    named = set(names_in(goal, known))
    bearing: set[int] = set()
    grown = True
    while grown:
        grown = False
        for at, fact in enumerate(facts):
            names = names_in(fact, known)
            if at not in bearing and names & named:
                bearing.add(at)
                named |= names
                grown = True
    return tuple(fact for at, fact in enumerate(facts) if at in bearing)


def names_in(term: z3.ExprRef, known: dict[int, frozenset[str]]) -> frozenset[str]:
    """The names that occur in the term, which the caller keeps; ``known`` is for as long as that."""
    found = known.get(id_of(term))
    if found is None:
        parts = [names_in(child, known) for child in term.children()]
        declared = term.decl()
        own = (declared.name(),) if declared.kind() == z3.Z3_OP_UNINTERPRETED else ()
        found = known[id_of(term)] = frozenset(own).union(*parts)
    return found


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
        ended = f"{other.kind} {told(other.value)}"
        return f"{event.where}: only {who}: {shown(event)}; the other's last was {last}, it {ended}"
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
