"""The steps of a recorded request's slow path: each answers as the recording does, and is compared."""

from __future__ import annotations

from typing import Final

from verified_buddy.kmem.background import CompactRetry
from verified_buddy.kmem.charges import KmemCharge, KmemChargeRet
from verified_buddy.kmem.events import Alloc
from verified_buddy.kmem.requests import (
    DirectCompact,
    DirectCompactRet,
    DirectReclaim,
    DirectReclaimRet,
    DrainAll,
    FreelistSearch,
    OutOfMemory,
    OutOfMemoryRet,
    SlowPathRet,
    Unreserve,
    UnreserveRet,
    WatermarkCheck,
    WatermarkRet,
)
from verified_buddy.linux import alloc_flags as flags_of
from verified_buddy.linux.compaction import CompactResult
from verified_buddy.linux.gfp_names import show_gfp
from verified_buddy.linux.system import AllocContext
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn
from verified_buddy.replay.request_compared import ENDED
from verified_buddy.replay.request_task import Task

LAST_LOOK: Final = flags_of.WMARK_HIGH | flags_of.CPUSET
"""The flags of the search before a task is killed."""
RESULTS: Final = {
    "skipped": CompactResult.SKIPPED,
    "failed": CompactResult.COMPLETE,
    "deferred": CompactResult.DEFERRED,
    "progress": CompactResult.SUCCESS,
    "withdrawn": CompactResult.CONTENDED,
}
"""How compaction ended, by the words of the decision that hangs on it."""


class Steps(Task):
    """What is done at a request's instance, as ``verified_buddy.linux.system.System`` has it."""

    def asked(self, line: int, gfp_masks: tuple[int, int], orders: tuple[int, int]) -> None:
        """A step was made with these, told and due.  Raises Miss."""
        told, due = map(show_gfp, gfp_masks)
        self.agree(line, "wrong-step", gfp_mask=(told, due), order=orders)

    def compact(
        self, gfp_mask: int, order: int, alloc_flags: int, context: AllocContext, priority: int
    ) -> tuple[CompactResult, Pfn | None]:
        """How it went on tells how it ended: no search followed if it was skipped, or a block captured."""
        told, _ = self.due(DirectCompact, "direct compaction")
        self.asked(told.line, (told.gfp, gfp_mask), (told.order, order))
        flags = hex(told.flags), hex(alloc_flags)
        self.agree(told.line, "wrong-step", alloc_flags=flags, priority=(told.prio, priority))
        self.log.skip_to((FreelistSearch, DirectCompactRet))
        entry = self.log.peek()
        if entry is None or not isinstance(entry.event, DirectCompactRet):
            return self._ended(), None
        self.log.take()
        pfn = entry.event.pfn
        return (CompactResult.SKIPPED if pfn is None else CompactResult.SUCCESS), pfn

    def _ended(self) -> CompactResult:
        """What the compaction before the next one came to, as far as the next decision depends on it."""
        retry = self._next_decision()
        return CompactResult.COMPLETE if retry is None else RESULTS.get(retry.result, CompactResult.COMPLETE)

    def _next_decision(self) -> CompactRetry | None:
        """Whether compaction is tried again, as told before the next one; None if that was not asked."""
        entry = self.log.ahead((CompactRetry, DirectCompact, SlowPathRet))
        return entry.event if entry is not None and isinstance(entry.event, CompactRetry) else None

    def compaction_suitable(self, order: int, alloc_flags: int, context: AllocContext) -> bool:
        """As was told of the decision that hangs on it."""
        retry = self._next_decision()
        self.log.skip((WatermarkCheck, WatermarkRet))
        return retry is not None and retry.should_retry

    def reclaim(self, gfp_mask: int, order: int, context: AllocContext) -> int:
        """As many pages as were told."""
        told, _ = self.due(DirectReclaim, "direct reclaim")
        self.asked(told.line, (told.gfp, gfp_mask), (told.order, order))
        return self.due_end(DirectReclaimRet, "the end of direct reclaim").ret

    def reclaimable(self, zone: ZoneRef) -> int:
        """What was available in the zone, less its free pages."""
        says = f"a look at what zone {self.machine.name(zone)} could reclaim"
        told, entry = self.due(WatermarkCheck, says)
        assert entry.zone is not None
        self.agree(told.line, "wrong-mark", mark=(told.mark, entry.zone.watermark.min + entry.zone.boost))
        self.due(WatermarkRet, "the answer of the watermark's test")
        return told.free - entry.zone.exact

    def unreserve_highatomic(self, context: AllocContext, *, force: bool) -> bool:
        """As was told, which must be what the lists allow."""
        told, entry = self.due(Unreserve, "giving up the highatomic reserve")
        ended, _ = self.due(UnreserveRet, "the end of giving up the highatomic reserve")
        self.agree(told.line, "wrong-step", force=(told.force, force), moved=(ended.ret, entry.told))
        return ended.ret

    def drain_all(self) -> None:
        """As it was told."""
        self.due(DrainAll, "draining all per-CPU lists")

    def oom_lock(self) -> bool:
        """Whether the last look before a kill follows."""
        self.log.skip(ENDED)
        search = self.next_search()
        return search is not None and search.flags == LAST_LOOK

    def oom_unlock(self) -> None:
        """No line tells of that."""

    def may_kill(self) -> bool:
        """Whether it went on to kill: a task that dumps core does not."""
        return self.log.next_is(OutOfMemory)

    def out_of_memory(self, gfp_mask: int, order: int) -> bool:
        """As it was told."""
        told, _ = self.due(OutOfMemory, "killing a task")
        self.asked(told.line, (told.gfp, gfp_mask), (told.order, order))
        return self.due_end(OutOfMemoryRet, "the end of killing a task").ret

    def charge(self, pfn: Pfn, order: int, gfp_mask: int) -> bool:
        """As it was told; without probes, as it ended."""
        self.log.skip((*ENDED, SlowPathRet))
        if not self.machine.charges_told:
            ended = self.log.ahead(Alloc)
            return ended is not None and isinstance(ended.event, Alloc) and ended.event.pfn is not None
        told, _ = self.due(KmemCharge, "a charge of the page")
        masks = show_gfp(told.gfp), show_gfp(gfp_mask)
        pages = told.pfn, pfn
        self.agree(told.line, "wrong-charge", page=pages, order=(told.order, order), gfp_mask=masks)
        return self.due_end(KmemChargeRet, "the end of the charge").ret == 0
