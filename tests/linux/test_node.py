"""A machine of live zones: what its docstring shows, random programs, and the rare ends of a request."""

from __future__ import annotations

import doctest

import pytest

from specs.ledger.subject import running
from specs.random.nodes_programs import NodesMachine
from specs.random.tester import machine_for
from verified_buddy import Deadlock, InvalidCount, InvalidCpu, Nodes, NodeSpec, Overlap, Pfn, Task, World
from verified_buddy.linux import gfp, node
from verified_buddy.linux.kswapd import Woken
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.system import AllocContext
from verified_buddy.linux.watermark import Watermarks
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL
from verified_buddy.linux.zonelist import ZoneRef

TestRequestsAgainstTheNaiveRules = machine_for(running(), NodesMachine).TestCase

ONE = [NodeSpec([(DMA, 16, 4096), (DMA32, 4096, 20480)], cpus=[0])]
TWO = [
    NodeSpec([(DMA32, 0, 4096)], cpus=[0]),
    NodeSpec([(NORMAL, 4096, 8192)], cpus=[1]),
]


def exhausted(nodes: Nodes, order: int = 10) -> list[Pfn]:
    """All blocks of the order, for a task that may take all."""
    got = []
    while (pfn := nodes.alloc_pages(gfp.NOWARN, order, 0, Task(memalloc=True))) is not None:
        got.append(pfn)
    return got


def test_the_example_of_the_docstring_is_so() -> None:
    names = vars(node) | {"DMA": DMA, "DMA32": DMA32, "GFP_KERNEL": gfp.GFP_KERNEL, "NodeSpec": NodeSpec}
    results = doctest.DocTestFinder(recurse=False).find(node, "node", globs=names)
    runner = doctest.DocTestRunner()
    assert [runner.run(example) for example in results] == [(0, 3)]


def test_a_request_goes_on_to_the_next_node_when_the_low_mark_is_reached() -> None:
    nodes = Nodes(TWO)
    while (pfn := nodes.alloc_pages(gfp.GFP_KERNEL, 0, 0)) is not None and pfn < 4096:
        pass
    here, there = nodes.why()
    assert (here.zone, here.passed, here.margin <= 0) == ((0, DMA32), False, True)
    assert (there.zone, there.passed) == ((1, NORMAL), True)


def test_a_request_that_may_fail_does_and_wakes_kswapd() -> None:
    nodes = Nodes(ONE)
    exhausted(nodes, 0)
    assert nodes.alloc_pages(gfp.GFP_KERNEL, 0, 0) is None
    assert nodes.last is not None
    assert nodes.last.refused
    assert not nodes.kswapds[0].asleep
    assert [wake.woken for wake in nodes.wakes()][:2] == [Woken.KSWAPD, Woken.NOBODY]
    assert all(look.margin <= 0 for look in nodes.why())


def test_a_request_that_must_not_fail_is_a_deadlock_and_lets_others_kill() -> None:
    nodes = Nodes(ONE, patience=40)
    exhausted(nodes, 0)
    with pytest.raises(Deadlock, match="flags 0x8cc0 and order 0"):
        nodes.alloc_pages(gfp.GFP_KERNEL | gfp.NOFAIL, 0, 0)
    assert not nodes.killing


def test_reclaim_ends_the_slow_path() -> None:
    class Reclaims(World):
        """Gives blocks back."""

        def reclaim(self, task: Task, gfp_mask: int, order: int, context: AllocContext) -> int:
            for pfn in taken[:1]:
                nodes.free_pages(pfn, 10, task)
            return 1024

    nodes = Nodes(ONE, Reclaims())
    taken = exhausted(nodes)
    exhausted(nodes, 0)
    assert nodes.alloc_pages(gfp.GFP_KERNEL, 3, 0) == taken[0]


