"""A refuted obligation as a small story: the blocks, the call, what broke, and what really ran."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from random import Random

import z3

from specs.ledger.refutation import Endless, what_happened
from specs.ledger.story import Block, Story, in_words, page
from specs.ledger.subject import Subject
from specs.prover.method.few import scene_of
from specs.prover.method.labels import FREE, PCP
from specs.prover.method.operations import Call, Operation, Walk
from specs.prover.method.paths import Owed
from specs.prover.method.scene import Done, Listed, Scene, perform

SECONDS = 1.5
"""How long another state is looked for."""


def tell(subject: Subject, walk: Walk, owed: Owed) -> Story:
    """The story of a refuted obligation; the code really runs, if there is a state in which it can."""
    named = {str(term): term for term in owed.pages if z3.is_const(term)}
    small = scene_of(walk, [*owed.facts, *owed.beyond()], owed.goal, tuple(named.values()))
    if small is not None:
        scene, values = small
        done = perform(subject, scene)
        story = story_of(scene, done, owed.says + _where(values), tuple(values.values()))
        if story.wrong:
            return story
    other = found(subject, walk.call, None if small is None else small[0])
    if other is not None:
        return replace(story_of(*other, owed.says), elsewhere=True)
    return Story(called(walk.call), owed.says) if small is None else story


def tell_of_any(subject: Subject, operations: Sequence[Operation], tops: Sequence[int], says: str) -> Story:
    """The story of operations whose paths cannot be walked: a small state in which one of them goes wrong."""
    calls = [Call(each, variant, tops[0]) for each in operations for variant in each.variants(tops[0])]
    for call in calls:
        other = found(subject, call, seconds=SECONDS / len(calls))
        if other is not None:
            return story_of(*other, says)
    return Story(" or ".join(operation.name for operation in operations), says)


def found(
    subject: Subject, call: Call, near: Scene | None = None, seconds: float = SECONDS
) -> tuple[Scene, Done] | None:
    """The first scene in which the code does what is forbidden; None if there is none in so short a time."""
    until = time.perf_counter() + seconds
    draw, model = Random(str(call.variant)), call.of.model  # noqa: S311 # the same ones each time
    drawn = (scene for scene in iter(partial(model.drawn, draw, call), object()) if scene is not None)
    for scene in chain(model.small(call, near), drawn if model.drawn(draw, call) is not None else ()):
        done = perform(subject, scene)
        if next(iter(model.faults(scene, done)), None) is not None:
            return fewest(subject, scene, done)
        if time.perf_counter() > until:
            break
    return None


def fewest(subject: Subject, scene: Scene, done: Done) -> tuple[Scene, Done]:
    """The same, without the blocks that do not matter; the one that the call is about stays."""
    model, about = scene.operation.model, scene.number("p", -1)
    for block in (each for each in scene.blocks if each.start != about):
        less = replace(scene, blocks=tuple(each for each in scene.blocks if each != block))
        did = perform(subject, less)
        if next(iter(model.faults(less, did)), None) is not None:
            return fewest(subject, less, did)
    return scene, done


def story_of(scene: Scene, done: Done, broken: str, named: tuple[int, ...] = ()) -> Story:
    """The story of a scene; of a range, the last page is named, and not the one behind it."""
    pages = {name: scene.number(name) for name in scene.operation.pages}
    if "end" in pages:
        named = tuple(number for number in named if number != pages["end"])
        pages["end"] -= 1
    wrong = next(iter(scene.operation.model.faults(scene, done)), "")
    blocks = tuple(map(shown, scene.blocks))
    says = called(Call(scene.operation, scene.variant, scene.top), scene)
    return Story(says, broken, blocks, (*pages.values(), *named), did(done), wrong)


def did(done: Done) -> str:
    """What the code did, in words."""
    if isinstance(done.error, Endless):
        return str(done.error)
    said = f"returned {done.answer}" if done.error is None else f"ended in {what_happened(done.error)}"
    return f"{said}; then: {in_words(map(shown, done.after.blocks))}"


def shown(block: Listed) -> Block:
    """A block, as a story has it."""
    typed = {0: "unmovable", 1: "movable", 2: "reclaimable", 3: "highatomic", 4: "isolated"}
    note = typed.get(block.migratetype, "") if block.migratetype else ""
    if block.kind == PCP:
        note = f"{note} on a per-CPU list".strip()
    return Block(block.start, block.order, block.kind == FREE, note)


def called(call: Call, scene: Scene | None = None) -> str:
    """The call as it would be written down, and in what kind of zone."""
    name, _, option = call.of.name.partition(", ")
    variant = call.variant
    known = {"order": variant.order, "type": variant.migratetype, "list": variant.index}
    if scene is not None:
        known["kind"] = scene.number("mt")
    arguments = []
    for each in call.of.arguments:
        if each in known:
            arguments.append(f"{'type' if each == 'kind' else each} {known[each]}")
        else:
            arguments.append(each if scene is None else page(scene.number(each)))
    options = [*([option] if option else []), *sorted(variant.options)]
    arguments += [f"{each}=True" for each in options]
    return f"{name}({', '.join(arguments)}), {call.of.model.where(call.top)}"


def _where(values: dict[str, int]) -> str:
    """The pages that the sentence names."""
    names = ", ".join(f"{name} = {page(value)}" for name, value in sorted(values.items()))
    return f" ({names})" if names else ""
