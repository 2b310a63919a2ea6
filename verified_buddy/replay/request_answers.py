"""The system of a recorded request: it answers as the recording does, and compares what it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.background import WakeKswapd
from verified_buddy.kmem.events import Alloc, Obtained
from verified_buddy.kmem.requests import (
    DirtyOk,
    FreelistSearch,
    NodeReclaim,
    NodeReclaimRet,
    Request,
    SearchFailed,
    SlowPath,
    SlowPathRet,
    TryZone,
    WatermarkCheck,
    WatermarkLook,
    WatermarkRet,
)
from verified_buddy.linux.gfp_names import show_gfp
from verified_buddy.linux.system import AllocContext, Look
from verified_buddy.linux.watermark import quick_ok
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.request_compared import ENDED
from verified_buddy.replay.request_counts import Counts
from verified_buddy.replay.request_log import Log, Miss
from verified_buddy.replay.request_machine import RequestMachine
from verified_buddy.replay.request_steps import Steps
from verified_buddy.replay.request_zones import SeenZone

ENDS_SEARCH: Final = (Obtained, SearchFailed, WatermarkLook, DirtyOk)
"""What tells whether a zone gave a page."""


class Answers(Steps):
    """What the request that was logged met on its way."""

    def __init__(self, machine: RequestMachine, request: Request, log: Log, counts: Counts) -> None:
        super().__init__(machine, request, log, counts)
        self.gfp_allowed_mask = machine.gfp_allowed_mask
        self.online_nodes = machine.online_nodes
        self.mobility_off = machine.mobility_off
        self.init_on_alloc = True

    # The zones.
    def zonelist(self, node: int, *, thisnode: bool) -> Sequence[ZoneRef]:
        """The recorded list."""
        return self.machine.zonelist(node, thisnode=thisnode)

    def populated(self, zone: ZoneRef) -> bool:
        """Whether the zone has pages."""
        return zone in self.machine.zones

    def zone(self, zone: ZoneRef) -> SeenZone:
        """The zone when it was looked at, if that is what the next line tells; else as it is now."""
        self.log.skip(ENDED)
        live, entry = self.machine.zones[zone], self.log.peek()
        if entry is None or not isinstance(entry.event, WatermarkLook | WatermarkCheck):
            return live.seen(0)
        if entry.event.zone != live.address:
            due, told = self.machine.called(live.address), self.machine.called(entry.event.zone)
            self.log.miss("wrong-zone", f"zone {told} was looked at, where {due} is due")
        assert entry.zone is not None
        return entry.zone

    # The way.
    def searches(self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext) -> None:
        """A search begins, as it was told."""
        told, _ = self.due(FreelistSearch, "a search of the zones")
        preferred = 0 if context.preferred is None else self.machine.zones[context.preferred].address
        self.agree(
            told.line,
            "wrong-flags",
            gfp_mask=(show_gfp(told.gfp), show_gfp(gfp_mask)),
            order=(told.order, order),
            alloc_flags=(hex(told.flags), hex(alloc_flags)),
            highest_zoneidx=(told.highest_zoneidx, context.highest_zoneidx),
            migratetype=(told.migratetype, context.migratetype),
            preferred_zone=(self.machine.called(told.preferred_zone), self.machine.called(preferred)),
            nodemask=(told.nodemask != 0, context.nodemask is not None),
            spread_dirty_pages=(told.spread, context.spread_dirty_pages),
        )

    def looked(self, look: Look) -> None:
        """A zone was looked at, as it was told."""
        told, entry = self.due(WatermarkLook, f"a look at zone {self.machine.name(look.zone)}")
        self.agree(
            told.line,
            "wrong-mark",
            mark=(told.mark, look.mark),
            boost=(told.boost, look.boost),
            alloc_flags=(hex(told.flags), hex(look.alloc_flags)),
            order=(told.order, look.order),
            reserved_highatomic=(told.reserved, look.reserved_highatomic),
        )
        assert entry.zone is not None
        quick = look.order == 0 and quick_ok(
            entry.zone, 0, look.mark, told.highest_zoneidx, look.alloc_flags, look.free
        )
        passed = self._checked(told, quick=quick)
        verdict = {True: "passed", False: "was refused"}
        self.agree(told.line, "wrong-mark", request=(verdict[passed], verdict[look.passed]))
        self.counts.looks_predicted += 1

    def _checked(self, told: WatermarkLook, *, quick: bool) -> bool:
        """What came of the look, by the answers of __zone_watermark_ok(), which is called if need be."""
        passed = quick
        if self.log.next_is(WatermarkCheck) == quick:
            how = "was not needed" if quick else "is due"
            self.log.miss("wrong-mark", f"the whole test of the watermark {how}")
        while self.log.next_is(WatermarkCheck):
            check, _ = self.due(WatermarkCheck, "a test of the watermark")
            answer, _ = self.due(WatermarkRet, "the answer of the watermark's test")
            self.agree(
                check.line, "wrong-mark", zone=(check.zone, told.zone), flags=(check.flags, told.flags)
            )
            passed = answer.ret
        return passed

    def found(self, pfn: Pfn | None) -> None:
        """The search has ended, as it was told."""
        if self.log.next_is(Obtained):
            got, _ = self.due(Obtained, "the page")
            self.agree(got.line, "wrong-zone", page=(got.pfn, pfn))
        else:
            failed, _ = self.due(SearchFailed, "the end of the search")
            self.agree(failed.line, "wrong-zone", page=(None, pfn))

    def slows(self, gfp_mask: int, order: int) -> None:
        """The slow path begins, as it was told."""
        told, _ = self.due(SlowPath, "the slow path")
        self.asked(told.line, (told.gfp, gfp_mask), (told.order, order))
        self.counts.slow += 1

    def failed(self, gfp_mask: int, order: int) -> None:
        """What follows tells."""

    def traced(self, pfn: Pfn | None, order: int, gfp_mask: int, migratetype: Migratetype) -> None:
        """The request has ended, as it was told."""
        self.log.skip((*ENDED, SlowPathRet))
        told, _ = self.due(Alloc, "the end of the request")
        self.agree(
            told.line,
            "wrong-step",
            page=(told.pfn, pfn),
            order=(told.order, order),
            migratetype=(told.migratetype, migratetype),
            gfp_flags=(told.gfp, show_gfp(gfp_mask)),
        )

    # What is done.
    def dirty_ok(self, node: int) -> bool:
        """As it was told."""
        return self.due(DirtyOk, f"a look at the dirty pages of node {node}")[0].ret

    def node_reclaim(self, zone: ZoneRef, gfp_mask: int, order: int) -> bool:
        """As it was told; never where the machine has that turned off."""
        if not self.machine.node_reclaim_mode or not self.log.next_is(NodeReclaim):
            return False
        return self.due_end(NodeReclaimRet, "the end of a node's reclaim").ret >= 0

    def rmqueue(self, zone: ZoneRef, order: Order, migratetype: Migratetype, alloc_flags: int) -> Pfn | None:
        """The page that was told, if it is of that zone; none, where the next zone was looked at."""
        name = self.machine.name(zone)
        told, entry = self.due(TryZone, f"taking a page of zone {name}")
        due = self.machine.zones[zone].address
        self.agree(told.line, "wrong-zone", zone=(self.machine.called(told.zone), self.machine.called(due)))
        ends = self.log.ahead(ENDS_SEARCH)
        pfn = ends.event.pfn if ends is not None and isinstance(ends.event, Obtained) else None
        if pfn is not None and not self.machine.zones[zone].lists.spans(pfn):
            raise Miss(told.line, "wrong-zone", f"page {pfn:#x} is not of zone {name}")
        if pfn is None and entry.told:
            raise Miss(told.line, "wrong-zone", f"zone {name} gave no page, though its lists have one")
        return pfn

    def was_boosted(self, zone: ZoneRef) -> bool:
        """As the model had it when the page was taken."""
        entry = self.log.peek()
        return entry is not None and entry.told

    def prep_new_page(self, pfn: Pfn, order: int, *, zero: bool, compound: bool) -> None:
        """No line tells of that."""

    def wakeup_kswapd(self, zone: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
        """As it was told; who is woken is the kswapd layer's concern."""
        told, _ = self.due(WakeKswapd, f"waking kswapd of node {zone.node}")
        due = self.machine.zones[zone].address
        self.asked(told.line, (told.gfp, gfp_mask), (told.order, order))
        self.agree(
            told.line,
            "wrong-step",
            zone=(self.machine.called(told.zone), self.machine.called(due)),
            highest_zoneidx=(told.highest_zoneidx, highest_zoneidx),
        )

    def free_pages(self, pfn: Pfn, order: Order) -> None:
        """The frame layer sees it."""
