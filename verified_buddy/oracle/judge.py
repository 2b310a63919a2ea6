"""The judge of traces: an implementation's operations, done again by the proved code.

``take`` and ``free_one_page`` decide; the free lists say what would have been right instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verified_buddy.buddy import free_one_page, take
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.oracle.adopt import Adopter
from verified_buddy.oracle.memory import Memory, brief
from verified_buddy.oracle.rules import Level, Rule
from verified_buddy.oracle.trace import Alloc, Crash, Event, Free, Take
from verified_buddy.pfn import ORDERS, Order, Pfn


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that an operation breaks, and the block to look at."""

    rule: Rule
    says: str
    pfn: Pfn | None = None
    order: Order = ORDERS[0]


class Judge:
    """Holds the operations of a trace against the memory that the implementation should have."""

    def __init__(self, memory: Memory, level: Level) -> None:
        self.memory = memory
        self.level = level
        self.adopter = Adopter(memory)

    def faults(self, events: Sequence[Event], first: int) -> Iterator[tuple[int, Fault]]:
        """The operations that break a rule, each with its number; ``first`` is that of the first event.

        While this stands at a fault, nothing of that operation is done.  When it goes on, what the
        implementation did is adopted as far as possible.
        """
        area, live, top = self.memory.area, self.memory.live, self.memory.header.max_order
        low_bits = [(1 << order) - 1 for order in ORDERS]
        choosy = self.level > Level.COMPLETE
        for number, event in enumerate(events, first):
            # What is plainly right goes on from here; ``fault`` decides the rest.
            if type(event) is Alloc:
                pfn, size = event.pfn, event.order
                if pfn is None:
                    if self.refusal(size) is None:
                        continue
                elif (
                    size <= top
                    and not pfn & low_bits[size]
                    and not (choosy and self.choice_fault(pfn, size))
                    and take(area, pfn, size)
                ):
                    live[size][pfn] = number
                    continue
            elif type(event) is Free and not event.rc and (order := event.order) is not None:
                try:
                    del live[order][event.pfn]
                except KeyError:
                    pass
                else:
                    free_one_page(area, event.pfn, order, UNMOVABLE)
                    continue
            fault = self.fault(event, number)
            if fault is not None:
                yield number, fault
                self.adopter.adopt(event, number)

    def fault(self, event: Event, number: int) -> Fault | None:
        """The rule that the operation breaks; if it breaks none, it is done."""
        match event:
            case Alloc(order=order, pfn=pfn):
                if pfn is None:
                    return self.refusal(order)
                return self.hand_out(pfn, order, number, "alloc of order {} returned page {}", self.level)
            case Take(order=order, pfn=pfn):
                return self.hand_out(pfn, order, number, "take of order {} claimed page {}", Level.SAFETY)
            case Free():
                return self.free(event)
            case Crash(signal=signal, during=during):
                how = "" if signal is None else f" with signal {brief(signal)}"
                when = "" if during is None else f" during {brief(during)}"
                return Fault("crash", f"the implementation crashed{how}{when}")

    def refusal(self, order: Order) -> Fault | None:
        """What is wrong with a refused request: a block was there."""
        if self.level < Level.COMPLETE or (found := self.memory.smallest(order)) is None:
            return None
        pfn = self.memory.head(found)
        says = f"alloc of order {order} was refused, but the block of order {found} at page {pfn} is free"
        return Fault("refusal", says, pfn, found)

    def hand_out(self, pfn: Pfn, order: Order, number: int, does: str, level: Level) -> Fault | None:
        """What is wrong with a block that was handed out; if nothing is, it is live."""
        header = self.memory.header
        does = does.format(brief(order), brief(pfn))
        if order > header.max_order:
            return Fault("out-of-range", f"{does}, but no block is above order {header.max_order}")
        if not header.start_pfn <= pfn <= header.end_pfn - (1 << order):
            says = f"{does}, but the pages are [{header.start_pfn}, {header.end_pfn})"
            return Fault("out-of-range", says, pfn, order)
        if pfn & ((1 << order) - 1) != 0:
            return Fault("misaligned", f"{does}, which is not a multiple of {1 << order}", pfn, order)
        choice = self.choice_fault(pfn, order) if level > Level.COMPLETE else None
        if choice is not None:
            return choice
        if not take(self.memory.area, pfn, order):
            return Fault("overlap", f"{does}, but the block is not wholly free", pfn, order)
        self.memory.live[order][pfn] = number
        return None

    def choice_fault(self, pfn: Pfn, order: Order) -> Fault | None:
        """What is wrong with the choice of a block, which may be none of the free ones."""
        best, holder = self.memory.smallest(order), self.memory.holder(pfn, order)
        if best is None or holder is None:
            return None
        head = self.memory.head(best)
        does = f"alloc of order {order} returned page {pfn}"
        if holder != best:
            says = f"{does} out of a block of order {holder}; that of order {best} at page {head} would do"
            return Fault("not-smallest", says, pfn, order)
        if self.level >= Level.EXACT and pfn != head:
            return Fault("not-exact", f"{does}, but the head of the list is page {head}", pfn, order)
        return None

    def free(self, event: Free) -> Fault | None:
        """What is wrong with a free; if nothing is, and it was not refused, it is done.

        A free without an order learns the order of what it gave back.
        """
        pfn, live = event.pfn, self.memory.live
        found = self.memory.live_order(pfn)
        order = found if event.order is None else event.order
        if event.rc:
            if order is None or pfn not in live.get(order, {}):
                return None
            says = f"free of the live block of order {order} at page {pfn} was refused (rc {brief(event.rc)})"
            return Fault("free-refused", says, pfn, order)
        if order is not None and live.get(order, {}).pop(pfn, None) is not None:
            free_one_page(self.memory.area, pfn, order, UNMOVABLE)
            event.order = order
            return None
        if self.adopter.stray_back(pfn, order):
            return None
        does = f"free of page {brief(pfn)}" + ("" if order is None else f" with order {brief(order)}")
        why = "no live block starts there" if found is None else f"the live block there is of order {found}"
        return Fault("invalid-free", f"{does} was accepted, but {why}", pfn, order or ORDERS[0])
