"""What a recording says of the task whose request it tells of: its context, and the reserves it may use."""

from __future__ import annotations

from collections.abc import Container
from itertools import product
from typing import Final

from verified_buddy.kmem.requests import DirectReclaim, FreelistSearch, SlowPathRet
from verified_buddy.linux import alloc_flags as flags_of
from verified_buddy.linux import gfp
from verified_buddy.linux.gfp import current_gfp_context
from verified_buddy.replay.request_compared import Compared
from verified_buddy.replay.request_machine import nodes_in

CONTEXTS: Final = tuple(product((False, True), repeat=3))
"""Whether a task must not start IO, must not enter filesystems, and pins pages for long."""


class Task(Compared):
    """The task, as ``verified_buddy.linux.system.System`` asks for it: what its next search lets it be."""

    def gfp_context(self, gfp_mask: int) -> int:
        """Bits that the task must not use are those that its first search lacks."""
        entry = self.log.ahead(FreelistSearch)
        if entry is not None and isinstance(entry.event, FreelistSearch):
            for noio, nofs, pin in CONTEXTS:
                masked = current_gfp_context(gfp_mask, noio=noio, nofs=nofs, pin=pin)
                if masked | gfp.HARDWALL == entry.event.gfp | gfp.HARDWALL:
                    return masked
        return gfp_mask

    def cpuset(self) -> Container[int] | None:
        """The nodes of the cpuset, in use where the first search is stricter than the request."""
        first = self.first_search()
        if first is None:
            return None
        stricter = first.gfp & ~self.request.gfp & gfp.HARDWALL != 0
        narrower = first.nodemask != 0 and self.request.nmask == 0
        used = stricter or narrower or first.flags & flags_of.CPUSET != 0
        if not used:
            return None
        told = first.nodes if narrower else None
        return range(self.machine.online_nodes) if told is None else nodes_in(told)

    def in_task(self) -> bool:
        """Whether the first search takes the nodes of the task's cpuset for those of the request."""
        first = self.first_search()
        return first is None or self.request.nmask != 0 or first.flags & flags_of.CPUSET == 0

    def first_search(self) -> FreelistSearch | None:
        """The search with which the request began."""
        first = self.log.entries[0].event if self.log.entries else None
        return first if isinstance(first, FreelistSearch) else None

    def realtime(self) -> bool:
        """Whether the next search may use reserves that the mask does not ask for."""
        search = self.next_search()
        return search is not None and search.flags & flags_of.MIN_RESERVE != 0

    def memalloc(self) -> bool:
        """Whether the next search ignores watermarks."""
        search = self.next_search()
        return search is not None and search.flags & flags_of.NO_WATERMARKS != 0

    def no_reclaim(self) -> bool:
        """Whether it did not reclaim."""
        return not self.log.next_is(DirectReclaim)

    def oom_victim(self) -> bool:
        """Whether the next search may use half of the reserve; or it ended at once after a kill."""
        search = self.next_search()
        return self.log.next_is(SlowPathRet) if search is None else search.flags & flags_of.OOM != 0

    def fatal_signal(self) -> bool:
        """Whether compaction was not tried again, and nothing was told of why."""
        return False

    def changed(self) -> bool:
        """No recording has that."""
        return False

    def next_search(self) -> FreelistSearch | None:
        """The next search of the zones; None if none follows."""
        entry = self.log.ahead(FreelistSearch)
        return entry.event if entry is not None and isinstance(entry.event, FreelistSearch) else None
