"""Random walks at full speed: what is asked, the call, and the model in one loop."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from verified_buddy.buddy import free_one_page, take
from verified_buddy.conform.board import event
from verified_buddy.conform.drive import Driver, diverged
from verified_buddy.conform.peer import REFUSED
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.oracle.judge import Judge
from verified_buddy.oracle.rules import Level
from verified_buddy.pfn import ORDERS, Order, Pfn

PIECE: Final = 4096
"""So many operations are done between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a walk likes."""

    name: str
    decay: float
    """How much rarer an order is than the one below."""
    filling: float
    """How often it frees, until a request is refused."""
    draining: float
    """How often it frees, until a quarter is left."""
    lifo: bool = False
    """Whether the latest block is freed first."""


PROFILES: Final = (
    Profile("steady", 0.6, 0.47, 0.55),
    Profile("tide", 0.5, 0.2, 0.9),
    Profile("flat", 1.0, 0.4, 0.6),
    Profile("pages", 0.0, 0.3, 0.8),
    Profile("large", 1.6, 0.45, 0.55),
    Profile("stack", 0.7, 0.35, 0.75, lifo=True),
    Profile("edge", 0.8, 0.05, 0.5),
)


def table(profile: Profile, driver: Driver, top: Order) -> list[Order]:
    """A hundred orders or so, as often as the profile wants them."""
    wanted = [order for order in ORDERS[: top + 1] if driver.expressible(order)]
    return [
        order
        for place, order in enumerate(wanted)
        for _ in range(max(1, round(64 * profile.decay**place / max(1.0, profile.decay ** len(wanted)))))
    ]


def walk(driver: Driver, judge: Judge, profile: Profile, random: Random, length: int) -> None:
    """So many operations, or fewer when time is up.  Raises DivergedError at the first fault."""
    memory = judge.memory
    orders = table(profile, driver, memory.header.max_order)
    walker = Walker(driver, judge, profile, orders)
    for first in range(1, length, PIECE):
        if not orders or not driver.in_time():
            return
        walker.go(random, first, min(PIECE, length + 1 - first))


class Walker:
    """The blocks that a walk holds, and whether it fills or drains."""

    def __init__(self, driver: Driver, judge: Judge, profile: Profile, orders: list[Order]) -> None:
        self.driver = driver
        self.judge = judge
        self.profile = profile
        self.orders = orders
        self.held: list[int] = []
        self.bias = profile.filling
        self.low = 0

    def go(self, rng: Random, first: int, length: int) -> None:
        """Some operations; the first has that number."""
        peer, memory, judge = self.driver.peer, self.judge.memory, self.judge
        area, live, top = memory.area, memory.live, memory.header.max_order
        asked, replies, alloc, free = (
            self.driver.board.asked,
            self.driver.board.replies,
            peer.alloc,
            peer.free,
        )
        low_bits = [(1 << order) - 1 for order in ORDERS]
        choosy = self.driver.level > Level.COMPLETE
        random, held, orders, choices = rng.random, self.held, self.orders, len(self.orders)
        lifo, bias, low = self.profile.lifo, self.bias, self.low
        for number in range(first, first + length):
            if held and random() < bias:
                place = -1 if lifo else int(random() * len(held))
                block = held[place]
                held[place] = held[-1]
                held.pop()
                asked[number - 1] = ~block
                pfn, order = Pfn(block >> 6), ORDERS[block & 63]
                reply = free(pfn, order)
                if not reply:
                    del live[order][pfn]
                    free_one_page(area, pfn, order, UNMOVABLE)
                    if len(held) < low:
                        bias, low = self.profile.filling, 0
                    continue
            else:
                order = orders[int(random() * choices)]
                asked[number - 1] = order + 1
                reply = alloc(order)
                replies[number - 1] = reply
                if (
                    reply >= 0
                    and order <= top
                    and not reply & low_bits[order]
                    and not (choosy and judge.choice_fault(reply, order))
                    and take(area, reply, order)
                ):
                    live[order][reply] = number
                    held.append(reply << 6 | order)
                    continue
            # What is not plainly right is the judge's.
            replies[number - 1] = reply
            fault = judge.fault(event(asked[number - 1], reply), number)
            if fault is not None:
                raise diverged(fault, asked[number - 1], reply)
            if reply == REFUSED:
                bias, low = self.profile.draining, max(low, len(held) // 4)
            elif reply >= 0:
                held.append(reply << 6 | order)
        self.bias, self.low = bias, low
