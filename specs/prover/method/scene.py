"""A scene: a legal state of few blocks, and the arguments of a call; and what the real code does there."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import FrameType
from typing import Any, NamedTuple

import z3

from specs.ledger.refutation import Endless, cut_if_endless
from specs.ledger.subject import Subject
from specs.prover.method.flow import Recorder, Way, codes, cursor_of, place_of_loop
from specs.prover.method.operations import Operation, Stage, Variant


class Listed(NamedTuple):
    """A block: its first page, its order, its kind of owner (``labels``), and the type of its list."""

    start: int
    order: int
    kind: int
    migratetype: int = 0

    @property
    def end(self) -> int:
        """The page after its last."""
        return self.start + int(2**self.order)

    @property
    def label(self) -> int:
        """As ``labels`` has it: three bits of kind, three of type, four of order."""
        return self.kind << 7 | self.migratetype << 4 | self.order


class Change(NamedTuple):
    """What a symbolic ``Step`` is on the real side."""

    does: str
    pfn: int
    order: int
    migratetype: int | None = None
    tail: bool | None = None


@dataclass(frozen=True)
class Scene:
    """Where a call is made, and with what."""

    operation: Operation
    variant: Variant
    top: int
    blocks: tuple[Listed, ...] = ()
    """In the order of their lists."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """What the names of the symbolic side stand for: the arguments, counters, limits."""
    types: Mapping[int, int] = field(default_factory=dict)
    """By first page: the types of pageblocks; others are unmovable."""
    elsewhere: tuple[tuple[int, int, tuple[Listed, ...]], ...] = ()
    """Other zones: where each lies, and its free blocks."""
    held: tuple[tuple[int, int], ...] = ()
    """Ranges that the caller has besides what it gives back."""

    def __str__(self) -> str:
        said = [f"{block.kind}:{block.migratetype} {block.start}+2^{block.order}" for block in self.blocks]
        return f"{', '.join(said) or 'no blocks'}; {dict(self.numbers)}"

    def number(self, name: str, default: int = 0) -> int:
        """What the name stands for; the default, if that is nothing that matters."""
        return self.numbers.get(name, default)


class View(NamedTuple):
    """Who owns what, as an outsider sees it."""

    blocks: tuple[Listed, ...]
    held: tuple[tuple[int, int], ...]
    """Ranges that belong to the caller."""
    types: Mapping[int, int]


class Test(NamedTuple):
    """The condition of a loop is asked."""

    calls: int
    """How many functions that stand by their contracts were called before."""
    changes: int
    """How many changes were made before."""
    value: int
    """Of what the loop goes by."""
    view: View


class RealStage(Stage):
    """A real zone in the state of a scene."""

    entry: View
    """The state at first."""

    def __init__(self, subject: Subject, scene: Scene) -> None:
        self.subject, self.variant, self.top, self.scene = subject, scene.variant, scene.top, scene
        self.recorder: Recorder | None = None
        self.changes: list[Change] = []
        self.inside = 0
        fed = scene.operation.loop is not None and scene.operation.loop.feeds
        self.owned = [*scene.held, *([(scene.number("start"), scene.number("end"))] if fed else [])]
        """What the caller has."""
        self.views: list[tuple[str, object, View]] = []
        """After each call of a function that stands by its contract: its name, its answer, the state."""
        self.tests: list[Test] = []
        """The condition of the loop, each time that it was asked."""
        self.named: dict[str, View] = {}
        """States that the symbolic side has a name for, where no such function was called."""
        self.originals: dict[str, Callable[..., Any]] = {
            name: getattr(subject.module(module), name)
            for module, names in scene.operation.stubs.items()
            for name in names
        }

    def further_maps(self) -> list[tuple[z3.FuncDeclRef, z3.ExprRef]]:
        """What else the symbolic side has a map for: each, and what it is, of variables 0 and 1."""
        return []

    @abstractmethod
    def view(self) -> View:
        """The state now."""

    def of_others(self, *kinds: int) -> tuple[Listed, ...]:
        """The scene's blocks of those kinds, but for what the caller has."""
        blocks = [block for block in self.scene.blocks if block.kind in kinds]
        return tuple(block for block in blocks if (block.start, block.end) not in self.owned)

    def change(self, *change: Any) -> None:
        """Write the change down, unless a function that stands by its contract makes it."""
        if not self.inside:
            self.changes.append(Change(*change))

    def asked(self, name: str, *args: Any, **named: Any) -> None:
        """Such a function is about to be called."""

    def told(self, name: str, answer: Any, *args: Any, **named: Any) -> None:
        """Write down what such a function did, as its contract says it."""

    def stub(self, name: str) -> Callable[..., Any]:
        """The real function; what it does inside is its own affair."""
        real = self.originals[name]

        def called(*args: Any, **named: Any) -> Any:
            self.inside += 1
            if self.recorder is not None:
                self.recorder.muted += 1
            try:
                if self.inside == 1:
                    self.asked(name, *args, **named)
                answer = real(*args, **named)
                if self.inside == 1:
                    self.told(name, answer, *args, **named)
                    self.views.append((name, answer, self.view()))
            finally:
                self.inside -= 1
                if self.recorder is not None:
                    self.recorder.muted -= 1
            if not self.inside and self.recorder is not None:
                self.recorder.answered(name, answer)
            return answer

        return called


