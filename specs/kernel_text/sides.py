"""The sides of a comparison: a program, the zone on which it works, and what stands in for its callees."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import z3

from specs.kernel_text.asked import Event, Run, plain
from specs.kernel_text.asked_zone import AskedArea, AskedPageblocks, AskedPcp
from specs.kernel_text.errors import Undefined, Unread
from specs.ledger.subject import Subject
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.paths import Cut
from specs.prover.models.zone.geometry import Geometry

COUNTERS = ("nr_isolate_pageblock", "nr_reserved_highatomic", "managed")
"""What a zone counts."""


@dataclass
class Side:
    """One program, and the zone on which it works."""

    subject: Subject
    run: Run
    top: int
    policy: str
    zone: Any = None
    pcp: Any = None
    in_vain: bool = False
    """Whether a claim was in vain, after which another is tried."""

    def __post_init__(self) -> None:
        geometry, path = Geometry(self.top), self.run.path
        self.area = AskedArea(self.run, self.top)
        zone = self.zone = object.__new__(self.subject.linux.mobility.MobilityZone)
        zone.free_area = self.area
        zone.pageblocks = AskedPageblocks(self.run, geometry.pages)
        for name in ("start", "end", *COUNTERS):
            term = z3.BitVec(name, BITS)
            path.assume(z3.ULT(term, 1 << 52))
            setattr(zone, name, LiftedPfn(path, term))
        module, _, name = self.policy.rpartition(".")
        policy = getattr(self.subject.module(module), name)
        zone.policy, zone.stealing = policy._replace(boost=self.boosts), False
        self.pcp = AskedPcp(self.run, lambda index: int(2 ** geometry.order_of(index)))
        self.pcp.zone = zone

    def boosts(self, zone: Any) -> None:
        """Note that the marks of a zone are to rise."""
        self.run.did("boost", zone is self.zone, moves=False)

    def counters(self) -> dict[str, Any]:
        """What the function may have changed beside lists and types."""
        held = dict.fromkeys((*COUNTERS, "stealing"), self.zone)
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


def stub(side: Side, name: str, original: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """What stands in for a function of ours: it answers the same to both."""
    signature = inspect.signature(original)

    def called(*args: Any, **named: Any) -> Any:
        bound = signature.bind(*args, **named)
        bound.apply_defaults()
        told = tuple(plain(each) for value in bound.arguments.values() for each in operands(value))
        if kind == "turn":
            return turn(side, name, told, lambda: original(*args, **named))
        if kind != "asks":
            side.run.did(f"call {name}", *told, moves=kind not in ("asks", "index?"))
        key = ("call", name, side.run.moves, *told)
        answer = side.run.answers.ask(key, lambda: answer_of(side, kind, bound.arguments))
        side.in_vain |= kind == "claim?" and answer is None
        return answer

    return called


def turn(side: Side, name: str, told: tuple[Any, ...], go_on: Callable[[], Any]) -> Any:
    """What a turn of a loop begins with; behind one that was in vain, the next is any, and not followed."""
    if side.in_vain:
        side.run.did(f"a turn begins with {name}", *told)
        raise Cut
    return go_on()


def operands(value: Any) -> Iterator[Any]:
    """What can be compared of an argument."""
    for each in value if isinstance(value, tuple) else (value,):
        if is_plain(each):
            yield each


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
    if kind in ("page?", "claim?"):
        return LiftedPfn(path, answers.fresh("page")) if path.choose() else None
    if kind == "pages":
        made = answers.fresh("pages")
        path.assume(z3.ULE(made, 1 << 53))
        return LiftedCount(path, made)
    if kind == "count":
        made = answers.fresh("count")
        path.assume(z3.ULT(made, 1 << 20))
        return LiftedCount(path, made)
    if kind == "block?":
        return prepared(side) if path.choose() else None
    if kind == "victim?":
        return SimpleNamespace(pfn=LiftedPfn(path, answers.fresh("victim"))) if path.choose() else None
    if kind == "index?":
        lists = Geometry(side.top).lists
        return next((index for index in range(lists) if path.choose()), None)
    raise AssertionError(kind)


def prepared(side: Side) -> Any:
    """A pageblock, with what is free in it, and what is movable."""
    start, free, movable = (side.run.answers.fresh(name) for name in ("block", "free", "movable"))
    path, size = side.run.path, Geometry(side.top).pages
    path.assume(z3.ULE(free, size), z3.ULE(movable, size), z3.ULE(free + movable, size))
    counts = LiftedCount(path, free), LiftedCount(path, movable)
    return side.subject.linux.versions.v6_12.Block(LiftedPfn(path, start), *counts)


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
