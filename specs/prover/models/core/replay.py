"""A scene, a legal state and a call, and what the subject's real code does in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from specs.ledger.refutation import Endless, cut_if_endless, what_happened
from specs.ledger.story import Block, in_words, page
from specs.ledger.subject import Subject
from specs.model import policy
from specs.model.abstract import Machine, Plain, Rejected, Wrong
from specs.prover.models.core.operations import Variant
from specs.prover.models.core.situations import Situation

METHODS = {
    "rmqueue_smallest": "alloc",
    "free_one_page": "free",
    "free_one_page, to_tail": "free",
    "take": "take",
    "add_range": "add_range",
}
"""The operation of the specification that each function of the buddy module performs."""


@dataclass(frozen=True)
class Scene:
    """A legal state and a call."""

    operation: str
    variant: Variant
    before: Situation
    pages: tuple[int, ...] = ()
    """The pages that the call is given."""

    @property
    def method(self) -> str:
        """The operation of the specification."""
        return METHODS.get(self.operation) or self.operation.removeprefix("Zone.")

    @property
    def arguments(self) -> tuple[int, ...]:
        """The arguments of that operation."""
        return self.pages if self.method == "add_range" else (*self.pages, self.variant.order)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The state before, block by block."""
        live = [Block(start, order, free=False) for start, order in self.before.live]
        return (*(Block(start, order) for start, order in self.before.free), *live)


@dataclass(frozen=True)
class Done:
    """What the code did."""

    answer: object
    error: BaseException | None
    free: tuple[Block, ...]
    live: tuple[Block, ...]
    counts: tuple[int, ...]
    ranges: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        if isinstance(self.error, Endless):
            return str(self.error)
        did = f"returned {self.answer}" if self.error is None else f"ended in {what_happened(self.error)}"
        return f"{did}; then: {in_words((*self.free, *self.live))}"


def run(subject: Subject, scene: Scene) -> Done:
    """Run the code on a zone of its own in that state; a block that the caller then owns is live."""
    answer, error = None, None
    try:
        zone = scene.before.zone(subject)
    except Exception as raised:  # broken code may not even make a zone
        return Done(None, raised, (), (), (), ())
    try:
        with cut_if_endless():
            answer = _call(subject, scene, zone)
    except Endless as raised:  # what it leaves may be without an end too
        return Done(None, raised, (), (), (), ())
    except Exception as raised:  # broken code may raise anything
        error = raised
    if scene.operation == "rmqueue_smallest" and type(answer) is int:
        zone.live[answer] = scene.variant.order
    if scene.operation == "take" and answer is True:
        zone.live[scene.pages[0]] = scene.variant.order
    areas = zone.free_area.orders
    free = [Block(pfn, order) for order, area in enumerate(areas) for each in area.free_list for pfn in each]
    live = [Block(pfn, order, free=False) for pfn, order in sorted(zone.live.items())]
    counts = tuple(area.nr_free for area in areas)
    return Done(answer, error, tuple(free), tuple(live), counts, tuple(zone.spans.ranges()))


def _call(subject: Subject, scene: Scene, zone: Any) -> object:
    area, order, buddy = zone.free_area, scene.variant.order, subject.buddy
    if scene.operation.startswith("Zone."):
        return getattr(zone, scene.method)(*scene.arguments)
    if scene.method == "alloc":
        return buddy.rmqueue_smallest(area, order, 0)
    if scene.method == "take":
        return buddy.take(area, *scene.arguments)
    if scene.method == "add_range":
        zone.spans.add(*scene.pages)
        return buddy.add_range(area, *scene.pages, 0)
    del zone.live[scene.pages[0]]  # the caller owns the block now
    return buddy.free_one_page(area, *scene.arguments, 0, to_tail=scene.variant.to_tail)


def faults(scene: Scene, done: Done) -> Iterator[str]:
    """What the specification forbids of it, the worst first; it is judged without the code under proof."""
    if isinstance(done.error, Endless):
        yield "every call ends"
        return
    pages = Plain(_pages_of(scene.blocks))
    machine = Machine(scene.before.top, pages)
    machine.live = dict(scene.before.live)
    rejection, judged = "", None
    try:
        answers = (done.answer,) if scene.method == "alloc" and done.error is None else ()
        if scene.method != "alloc" or answers:
            judged = getattr(machine, scene.method)(*scene.arguments, *answers)
    except Rejected as rejected:
        if scene.operation == "take":
            judged = False  # the buddy module knows no zone; a page outside is just not free
        else:
            rejection = str(rejected)
    except Wrong as wrong:
        yield str(wrong)
    got = "" if done.error is None else type(done.error).__name__
    if got != rejection:
        yield f"it must end in {rejection}" if rejection else f"it must not end in {got}"
    elif not got and scene.method == "take" and done.answer is not judged:
        yield f"the answer must be {judged}"
    yield from _owners(pages, machine, done)
    yield from _lists(pages, machine.max_order, done)
    lists = [[pfn for pfn, order in scene.before.free if order == k] for k in range(scene.before.top + 1)]
    if not rejection:
        yield from _policy(scene, done, lists)


def _owners(pages: Plain, machine: Machine, done: Done) -> Iterator[str]:
    """Pages of two owners, of none, or of the wrong one; blocks that are none."""
    blocks = sorted((*done.free, *done.live))
    for one, two in pairwise(blocks):
        if two.start < one.end:
            yield f"{one} and {two} overlap"
    yield from (f"{block} is not aligned" for block in blocks if block.start % 2**block.order != 0)
    free, live = _pages_of(done.free), _pages_of(done.live)
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


def _lists(pages: Plain, top: int, done: Done) -> Iterator[str]:
    """Buddies that are not merged, counts that are not those of the lists, other pages."""
    free = set(done.free)
    for block in done.free:
        other = Block(block.start + 2**block.order, block.order)
        if other in free and block.order < top and block.start % (2 * 2**block.order) == 0:
            yield f"the buddies {block} and {other} are not merged"
    counted = tuple(sum(block.order == order for block in done.free) for order in range(top + 1))
    if counted != done.counts:
        yield f"nr_free is {list(done.counts)}, but the lists have {list(counted)}"
    if tuple(pages.runs()) != done.ranges:
        yield f"the zone's pages are {list(done.ranges)}, and should be {pages.runs()}"


def _policy(scene: Scene, done: Done, lists: policy.Lists) -> Iterator[str]:
    """Another block than the Linux policy chooses, or another place in its list."""
    if scene.operation.startswith("free_one_page"):
        policy.free(lists, *scene.arguments, boot=scene.variant.to_tail)
    else:
        expected = getattr(policy, scene.method)(lists, *scene.arguments)
        if scene.method == "alloc" and done.error is None and done.answer != expected:
            yield f"the Linux policy answers {expected}"
    for order, entries in enumerate(lists):
        now = [block.start for block in done.free if block.order == order]
        if now != entries:
            yield f"the list of order {order}, head first, is {now}; by the Linux policy {entries}"
