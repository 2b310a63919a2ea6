"""Paths and real runs: every path is walked by some run or by no state at all, and every run is a path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from random import Random

from specs.ledger.subject import Subject
from specs.ledger.theorem import Result
from specs.prover.method.few import scene_of
from specs.prover.method.flow import Way, ways_of
from specs.prover.method.operations import Call, Walk, taken_for_granted
from specs.prover.method.scene import Scene, perform
from specs.prover.method.solve import Solvers
from specs.prover.method.trails import shown, trail_of

FEWEST, BLOCKS = 1, 3
"""As many blocks a state has at most that the solver makes for a path.

Before it is asked whether there can be such a state at all, which is soon told, and after.
"""
PATIENCE = 300
"""Milliseconds that each question for such a state may take: most are answered at once."""


class Differs(Exception):
    """Why the row does not hold: the result and the story."""

    def __init__(self, result: Result, story: str) -> None:
        super().__init__(story)
        self.result, self.story = result, story


@dataclass
class Comparison:
    """Compares the paths of calls with real runs, and counts both."""

    subject: Subject
    solvers: Solvers
    paths: int = 0
    runs: int = 0
    never: list[Walk] = field(default_factory=list)
    """The paths that the solvers show to be impossible."""

    def compare(self, call: Call, scenes: Iterable[Scene], draws: int, more: int = 0) -> tuple[int, int]:
        """How many paths are walked, and how many by no state.

        From the scenes, from so many at random, and, for each path that is not walked yet, from one that the
        solver makes; then from more at random, while one is missing.
        """
        ways: dict[Way, list[Walk]] = {}
        for walk, way in ways_of(self.subject, call):
            ways.setdefault(way, []).append(walk)
        draw = Random(f"{call.of.name} {call.variant}")  # noqa: S311 # the same ones each time
        walked: set[Way] = set()
        known = len(self.never)
        for scene in chain(scenes, (call.of.model.drawn(draw, call) for _ in range(draws))):
            walked |= self._run(scene, ways)
        for way, walks in ways.items():
            walked = self._sought(way, ways, walked)
            if len(ways[way]) > 1:
                raise Differs("refuted", f"{where(walks[0])}: nothing that ran tells it from another path")
        missing = {way for way, walks in ways.items() if walks} - walked
        for _ in range(more if missing else 0):
            walked |= self._run(call.of.model.drawn(draw, call), ways)
            if walked >= missing:
                break
        for way in missing - walked:
            says = "no run walks it, though its hypotheses do not exclude it"
            raise Differs("vacuous", f"{where(ways[way][0])}: {says}")
        self.paths += len(walked)
        return len(walked), len(self.never) - known

    def _sought(self, way: Way, ways: dict[Way, list[Walk]], walked: set[Way]) -> set[Way]:
        """What is walked, with states made for the way too; of its paths, the impossible are dropped."""
        found = set(walked)

        def make(least: int, most: int) -> None:
            for walk in ways[way]:
                if way not in found:
                    found.update(self._made(walk, ways, least, most))

        make(0, FEWEST)
        if len(ways[way]) > 1 or way not in found:
            ways[way] = [walk for walk in ways[way] if not self._impossible(walk)]
        make(FEWEST + 1, BLOCKS)
        return found

    def _made(self, walk: Walk, ways: dict[Way, list[Walk]], least: int, most: int) -> set[Way]:
        """From a state of so many blocks that the solver makes of what the path assumes."""
        made = scene_of(walk, taken_for_granted(walk), least=least, most=most, milliseconds=PATIENCE)
        return set() if made is None else self._run(made[0], ways)

    def _run(self, scene: Scene, ways: dict[Way, list[Walk]]) -> set[Way]:
        """The ways that the real call takes there; each must be that of a path."""
        self.runs += 1
        done = perform(self.subject, scene, recorded=True)
        for way in done.ways:
            if way not in ways:
                call = Call(scene.operation, scene.variant, scene.top)
                said = f"{told(call)}: a real run takes no path: {scene}; {way.ending}"
                raise Differs("refuted", said)
        return set(done.ways)

    def _impossible(self, walk: Walk) -> bool:
        """Whether the solvers show that no state walks the path."""
        never = walk.world.impossible("the path can be walked")
        verdict = self.solvers.decide(never).verdict
        if verdict == "unknown":
            raise Differs("unknown", f"{where(walk)}: no run walks it, and the solvers cannot tell why")
        if verdict != "refuted":
            self.never.append(walk)
        return verdict != "refuted"


def told(call: Call) -> str:
    """The call, in words."""
    variant = call.variant
    parts = [f"order {variant.order}"]
    parts += [f"type {variant.migratetype}"] if variant.migratetype else []
    parts += [f"list {variant.index}"] if variant.index else []
    parts += sorted(variant.options)
    return f"{call.of.name}, {', '.join(parts)}, {call.of.model.where(call.top)}"


def where(walk: Walk) -> str:
    """The path, in words."""
    return f"{told(walk.call)}: {shown(trail_of(walk))}"
