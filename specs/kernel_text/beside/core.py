"""The zone of the core, which knows neither types nor pageblocks, on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from specs.kernel_text.beside.subject import Side
from specs.kernel_text.errors import NoTree, Unread

TOP, PAGES = 3, 32
Step = tuple[str, tuple[int, ...]]


def steps(side: Side, length: int) -> list[Step]:
    """Random calls: blocks that are handed out, given back, and cut out of free ones."""
    chance = Random(0)  # noqa: S311 # the same calls each time, and no secret
    made: list[Step] = []
    zone = fed(side)
    for _ in range(length):
        blocks = [(pfn, order) for pfn, order, _ in zone.free_area.blocks() if order]
        kind = chance.randrange(5)
        if kind < 2 and zone.live:
            step: Step = ("free", chance.choice(sorted(zone.live.items())))
        elif kind == 2 and blocks:
            pfn, order = chance.choice(blocks)
            step = ("take", (pfn, chance.randrange(order)))
        else:
            step = ("alloc", (chance.randrange(TOP + 1),))
        made.append(step)
        getattr(zone, step[0])(*step[1])
    return made


def fed(side: Side) -> Any:
    """A zone with all its memory free."""
    zone = side.subject.zone.Zone(TOP)
    zone.add_range(0, PAGES)
    return zone


def answer(side: Side, zone: Any, step: Step) -> Any:
    """What a call answers; a block is cut only from the first page of a free one, as C does."""
    heads = [pfn for pfn, order, _ in zone.free_area.blocks() if order > step[1][-1]]
    if step[0] == "take" and step[1][0] not in heads:
        return "no first page"
    try:
        return getattr(zone, step[0])(*step[1])
    except side.subject.errors.BuddyError as error:
        return type(error).__name__


def differs(ours: Side, theirs: Side, made: Sequence[Step]) -> tuple[int, str] | None:
    """After which call something differs first, and what."""
    mine = fed(ours)
    number = 0
    try:
        other = fed(theirs)
        for number, step in enumerate(made, 1):
            theirs.trace.places.clear()
            said, found = answer(ours, mine, step), answer(theirs, other, step)
            lists, others = (list(zone.free_area.blocks()) for zone in (mine, other))
            if said != found or lists != others:
                return number, f"C answers {found}, and has {others}; ours {said}, and {lists}"
    except (Unread, NoTree):
        raise
    except Exception as error:  # whatever the text does is the finding
        return number, f"C fails: {type(error).__name__}: {error}"
    return None


def fewer(made: Sequence[Step]) -> Iterator[list[Step]]:
    """Without one of the calls."""
    return ([*made[:at], *made[at + 1 :]] for at in range(len(made)))


def first_of_core(ours: Side, theirs: Side, length: int) -> tuple[int, str]:
    """How many calls were compared, and what differs first, shrunk; nothing if nothing does."""
    made = steps(ours, length)
    found = differs(ours, theirs, made)
    if found is None:
        return length, ""
    best, again = made[: found[0]], True
    while again:
        again = False
        for each in fewer(best):
            less = differs(ours, theirs, each)
            if less is not None:
                best, found, again = each[: less[0]], less, True
                break
    lines = [f"a zone of the core, pages 0..{PAGES - 1}, largest order {TOP}"]
    lines += [f"  {number}. Zone.{name}{args}" for number, (name, args) in enumerate(best, 1)]
    lines.append(found[1])
    lines += [f"ran last: {name}() at {place}" for name, place in theirs.trace.places[-3:]]
    return length, "\n".join(lines)
