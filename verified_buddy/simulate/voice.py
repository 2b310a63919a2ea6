"""What a machine and its requests tell alike."""

from __future__ import annotations

from collections.abc import Container

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.watermark import zone_watermark_ok
from verified_buddy.pfn import Pfn
from verified_buddy.simulate.addresses import zone_address
from verified_buddy.simulate.teller import Teller, flags_of
from verified_buddy.simulate.zone_lines import page


class Voice:
    """A machine's teller, and what was asked of the machine last."""

    __slots__ = ("accounts", "asked", "teller")

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.accounts = False
        """Whether there are memory cgroups, so that kernel memory may have to be charged."""
        self.asked: tuple[int, int, int, Container[int] | None] = (0, 0, 0, None)
        """Mask, order, node and nodemask, as the caller gave them."""

    def check(self, zone: RequestZone, order: int, mark: int, highest: int, flags: int, free: int) -> bool:
        """A test of the zone's watermark, and its answer.  Linux: __zone_watermark_ok(), mm/page_alloc.c."""
        passed, teller = zone_watermark_ok(zone, order, mark, highest, flags, free), self.teller
        if teller.probes:
            asked = f"order={order} mark={mark} hz={highest} flags={flags:#x} free={free}"
            teller.probe(teller.cpu, "wm", f"zone={zone_address(zone.ref):#x} {asked}")
            teller.probe(teller.cpu, "wm_ret", f"ret={int(passed)}")
        return passed

    def allocated(
        self, cpu: int, pfn: Pfn | None, order: int, migratetype: Migratetype, gfp_mask: int
    ) -> None:
        """The end of a request."""
        fields = f"order={order} migratetype={migratetype} gfp_flags={flags_of(gfp_mask)}"
        self.teller.event(cpu, "mm_page_alloc", f"{page(self.teller, pfn)} {fields}")
