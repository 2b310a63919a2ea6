"""A machine of nodes: requests for pages, as tasks make them, answered as Linux 6.1 would.

    >>> nodes = Nodes([NodeSpec([(DMA, 16, 4096), (DMA32, 4096, 20480)], cpus=[0])])
    >>> nodes.alloc_pages(GFP_KERNEL, order=0, node=0)
    4096
    >>> [(look.zone.zone, look.free, look.needed, look.passed) for look in nodes.why()]
    [(1, 16384, 285, True)]

What reclaims, compacts, kills and charges is a ``World``; the one above does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Final

from verified_buddy.linux.gfp import gfp_error
from verified_buddy.linux.node_zones import NodeZones, Reclaim
from verified_buddy.linux.page_alloc import alloc_pages
from verified_buddy.linux.request import Request, Wake
from verified_buddy.linux.system import Look
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import NOBODY, Task, World
from verified_buddy.linux.zonelist import node_error
from verified_buddy.pfn import MAX_ORDER, Order, Pfn
from verified_buddy.zone import order_error, pfn_error, reject

PATIENCE: Final = 1000
"""So often a request searches the free lists; one that goes on would do so for ever."""


class Nodes(NodeZones):
    """The memory of a machine: nodes, their zones, and kswapd of each.

    A call that raises a ``BuddyError`` has changed nothing.
    """

    request_type: Callable[[NodeZones, Task], Request] = Request
    """What its requests are; one that tells of them has others."""

    def __init__(
        self,
        specs: Sequence[NodeSpec],
        world: World | None = None,
        *,
        min_free_kbytes: int | None = None,
        patience: int = PATIENCE,
    ) -> None:
        """A machine of such nodes, all free.  Raises what ``NodeZones`` raises."""
        super().__init__(specs, world or World(), min_free_kbytes, patience)
        self.last: Request | None = None

    def alloc_pages(
        self,
        gfp_mask: int,
        order: int,
        node: int,
        task: Task = NOBODY,
        nodemask: Container[int] | None = None,
    ) -> Pfn | None:
        """The first page of a block for the task, near the node; None if it gets none.

        Raises InvalidGfp, InvalidOrder, InvalidNode, InvalidCpu; and Deadlock where Linux would try for ever.
        """
        reject(gfp_error(gfp_mask))
        reject(order_error(order, MAX_ORDER))
        reject(node_error(node, len(self.specs)))
        reject(self.cpu_error(task.cpu))
        request = self.request_type(self, task)
        try:
            return alloc_pages(request, gfp_mask, Order(order), node, nodemask)
        finally:
            request.oom_unlock()
            self.last = request

    def free_pages(self, pfn: int, order: int, task: Task = NOBODY) -> None:
        """Take back a block.

        Raises InvalidOrder, InvalidPfn, InvalidCpu, OutOfRange, and what ``LinuxZone.free`` raises.
        """
        reject(order_error(order, MAX_ORDER))
        reject(pfn_error(pfn, Order(order)))
        reject(self.cpu_error(task.cpu))
        self.release(Pfn(pfn), Order(order), task.cpu)

    def drain(self, task: Task = NOBODY) -> None:
        """Drain the lists of all CPUs, on the task's.  Raises InvalidCpu."""
        reject(self.cpu_error(task.cpu))
        self.drain_all(task.cpu)

    def fold(self, cpu: int) -> None:
        """Let every zone's counter have what that CPU hides.

        Linux: refresh_cpu_vm_stats(), mm/vmstat.c.  Raises InvalidCpu.
        """
        reject(self.cpu_error(cpu))
        for zone in self.ascending:
            zone.counter.fold(cpu)

    def balance(self, node: int, reclaim: Reclaim) -> bool:
        """Let kswapd of the node work, if it is awake; whether it sleeps then.

        ``reclaim`` frees pages for blocks of an order in zones up to an index, and says how many.
        Raises InvalidNode.
        """
        reject(node_error(node, len(self.specs)))
        return self.balance_node(node, reclaim)

    def why(self) -> list[Look]:
        """The zones that the last request looked at, each with what it had and what it should keep."""
        return [] if self.last is None else self.last.looks

    def wakes(self) -> list[Wake]:
        """The calls of the last request to wake kswapd."""
        return [] if self.last is None else self.last.wakes

    def is_zeroed(self, pfn: Pfn) -> bool:
        """Whether that live block was zeroed for its owner."""
        return pfn in self.zeroed
