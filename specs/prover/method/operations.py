"""An operation: the call of a function under proof, made from any state at all, or in a real one."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from random import Random
from types import ModuleType
from typing import Any, NamedTuple, Protocol

from specs.ledger.subject import CORE, LINUX, Subject
from specs.prover.method.labels import Truth
from specs.prover.method.paths import Called, Path
from specs.prover.method.shape import countdown_faults, faults, loop_faults
from specs.prover.method.stubs import Stubs, all_replaced
from specs.prover.method.terms import id_of
from specs.prover.method.world import World


@dataclass(frozen=True)
class Variant:
    """One choice of an operation's concrete arguments."""

    order: int = 0
    to_tail: bool = False
    migratetype: int = 0
    """Of the operations that want it known."""
    index: int = 0
    """Of a per-CPU list."""
    options: frozenset[str] = frozenset()
    """The flags that are set."""


class Listener(Protocol):
    """Writes down what functions that stand by their contracts answer."""

    def answered(self, name: str, answer: object) -> None:
        """One of them has answered."""


class Stage(ABC):
    """What a call is made on: stand-ins for everything that is unknown, or a real zone."""

    subject: Subject
    variant: Variant
    top: int
    recorder: Listener | None = None
    """Who wants to know what functions that stand by their contracts answered."""

    @property
    def order(self) -> int:
        """The order that is asked for."""
        return self.variant.order

    @abstractmethod
    def stub(self, name: str) -> Callable[..., Any]:
        """What stands in for a function that is known by its contract."""

    def during(self) -> AbstractContextManager[None]:
        """What else must be in place for as long as the call lasts."""
        return nullcontext()


class SymbolicStage(Stage):
    """Any state at all that satisfies the invariants."""

    contracts: Any
    """The functions that stand by their contracts, as methods."""

    def __init__(self, subject: Subject, variant: Variant, of: World) -> None:
        self.subject, self.variant, self.world, self.top = subject, variant, of, of.state.top

    def stub(self, name: str) -> Callable[..., Any]:
        """Looked up when it is called: a loop may have put another in its place."""

        def contract(*args: Any, **named: Any) -> Any:
            before = len(self.world.created)
            answer = getattr(self.contracts, name)(*args, **named)
            created = tuple(self.world.created[before:])
            self.world.path.calls.append(Called(name, answer, created))
            if self.recorder is not None:
                self.recorder.answered(name, answer)
            return answer

        return contract


@dataclass(frozen=True)
class LoopAt:
    """Where an operation has a loop without a bound, to which the loop rule is applied."""

    module: str
    function: str
    carried: tuple[str, ...] | None = None
    """What an iteration of a loop that counts down may leave to the next; None: a cursor runs through it."""
    feeds: bool = False
    """Whether the caller owns the range that it runs through."""
    before: int = 0
    """How many iterations are made before one begins in any state."""

    def faults(self, subject: Subject) -> tuple[str, ...]:
        """Why the rule does not apply to the text."""
        text = subject.text(self.module)
        if self.carried is None:
            return faults(loop_faults, text, self.function)
        return faults(countdown_faults, text, self.function, *self.carried)


@dataclass(frozen=True, eq=False)
class Model:
    """A layer, as the prover sees it."""

    name: str
    symbolic: Callable[[Subject, Variant, int, Path], SymbolicStage]
    """Any state of it."""
    real: Callable[[Subject, Any], Any]
    """The state of a scene, as a real stage."""
    legal: Callable[[Any], Iterable[Truth]] = lambda few: ()
    """What else is known of a state of few blocks (``few``)."""
    geometry: Callable[[Subject, int], AbstractContextManager[None]] = lambda subject, top: nullcontext()
    """The code, as a zone of that top order has it."""
    tells: Mapping[str, Callable[[object], str]] = field(default_factory=dict)
    """By function that stands by its contract: its answers, as far as they make paths differ."""
    drawn: Callable[[Random, Any], Any] = lambda draw, call: None
    """A scene for a ``Call``, at random."""
    small: Callable[[Any, Any], Iterable[Any]] = lambda call, near: ()
    """Scenes for a ``Call``, the smallest first; those with one block more than the scene that is given."""
    where: Callable[[int], str] = "max_order {}".format
    """What kind of zone one of that top order is."""
    faults: Callable[[Any, Any], Iterable[str]] = lambda scene, done: ()
    """What the specification forbids of what was done in the scene, the worst first."""


