"""What charging a memory cgroup means: plain numbers by name, and one table of what is done at the limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

BATCH = 64
"""What a charge takes at once where it may, and the most that a stock holds."""
TRIES = 16
COSTLY = 8
"""Pages of a block of order 3."""
RECLAIM, KILL = "reclaim", "kill"


def root_of(name: str, parents: Mapping[str, str | None]) -> str | None:
    """Where the line of parents ends; None if it never does, or at a name that is none."""
    for _ in parents:
        above = parents[name]
        if above is None:
            return name
        if above not in parents:
            return None
        name = above
    return None


@dataclass
class Books:
    """How much each group uses and may use, and what each CPU has in stock, for which group."""

    parents: dict[str, str | None]
    limits: dict[str, int]
    usage: dict[str, int]
    stocks: list[tuple[str | None, int]]

    def line(self, name: str) -> Iterator[str]:
        """The group and all above it."""
        above: str | None = name
        while above is not None:
            yield above
            above = self.parents[above]

    def add(self, name: str, pages: int) -> None:
        """So many more, or fewer, for the group and all above it."""
        for each in self.line(name):
            self.usage[each] += pages

    def over(self, name: str, pages: int) -> str | None:
        """The first group of the line that would use more than it may."""
        return next((each for each in self.line(name) if self.usage[each] + pages > self.limits[each]), None)

    def empty(self, cpu: int) -> None:
        """What is in stock is no longer used."""
        name, pages = self.stocks[cpu]
        if name is not None:
            self.add(name, -pages)
        self.stocks[cpu] = None, 0

    def put(self, cpu: int, name: str, pages: int) -> None:
        """Pages that are used already go to the stock; one that would hold too many is emptied."""
        if self.stocks[cpu][0] != name:
            self.empty(cpu)
        pages += self.stocks[cpu][1]
        self.stocks[cpu] = name, pages
        if pages > BATCH:
            self.empty(cpu)

    def empty_all(self, root: str) -> None:
        """Every stock of the group or of one below."""
        for cpu, (name, pages) in enumerate(self.stocks):
            if name is not None and pages and root in self.line(name):
                self.empty(cpu)

    def charge(self, name: str, pages: int, batch: int) -> str | None:
        """From this CPU's stock, or by batches; the group that forbids it, if one does."""
        held, left = self.stocks[0]
        if held == name and left >= pages:
            self.stocks[0] = name, left - pages
            return None
        over = self.over(name, batch)
        if over is None:
            self.add(name, batch)
            if batch > pages:
                self.put(0, name, batch - pages)
        return over


@dataclass
class Charge:
    """One charge, as a machine that asks."""

    books: Books
    name: str
    pages: int
    flags: frozenset[str] = frozenset()
    """Of: wait, noretry, retry_mayfail, high, nofail."""
    memalloc: bool = False
    dying: bool = False
    drained: bool = False
    tries: int = TRIES
    killed: bool = False
    over: str = ""
    asks: str = ""
    """Reclaim or kill; nothing when it is over."""
    done: bool | None = field(default=None)

    def start(self) -> None:
        """A batch, then exactly what is asked for; then it depends on who asks and how."""
        for batch in dict.fromkeys((max(BATCH, self.pages), self.pages)):
            over = self.books.charge(self.name, self.pages, batch)
            if over is None:
                self.done = True
                return
            self.over = over
        if self.memalloc or "wait" not in self.flags:
            self.refuse()
        else:
            self.asks = RECLAIM

    def refuse(self) -> None:
        """No more tries: beyond the limit for those who may, else nothing."""
        self.asks = ""
        self.done = self.memalloc or bool(self.flags & {"high", "nofail"})
        if self.done:
            self.books.add(self.name, self.pages)

    def again(self) -> None:
        """The stock, then exactly what is asked for; if that fails, another reclaim."""
        over = self.books.charge(self.name, self.pages, self.pages)
        self.asks, self.over = ("", self.over) if over is None else (RECLAIM, over)
        self.done = True if over is None else None

    def room(self) -> bool:
        """Whether the group that was over its limit is no longer."""
        return self.books.usage[self.over] + self.pages <= self.books.limits[self.over]

    def reclaimed(self, pages: int) -> None:
        """What is done next: the first row whose condition holds."""
        table = (
            (self.room(), self.again),
            (not self.drained, self.drain),
            ("noretry" in self.flags, self.refuse),
            (pages > 0 and self.pages <= COSTLY, self.again),
            (self.tries > 0, self.count_down),
            ("retry_mayfail" in self.flags, self.refuse),
            (self.killed and self.dying, self.refuse),
            (self.pages > COSTLY, self.refuse),
            (self.dying, self.spared),
        )
        for holds, then in table:
            if holds:
                then()
                return
        self.asks = KILL

    def drain(self) -> None:
        """All stocks under the group, once."""
        self.drained = True
        self.books.empty_all(self.over)
        self.again()

    def count_down(self) -> None:
        """One try fewer."""
        self.tries -= 1
        self.again()

    def spared(self) -> None:
        """As if another had been killed: all tries anew."""
        self.tries, self.killed = TRIES, True
        self.again()

    def was_killed(self, *, hope: bool) -> None:
        """Another task is going, or there is none to kill."""
        if hope:
            self.spared()
        else:
            self.refuse()
