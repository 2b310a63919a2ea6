"""The request layer: watermarks, and what gfp flags say."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import z3

from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.integers import INT, LONG, UINT, ULONG, Int, convert, flag, term
from specs.kernel_text.lifting import condition_of, our_count, to_int
from specs.kernel_text.settled import settled
from specs.kernel_text.units import Unit, leave_count, leave_truth, no_zone, order
from specs.kernel_text.values import AreaOf
from specs.prover.method.lifted import LiftedCount, LiftedPfn

TYPES = range(5)
ALL_FLAGS = tuple(1 << bit for bit in range(12))


class Lists:
    """Which lists of a zone have a block, as the watermark asks.

    On a path one order at most is passed over for its count: a turn of the loop over the orders leaves
    nothing to the next.
    """

    max_order = 10

    def __init__(self, zone: Any) -> None:
        self.zone, self.path, self.passed = zone, getattr(zone, "path", None), False

    def has(self, size: int, migratetype: int) -> bool | z3.BoolRef:
        """Whether a block of the order and type is free."""
        return condition_of(self.zone.has_free(size, migratetype))

    def none_free(self, size: int) -> bool | z3.BoolRef:
        """Whether no list of the order has a block."""
        found = [self.has(size, each) for each in TYPES]
        if any(each is True for each in found):
            return False
        unknown = [each for each in found if not isinstance(each, bool)]
        if not unknown or self.path is None:
            return not unknown
        if self.passed or not self.path.choose():
            return False
        self.passed = True
        self.path.assume(z3.Not(z3.Or(*unknown)))
        return True


def enter_unusable(edge: Edge, size: Any, flags: Any, reserved: Any) -> list[Any]:
    """__zone_watermark_unusable_free(z, order, alloc_flags)."""
    return [SimpleNamespace(nr_reserved_highatomic=reserved), order(size), to_int(UINT, flags)]


def leave_lifted(edge: Edge, answer: Int) -> Any:
    """A number of pages: even if it is known, for what is asked of it."""
    return leave_count(edge, answer) if edge.path is None else LiftedCount(edge.path, term(answer.value))


def unusable(edge: Edge, zone: Any, size: Any, flags: Int) -> Int:
    """Contract of __zone_watermark_unusable_free(): unusable_free()."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    reserved = edge.given["asked"].nr_reserved_highatomic
    return to_int(LONG, edge.ours["unusable_free"](order_of(edge, size), flags.value, reserved))


def marked_zone(zone: Any, *_: Any, **__: Any) -> Any:
    """The zone as C sees it: its lists, and what it keeps."""
    return SimpleNamespace(free_area=Lists(zone), nr_reserved_highatomic=zone.nr_reserved_highatomic)


def enter_ok(edge: Edge, zone: Any, size: Any, mark: Any, index: Any, flags: Any, free: Any) -> list[Any]:
    """__zone_watermark_ok(z, order, mark, highest_zoneidx, alloc_flags, free_pages)."""
    edge.given["asked"] = zone
    edge.given["lowmem_reserve"] = [
        None if each is None else to_int(LONG, each) for each in zone.lowmem_reserve
    ]
    head = [edge.zone, order(size), to_int(ULONG, mark), Int(INT, int(index)), to_int(UINT, flags)]
    return [*head, to_int(LONG, free)]


def list_empty(edge: Edge, area: AreaOf, migratetype: Int) -> Int:
    """free_area_empty(), of such a zone."""
    found = area.zone.free_area.has(area.order, migratetype.value)
    return flag((not found) if isinstance(found, bool) else z3.Not(found))


def ok(edge: Edge, zone: Any, size: Any, mark: Int, index: Int, flags: Int, free: Int) -> Int:
    """Contract of __zone_watermark_ok(): zone_watermark_ok()."""
    edge.owe(zone is edge.zone, "the call is about this zone")
    pages = (our_count(edge.path, convert(edge.path, each, LONG)) for each in (mark, free))
    told_mark, told_free = pages
    found = edge.ours["zone_watermark_ok"](
        edge.given["asked"], order_of(edge, size), told_mark, index.value, flags.value, told_free
    )
    return flag(condition_of(found))


def enter_fast(
    edge: Edge, zone: Any, size: Any, mark: Any, index: Any, flags: Any, gfp: Any, free: Any, boost: Any
) -> list[Any]:
    """zone_watermark_fast(z, order, mark, highest_zoneidx, alloc_flags, gfp_mask): the mark has the boost."""
    edge.given["asked"] = zone
    edge.given["lowmem_reserve"] = [
        None if each is None else to_int(LONG, each) for each in zone.lowmem_reserve
    ]
    edge.given["free"] = to_int(ULONG, free)
    edge.given["watermark_boost"] = to_int(ULONG, boost)
    edge.given["_watermark"] = [to_int(ULONG, mark - boost)]
    return [
        edge.zone,
        order(size),
        to_int(ULONG, mark),
        Int(INT, int(index)),
        to_int(UINT, flags),
        to_int(UINT, gfp),
    ]


