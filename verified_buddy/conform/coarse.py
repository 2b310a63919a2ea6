"""Making a long run short at once, before any single operation is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verified_buddy.conform.steps import Steps, keeping


def endings(steps: Sequence[int]) -> Iterator[Steps]:
    """The last operation, the last two, four, ...: with what they free, or with all that was out before.

    What was allocated and freed again before them is gone at once.
    """
    count = 1
    while count < len(steps):
        first = len(steps) - count
        gone = {~step for step in steps[:first] if step < 0}
        out = [index for index in range(first) if steps[index] >= 0 and index not in gone]
        freed = sorted(~step for step in steps[first:] if step < 0 and ~step < first)
        if len(freed) < first:
            yield keeping(steps, [*freed, *range(first, len(steps))])
        if len(out) < first:
            yield keeping(steps, [*out, *range(first, len(steps))])
        count *= 2


def groups(steps: Sequence[int]) -> list[range]:
    """Where several blocks of one order are allocated in a row, of which all are freed later, or none."""
    gone = {~step for step in steps if step < 0}
    found, first = [], 0
    for index in range(1, len(steps) + 1):
        same = index < len(steps) and steps[index] == steps[first] and (index in gone) == (first in gone)
        if not same:
            if index - first > 1 and steps[first] >= 0:
                found.append(range(first, index))
            first = index
    return found


def larger(steps: Sequence[int], chosen: Sequence[range], top: int) -> Steps:
    """The steps with few large blocks instead of the small ones of these groups, as many pages in all.

    They are freed where the last of the small ones was.
    """
    frees = {~step: index for index, step in enumerate(steps) if step < 0}
    starts = {group.start: group for group in chosen}
    members = {index for group in chosen for index in group}
    lasts = {max(frees[index] for index in group): group for group in chosen if group.start in frees}
    kept: Steps = []
    place: dict[int, int] = {}
    blocks: dict[range, list[int]] = {}
    for index, step in enumerate(steps):
        if index in starts:
            group = starts[index]
            orders = covering(len(group), step, top)
            blocks[group] = [*range(len(kept), len(kept) + len(orders))]
            kept += orders
        elif index in lasts:
            kept += [~block for block in blocks[lasts[index]]]
        elif index not in members and not (step < 0 and ~step in members):
            place[index] = len(kept)
            kept.append(step if step >= 0 else ~place[~step])
    return kept


def covering(count: int, order: int, top: int) -> list[int]:
    """Orders of as few blocks as have the pages of so many of the order, none above the top."""
    found = []
    while count:
        more = max(0, min(count.bit_length() - 1, top - order))
        found.append(order + more)
        count -= 1 << more
    return found


def packed(steps: Sequence[int], top: int) -> Iterator[Steps]:
    """All blocks that stay out allocated first, as few large ones; and the same with a few pages more.

    The last step stays the last.
    """
    gone = {~step for step in steps if step < 0}
    out = [index for index, step in enumerate(steps[:-1]) if step >= 0 and index not in gone]
    rest = [index for index in range(len(steps)) if index not in {*out}]
    pages = sum(1 << steps[index] for index in out)
    for order in range(max((steps[index] for index in out), default=-1) + 1):
        orders = covering((pages + (1 << order) - 1) >> order, order, top)
        if len(orders) < len(out):
            later = [step if step >= 0 else step - len(orders) for step in keeping(steps, rest)]
            yield [*orders, *later]


def paired(steps: Sequence[int], top: int) -> Iterator[Steps]:
    """One block of twice the size for two of an order, wherever they are; both stay out, or neither."""
    gone = {~step for step in steps if step < 0}
    small = [index for index, step in enumerate(steps[:-1]) if 0 <= step < top]
    for place, first in enumerate(small):
        for second in small[place + 1 :]:
            if steps[first] == steps[second] and (first in gone) == (second in gone):
                fewer = keeping(steps, [index for index in range(len(steps)) if index != second])
                fewer[first] += 1
                yield fewer
