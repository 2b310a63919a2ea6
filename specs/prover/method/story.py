"""A refuted obligation as a small concrete story: the blocks, the call, what broke, and what really ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from specs.ledger.story import Story, page
from specs.ledger.subject import Subject
from specs.prover.method.paths import Owed
from specs.prover.models.core import arithmetic
from specs.prover.models.core.minimal import Small, smallest
from specs.prover.models.core.operations import OPERATIONS, Walk
from specs.prover.models.core.replay import Done, Scene, faults, run
from specs.prover.models.core.search import SECONDS, found
from specs.prover.models.zone import story as layer_story


def tell(subject: Subject, walk: Walk | None, owed: Owed) -> Story:
    """The story of a refuted obligation; the code really runs, if there is a state in which it can."""
    if walk is None:
        return arithmetic.tell(subject, owed)
    if walk.operation not in OPERATIONS:
        return layer_story.tell(walk, owed)
    small = smallest(walk, owed)
    if small is not None:
        done = run(subject, small.scene)
        story = _story(small.scene, done, owed.says + _where(small), tuple(small.named.values()))
        if story.wrong:
            return story
    other = found(subject, walk.operation, walk.variant, walk.top, None if small is None else small.scene)
    if other is not None:
        return replace(_story(*other, owed.says), elsewhere=True)
    return Story(call(walk), owed.says) if small is None else story


def tell_of_any(subject: Subject, operations: Sequence[str], tops: Sequence[int], says: str) -> Story:
    """The story of operations whose paths cannot be walked: a small state in which one of them goes wrong."""
    known = [name for name in operations if name in OPERATIONS]
    kinds = [(name, variant) for name in known for variant in OPERATIONS[name][1](tops[0])]
    for name, variant in kinds:
        other = found(subject, name, variant, tops[0], seconds=SECONDS / len(kinds))
        if other is not None:
            return _story(*other, says)
    return Story(" or ".join(operations), says)


def _story(scene: Scene, done: Done, broken: str, named: tuple[int, ...] = ()) -> Story:
    """The story of a scene; of a range, the last page is named, and not the one behind it."""
    pages = (scene.pages[0], scene.pages[1] - 1) if scene.method == "add_range" else scene.pages
    if scene.method == "add_range":
        named = tuple(number for number in named if number != scene.pages[1])
    called = called_as(scene.operation, scene.variant.order, tuple(map(page, scene.pages)))
    wrong = next(faults(scene, done), "")
    return Story(
        f"{called}, max_order {scene.before.top}",
        broken,
        scene.blocks,
        (*pages, *named),
        str(done),
        wrong,
    )


def call(walk: Walk) -> str:
    """The call, of any pages."""
    return called_as(walk.operation, walk.variant.order)


def called_as(operation: str, order: int, pages: tuple[str, ...] = ()) -> str:
    """The call as it would be written down."""
    name, _, option = operation.partition(", ")
    if name in ("add_range", "Zone.add_range"):
        return f"{name}({', '.join(pages or ('start', 'end'))})"
    known = () if name in ("rmqueue_smallest", "Zone.alloc") else pages or ("p",)
    return f"{name}({', '.join((*known, f'order {order}', *([f'{option}=True'] if option else [])))})"


def _where(small: Small) -> str:
    """The pages that the sentence names."""
    names = ", ".join(f"{name} = {page(value)}" for name, value in sorted(small.named.items()))
    return f" ({names})" if names else ""
