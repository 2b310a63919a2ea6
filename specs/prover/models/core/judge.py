"""What the specification says of a call of the core in a scene; judged without the code under proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from specs.ledger.refutation import Endless
from specs.ledger.story import Block, page
from specs.model import policy
from specs.model.abstract import Machine, Plain, Rejected, Wrong
from specs.prover.method.labels import FREE, LIVE
from specs.prover.method.scene import Done, Scene
from specs.prover.method.story import shown

METHODS = {
    "rmqueue_smallest": "alloc",
    "free_one_page": "free",
    "free_one_page, to_tail": "free",
    "take": "take",
    "add_range": "add_range",
}
"""The operation of the specification that each function of the buddy module performs."""


def method_of(scene: Scene) -> str:
    """The operation of the specification."""
    name = scene.operation.name
    return METHODS.get(name) or name.removeprefix("Zone.")


def arguments_of(scene: Scene) -> tuple[int, ...]:
    """The arguments of that operation."""
    pages = tuple(scene.number(name) for name in scene.operation.pages)
    return pages if method_of(scene) == "add_range" else (*pages, scene.variant.order)


@dataclass(frozen=True)
class Now:
    """The state after the call; a block that the caller then owns is live."""

    free: tuple[Block, ...]
    live: tuple[Block, ...]
    counts: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...] | None


def now_of(scene: Scene, done: Done) -> Now:
    """What the real zone has."""
    after = done.after
    free = tuple(shown(block)._replace(note="") for block in after.blocks if block.kind == FREE)
    live = [shown(block)._replace(note="") for block in after.blocks if block.kind == LIVE]
    order, name = scene.variant.order, scene.operation.name
    if name == "rmqueue_smallest" and type(done.answer) is int:
        live.append(Block(done.answer, order, free=False))
    if name == "take" and done.answer is True:
        live.append(Block(scene.number("p"), order, free=False))
    stage = done.stage
    area = None if stage is None else getattr(stage, "area", None)
    zone = getattr(stage, "zone", None)
    lists = area if zone is None else zone.free_area
    counts = () if lists is None else tuple(each.nr_free for each in lists.orders)
    return Now(free, tuple(sorted(live)), counts, None if zone is None else tuple(zone.spans.ranges()))


def faults(scene: Scene, done: Done) -> Iterator[str]:
    """What is forbidden of it, the worst first."""
    if isinstance(done.error, Endless):
        yield "every call ends"
        return
    if done.stage is None:
        yield f"a zone can be made: {done.error}"
        return
    method, arguments = method_of(scene), arguments_of(scene)
    pages = Plain(_pages_of(map(shown, scene.blocks)))
    machine = Machine(scene.top, pages)
    machine.live = {block.start: block.order for block in scene.blocks if block.kind == LIVE}
    rejection, judged = "", None
    try:
        answers = (done.answer,) if method == "alloc" and done.error is None else ()
        if method != "alloc" or answers:
            judged = getattr(machine, method)(*arguments, *answers)
    except Rejected as rejected:
        if scene.operation.name == "take":
            judged = False  # the buddy module knows no zone; a page outside is just not free
        else:
            rejection = str(rejected)
    except Wrong as wrong:
        yield str(wrong)
    got = "" if done.error is None else type(done.error).__name__
    if got != rejection:
        yield f"it must end in {rejection}" if rejection else f"it must not end in {got}"
    elif not got and method == "take" and done.answer is not judged:
        yield f"the answer must be {judged}"
    now = now_of(scene, done)
    yield from _owners(pages, machine, now)
    yield from _lists(pages, machine.max_order, now)
    free = [block for block in scene.blocks if block.kind == FREE]
    lists = [[block.start for block in free if block.order == order] for order in range(scene.top + 1)]
    if not rejection:
        yield from _policy(scene, done, now, lists)


def _owners(pages: Plain, machine: Machine, now: Now) -> Iterator[str]:
    """Pages of two owners, of none, or of the wrong one; blocks that are none."""
    blocks = sorted((*now.free, *now.live))
    for one, two in pairwise(blocks):
        if two.start < one.end:
            yield f"{one} and {two} overlap"
    yield from (f"{block} is not aligned" for block in blocks if block.start % 2**block.order != 0)
    free, live = _pages_of(now.free), _pages_of(now.live)
    taken = _pages_of(Block(start, order) for start, order in machine.live.items())
    for found, says in (
        (pages.pages - free - live, "is lost: it is neither free nor live"),
        ((free | live) - pages.pages, "is not the zone's"),
        (pages.pages - taken - free, "should be free"),
        (taken - live, "should be live"),
    ):
        if found:
            yield f"page {page(min(found))} {says}"


def _pages_of(blocks: Iterable[Block]) -> set[int]:
    return {number for block in blocks for number in range(block.start, block.end)}


def _lists(pages: Plain, top: int, now: Now) -> Iterator[str]:
    """Buddies that are not merged, counts that are not those of the lists, other pages."""
    free = set(now.free)
    for block in now.free:
        other = Block(block.start + 2**block.order, block.order)
        if other in free and block.order < top and block.start % (2 * 2**block.order) == 0:
            yield f"the buddies {block} and {other} are not merged"
    counted = tuple(sum(block.order == order for block in now.free) for order in range(top + 1))
    if counted != now.counts:
        yield f"nr_free is {list(now.counts)}, but the lists have {list(counted)}"
    if now.ranges is not None and tuple(pages.runs()) != now.ranges:
        yield f"the zone's pages are {list(now.ranges)}, and should be {pages.runs()}"


def _policy(scene: Scene, done: Done, now: Now, lists: policy.Lists) -> Iterator[str]:
    """Another block than the Linux policy chooses, or another place in its list."""
    method, arguments = method_of(scene), arguments_of(scene)
    if scene.operation.name.startswith("free_one_page"):
        policy.free(lists, *arguments, boot=scene.variant.to_tail)
    else:
        expected = getattr(policy, method)(lists, *arguments)
        if method == "alloc" and done.error is None and done.answer != expected:
            yield f"the Linux policy answers {expected}"
    for order, entries in enumerate(lists):
        found = [block.start for block in now.free if block.order == order]
        if found != entries:
            yield f"the list of order {order}, head first, is {found}; by the Linux policy {entries}"
