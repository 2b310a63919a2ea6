"""What isolation, the reserve, and taking blocks out may do to a small Linux zone, in terms of pages."""

from __future__ import annotations

from collections.abc import Iterator

from specs.exhaustive.linux_judge import HIGHATOMIC, JUDGES, MOVABLE, Judge, Step, apart, listed, same_but
from specs.exhaustive.linux_states import ISOLATE, State


def pageblock_of(state: State, pfn: int) -> set[tuple[int, int, int]]:
    """The free blocks that start in the page's pageblock."""
    return {block for block in state.free if block[0] // 512 == pfn // 512}


def moved(step: Step, pfn: int, kind: int, *others: str) -> Iterator[str]:
    """The pageblock has the type, its free blocks are on that type's lists, and nothing else has moved."""
    if step.kind_of(step.after, pfn) != kind:
        yield "the pageblock has another type"
    number = (pfn - step.shape.start) // 512
    if step.after.types != (*step.before.types[:number], kind, *step.before.types[number + 1 :]):
        yield "another pageblock has changed its type"
    if any(on != kind for _, _, on in pageblock_of(step.after, pfn)):
        yield "a free block of the pageblock is on another list"
    sizes = {head: order for head, order, _ in step.before.free}
    for head, order, on in step.after.free:
        allowed = {listed(step.before, head, order)}
        if sizes.get(head) != order:  # cut at the pageblock's edge, or merged across it
            allowed |= {step.kind_of(step.after, head), kind}
        if head // 512 != pfn // 512 and on not in allowed:
            yield "a free block of another pageblock has moved"
    if wrong := same_but(step, "free", "types", *others):
        yield wrong


def isolate_pageblock(step: Step) -> Iterator[str]:
    """Once, and all its free pages."""
    (pfn,) = step.call.args
    if step.answer != (step.kind_of(step.before, pfn) != ISOLATE):
        yield f"answer {step.answer}"
    if not step.answer:
        yield same_but(step)
        return
    if step.after.isolated != step.before.isolated + 1:
        yield "the pageblock is not counted"
    yield from moved(step, pfn, ISOLATE, "isolated")


def unisolate_pageblock(step: Step) -> Iterator[str]:
    """Back under the type, merged with a free buddy that the type may merge with."""
    pfn, kind = step.call.args
    if not step.answer or step.after.isolated != step.before.isolated - 1:
        yield f"answer {step.answer}, {step.after.isolated} pageblocks isolated"
    yield from moved(step, pfn, kind, "isolated")
    yield from apart(step, pfn, kind)


def reserve(step: Step) -> Iterator[str]:
    """A hundredth of the zone and a pageblock more, of types that requests have."""
    (pfn,) = step.call.args
    most = (step.shape.end - step.shape.start) // 100 + 512
    if step.answer != (step.before.reserved < most and step.kind_of(step.before, pfn) < 3):
        yield f"answer {step.answer}"
    if not step.answer:
        yield same_but(step)
        return
    if step.after.reserved != step.before.reserved + 512:
        yield "the pages are not counted"
    yield from moved(step, pfn, HIGHATOMIC, "reserved")


def unreserve(step: Step) -> Iterator[str]:
    """The free pages of one reserved pageblock; all but the last are released unforced."""
    (kind,) = step.call.args
    (force,) = (value for _, value in step.call.options)
    held = [pfn for pfn, _, on in step.before.free if on == HIGHATOMIC]
    if step.answer != (bool(held) and (force or step.before.reserved > 512)):
        yield f"answer {step.answer}"
    if not step.answer:
        yield same_but(step)
        return
    was = step.kind_of(step.before, held[0])
    if step.after.reserved != step.before.reserved - (
        min(512, step.before.reserved) if was == HIGHATOMIC else 0
    ):
        yield f"{step.after.reserved} pages are counted as reserved"
    yield from moved(step, held[0], kind, "reserved")


def isolate(step: Step) -> Iterator[str]:
    """The block is out, unless too little would stay free; its pageblocks are movable, if it is large."""
    pfn, order = step.call.args
    free = sum(2**size for _, size, on in step.before.free if on != ISOLATE)
    enough = free - step.before.reserved > 2**order
    if step.answer != (enough or step.kind_of(step.before, pfn) == ISOLATE):
        yield f"answer {step.answer}"
    if not step.answer:
        yield same_but(step)
        return
    if sorted(step.before.free) != sorted([*step.after.free, (pfn, order, listed(step.before, pfn, order))]):
        yield "the free blocks are not those before without it"
    if step.after.out != tuple(sorted([*step.before.out, (pfn, order)])):
        yield "it is not out"
    for number, (old, new) in enumerate(zip(step.before.types, step.after.types, strict=True)):
        start = step.shape.start + number * 512
        covered = order >= 8 and pfn < start + 512 and start < pfn + 2**order
        if new != (MOVABLE if covered and old < 3 else old):
            yield f"pageblock {start} of type {old} is of type {new}"
    if wrong := same_but(step, "free", "out", "types"):
        yield wrong


def putback(step: Step) -> Iterator[str]:
    """Free again, under the type of the pageblock."""
    (pfn,) = step.call.args
    order = dict(step.before.out)[pfn]
    if step.after.out != tuple(block for block in step.before.out if block[0] != pfn):
        yield "it is still out"
    if listed(step.after, pfn, order) != step.kind_of(step.before, pfn):
        yield "it is not free under its pageblock's type"
    if wrong := same_but(step, "free", "out"):
        yield wrong
    if order >= 9:
        yield from apart(step, pfn, step.kind_of(step.before, pfn))


ALL: dict[str, Judge] = {
    **JUDGES,
    "isolate_pageblock": isolate_pageblock,
    "unisolate_pageblock": unisolate_pageblock,
    "reserve": reserve,
    "unreserve": unreserve,
    "isolate": isolate,
    "putback": putback,
}
"""What each call may do."""
