"""Laws of the allocator's own flags, and those of every look at the zones that was recorded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product

import pytest

from specs.model import alloc_flags as meant
from tests.kmem.kernel_trace import text_of
from tests.linux.gfp_recorded import CPUSETS, RECORDED, Look, first_looks, requests
from verified_buddy.linux import alloc_flags as flags
from verified_buddy.linux import gfp, zone_type

NUMBERS = {
    "WMARK_MIN": 0,
    "WMARK_LOW": 1,
    "WMARK_HIGH": 2,
    "WMARK_MASK": 3,
    "NO_WATERMARKS": 0x4,
    "OOM": 0x8,
    "NON_BLOCK": 0x10,
    "MIN_RESERVE": 0x20,
    "CPUSET": 0x40,
    "CMA": 0x80,
    "NOFRAGMENT": 0x100,
    "HIGHATOMIC": 0x200,
    "KSWAPD": 0x800,
    "RESERVES": 0x238,
}
SLOW = {
    "GFP_KERNEL": (gfp.GFP_KERNEL, 0, 0x840),
    "GFP_ATOMIC": (gfp.GFP_ATOMIC, 0, 0x830),
    "GFP_ATOMIC of order 3": (gfp.GFP_ATOMIC, 3, 0xA30),
    "GFP_NOWAIT": (gfp.GFP_NOWAIT, 0, 0x850),
    "GFP_NOWAIT of order 1": (gfp.GFP_NOWAIT, 1, 0x850),
    "no reserves, no waiting": (gfp.GFP_NOWAIT | gfp.NOMEMALLOC, 0, 0x840),
    "no reserves, no kswapd": (gfp.NOMEMALLOC, 0, 0x40),
    "no reserves for GFP_ATOMIC": (gfp.GFP_ATOMIC | gfp.NOMEMALLOC, 3, 0x820),
    "high, and may wait": (gfp.GFP_KERNEL | gfp.HIGH, 3, 0x860),
}
"""The table of the design: what the slow path makes of which request."""


def test_the_flags_have_the_kernels_numbers() -> None:
    assert {name: getattr(flags, name) for name in NUMBERS} == NUMBERS


@pytest.mark.parametrize(("gfp_mask", "order", "wanted"), SLOW.values(), ids=SLOW)
def test_the_slow_path_has_the_flags_of_the_table(gfp_mask: int, order: int, wanted: int) -> None:
    assert flags.gfp_to_alloc_flags(gfp_mask, order, realtime=False) == wanted


def test_a_realtime_task_reaches_lower_if_it_may_wait() -> None:
    assert flags.gfp_to_alloc_flags(gfp.GFP_KERNEL, 0, realtime=True) == 0x860
    assert flags.gfp_to_alloc_flags(gfp.GFP_NOWAIT, 0, realtime=True) == 0x850


def test_only_a_kernel_with_contiguous_memory_asks_for_it() -> None:
    movable = gfp.GFP_HIGHUSER_MOVABLE
    assert flags.fast_alloc_flags(movable, nofragment=False) == 0x801
    assert flags.fast_alloc_flags(movable, nofragment=False, cma=True) == 0x881
    assert flags.gfp_to_alloc_flags(movable, 0, realtime=False, cma=True) == 0x8C0
    assert flags.gfp_to_alloc_flags(gfp.GFP_USER, 0, realtime=False, cma=True) == 0x840


def test_whoever_says_no_to_the_reserves_gets_none() -> None:
    both = gfp.GFP_KERNEL | gfp.MEMALLOC | gfp.NOMEMALLOC
    assert flags.pfmemalloc_flags(both, memalloc=True, oom_victim=True) == 0
    assert flags.pfmemalloc_flags(both & ~gfp.NOMEMALLOC, memalloc=False, oom_victim=True) == 0x4
    assert flags.pfmemalloc_flags(gfp.GFP_KERNEL, memalloc=True, oom_victim=True) == 0x4
    assert flags.pfmemalloc_flags(gfp.GFP_KERNEL, memalloc=False, oom_victim=True) == 0x8
    assert flags.pfmemalloc_flags(gfp.GFP_KERNEL, memalloc=False, oom_victim=False) == 0


@pytest.mark.parametrize("zone", range(zone_type.NR_ZONES))
def test_types_are_kept_apart_in_the_normal_zone_alone(zone: int) -> None:
    normal = zone == zone_type.NORMAL
    assert flags.alloc_flags_nofragment(zone, 1, dma32_populated=False) == normal
    assert flags.alloc_flags_nofragment(zone, 2, dma32_populated=True) == normal
    assert not flags.alloc_flags_nofragment(zone, 2, dma32_populated=False)


def test_the_model_and_the_code_agree_on_every_choice_of_the_bits_that_matter() -> None:
    matter = (gfp.HIGH, gfp.DIRECT_RECLAIM, gfp.KSWAPD_RECLAIM, gfp.MEMALLOC, gfp.NOMEMALLOC)
    for chosen in product((0, 1), repeat=len(matter)):
        mask = sum(bit for bit, there in zip(matter, chosen, strict=True) if there)
        fast = flags.fast_alloc_flags(mask, nofragment=True, cpuset=True)
        assert fast == meant.flags(meant.FAST, mask, ("nofragment", "cpuset"))
        for order, realtime in product(range(11), (False, True)):
            facts = {"realtime"} if realtime else set()
            facts |= {"several pages"} if order > 0 else set()
            slow = flags.gfp_to_alloc_flags(mask, order, realtime=realtime)
            assert slow == meant.flags(meant.SLOW, mask, facts)


LOOKS = {
    "req1": 18326,
    "req3memcg": 9186,
    "req4compact": 668,
    "req2numa": 5853,
    "req2numa-markers": 508,
    "req6offline": 2680,
}


@pytest.mark.parametrize("name", RECORDED)
def test_no_recorded_look_is_passed_over(name: str) -> None:
    count = sum(len(request.looks) for request in requests(name))
    assert count == text_of(name).count(b" gpff: ") == LOOKS[name]


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_fast_path_has_these_flags(name: str) -> None:
    for request, look in first_looks(name):
        cpuset = name in CPUSETS and request.has_nodes
        assert look.flags == flags.fast_alloc_flags(look.gfp, nofragment=False, cpuset=cpuset)


def explanations(look: Look) -> Iterator[str]:
    """What would make a look of the slow path have its flags; what needs nothing unknown comes first."""
    for realtime in (False, True):
        own = flags.gfp_to_alloc_flags(look.gfp, look.order, realtime=realtime)
        if look.flags == own:
            yield "realtime" if realtime else "nothing"
    for memalloc, victim in ((False, False), (True, False), (False, True)):
        opened = flags.pfmemalloc_flags(look.gfp, memalloc=memalloc, oom_victim=victim)
        if opened != 0 and look.flags == opened | (own & flags.KSWAPD):
            yield "memalloc" if memalloc else "oom victim" if victim else "nothing"
    last = look.gfp & gfp.DIRECT_RECLAIM == 0 and look.gfp & gfp.HARDWALL != 0
    if last and look.flags == flags.WMARK_HIGH | flags.CPUSET:
        yield "before a kill"
    if look.gfp & gfp.NOFAIL != 0 and look.flags == flags.NO_WATERMARKS | flags.CPUSET:
        yield "after a kill"


NEEDED = {
    "req1": {
        "nothing": 1467,
        "realtime": 830,
        "memalloc": 50,
        "oom victim": 47,
        "before a kill": 13,
        "after a kill": 1,
    },
    "req4compact": {"nothing": 101, "before a kill": 2},
}
"""How many looks of the slow path need what to be the case; the other recordings have none."""


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_slow_path_has_flags_that_can_be_explained(name: str) -> None:
    needed = Counter(
        next(explanations(look), f"unexplained: {look}")
        for request in requests(name)
        for look in request.slow
    )
    assert needed == NEEDED.get(name, {})


def tasks_that_need(what: str) -> set[str]:
    return {
        request.task
        for request in requests("req1")
        for look in request.slow
        if next(explanations(look)) == what
    }


def test_one_task_is_realtime_and_was_so_all_along() -> None:
    (task,) = tasks_that_need("realtime")
    looks = [look for request in requests("req1") if request.task == task for look in request.slow]
    waiting = [look for look in looks if look.gfp & gfp.DIRECT_RECLAIM != 0]
    assert {next(explanations(look)) for look in waiting} == {"realtime", "oom victim"}


def test_the_victims_are_those_that_the_kernel_marked() -> None:
    marked = {int(pid) for pid in re.findall(rb" mark_victim: pid=(\d+)", text_of("req1"))}
    assert {int(task.rpartition("-")[2]) for task in tasks_that_need("oom victim")} == marked
