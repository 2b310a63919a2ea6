"""A refuted obligation as a small concrete story: the blocks, the call, and what broke."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import z3

from specs.prover.invariants import MT
from specs.prover.labels import FREE, LIVE, is_block, pfn
from specs.prover.operations import P, Walk
from specs.prover.paths import Owed
from specs.subject import Subject

Blocks = dict[tuple[int, int], str]


def tell(subject: Subject, walk: Walk | None, owed: Owed) -> str:
    """The story of a refuted obligation, in lines."""
    if walk is None:
        return f"broken: {owed.says}"
    model = smallest(walk, owed)
    if model is None:
        return f"call: {call(walk, None)}\nbroken: {owed.says}"
    blocks = _blocks(walk, owed, model)
    lines = [
        "before: "
        + (", ".join(f"{kind} {_block(*block)}" for block, kind in sorted(blocks.items())) or "no blocks"),
        f"call: {call(walk, model)}, max_order {walk.top}",
        f"broken: {owed.says}{_where(owed, model)}",
    ]
    if walk.operation in _REPLAYS:
        lines.append(f"replayed: {replay(subject, walk, model, blocks)}")
    return "\n".join(lines)


def smallest(walk: Walk, owed: Owed) -> z3.ModelRef | None:
    """A counterexample with small page numbers and few blocks."""
    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.add(*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal))
    if solver.check() != z3.sat:
        return None
    pages = list({page.get_id(): page for page in owed.pages}.values())
    for bits in (3, 4, 5, 6, 8, 12, 16):
        solver.push()
        solver.add(*(z3.ULT(page, pfn(1 << bits)) for page in pages))
        if solver.check() == z3.sat:
            break
        solver.pop()
    for page in pages:
        solver.push()
        solver.add(z3.Not(is_block(walk.world.before.owner(page))))
        if solver.check() != z3.sat:
            solver.pop()
    return solver.model() if solver.check() == z3.sat else None


def _value(model: z3.ModelRef, term: z3.BitVecRef) -> int:
    value = model.eval(term, model_completion=True)
    assert isinstance(value, z3.BitVecNumRef)
    return int(value.as_long())


def _blocks(walk: Walk, owed: Owed, model: z3.ModelRef) -> Blocks:
    """The blocks that the counterexample is about."""
    found: Blocks = {}
    for page in owed.pages:
        owner = _value(model, walk.world.before.owner(page))
        order = owner & 15
        kind = {FREE: "free", LIVE: "live"}.get(owner >> 7)
        if kind is not None and order <= walk.top:
            found[_value(model, page) & -(1 << order), order] = kind
    if walk.world.given is not None:
        start = _value(model, walk.world.given[0])
        found = {
            block: kind for block, kind in found.items() if not _meet(block, (start, walk.world.given[1]))
        }
    return found


def _meet(one: tuple[int, int], two: tuple[int, int]) -> bool:
    return one[0] < two[0] + (1 << two[1]) and two[0] < one[0] + (1 << one[1])


def _block(start: int, order: int) -> str:
    size = 1 << order
    return f"page {start:#x}" if order == 0 else f"pages {start:#x}-{start + size - 1:#x} (order {order})"


def call(walk: Walk, model: z3.ModelRef | None) -> str:
    """The call, with the page of the model if there is one."""
    page = "p" if model is None else f"{_value(model, P):#x}"
    order = walk.variant.order
    tail = ", to_tail=True" if walk.variant.to_tail else ""
    arguments = {
        "rmqueue_smallest": f"order {order}",
        "Zone.alloc": f"order {order}",
        "add_range": "start, end",
        "Zone.add_range": "start, end",
    }
    return f"{walk.operation}({arguments.get(walk.operation, f'{page}, order {order}{tail}')})"


def _where(owed: Owed, model: z3.ModelRef) -> str:
    if not owed.pages:
        return ""
    names = {str(page): _value(model, page) for page in owed.pages if z3.is_const(page)}
    return " (" + ", ".join(f"{name} = {value:#x}" for name, value in sorted(names.items())) + ")"


def _pages(blocks: Iterable[tuple[int, int]]) -> Iterator[int]:
    for start, order in blocks:
        yield from range(start, start + (1 << order))


def replay(subject: Subject, walk: Walk, model: z3.ModelRef, blocks: Blocks) -> str:
    """What the code does when it really runs on these blocks."""
    pages = list(_pages(blocks))
    if len(pages) != len(set(pages)):
        return "not possible, since the solver's blocks are no state of their own"
    migratetype = _value(model, MT) % 8
    area = subject.free_area.FreeArea(walk.top, 8)
    for (start, order), kind in sorted(blocks.items()):
        if kind == "free":
            area.add(start, order, migratetype, tail=True)
    try:
        result = _REPLAYS[walk.operation](subject, walk, area, _value(model, P), migratetype)
    except Exception as error:  # the broken code may raise anything
        return f"raises {type(error).__name__}: {error}"
    left = ", ".join(_block(start, order) for start, order, _ in area.blocks()) or "nothing"
    return f"returns {result}, and leaves free: {left}"


_REPLAYS: dict[str, Any] = {
    "rmqueue_smallest": lambda subject, walk, area, _, mt: subject.buddy.rmqueue_smallest(
        area, walk.variant.order, mt
    ),
    "free_one_page": lambda subject, walk, area, page, mt: subject.buddy.free_one_page(
        area, page, walk.variant.order, mt, to_tail=walk.variant.to_tail
    ),
    "take": lambda subject, walk, area, page, _: subject.buddy.take(area, page, walk.variant.order),
}