def enter_mask(edge: Edge, gfp_mask: Any) -> list[Any]:
    """gfp_zone(flags): of a request that may be; ours rejects the others."""
    edge.ours["gfp_zone"](gfp_mask)
    return [to_int(UINT, low(edge, gfp_mask))]


def low(edge: Edge, gfp_mask: Any) -> Any:
    """The mask, which has no more bits than gfp_t."""
    if isinstance(gfp_mask, LiftedPfn):
        return LiftedPfn(edge.path, z3.simplify(gfp_mask.term & 0xFFFFFFFF))  # type: ignore[arg-type]  # it is lifted
    return gfp_mask


def enter_type(edge: Edge, gfp_mask: Any, *, mobility_off: bool = False) -> list[Any]:
    """gfp_migratetype(gfp_flags): of a request that may be."""
    edge.ours["gfp_migratetype"](gfp_mask, mobility_off=mobility_off)
    assert edge.machine is not None
    off = {"page_group_by_mobility_disabled": Int(INT, int(mobility_off))}
    edge.machine.constants = {**edge.machine.constants, **off}
    return [to_int(UINT, low(edge, gfp_mask))]


def leave_one_of(values: range) -> Callable[[Edge, Int], int]:
    """A number that the path has settled."""

    def leave(edge: Edge, answer: Int) -> int:
        if isinstance(answer.value, int):
            return answer.value
        assert edge.path is not None
        for value in values:
            if settled(edge.path, answer.value == value) is True:
                return value
        for value in values:
            if edge.path.decide(answer.value == value):
                return value
        return -1

    return leave


def enter_flags(edge: Edge, gfp_mask: Any, size: Any, *, realtime: bool, cma: bool = False) -> list[Any]:
    """gfp_to_alloc_flags(gfp_mask, order)."""
    edge.given["realtime"] = realtime
    if isinstance(size, LiftedCount):
        edge.suppose(z3.And(size.term >= 0, size.term < 11))
    return [to_int(UINT, low(edge, gfp_mask)), Int(UINT, to_int(LONG, size).value)]


def is_realtime(edge: Edge, task: Any) -> Int:
    """Whether the task is one that is scheduled so."""
    return Int(INT, int(edge.given["realtime"]))


def leave_flags(edge: Edge, answer: Int) -> int:
    """The flags, each of which is set or not on this path."""
    if isinstance(answer.value, int):
        return answer.value
    assert edge.path is not None
    found = 0
    for each in ALL_FLAGS:
        asked = answer.value & each != 0
        known = settled(edge.path, asked)
        if edge.path.decide(asked) if known is None else known:
            found |= each
    return found


W, G, A = "linux.watermark", "linux.gfp", "linux.alloc_flags"
MARKS = ("numbers of pages are at most 2^52",)
TURNS = (
    "a turn of the loop over the orders leaves nothing to the next: one at most is passed over for its count"
)
UNITS = (
    Unit(
        "__zone_watermark_unusable_free",
        (f"{W}.unusable_free",),
        enter_unusable,
        leave_lifted,
        unusable,
        zone=no_zone,
        rows=("watermark-unusable",),
    ),
    Unit(
        "__zone_watermark_ok",
        (f"{W}.zone_watermark_ok",),
        enter_ok,
        leave_truth,
        ok,
        zone=marked_zone,
        callees={"free_area_empty": list_empty},
        supposes=(*MARKS, TURNS),
    ),
    Unit(
        "zone_watermark_fast",
        (f"{W}.zone_watermark_fast",),
        enter_fast,
        leave_truth,
        zone=marked_zone,
        callees={"zone_page_state": lambda edge, *_: edge.given["free"]},
        supposes=MARKS,
    ),
    Unit(
        "gfp_zone",
        (f"{G}.gfp_zone",),
        enter_mask,
        leave_one_of(range(4)),
        zone=no_zone,
        rows=("gfp-zone",),
        supposes=("the zone bits do not contradict each other: ours rejects those",),
    ),
    Unit(
        "gfp_migratetype",
        (f"{G}.gfp_migratetype",),
        enter_type,
        leave_one_of(range(4)),
        zone=no_zone,
        rows=("gfp-zone",),
        supposes=("a request is not both movable and reclaimable: ours rejects those",),
    ),
    Unit(
        "gfp_to_alloc_flags",
        (f"{A}.gfp_to_alloc_flags",),
        enter_flags,
        leave_flags,
        zone=no_zone,
        rows=("alloc-flags-slow",),
        runs=("gfp_to_alloc_flags_cma",),
        meant=lambda *_, cma=False, **__: not cma,
        callees={
            **dict.fromkeys(("rt_task", "rt_or_dl_task"), is_realtime),
            "in_task": lambda edge: Int(INT, 1),
        },
        supposes=("the kernel has no CMA", "an order is 0 to 10"),
    ),
)