def in_hand(scene: Scene, owned: Iterable[tuple[int, int]], blocks: tuple[Listed, ...]) -> View:
    """Of the pages that the scene began with, those in no block are the caller's."""
    pages = [*owned, *((block.start, block.end) for block in scene.blocks)]
    return View(blocks, rest_of(pages, blocks), {})


def rest_of(pages: Iterable[tuple[int, int]], blocks: Iterable[Listed]) -> tuple[tuple[int, int], ...]:
    """The ranges without the blocks."""
    left = sorted({span for span in pages if span[0] < span[1]})
    for block in blocks:
        parts = []
        for low, high in left:
            parts += [(low, min(high, block.start)), (max(low, block.end), high)]
        left = [part for part in parts if part[0] < part[1]]
    joined: list[tuple[int, int]] = []
    for low, high in sorted(left):
        if joined and joined[-1][1] >= low:
            joined[-1] = joined[-1][0], max(high, joined[-1][1])
        else:
            joined.append((low, high))
    return tuple(joined)


@dataclass(frozen=True)
class Done:
    """What the code did."""

    stage: RealStage | None
    answer: object = None
    error: BaseException | None = None
    ways: tuple[Way, ...] = ()

    @property
    def after(self) -> View:
        """The state afterwards."""
        return View((), (), {}) if self.stage is None else self.stage.view()


def _tested(stage: RealStage, operation: Operation, frame: FrameType) -> None:
    """Write down what is so when the condition of the loop is asked."""
    assert operation.loop is not None
    value = eval(cursor_of(stage.subject, operation.loop), {}, frame.f_locals)  # noqa: S307 # our own text
    stage.tests.append(Test(len(stage.views), len(stage.changes), int(value), stage.view()))


def perform(subject: Subject, scene: Scene, *, recorded: bool = False) -> Done:
    """Make the call in the scene, on a zone of its own."""
    operation = scene.operation
    with operation.model.geometry(subject, scene.top):
        stage: RealStage | None = None
        answer, error, recorder = None, None, None
        try:
            stage = operation.model.real(subject, scene)
            stage.entry = stage.view()
            with cut_if_endless():
                if recorded:
                    loop = None if operation.loop is None else place_of_loop(subject, operation.loop)
                    recorder = stage.recorder = Recorder(codes(subject), operation, loop)
                    recorder.at_test = partial(_tested, stage, operation)
                    with recorder:
                        answer = operation.on(stage)
                else:
                    answer = operation.on(stage)
        except Endless as raised:  # what it leaves may be without an end too
            return Done(None, error=raised)
        except Exception as raised:  # broken code may raise anything
            error = raised
        before = 0 if operation.loop is None else operation.loop.before
        ways = () if recorder is None else tuple(recorder.ways(answer, error, before))
        return Done(stage, answer, error, ways)