STOOD_IN = ("errors", "free_area", "spans")
"""The modules for whose objects others stand in."""
PAGES = ("p", "start", "end", "split")


@dataclass(frozen=True, eq=False)
class Operation:
    """One call: what it is made of, and with which arguments it is tried."""

    model: Model
    name: str
    """The function's name, and what sets this call of it apart behind a comma."""
    call: Callable[[Any], object]
    """Makes the call, on a stage of the model."""
    variants: Callable[[int], list[Variant]]
    """By the zone's top order."""
    stubs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By module: the functions that it calls and that stand by their contracts."""
    loop: LoopAt | None = None
    follows: bool = True
    """Whether the path knows what its callees change."""
    sums: bool = False
    """Whether the result is a sum over the iterations of the loop, of which the path knows one."""
    arguments: tuple[str, ...] = ("p", "order")
    """How the call is written: pages by their names, ``order``, ``type``, ``kind`` (any type), ``list``."""

    @property
    def pages(self) -> tuple[str, ...]:
        """The arguments that are pages."""
        return tuple(name for name in self.arguments if name in PAGES)

    def run(
        self, subject: Subject, variant: Variant, top: int, path: Path, recorder: Listener | None = None
    ) -> object:
        """The call from any state."""
        with self.model.geometry(subject, top):
            stage = self.model.symbolic(subject, variant, top, path)
            stage.recorder = recorder
            if self.loop is not None:
                stage.world.require(self.loop.faults(subject))
            return self.on(stage)

    def on(self, stage: Stage) -> object:
        """The call on that stage."""
        stubs: list[Stubs] = []
        if stage.recorder is not None:
            chosen = {"min": Choice(stage.recorder, "min"), "max": Choice(stage.recorder, "max")}
            stubs += ((chooser, chosen) for chooser in choosers(stage.subject))
        for module, names in self.stubs.items():
            stubs.append((stage.subject.module(module), {name: stage.stub(name) for name in names}))
        with all_replaced(stubs), stage.during():
            return self.call(stage)


class Call(NamedTuple):
    """An operation, with all that is chosen of its arguments."""

    of: Operation
    variant: Variant
    top: int


@dataclass(frozen=True)
class Walk:
    """One path of an operation, walked."""

    of: Operation
    variant: Variant
    top: int
    path: Path

    @property
    def operation(self) -> str:
        """The operation's name."""
        return self.of.name

    @property
    def call(self) -> Call:
        """What was called."""
        return Call(self.of, self.variant, self.top)

    @property
    def world(self) -> World:
        """The state that it worked on."""
        assert isinstance(self.path.world, World)
        return self.path.world


def taken_for_granted(walk: Walk) -> list[Truth]:
    """What is so wherever the path is walked: its conditions, and what was known when something was owed."""
    path = walk.path
    told = [fact for owed in path.owed for fact in owed.facts]
    told += [fact for owed in path.owed if walk.world.tells and owed.pool for fact in owed.pool[0]()]
    return list({id_of(fact): fact for fact in (*path.facts, *path.denied, *told)}.values())


class Choice:
    """``min`` or ``max``, which tells the listener which of two it is."""

    def __init__(self, listener: Listener, name: str) -> None:
        self.listener, self.name = listener, name

    def __call__(self, first: Any, second: Any) -> Any:
        """As it is."""
        other = bool(second < first if self.name == "min" else second > first)
        self.listener.answered(self.name, other)
        return second if other else first


@cache
def choosers(subject: Subject) -> list[ModuleType]:
    """The modules under proof that choose the smaller or the larger of two."""
    names = [name for name in (*CORE, *LINUX) if name not in STOOD_IN]
    return [subject.module(name) for name in names if re.search(r"\b(min|max)\(", subject.text(name))]


def once(top: int) -> list[Variant]:
    """No arguments to choose."""
    return [Variant()]


def each_order(top: int, *, to_tail: bool = False) -> list[Variant]:
    """Every order that there is."""
    return [Variant(order, to_tail) for order in range(top + 1)]


to_the_tail = partial(each_order, to_tail=True)


def named(*operations: Operation) -> dict[str, Operation]:
    """By their names."""
    return {operation.name: operation for operation in operations}
