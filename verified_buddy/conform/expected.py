"""What each step of a vector may answer, at each level: all that any conforming allocator can do, tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from verified_buddy.buddy import free_one_page, rmqueue_smallest, take
from verified_buddy.conform.vectors import Step, Vector
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.rules import Level
from verified_buddy.pfn import Order, Pfn

Block = tuple[int, int, int]
"""First page, order, and the step that is to free it, or 0."""
State = frozenset[Block]
MOST: Final = 20_000
"""States after a step, at the most; no vector of ours has more, but for those that a fill makes one again."""


class TooManyError(Exception):
    """More states than anybody wants to try."""


def expected(vector: Vector) -> list[dict[str, Any]]:
    """The lines of the vector, with what they may answer."""
    steps = vector.steps()
    complete = possible(vector, Level.COMPLETE)
    fitting = possible(vector, Level.SMALLEST_FIT)
    exact = policy(vector)
    lines: list[dict[str, Any]] = []
    for step, anywhere, fit, pfns in zip(steps, complete, fitting, exact, strict=True):
        if step.op == "alloc":
            refused = None in anywhere
            word = "refused" if anywhere == {None} else "either" if refused else "block"
            line = {"op": "alloc", "order": step.order, "safety": "any", "complete": word}
            places = [*sorted(pfn for pfn in fit if pfn is not None), *[None] * (None in fit)]
            lines.append({**line, "smallest-fit": places, "exact": pfns[0]})
        elif step.op == "free":
            lines.append({"op": "free", "step": step.step})
        elif step.op == "fill":
            most = {"complete": len(pfns), "smallest-fit": len(pfns)}
            lines.append({"op": "fill", "safety": "any", **most, "exact": pfns})
        else:
            lines.append({"op": "sweep", "pfn": step.pfn, "every": step.every, "count": step.count})
    return lines


def possible(vector: Vector, level: Level) -> Iterator[set[int | None]]:
    """The answers to each alloc that some allocator that conforms to the level may give."""
    steps = vector.steps()
    later = [step.step for step in steps if step.op == "free"]
    states: set[State] = {frozenset()}
    for number, step in enumerate(steps, 1):
        answers: set[int | None] = set()
        following: set[State] = set()
        if step.op == "fill":
            following = {filled(vector, state) for state in states}
        for state in states if step.op != "fill" else ():
            if step.op == "alloc":
                memory = after(vector, state)
                owner = number if number in later else 0
                for pfn in choices(memory, Order(step.order), level):
                    answers.add(pfn)
                    following.add(state if pfn is None else state | {(pfn, step.order, owner)})
            elif step.op == "free":
                following.add(frozenset(block for block in state if block[2] != step.step))
            else:
                gone = {(page, 0, 0) for page in swept(step)}
                assert gone <= state, f"{vector.name}: step {number} frees what may not be live"
                following.add(state - gone)
        if len(following) > MOST:
            raise TooManyError(vector.name, number)
        states = following
        yield answers


def swept(step: Step) -> Iterator[int]:
    """The pages that a sweep frees."""
    return (step.pfn + index * step.every for index in range(step.count))


def filled(vector: Vector, state: State) -> State:
    """All pages that were free are live, each by itself."""
    pages = {page for pfn, order, _ in state for page in range(pfn, pfn + (1 << order))}
    start, count, _ = vector.geometry
    return state | {(page, 0, 0) for page in range(start, start + count) if page not in pages}


def after(vector: Vector, state: State) -> Memory:
    """The memory with these blocks live."""
    memory = Memory(vector.geometry.header())
    for pfn, order, _ in state:
        assert take(memory.area, Pfn(pfn), Order(order))
    return memory


def choices(memory: Memory, order: Order, level: Level) -> list[int | None]:
    """What may be handed out."""
    if order > memory.header.max_order or (best := memory.smallest(order)) is None:
        return [None]
    size = 1 << order
    return [
        pfn
        for head, of, _ in memory.area.blocks()
        if of >= order and (level < Level.SMALLEST_FIT or of == best)
        for pfn in range(head, head + (1 << of), size)
    ]


def policy(vector: Vector) -> Iterator[list[int | None]]:
    """What Linux hands out."""
    area = Memory(vector.geometry.header()).area
    held: dict[int, tuple[Pfn, Order]] = {}
    for number, step in enumerate(vector.steps(), 1):
        got: list[int | None] = []
        if step.op == "alloc":
            pfn = rmqueue_smallest(area, Order(step.order), UNMOVABLE)
            got.append(pfn)
            if pfn is not None:
                held[number] = pfn, Order(step.order)
        elif step.op == "fill":
            while (pfn := rmqueue_smallest(area, Order(0), UNMOVABLE)) is not None:
                got.append(pfn)
        elif step.op == "free":
            if step.step in held:
                free_one_page(area, *held.pop(step.step), UNMOVABLE)
        else:
            for page in swept(step):
                free_one_page(area, Pfn(page), Order(0), UNMOVABLE)
        yield got


def spelled(vector: Vector) -> str:
    """The vector as a file: JSON, its keys in a fixed order, a step a line."""
    start, pages, top = vector.geometry
    head = {"format": "buddy-vector", "version": 1, "name": vector.name, "about": vector.about}
    pool = {"start_pfn": start, "nr_pages": pages, "max_order": top}
    only = {"only": list(vector.only), "only_mutants_of": list(vector.only_mutants_of)}
    heads = ",\n".join(json.dumps(fields, separators=(",", ":"))[1:-1] for fields in (head, pool, only))
    lines = ",\n".join(json.dumps(line, separators=(",", ":")) for line in expected(vector))
    return f'{{{heads},\n"steps":[\n{lines}\n]}}\n'
