"""Groups and stocks that leave, for each of their steps, the line that a probe would print."""

from __future__ import annotations

from collections import deque
from typing import Final, Literal, NamedTuple

from verified_buddy.linux.memcg import MemCgroup, Stock
from verified_buddy.linux.memcg_charge import Charging, Oom, Reclaim, Task, charging
from verified_buddy.linux.page_counter import PageCounter

COUNTER_AT: Final = 0x100
"""Where in a group its counter is."""
ENOMEM: Final = 12


class Line(NamedTuple):
    """What a line says: its probe, and the figures in their order."""

    probe: str
    facts: tuple[int, ...]

    def __str__(self) -> str:
        return (
            f"{self.probe} {' '.join(f'{fact:#x}' if fact > 1 << 20 else str(fact) for fact in self.facts)}"
        )


class ToldCounter(PageCounter):
    """A counter with an address; its usage and limit are known once a line has shown them."""

    __slots__ = ("address", "seen", "told")

    def __init__(self, address: int, told: list[Line]) -> None:
        super().__init__()
        self.address = address
        self.told = told
        self.seen = False

    def try_charge(self, pages: int) -> PageCounter | None:
        """As it is; two lines."""
        self.told.append(Line("pcharge", (self.address, pages, self.usage, self.max)))
        refused = super().try_charge(pages)
        self.told.append(Line("pcharge_ret", (int(refused is None),)))
        return refused

    def charge(self, pages: int) -> None:
        """As it is; one line."""
        self.told.append(Line("pforce", (self.address, pages, self.usage)))
        super().charge(pages)

    def uncharge(self, pages: int) -> None:
        """As it is; one line."""
        self.told.append(Line("puncharge", (self.address, pages, self.usage)))
        super().uncharge(pages)


class ToldGroup(MemCgroup):
    """A group with an address."""

    __slots__ = ("address", "told")

    memory: ToldCounter

    def __init__(self, address: int, told: list[Line]) -> None:
        super().__init__(f"{address:#x}")
        self.address = address
        self.told = told
        self.memory = ToldCounter(address + COUNTER_AT, told)


def address_of(group: MemCgroup | None) -> int:
    """Where the group is; 0 is no group."""
    return group.address if isinstance(group, ToldGroup) else 0


class ToldStock(Stock):
    """A stock of which it may not be known what it holds."""

    __slots__ = ("known", "put", "told")

    def __init__(self, told: list[Line]) -> None:
        super().__init__()
        self.told = told
        self.known = False
        self.put: tuple[MemCgroup, int] | None = None

    def refill(self, memcg: MemCgroup, pages: int) -> None:
        """As it is; one line, and those of what it drains."""
        self.told.append(Line("refillst", (address_of(memcg), pages)))
        self.put = memcg, pages
        super().refill(memcg, pages)

    def drain(self) -> None:
        """As it is; one line, and that of the counter."""
        self.told.append(Line("drainst", (address_of(self.cached),)))
        super().drain()

    def learn(self, drained: int) -> None:
        """It is told whose pages it held when it was drained: all is known of it from here on."""
        over_full = self.put is None or address_of(self.put[0]) == drained
        self.cached, self.pages = (None, 0) if over_full or self.put is None else self.put
        self.known = True


class Payer(Task):
    """A task, and the address of the group that it is charged to; 0 is none."""

    __slots__ = ("group",)

    def __init__(self) -> None:
        super().__init__()
        self.group = 0


class Doing:
    """What a task is in the middle of, and the lines that are due next."""

    __slots__ = (
        "answered",
        "asked",
        "charge",
        "due",
        "facts",
        "kind",
        "pages",
        "payer",
        "raised",
        "reply",
        "sure",
    )

    def __init__(self, kind: Literal["kmem", "charge", "stock", "nothing"], payer: Payer, *due: Line) -> None:
        self.kind = kind
        self.payer = payer
        self.due = deque(due)
        self.sure = bool(due)
        """Whether all its lines so far were due."""
        self.facts: tuple[int, ...] = ()
        """Of a block its page and order; of a counter that is not understood its address and the pages."""
        self.charge: Charging | None = None
        self.asked: Reclaim | Oom | None = None
        self.reply: int | None = None
        self.answered = self.raised = False
        self.pages = 0

    def begin(
        self, group: ToldGroup, stocks: dict[int, ToldStock], cpu: int, pages: int, gfp_mask: int
    ) -> None:
        """Charge the group, as far as that goes without an answer."""
        held = [stocks[cpu], *(stock for other, stock in stocks.items() if other != cpu)]
        self.charge = charging(group, held, 0, pages, gfp_mask, self.payer)
        self.facts = group.address, pages, gfp_mask
        self.sure = True
        self.go_on(group.told, None)

    def forget(self) -> None:
        """Nothing is due any more."""
        self.due.clear()
        self.sure = self.answered = False
        self.charge = self.asked = self.reply = None

    def go_on(self, told: list[Line], answer: int | None) -> None:
        """What comes next, up to the next question or the end."""
        assert self.charge is not None
        told.clear()
        try:
            self.asked = next(self.charge) if answer is None else self.charge.send(answer)
        except StopIteration as end:
            self.asked = None
            self.due.extend((*told, Line("trych_ret", (0 if end.value else -ENOMEM,))))
        else:
            self.due.extend((*told, _question(self.asked)))
        told.clear()


def _question(asked: Reclaim | Oom) -> Line:
    if isinstance(asked, Reclaim):
        return Line("mcgreclaim", (address_of(asked.memcg), asked.pages, asked.gfp_mask))
    return Line("oom", (asked.gfp_mask, asked.order))
