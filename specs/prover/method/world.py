"""The world that a symbolic run works on: who owns each page, what is known, and what the run has done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from specs.prover.method import invariants as inv
from specs.prover.method.labels import (
    HELD,
    State,
    Term,
    Truth,
    align,
    aligned,
    is_free,
    is_live,
    pfn,
    unknown,
)
from specs.prover.method.paths import Cut, Owed, Path
from specs.prover.method.terms import id_of, ids

P = z3.BitVec("p", 64)
"""The page that a call is given."""

Y = z3.BitVec("y", 64)
"""Any page at all: what is shown of it holds of every page."""

APART = ("loop",)
"""Goals that are decided faster one by one than together."""


@dataclass(frozen=True)
class Step:
    """A change that the run made, as the policy sees it."""

    does: str
    pfn: Term
    order: int
    migratetype: Term | None = None
    tail: Truth | None = None


@dataclass
class World:
    """The state that a run works on, and what it has done so far."""

    path: Path
    state: State
    before: State
    steps: list[Step] = field(default_factory=list)
    roots: list[Term] = field(default_factory=list)
    """Pages of blocks that the run has met: every invariant of the state before is at hand there."""
    listed: list[tuple[Term, int]] = field(default_factory=list)
    """Blocks that were listed when the run met them, with their orders."""
    empties: list[tuple[State, Term]] = field(default_factory=list)
    """Lists that were found empty, by label, and the state in which they were."""
    extra: list[Truth] = field(default_factory=list)
    """Further hypotheses at pages of the run's own choosing, such as a proved lemma's."""
    laws: list[Callable[[Term], Truth]] = field(default_factory=list)
    """What is known of every page, such as the contract of a function that was proved before."""
    rare: list[Callable[[Term], Truth]] = field(default_factory=list)
    """What is known of every page besides, and few proofs need."""
    hints: list[Callable[[Any], Truth]] = field(default_factory=list)
    """Of a state of few blocks: what the real functions then do, where their contracts say less.  No proof
    uses it; it finds states from which a path is walked."""
    at_rest: bool = False
    """Between the calls of a zone: nothing is in hand, and the one type is 0."""
    names: dict[str, int] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    """The names of the states of which nothing was known at first."""
    tells: bool = False
    """Whether conditions that were false are used at once; where most proofs need them."""
    entry: State = field(init=False)
    """The state in which the call began; ``before`` is a later one inside a loop."""
    given: tuple[Term, int] | None = None
    """The block that the caller handed over, which is in hand when the run begins."""

    def __post_init__(self) -> None:
        self.entry = self.state

    def owed(self, tag: str, goal: Truth, says: str, *pages: Term, now: Sequence[Truth] = ()) -> Owed:
        """The goal, with the invariants of the state before at the pages that it names.

        ``now`` are invariants of the present state, which the primitives are proved to keep; then no
        others are needed.
        """
        if z3.is_true(goal):
            return Owed(tag, goal, says, (), (), pages)
        known, empties, extra, before = tuple(self.roots), tuple(self.empties), tuple(self.extra), self.before
        denied, laws, at_rest = tuple(self.path.denied), tuple(self.laws), self.at_rest
        rare = tuple(self.rare)
        listed, told = tuple(self.listed), (tuple(self.path.denied) if self.tells else ())

        at = [*known, *pages]

        def members() -> Sequence[Truth]:
            named = [inv.at(before, f"member {k}", head, page) for head, k in listed for page in pages]
            calm = [inv.at(before, name, page) for name in inv.AT_REST for page in pages] if at_rest else ()
            return [*told, *extra, *calm, *(law(page) for law in laws for page in pages), *named]

        def found() -> Sequence[Truth]:
            empty = [state.heads(page) != wanted for state, wanted in empties for page in at]
            lawful = [law(page) for law in (*laws, *rare) for page in at]
            calm = [inv.at(before, name, page) for name in inv.AT_REST for page in at] if at_rest else ()
            return [*denied, *empty, *lawful, *calm]

        def beyond() -> Sequence[Truth]:
            empty = [state.heads(page) != wanted for state, wanted in empties for page in at]
            return [*told, *denied, *extra, *empty, *(law(page) for law in (*laws, *rare) for page in at)]

        if any(id_of(fact) == id_of(goal) for fact in denied):
            return Owed(tag, goal, says, (), (lambda: [goal],), (*known, *pages))
        pool = (members, found, lambda: inv.instances(before, at))
        if now:
            pool = (lambda: [*now, *members()], lambda: denied, list)
        hypotheses = map(ids, (self.path.facts, denied, known, extra))
        moment = (self.path, self.state, *hypotheses, len(laws), len(rare), len(listed), len(empties))
        together = () if tag in APART else moment
        return Owed(tag, goal, says, tuple(self.path.facts), pool, (*known, *pages), beyond, together)

    def owe(self, tag: str, goal: Truth, says: str, *pages: Term, now: Sequence[Truth] = ()) -> None:
        """Record that the path must prove the goal."""
        self.path.owed.append(self.owed(tag, goal, says, *pages, now=now))

    def impossible(self, says: str) -> Owed:
        """What only an unreachable path can prove."""
        return self.owed("impossible", z3.BoolVal(False), says)

    def require(self, faults: Iterable[str]) -> None:
        """The code must have none of these faults, or what was run is not what was read."""
        self.path.owed.extend(self.impossible(fault) for fault in sorted(faults))

    def fresh(self, name: str) -> Term:
        """A page that no other name stands for; the same name at the same step of every path."""
        self.names[name] = self.names.get(name, 0) + 1
        return z3.BitVec(f"{name}{self.names[name]}", 64)

    def new_state(self, name: str) -> State:
        """A state of the same zone, of which nothing is known yet."""
        self.created.append(name)
        return unknown(name, self.state.top, self.state.merges)

    def further_maps(self, at: Term) -> list[tuple[z3.FuncDeclRef, Term]]:
        """What else of the beginning is unknown: each map, and what stands for it at a page."""
        return []

    def further(self, pages: Sequence[int]) -> list[tuple[int, Term]]:
        """What else there is to read at the pages when the beginning is known."""
        return []

    def begin_iteration(self) -> None:
        """An iteration of a loop begins in any state: what a layer knows besides the owners is unknown."""

    def order_in_range(self, order: object) -> int:
        """The order, if it is one of this zone's; else the path owes the impossible and ends."""
        if type(order) is int and 0 <= order <= self.state.top:
            return order
        self.owe("order", z3.BoolVal(False), f"the order is in 0..{self.state.top}, and not {order!r}")
        raise Cut

    def give(self, head: Term, order: int, new: Term, *, free: bool) -> None:
        """List an owned block under the label: the contract of every insertion."""
        inside = align(Y, order) == head
        self.owe(
            "aligned", aligned(head, order), f"a block that is listed with order {order} is aligned", head
        )
        self.owe(
            "owned",
            z3.Implies(inside, self.state.owner(Y) == HELD),
            f"every page of a block that is listed with order {order} belongs to nobody else",
            Y,
            head,
        )
        if free and order < self.state.merges:
            buddy = head ^ pfn(1 << order)
            self.owe(
                "buddy",
                z3.Not(is_free(self.state.heads(buddy), order)),
                f"a block that is listed as free with order {order} has no free buddy",
                buddy,
                now=[inv.at(self.state, "rep", buddy)],
            )
        self.state = self.state.give(head, order, new)

    def drop(self, head: Term, order: int, *, free: bool) -> Term:
        """Unlist a block: it must be listed, and is in hand afterwards.  Its label."""
        was = self.state.heads(head)
        listed = is_free(was, order) if free else is_live(was, order)
        self.owe("listed", listed, f"a block that is unlisted was listed with order {order}", head)
        self.state = self.state.hold(head, order)
        self.listed.append((head, order))
        self.roots.append(head)
        return was
