"""One request of one task on its way through live zones."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final, NamedTuple

from verified_buddy.errors import Deadlock
from verified_buddy.free_area import Migratetype
from verified_buddy.linux import gfp
from verified_buddy.linux.compaction import CompactResult
from verified_buddy.linux.gfp import current_gfp_context
from verified_buddy.linux.kswapd import Woken
from verified_buddy.linux.node_zones import NodeZones
from verified_buddy.linux.page_alloc import cpuset_allows
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.system import AllocContext, Look
from verified_buddy.linux.world import Task
from verified_buddy.linux.zonelist import ZoneRef, eligible
from verified_buddy.pfn import Order, Pfn


class Wake(NamedTuple):
    """A call that was to wake kswapd of a node, and who was woken."""

    zone: ZoneRef
    gfp_mask: int
    order: int
    highest_zoneidx: int
    woken: Woken


class Request:
    """A request: its task, the zones that may serve it, and what it saw of them.

    It is the ``System`` of ``verified_buddy.linux.page_alloc`` over live zones.
    """

    gfp_allowed_mask: Final = gfp.ALL
    init_on_alloc: Final = False
    mobility_off: Final = False

    def __init__(self, nodes: NodeZones, task: Task) -> None:
        self.nodes = nodes
        self.world = nodes.world
        self.task = task
        self.looks: list[Look] = []
        """The zones that it looked at, in order."""
        self.wakes: list[Wake] = []
        self.searched = 0
        self.slow = False
        """Whether it came to the slow path."""
        self.refused = False
        """Whether the slow path ended without a page."""
        self.kills = False
        """Whether it holds the lock that keeps others from killing."""

    @property
    def online_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.nodes.kswapds)

    def zonelist(self, node: int, *, thisnode: bool) -> Sequence[ZoneRef]:
        """The zones for a request at that node."""
        lists = self.nodes.zonelists[node]
        return lists.nofallback if thisnode else lists.fallback

    def populated(self, zone: ZoneRef) -> bool:
        """Whether there is such a zone."""
        return zone in self.nodes.zones

    def zone(self, zone: ZoneRef) -> RequestZone:
        """The live zone."""
        return self.nodes.zones[zone]

    # The task.
    def gfp_context(self, gfp_mask: int) -> int:
        """The mask, less what the task must not do."""
        return current_gfp_context(gfp_mask, noio=self.task.noio, nofs=self.task.nofs, pin=self.task.pin)

    def cpuset(self) -> Container[int] | None:
        """The nodes of the task's cpuset."""
        return self.task.cpuset

    def in_task(self) -> bool:
        """Whether no interrupt asks."""
        return self.task.in_task

    def realtime(self) -> bool:
        """Whether a realtime task asks."""
        return self.task.realtime and self.task.in_task

    def memalloc(self) -> bool:
        """Whether the task reclaims memory, and may use all of it."""
        return self.task.memalloc

    def no_reclaim(self) -> bool:
        """Whether the task must not reclaim."""
        return self.task.no_reclaim or self.task.memalloc

    def oom_victim(self) -> bool:
        """Whether a task asks that is being killed."""
        return self.task.oom_victim and self.task.in_task

    def fatal_signal(self) -> bool:
        """Whether the task is about to die."""
        return self.task.fatal_signal

    def changed(self) -> bool:
        """Whether its cpuset changed: never, while it waits here."""
        return False

    # What is told of the way.
    def searches(self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext) -> None:
        """Count, so that a request comes to an end that would not.  Raises Deadlock."""
        self.searched += 1
        if self.searched > self.nodes.patience:
            raise Deadlock(gfp_mask, order)

    def looked(self, look: Look) -> None:
        """Remember the look."""
        self.looks.append(look)

    def slows(self, gfp_mask: int, order: int) -> None:
        """Remember it."""
        self.slow = True

    def found(self, pfn: Pfn | None) -> None:
        """Nothing is done with it."""

    def traced(self, pfn: Pfn | None, order: int, gfp_mask: int, migratetype: Migratetype) -> None:
        """Nothing is done with it."""

    def failed(self, gfp_mask: int, order: int) -> None:
        """Remember that the slow path has no page."""
        self.refused = True

    # What is done.
    def dirty_ok(self, node: int) -> bool:
        """As the world says."""
        return self.world.dirty_ok(node)

    def node_reclaim(self, zone: ZoneRef, gfp_mask: int, order: int) -> bool:
        """Let the world reclaim in the node."""
        return self.world.node_reclaim(self.task, zone, gfp_mask, order)

    def rmqueue(self, zone: ZoneRef, order: Order, migratetype: Migratetype, alloc_flags: int) -> Pfn | None:
        """Take a block of the zone."""
        return self.nodes.zones[zone].rmqueue(order, migratetype, alloc_flags, self.task.cpu)

    def was_boosted(self, zone: ZoneRef) -> bool:
        """Whether the zone is boosted and kswapd was not told; now it is."""
        state = self.nodes.zones[zone]
        boosted, state.boosted = state.boosted, False
        return boosted

    def prep_new_page(self, pfn: Pfn, order: int, *, zero: bool, compound: bool) -> None:
        """Remember what the block is."""
        if zero:
            self.nodes.zeroed.add(pfn)
        if compound:
            self.nodes.compound.add(pfn)

    def wakeup_kswapd(self, zone: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
        """Ask kswapd of the zone's node, if the task may use that node."""
        if cpuset_allows(self, zone, gfp_mask):
            woken = self.nodes.wakeup_kswapd(zone, gfp_mask, order, highest_zoneidx)
            self.wakes.append(Wake(zone, gfp_mask, order, highest_zoneidx, woken))

    def compact(
        self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext, priority: int
    ) -> tuple[CompactResult, Pfn | None]:
        """Let the world compact."""
        return self.world.compact(self.task, gfp_mask, order, alloc_flags, context, priority)

    def compaction_suitable(self, order: int, alloc_flags: int, context: AllocContext) -> bool:
        """As the world says."""
        return self.world.compaction_suitable(order, alloc_flags, context)

    def reclaim(self, gfp_mask: int, order: int, context: AllocContext) -> int:
        """Let the world reclaim."""
        return self.world.reclaim(self.task, gfp_mask, order, context)

    def reclaimable(self, zone: ZoneRef) -> int:
        """As the world says."""
        return self.world.reclaimable(zone)

    def unreserve_highatomic(self, context: AllocContext, *, force: bool) -> bool:
        """Give a reserved pageblock of the first zone that has one back."""
        zones = eligible(context.zonelist, context.highest_zoneidx, context.nodemask)
        return any(self.nodes.zones[zone].unreserve(context.migratetype, force=force) for zone in zones)

    def drain_all(self) -> None:
        """Drain the lists of every CPU, on the task's."""
        self.nodes.drain_all(self.task.cpu)

    def oom_lock(self) -> bool:
        """Whether nobody kills; from now on the request does."""
        if self.nodes.killing:
            return False
        self.kills = self.nodes.killing = True
        return True

    def oom_unlock(self) -> None:
        """Let others kill, if the request kept them from it."""
        if self.kills:
            self.kills = self.nodes.killing = False

    def may_kill(self) -> bool:
        """As the world says."""
        return self.world.may_kill(self.task)

    def out_of_memory(self, gfp_mask: int, order: int) -> bool:
        """Let the world kill."""
        return self.world.out_of_memory(self.task, gfp_mask, order)

    def charge(self, pfn: Pfn, order: int, gfp_mask: int) -> bool:
        """Charge the task's group, if it has one; interrupts are not charged."""
        if self.task.memcg is None or not self.task.in_task:
            return True
        if not self.world.charge(pfn, order, gfp_mask, self.task):
            return False
        self.nodes.charged.add(pfn)
        return True

    def free_pages(self, pfn: Pfn, order: Order) -> None:
        """Give the block back, on the task's CPU."""
        self.nodes.release(pfn, order, self.task.cpu)
