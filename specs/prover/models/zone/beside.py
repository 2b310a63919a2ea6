"""A call of the Linux zone, made on plain lists as the specification tells it, without the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from specs.model.linux_lists import MachineMap, TypedLists
from specs.model.linux_zone import Cpu, ZoneOracle
from specs.prover.method.labels import FREE, PCP
from specs.prover.method.scene import Done, Listed, Scene

Calls = dict[str, Callable[[Scene, ZoneOracle], Any]]


def oracle_of(scene: Scene) -> ZoneOracle:
    """The scene on plain lists."""
    machine, pages = MachineMap(), int(2 ** (scene.top - 1))
    for low, high, listed in scene.elsewhere:
        other = TypedLists(low, high, machine, lambda page: 0, scene.top)
        _fill(other, listed)
    movable = scene.number("movable_pages")
    oracle = ZoneOracle(
        scene.number("zone_start"),
        scene.number("zone_end", 1 << 52),
        machine,
        cpus=1,
        high=scene.number("high"),
        batch=max(1, scene.number("batch", 1)),
        movable_pages=lambda page: movable,
        top=scene.top,
    )
    machine.types.update({start // pages: kind for start, kind in scene.types.items()})
    _fill(oracle.buddy, [block for block in scene.blocks if block.kind == FREE])
    oracle.buddy.managed, oracle.buddy.reserved = scene.number("managed"), scene.number("nr_reserved")
    oracle.buddy.isolated_blocks = scene.number("nr_isolate")
    cpu = oracle.cpus[0]
    cpu.free_factor = min(5, scene.number("free_factor"))
    for block in scene.blocks:
        if block.kind == PCP:
            number = cpu.number(block.order, block.migratetype)
            cpu.lists[number].append((block.start, block.migratetype))
    return oracle


def _fill(lists: TypedLists, blocks: list[Listed] | tuple[Listed, ...]) -> None:
    for block in blocks:
        lists.lists[block.order, block.migratetype].append(block.start)


def differences(scene: Scene, done: Done) -> Iterator[str]:
    """Where the call differs from what the specification says; nothing, if it says nothing of the call."""
    name = scene.operation.name.partition(",")[0]
    if name not in CALLS or done.stage is None:
        return
    oracle = oracle_of(scene)
    expected = CALLS[name](scene, oracle)
    answer: Any = done.answer
    if name == "fallback.find_victim" and answer is not None:
        answer = answer[:2]
    if answer != expected:
        yield f"it must answer {expected}"
    yield from _state(done.stage.zone, dict(done.after.types), oracle.buddy)  # type: ignore[attr-defined]
    boosts = len(getattr(done.stage, "boosts", ()))
    if boosts != oracle.buddy.boosts:
        yield f"the marks are boosted {boosts} times, and should be {oracle.buddy.boosts} times"
    pcp = getattr(done.stage, "pcp", None)
    if pcp is not None:
        yield from _lists(pcp, oracle.cpus[0])


def _state(zone: Any, types: dict[int, int], wanted: TypedLists) -> Iterator[str]:
    """The free lists in order, the types of the pageblocks, the counters."""
    for (order, kind), pages in wanted.lists.items():
        found = list(zone.free_area.orders[order].free_list[kind])
        if found != pages:
            yield f"the list of order {order}, type {kind}, head first, is {found}, and should be {pages}"
    for number, kind in sorted(wanted.types.items()):
        start = number * wanted.pages
        if types.get(start, 0) != kind:
            yield f"the pageblock at {start} has type {types.get(start, 0)}, and should have {kind}"
    for counter, value in (
        ("nr_reserved_highatomic", wanted.reserved),
        ("nr_isolate_pageblock", wanted.isolated_blocks),
    ):
        if getattr(zone, counter) != value:
            yield f"{counter} is {getattr(zone, counter)}, and should be {value}"


def _lists(pcp: Any, cpu: Cpu) -> Iterator[str]:
    for number, blocks in enumerate(cpu.lists):
        found = list(pcp.lists[number].items())
        if found != blocks:
            yield f"per-CPU list {number}, head first, is {found}, and should be {blocks}"
    if pcp.free_factor != cpu.free_factor:
        yield f"the free factor is {pcp.free_factor}, and should be {cpu.free_factor}"


def _page(scene: Scene) -> int:
    return scene.number("p")


def _no_fragment(scene: Scene) -> bool:
    return "no_fragment" in scene.variant.options


def _request(scene: Scene, oracle: ZoneOracle) -> int | None:
    variant = scene.variant
    return oracle.buddy.take(variant.order, variant.migratetype, no_fragment=_no_fragment(scene))


def _buddy(scene: Scene, oracle: ZoneOracle) -> int | None:
    order, options = scene.variant.order, scene.variant.options
    pfn = oracle.buddy.take_smallest(order, 3) if "highatomic" in options else None
    if pfn is None:
        pfn = _request(scene, oracle)
    if pfn is None and "last_resort" in options:
        pfn = oracle.buddy.take_smallest(order, 3)
    return pfn


def _steal(scene: Scene, oracle: ZoneOracle) -> None:
    oracle.buddy.steal(_page(scene), scene.variant.order, scene.variant.migratetype)


def _free(scene: Scene, oracle: ZoneOracle) -> None:
    variant, kind = scene.variant, scene.number("mt")
    to_tail = variant.to_tail or "putback" in scene.operation.name
    oracle.buddy.give_back(_page(scene), variant.order, kind, to_tail=to_tail)


def _put_back(scene: Scene, oracle: ZoneOracle) -> None:
    oracle.buddy.give_back(_page(scene), 0, oracle.buddy.type_of(_page(scene)))


def _split(scene: Scene, oracle: ZoneOracle) -> None:
    oracle.buddy.split_free(_page(scene), scene.variant.order, scene.number("split"))


def _allocate(scene: Scene, oracle: ZoneOracle) -> int | None:
    variant = scene.variant
    if "bulk" not in variant.options:
        oracle.cpus[0].free_factor //= 2
    return oracle.from_cpu(variant.order, variant.migratetype, 0, no_fragment=_no_fragment(scene))


def _refill(scene: Scene, oracle: ZoneOracle) -> bool:
    pfn, variant = _request(scene, oracle), scene.variant
    if pfn is not None:
        number = oracle.cpus[0].number(variant.order, variant.migratetype)
        oracle.cpus[0].lists[number].append((pfn, variant.migratetype))
    return pfn is not None


def _bulk(scene: Scene, oracle: ZoneOracle) -> None:
    for _ in range(min(scene.number("blocks1", 2), 64)):
        if not _refill(scene, oracle):
            return


def _drain_one(scene: Scene, oracle: ZoneOracle) -> bool:
    cpu, number = oracle.cpus[0], scene.variant.index
    if not cpu.lists[number]:
        return False
    oracle.drain_pages(cpu, 1, number)
    return True


def _next(scene: Scene, oracle: ZoneOracle) -> int | None:
    lists, first = oracle.cpus[0].lists, scene.variant.index
    rounds = [(first + step) % len(lists) for step in range(len(lists))]
    return next((number for number in rounds if lists[number]), None)


def _drain(scene: Scene, oracle: ZoneOracle) -> None:
    pages = scene.number("pages1", 1)
    oracle.drain_pages(oracle.cpus[0], pages - (pages >> 63 << 64), scene.number("pindex"))


def _commit(scene: Scene, oracle: ZoneOracle) -> None:
    variant = scene.variant
    kind = variant.migratetype
    oracle.commit(oracle.cpus[0], _page(scene), variant.order, kind, reclaim_active=False)


CALLS: Calls = {
    "mobility.free_one_page": _free,
    "mobility.move_freepages_block": lambda scene, to: to.buddy.move_block(_page(scene), scene.number("mt")),
    "fallback.find_victim": lambda scene, to: to.buddy.victim(
        scene.variant.order, scene.variant.migratetype, no_fragment=_no_fragment(scene)
    ),
    "fallback.steal_suitable_fallback": _steal,
    "fallback.rmqueue": _request,
    "highatomic.rmqueue_buddy": _buddy,
    "highatomic.reserve_highatomic_pageblock": lambda scene, to: to.buddy.reserve(_page(scene)),
    "highatomic.unreserve_highatomic_pageblock": lambda scene, to: to.buddy.unreserve(
        scene.number("mt"), force="force" in scene.variant.options
    ),
    "isolation.set_migratetype_isolate": lambda scene, to: to.buddy.set_isolate(_page(scene)),
    "isolation.unset_migratetype_isolate": lambda scene, to: to.buddy.unset_isolate(
        _page(scene), scene.number("mt")
    ),
    "isolation.isolate_free_page": lambda scene, to: to.buddy.isolate_free(
        _page(scene), scene.variant.order, 0
    ),
    "isolation.split_free_page": _split,
    "isolation.putback_isolated_page": _free,
    "isolation.take_page_off_buddy": lambda scene, to: to.buddy.break_out(_page(scene)),
    "isolation.put_page_back_buddy": _put_back,
    "pcp.refill_one": _refill,
    "pcp.rmqueue_bulk": _bulk,
    "pcp.rmqueue_pcplist": _allocate,
    "pcp.drain_one": _drain_one,
    "pcp.next_pindex": _next,
    "pcp.free_pcppages_bulk": _drain,
    "pcp.free_unref_page_commit": _commit,
    "pcp.drain_pages_zone": lambda scene, to: to.drain(0),
}
"""By operation: what the specification says of it."""