def test_what_cannot_be_charged_is_given_back() -> None:
    class Poor(World):
        """Allows one block, of which it hears again."""

        def __init__(self) -> None:
            self.charged: list[Pfn] = []

        def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
            self.charged.append(pfn)
            return len(self.charged) == 1

        def uncharge(self, pfn: Pfn, order: int) -> None:
            self.charged.remove(pfn)

    world = Poor()
    nodes = Nodes(ONE, world)
    task = Task(memcg="poor")
    first = nodes.alloc_pages(gfp.GFP_KERNEL_ACCOUNT | gfp.ZERO, 2, 0, task)
    assert first is not None
    assert nodes.is_zeroed(first)
    free = nodes.zone_of(first).counter.exact()
    assert nodes.alloc_pages(gfp.GFP_KERNEL_ACCOUNT, 2, 0, task) is None
    assert nodes.alloc_pages(gfp.GFP_KERNEL_ACCOUNT, 2, 0, task._replace(in_task=False)) is not None
    assert nodes.zone_of(first).counter.exact() == free
    nodes.free_pages(first, 2, task)
    assert first not in world.charged
    assert not nodes.is_zeroed(first)


def test_kswapd_gives_the_boost_back_and_sleeps_again() -> None:
    nodes = Nodes(ONE)
    zone = nodes.ascending[1]
    zone.boost = 512
    nodes.wakeup_kswapd(zone.ref, 0, 0, DMA32)
    asked: list[tuple[int, int]] = []

    def reclaim(order: int, highest_zoneidx: int) -> int:
        asked.append((order, highest_zoneidx))
        return 300

    assert not nodes.kswapds[0].asleep
    assert nodes.balance(0, reclaim)
    assert (asked, zone.boost) == ([(0, DMA32)] * 2, 0)


def test_a_kswapd_that_is_not_asked_does_nothing() -> None:
    assert Nodes(ONE).balance(0, lambda order, index: pytest.fail("it reclaims"))


def test_a_kswapd_that_reclaims_in_vain_gives_up() -> None:
    nodes = Nodes(ONE)
    exhausted(nodes, 0)
    nodes.alloc_pages(gfp.GFP_KERNEL, 0, 0)
    rounds = 1
    while not nodes.balance(0, lambda order, index: 0):
        rounds += 1
    assert rounds == 16


@pytest.mark.parametrize(
    ("specs", "error"),
    [
        ([NodeSpec([(DMA32, 0, 4096)])], InvalidCount),
        ([NodeSpec([(DMA32, 0, 4096)], cpus=[1])], InvalidCpu),
        ([NodeSpec([(DMA32, 0, 4096)], cpus=[0, 0])], InvalidCpu),
        ([NodeSpec([(DMA, 0, 4096), (DMA32, 4095, 5000)], cpus=[0])], Overlap),
    ],
)
def test_a_machine_that_cannot_be_is_rejected(specs: list[NodeSpec], error: type[Exception]) -> None:
    with pytest.raises(error):
        Nodes(specs)


def test_how_much_is_kept_free_is_a_number() -> None:
    with pytest.raises(InvalidCount):
        Nodes(ONE, min_free_kbytes=-1)


@pytest.mark.parametrize(
    ("pages", "marks", "cpus", "recorded"),
    [
        (3840, (33, 41, 49, 57), 1, (0, 2)),
        (50913, (423, 528, 633, 738), 1, (0, 4)),
        (3840, (26, 32, 38, 44), 2, (46, 4)),
        (35821, (231, 288, 345, 402), 2, (16, 8)),
    ],
)
def test_the_drift_mark_is_as_in_recorded_machines(
    pages: int, marks: tuple[int, int, int, int], cpus: int, recorded: tuple[int, int]
) -> None:
    ref = ZoneRef(0, DMA32)
    zone = RequestZone(ref, Pfn(0), Pfn(pages), Pageblocks(), cpus=cpus, movable_pages=lambda pfn: 0)
    zone.add_range(Pfn(0), Pfn(pages))
    zone.set_marks(Watermarks(*marks), (0,) * 5, cpus)
    assert (zone.drift_mark, zone.counter.thresholds[0]) == recorded
