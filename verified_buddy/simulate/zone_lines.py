"""What is told of a zone, line by line: blocks that leave its lists or come back, and its pageblocks."""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.linux.migratetype import PCPTYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_ORDER
from verified_buddy.linux.pcp import pcp_allowed_order
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Order, Pfn
from verified_buddy.simulate.addresses import page_address, zone_address
from verified_buddy.simulate.stolen import Steal, Told
from verified_buddy.simulate.teller import Teller

HASHED: Final = "00000000ffffffff"
"""What tracefs shows of a page's address."""
NONE: Final = {"tracefs": "0" * len(HASHED), "perf": "0x0"}
"""By spelling: no page."""


def page(teller: Teller, pfn: Pfn | None) -> str:
    """A page of one of the kernel's own events; perf shows its number twice."""
    if pfn is None:
        return f"page={NONE[teller.spelling]} pfn=0x0"
    return f"page={HASHED if teller.spelling == 'tracefs' else hex(pfn)} pfn={pfn:#x}"


class ZoneLines:
    """The lines of one zone."""

    __slots__ = ("address", "teller")

    def __init__(self, teller: Teller, ref: ZoneRef) -> None:
        self.teller = teller
        self.address = f"zone={zone_address(ref):#x}"

    # Taken.
    def bulk(self, cpu: int, order: Order, count: int, migratetype: Migratetype, flags: int) -> None:
        """A per-CPU list is to be refilled."""
        fields = f"order={order} count={count} mt={migratetype} flags={flags:#x}"
        self.teller.probe(cpu, "bulk", f"{self.address} {fields}")

    def past_lists(self, cpu: int, order: Order) -> None:
        """A block is to be taken past the per-CPU lists."""
        self.teller.probe(cpu, "rmqb", f"{self.address} order={order}")

    def locked(self, cpu: int, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
        """A block has left the list of that type."""
        refill = int(pcp_allowed_order(order) and migratetype < PCPTYPES)
        fields = f"order={order} migratetype={migratetype} percpu_refill={refill}"
        self.teller.event(cpu, "mm_page_alloc_zone_locked", f"{page(self.teller, pfn)} {fields}")

    def counted(self, cpu: int, pages: int) -> None:
        """So many free pages fewer."""
        self.teller.probe(cpu, "nrfree", f"{self.address} item=0 delta={-pages}")

    def stolen(self, cpu: int, steal: Steal, told: Told, *, changed: bool) -> None:
        """A request fell back; ``changed``: the victim's pageblock is of its type now."""
        orders = f"alloc_order={steal.order} fallback_order={told.order} pageblock_order={PAGEBLOCK_ORDER}"
        types = f"alloc_migratetype={steal.migratetype} fallback_migratetype={told.migratetype}"
        ends = f"fragmenting={int(told.order < PAGEBLOCK_ORDER)} change_ownership={int(changed)}"
        fields = f"{page(self.teller, told.pfn)} {orders} {types} {ends}"
        self.teller.event(cpu, "mm_page_alloc_extfrag", fields)

    # Given back.
    def freed(self, cpu: int, pfn: Pfn, order: Order) -> None:
        """A caller gives a block back."""
        self.teller.event(cpu, "mm_page_free", f"{page(self.teller, pfn)} order={order}")

    def given(self, cpu: int, probe: str, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
        """A block goes to the free lists."""
        fields = f"order={order} mt={migratetype} fpi=0"
        self.teller.probe(cpu, probe, f"pfn={pfn:#x} {self.address} {fields}")

    def drained(self, cpu: int, pfn: Pfn, order: Order, migratetype: Migratetype) -> None:
        """A block has gone back from a per-CPU list."""
        self.given(cpu, "fop_pcp", pfn, order, migratetype)
        fields = f"{page(self.teller, pfn)} order={order} migratetype={migratetype}"
        self.teller.event(cpu, "mm_page_pcpu_drain", fields)

    def drain(self, cpu: int, of_cpu: int) -> None:
        """All lists of a CPU are to be drained."""
        self.teller.probe(cpu, "drainz", f"cpu={of_cpu} {self.address}")

    # Pageblocks.
    def moved(self, cpu: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """The free blocks of the page's pageblock go to that type's lists."""
        fields = f"{self.address} page={page_address(pfn)} mt={migratetype}"
        self.teller.probe(cpu, "movefree", fields)

    def retyped(self, cpu: int, pfn: Pfn, migratetype: Migratetype) -> None:
        """The page's pageblock gets that type."""
        fields = f"page={page_address(pfn)} flags={migratetype:#x} pfn={pfn:#x} mask=0x7"
        self.teller.probe(cpu, "setblock", fields)
