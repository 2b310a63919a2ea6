"""A zone that requests choose by its watermarks, which rise for a while when pageblocks get mixed."""

from __future__ import annotations

from collections.abc import Sequence

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.alloc_flags import HIGHATOMIC, KSWAPD, NOFRAGMENT, NON_BLOCK, OOM
from verified_buddy.linux.counted_zone import CountedZone
from verified_buddy.linux.highatomic import unreserve_highatomic_pageblock
from verified_buddy.linux.mobility import FallbackPolicy, MobilityZone, MovablePages
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.pcp_limits import zone_batchsize, zone_highsize
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.vmstat import normal_threshold, percpu_drift_mark, pressure_threshold
from verified_buddy.linux.watermark import Watermarks, boost_after_steal, may_boost
from verified_buddy.linux.zone_type import NR_ZONES
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Order, Pfn


class RequestZone(CountedZone):
    """A zone of a node, with what a request asks of it.  Linux: struct zone, include/linux/mmzone.h."""

    kernel: FallbackPolicy = LINUX_6_1
    """Whose fallback it has."""

    def __init__(
        self,
        ref: ZoneRef,
        start: Pfn,
        end: Pfn,
        pageblocks: Pageblocks,
        *,
        cpus: int,
        movable_pages: MovablePages,
    ) -> None:
        """A zone without memory and watermarks yet."""
        policy = self.kernel._replace(fall_back=self.fall_back, boost=self.boost_watermark)
        super().__init__(start, end, pageblocks, cpus=cpus, movable_pages=movable_pages, policy=policy)
        self.ref = ref
        self.watermark = Watermarks(0, 0, 0, 0)
        self.boost = 0
        self.lowmem_reserve: Sequence[int] = (0,) * NR_ZONES
        self.drift_mark = 0
        self.boosted = False
        """Whether a request has boosted the marks, and kswapd was not told; ZONE_BOOSTED_WATERMARK."""
        self.reclaim_active = False
        """Whether kswapd is at work here, so that the lists of a CPU hold less; ZONE_RECLAIM_ACTIVE."""
        self.tells_kswapd = False
        """Whether the request that is served now may wake kswapd."""

    @property
    def managed(self) -> int:
        """The pages that the buddy allocator has."""
        return self.mobility.managed

    @property
    def nr_reserved_highatomic(self) -> int:
        """The pages of reserved pageblocks."""
        return self.mobility.nr_reserved_highatomic

    def has_free(self, order: int, migratetype: int) -> bool:
        """Whether a block of that very order and type is free."""
        return self.free_area.first(Order(order), Migratetype(migratetype)) is not None

    def free_pages(self) -> int:
        """The counter of free pages, as it is read."""
        return self.counter.read()

    def free_pages_exact(self) -> int:
        """The same with what every CPU has not added yet."""
        return self.counter.exact()

    def set_marks(self, watermark: Watermarks, lowmem_reserve: Sequence[int], near_cpus: int) -> None:
        """Set the marks, and what follows from them: how much CPUs hold, and how much they may hide.

        ``near_cpus``: those of the node.  Linux: init_per_zone_wmark_min(), mm/page_alloc.c.
        """
        self.watermark, self.boost, self.lowmem_reserve = watermark, 0, lowmem_reserve
        batch = zone_batchsize(self.managed)
        high = zone_highsize(watermark.low, near_cpus, batch)
        for lists in self.pcp:
            lists.high, lists.batch = high, batch
        cpus, (least, low, high, _) = len(self.pcp), watermark
        threshold = normal_threshold(self.managed, cpus)
        self.counter.thresholds = [threshold] * cpus
        # With more than one CPU, the others came up when the marks were 0.
        at_boot = percpu_drift_mark(0, 0, 0, 0, threshold, cpus) if cpus > 1 else 0
        self.drift_mark = percpu_drift_mark(at_boot, least, low, high, threshold, cpus)

    def set_threshold(self, *, pressure: bool) -> None:
        """How much a CPU may hide from the counter, while kswapd is awake or asleep.

        Linux: set_pgdat_percpu_threshold(), mm/vmstat.c.
        """
        if self.drift_mark != 0:
            cpus = len(self.pcp)
            threshold = (
                pressure_threshold(self.watermark.min, self.watermark.low, cpus)
                if pressure
                else normal_threshold(self.managed, cpus)
            )
            self.counter.thresholds = [threshold] * cpus

    def fall_back(
        self,
        zone: MobilityZone,
        order: Order,
        migratetype: Migratetype,
        movable_pages: MovablePages,
        no_fragment: bool,
    ) -> Pfn | None:
        """Take another type's block, as the kernel does; a subclass may watch it."""
        return self.kernel.fall_back(zone, order, migratetype, movable_pages, no_fragment)

    def boost_watermark(self, zone: MobilityZone) -> None:
        """Boost the marks, if the zone is large enough for that; kswapd is told if the request may wake it.

        Linux: boost_watermark(), and what its callers make of its answer, mm/page_alloc.c.
        """
        if may_boost(self.watermark.high, self.managed):
            self.boost = boost_after_steal(self.boost, self.watermark.high, self.managed)
            self.boosted |= self.tells_kswapd

    def rmqueue(self, order: Order, migratetype: Migratetype, alloc_flags: int, cpu: int) -> Pfn | None:
        """Take a block, as the request's flags allow.

        Linux: rmqueue(), mm/page_alloc.c.
        """
        self.tells_kswapd = alloc_flags & KSWAPD != 0
        return self.alloc(
            order,
            migratetype,
            cpu,
            highatomic_request=alloc_flags & HIGHATOMIC != 0,
            last_resort=alloc_flags & (OOM | NON_BLOCK) != 0,
            no_fragment=alloc_flags & NOFRAGMENT != 0,
        )

    def unreserve(self, migratetype: Migratetype, *, force: bool) -> bool:
        """Give reserved pageblocks to the type; whether pages moved."""
        return unreserve_highatomic_pageblock(self.mobility, migratetype, force=force)
