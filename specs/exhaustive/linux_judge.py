"""What each call of a small Linux zone may do, in terms of pages: the sentences that the walk checks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from specs.exhaustive.linux_states import ISOLATE, Call, Shape, State, order_of_list

UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC = range(4)
FALLBACK_ORDER = {
    UNMOVABLE: (RECLAIMABLE, MOVABLE),
    MOVABLE: (RECLAIMABLE, UNMOVABLE),
    RECLAIMABLE: (UNMOVABLE, MOVABLE),
}
UNIT = 128
"""Pages of the smallest block that the walks have."""


class Step(NamedTuple):
    """A call between two states."""

    shape: Shape
    before: State
    call: Call
    answer: Any
    after: State

    def kind_of(self, state: State, pfn: int) -> int:
        """The type of the page's pageblock."""
        return state.types[(pfn - self.shape.start) // 512]


def units(pfn: int, order: int) -> set[int]:
    """The block's pages, by their smallest blocks."""
    return set(range(pfn // UNIT, (pfn + 2**order) // UNIT))


def owned(state: State) -> Iterator[tuple[int, int]]:
    """Every block, whoever owns it."""
    yield from ((pfn, order) for pfn, order, _ in state.free)
    yield from ((pfn, order_of_list(number)) for number, pfn, _ in state.cached)
    yield from state.live
    yield from state.out


def listed(state: State, pfn: int, order: int) -> int | None:
    """The type of the list whose block has all these pages; None if they are not one free block's."""
    kinds = [kind for head, size, kind in state.free if units(pfn, order) <= units(head, size)]
    return kinds[0] if kinds else None


def rest(shape: Shape, state: State) -> Iterator[str]:
    """Pages have one owner each, blocks are aligned, free buddies are one, blocks wait on their own lists."""
    blocks = list(owned(state))
    pages = sorted(unit for block in blocks for unit in units(*block))
    if pages != list(range(shape.start // UNIT, shape.end // UNIT)):
        yield "some page has no owner, or two"
    if any(pfn % 2**order for pfn, order in blocks):
        yield "a block is not aligned"
    free = {(pfn, order) for pfn, order, _ in state.free}
    for pfn, order in free:
        if order < (9 if shape.also else 10) and (pfn ^ 2**order, order) in free:
            yield f"two buddies of order {order} are free"
    for number, _, kind in state.cached:
        if order_of_list(number) == 9 and (number == 13) != (kind in (MOVABLE, HIGHATOMIC)):
            yield "a block waits on the list of another type"


def same_but(step: Step, *names: str) -> str:
    """Whether anything else has changed."""
    for name, old in step.before._asdict().items():
        if name not in names and getattr(step.after, name) != old:
            return f"{name} was {old}, and is {getattr(step.after, name)}"
    return ""


def alloc(step: Step) -> Iterator[str]:
    """Handed out is what was free or cached; refused, only what no list that may be used holds."""
    order, kind = step.call.args
    options = dict(step.call.options)
    number = 13 if kind == MOVABLE else 12
    cached = [pfn for each, pfn, _ in step.before.cached if each == number]
    through_lists = order == 9 and options.get("pcp_locked", True)
    allowed = {*range(3), *([HIGHATOMIC] if options.get("last_resort") else [])}
    if step.answer is None:
        if wrong := same_but(step, "factor"):
            yield f"refused, but {wrong}"
        if through_lists and cached:
            yield "refused, though the CPU's list has a block"
        if any(size >= order for _, size, on in step.before.free if on in allowed):
            yield "refused, though a list that may be used has a block"
        return
    live = dict(step.after.live)
    if live.pop(step.answer, None) != order or sorted(live.items()) != list(step.before.live):
        yield "the live blocks are not those before and the one handed out"
    if through_lists and cached:
        if step.answer != cached[0]:
            yield "the CPU's list has another head"
        if wrong := same_but(step, "cached", "live", "factor"):
            yield wrong
    elif listed(step.before, step.answer, order) not in allowed:
        yield "the block was not free, or on a list that may not be used"
    yield from typed(step, order, kind, through_lists=through_lists, cached=bool(cached))


def typed(step: Step, order: int, kind: int, *, through_lists: bool, cached: bool) -> Iterator[str]:
    """An allocation moves blocks and pageblocks to the type of the request, and to no other."""
    for pfn, size, on in step.after.free:
        if on not in (kind, listed(step.before, pfn, size)) and listed(step.before, pfn, size) != HIGHATOMIC:
            yield f"block {pfn} of order {size} is on the list of type {on}"
    for old, new in zip(step.before.types, step.after.types, strict=True):
        if new not in (old, kind):
            yield f"a pageblock of type {old} is of type {new}"
    if through_lists:
        new_blocks = set(step.after.cached) - set(step.before.cached)
        if len(new_blocks) > (0 if cached else 1):
            yield "a refill takes two blocks: one is handed out, one waits"
        if any(on != kind for _, _, on in new_blocks):
            yield "a block waits under another type than was asked for"
        return
    own = [size for _, size, on in step.before.free if on == kind and size >= order]
    expected = claimed(step, order, kind) if not own else step.before.types
    if expected is not None and step.after.types != expected:
        yield f"the pageblocks are of types {step.after.types}, expected {expected}"
    if own and max(size for pfn, size, _ in step.before.free if pfn <= step.answer < pfn + 2**size) > min(
        own
    ):
        yield "a larger block was split than need be"


def claimed(step: Step, order: int, kind: int) -> tuple[int, ...] | None:
    """The types of the pageblocks after a fallback; None if there is nothing to fall back to."""
    sizes = {size for _, size, on in step.before.free if on in FALLBACK_ORDER[kind] and size >= order}
    if not sizes:
        return None
    size = max(sizes)
    victims = [
        pfn
        for on in FALLBACK_ORDER[kind]
        for pfn, each, found in step.before.free
        if (each, found) == (size, on)
    ]
    types, first = list(step.before.types), (victims[0] - step.shape.start) // 512
    old = types[first]
    if old == HIGHATOMIC:
        return tuple(types)
    if size >= 9:
        types[first : first + 2 ** (size - 9)] = [kind] * 2 ** (size - 9)
        return tuple(types)
    inside = [each for pfn, each, _ in step.before.free if pfn // 512 == victims[0] // 512]
    free = sum(2**each for each in inside)
    alike = step.call.movable if kind == MOVABLE else 512 - free - step.call.movable if old == MOVABLE else 0
    if free + alike >= 256:
        types[first] = kind
    return tuple(types)


def free(step: Step) -> Iterator[str]:
    """The block is free under its pageblock's type, or at the head of the CPU's list."""
    pfn, order, *_ = step.call.args
    kind = step.kind_of(step.before, pfn)
    live = dict(step.before.live)
    del live[pfn]
    if step.after.live != tuple(sorted(live.items())):
        yield "the live blocks are not those before without the freed one"
    if wrong := same_but(step, "free", "cached", "live", "factor"):
        yield wrong
    cache = order == 9 and not step.call.options and kind != ISOLATE
    before = list(step.before.cached)
    if cache:
        number = 13 if kind in (MOVABLE, HIGHATOMIC) else 12
        before.insert(sum(each < number for each, _, _ in before), (number, pfn, kind))
    drained = [block for block in before if block not in step.after.cached]
    waiting = [block for block in before if block in step.after.cached]
    if tuple(waiting) != step.after.cached:
        yield f"the CPU's lists hold {step.after.cached}, expected {waiting}"
    expected = len(before) - (cache and len(before) * 512 >= step.shape.high)
    if len(waiting) != expected:
        yield f"{len(waiting)} blocks wait, expected {expected}"
    if cache and drained and drained != [block for block in before if block[0] == number][-1:]:
        yield "not the oldest block of the list was drained"
    yield from given_back(step, drained if cache else [(0, pfn, kind), *drained])


def given_back(step: Step, blocks: list[tuple[int, int, int]]) -> Iterator[str]:
    """Blocks that came back are free, merged, and on a list of a type that one of them has."""
    back = {pfn: step.kind_of(step.before, pfn) if step.before.isolated else kind for _, pfn, kind in blocks}
    old = {(pfn, order) for pfn, order, _ in step.before.free}
    for pfn, size, on in step.after.free:
        inside = [kind for head, kind in back.items() if pfn <= head < pfn + 2**size]
        if (pfn, size) not in old and on not in inside:
            yield f"block {pfn} of order {size} is on the list of type {on}, expected one of {inside}"
    for pfn, kind in back.items():
        if listed(step.after, pfn, 7) is None:
            yield f"page {pfn} came back, and is not free"
        yield from apart(step, pfn, kind)


def apart(step: Step, pfn: int, kind: int) -> Iterator[str]:
    """Two free pageblocks that are buddies stay apart only if their types forbid the merge."""
    head = pfn - pfn % 512
    buddy = head ^ 512
    blocks = {(start, order): on for start, order, on in step.after.free}
    if (head, 9) in blocks and (buddy, 9) in blocks:
        other = step.kind_of(step.after, buddy)
        if kind == other or max(kind, other) < 3:
            yield f"pageblocks {head} and {buddy} are free, and not one block"


def drain(step: Step) -> Iterator[str]:
    """Nothing waits any more."""
    if step.after.cached:
        yield "some blocks still wait"
    if wrong := same_but(step, "free", "cached"):
        yield wrong
    yield from given_back(step, list(step.before.cached))


Judge = Callable[[Step], Iterator[str]]
JUDGES: dict[str, Judge] = {"alloc": alloc, "free": free, "drain": drain}
"""The calls that every zone has; ``specs.exhaustive.linux_also`` has the others."""
