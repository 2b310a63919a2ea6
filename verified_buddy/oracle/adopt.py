"""After a divergence: the implementation's word is taken for what it did, as far as memory allows."""

from __future__ import annotations

from verified_buddy.buddy import free_one_page, take
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.oracle.memory import Memory, Owner
from verified_buddy.oracle.trace import Alloc, Event, Free, Take
from verified_buddy.pfn import Order, Pfn

Block = tuple[Pfn, Order]


class Adopter:
    """Keeps the blocks that were handed out although they were not free, until they are given back."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.strays: dict[Pfn, list[tuple[Order, list[Block]]]] = {}
        """First page to order, and the parts of the block that were free."""

    def adopt(self, event: Event, number: int) -> None:
        """Do what the operation did, after it broke a rule."""
        match event:
            case Alloc(order=order, pfn=pfn) if pfn is not None:
                self.hand_out(pfn, order, number)
            case Take(order=order, pfn=pfn):
                self.hand_out(pfn, order, number)
            case Free(order=order, pfn=pfn, rc=0):
                if order not in self.memory.live or not self.give_back(pfn, order):
                    event.order = None

    def hand_out(self, pfn: Pfn, order: Order, number: int) -> None:
        """The block is out: all of it if it was free, else those of its pages that were."""
        parts = self.free_parts(pfn, order) if order in self.memory.live else []
        for part, size in parts:
            take(self.memory.area, part, size)
            self.memory.live[size][part] = number
        if parts != [(pfn, order)]:
            self.strays.setdefault(pfn, []).append((order, parts))

    def give_back(self, pfn: Pfn, order: Order) -> bool:
        """The block is free: the live blocks in it, or its part of the live block around it.

        False, with nothing changed, if there are none.
        """
        if pfn & ((1 << order) - 1) != 0:
            return False
        around = self.memory.owner(pfn)
        if around.kind == "live" and around.order is not None and around.order > order:
            del self.memory.live[around.order][Pfn(around.start)]
            for half in self.memory.orders[order : around.order]:
                self.memory.live[half][Pfn((pfn & -(1 << half)) ^ (1 << half))] = around.since
            free_one_page(self.memory.area, pfn, order, UNMOVABLE)
            return True
        within = [owner for owner in self.owners(pfn, order) if owner.kind == "live"]
        for owner in within:
            if owner.order is not None:
                del self.memory.live[owner.order][Pfn(owner.start)]
                free_one_page(self.memory.area, Pfn(owner.start), owner.order, UNMOVABLE)
        return bool(within)

    def stray_back(self, pfn: Pfn, order: Order | None) -> bool:
        """Give back a block that was handed out although it was not free; False if none starts here."""
        strays = self.strays.get(pfn, [])
        for index, (size, parts) in enumerate(strays):
            if order is None or size == order:
                del strays[index]
                for part, of in parts:
                    if self.memory.live[of].pop(part, None) is not None:
                        free_one_page(self.memory.area, part, of, UNMOVABLE)
                return True
        return False

    def owners(self, pfn: Pfn, order: Order) -> list[Owner]:
        """What the block's pages belong to, ascending."""
        found = []
        page, end = int(pfn), pfn + (1 << order)
        while page < end:
            found.append(self.memory.owner(Pfn(page)))
            page = found[-1].end
        return found

    def free_parts(self, pfn: Pfn, order: Order) -> list[Block]:
        """The free pages of the block, in greatest aligned blocks."""
        parts = []
        for owner in self.owners(pfn, order):
            page, end = max(pfn, owner.start), min(pfn + (1 << order), owner.end)
            while owner.kind == "free" and page < end:
                size = order
                while page & ((1 << size) - 1) or page + (1 << size) > end:
                    size = Order(size - 1)
                parts.append((Pfn(page), size))
                page += 1 << size
        return parts
