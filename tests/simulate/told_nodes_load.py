"""Random tasks on a machine that tells, and how the replay judges what was told."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import Final, NamedTuple

from verified_buddy import Deadlock, Nodes, NodeSpec, Order, Pfn, Task, World
from verified_buddy.linux import gfp
from verified_buddy.linux.system import AllocContext
from verified_buddy.linux.zone_type import DMA, DMA32
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.replay.recording import Given, Judgement, judge
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zonestate import read_zonestate
from verified_buddy.replay.zonestate_agrees import agree
from verified_buddy.simulate.states import snapshot, zonestate
from verified_buddy.simulate.teller import Spelling, Teller, header
from verified_buddy.simulate.told_nodes import ToldNodes

MACHINES: Final = {
    "one node": [NodeSpec([(DMA, 256, 4096), (DMA32, 4096, 20480)], cpus=[0])],
    "two nodes": [
        NodeSpec([(DMA, 256, 4096), (DMA32, 4096, 12000)], cpus=[0]),
        NodeSpec([(DMA32, 12000, 20480)], cpus=[1]),
    ],
}
"""The border of the two nodes cuts a pageblock."""
KERNEL: Final = gfp.GFP_KERNEL
MASKS: Final = (
    *(KERNEL, gfp.GFP_ATOMIC, gfp.GFP_NOWAIT, gfp.GFP_HIGHUSER_MOVABLE, gfp.GFP_KERNEL_ACCOUNT),
    *(gfp.GFP_NOFS, gfp.GFP_NOIO | gfp.NORETRY, gfp.GFP_TRANSHUGE, gfp.GFP_TRANSHUGE_LIGHT),
    *(KERNEL | gfp.RECLAIMABLE, KERNEL | gfp.RETRY_MAYFAIL, KERNEL | gfp.DMA, KERNEL | gfp.DMA32),
    *(KERNEL | gfp.THISNODE, KERNEL | gfp.NOFAIL, KERNEL | gfp.MEMALLOC, gfp.GFP_ATOMIC | gfp.COMP),
    *(gfp.GFP_ATOMIC | gfp.NOMEMALLOC, gfp.GFP_USER | gfp.WRITE | gfp.ZERO),
    gfp.GFP_HIGHUSER_MOVABLE | gfp.NORETRY,
)
ORDERS: Final = (*[0] * 8, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
NODEMASKS: Final = (*[None] * 6, frozenset({0}), frozenset({1}), frozenset({0, 1}))


class Tasks(World):
    """Tasks that ask, free and die; reclaim often fails, and so does charging."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.live: dict[Pfn, Order] = {}
        self.nodes: Nodes | None = None

    def some(self, task: Task) -> int:
        """Free some blocks; how many pages."""
        assert self.nodes is not None
        pages = 0
        for pfn in self.random.sample([*self.live], min(self.random.randrange(1, 20), len(self.live))):
            order = self.live.pop(pfn)
            self.nodes.free_pages(pfn, order, task)
            pages += 1 << order
        return pages

    def reclaim(self, task: Task, gfp_mask: int, order: int, context: AllocContext) -> int:
        return 0 if self.random.random() < 0.4 else self.some(task)

    def reclaimable(self, zone: ZoneRef) -> int:
        return self.random.randrange(200)

    def out_of_memory(self, task: Task, gfp_mask: int, order: int) -> bool:
        return self.some(task) > 0

    def charge(self, pfn: Pfn, order: int, gfp_mask: int, task: Task) -> bool:
        return self.random.random() < 0.7

    def task(self) -> Task:
        """Anybody."""
        assert self.nodes is not None
        chance = self.random.random
        return Task(
            cpu=self.random.randrange(self.nodes.cpus),
            memalloc=chance() < 0.02,
            realtime=chance() < 0.05,
            noio=chance() < 0.05,
            nofs=chance() < 0.05,
            oom_victim=chance() < 0.02,
            memcg="some" if chance() < 0.3 else None,
            in_task=chance() < 0.9,
        )

    def step(self) -> None:
        """One request, or one of the other things that happen."""
        nodes, kind = self.nodes, self.random.random()
        assert nodes is not None
        if kind < 0.55 or not self.live:
            self.ask(nodes)
        elif kind < 0.93:
            pfn = self.random.choice([*self.live])
            nodes.free_pages(pfn, self.live.pop(pfn), self.task())
        elif kind < 0.94:
            nodes.drain(self.task())
        elif kind < 0.96:
            nodes.fold(self.random.randrange(nodes.cpus))
        else:
            node = self.random.randrange(len(nodes.specs))
            task = Task(cpu=min(nodes.specs[node].cpus))
            nodes.balance(node, lambda order, zone: self.some(task) if self.random.random() < 0.6 else 0)

    def ask(self, nodes: Nodes) -> None:
        """A request of any kind."""
        order, mask = self.random.choice(ORDERS), self.random.choice(MASKS)
        node = self.random.randrange(len(nodes.specs))
        nodemask = self.random.choice(NODEMASKS) if len(nodes.specs) > 1 else None
        try:
            pfn = nodes.alloc_pages(mask, order, node, self.task(), nodemask)
        except Deadlock:
            return
        if pfn is not None:
            self.live[pfn] = Order(order)


class Told(NamedTuple):
    """What was told of a machine, and its states before and after."""

    trace: bytes
    start: bytes
    state: bytes
    end: bytes


def told(machine: str, seed: int, steps: int, spelling: Spelling = "tracefs", *, probes: bool = True) -> Told:
    """Some steps, the first quarter of which no state comes before."""
    text: list[str] = []
    teller, world = Teller(text.append, spelling, probes=probes), Tasks(seed)
    nodes = world.nodes = ToldNodes(MACHINES[machine], teller, world, patience=400)
    for _ in range(steps // 4):
        world.step()
    start, state = "".join(snapshot(nodes)), "".join(zonestate(nodes))
    teller.mark("KT snap start begin")
    teller.mark("KT snap start end")
    for number in range(steps - steps // 4):
        world.step()
        if number % 50 == 0:
            teller.next_task()
    teller.mark("KT snap end begin")
    teller.flush()
    trace = header(spelling, teller.entries, nodes.cpus) + "".join(text)
    return Told(trace.encode(), start.encode(), state.encode(), "".join(snapshot(nodes)).encode())


def judged(found: Told) -> Judgement:
    """How the replay judges it."""
    start, end = (read_snapshot(BytesIO(text)) for text in (found.start, found.end))
    state = read_zonestate(BytesIO(found.state))
    agree(state, start)
    given = Given(start, end, state.limits(), cma=False, zonestate=state, limits_from="zonestate")
    return judge(BytesIO(found.trace), "told", given)
