"""What is known of groups, stocks and tasks, what is due next, and what a line that differs does to both."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple

from verified_buddy.kmem.said import OfTask
from verified_buddy.linux.memcg_charge import Oom, Reclaim
from verified_buddy.linux.page_counter import PageCounter
from verified_buddy.replay.memcg_told import COUNTER_AT, Doing, Line, Payer, ToldCounter, ToldGroup, ToldStock

Kind = Literal["predicted", "learned", "given", "missed"]


class Miss(NamedTuple):
    """A line that is not as it follows from those before."""

    line: int
    rule: str
    """The probe whose line was due."""
    expected: str
    found: str


class Known:
    """All groups, stocks and tasks, and what the tasks are in the middle of."""

    def __init__(self) -> None:
        self.misses: list[Miss] = []
        self.tally: Counter[tuple[str, Kind]] = Counter()
        """By probe: how many lines were predicted, taught something, asked or answered, or differed."""
        self.learned: Counter[str] = Counter()
        """What no line told before it was seen to be so, and how often."""
        self.groups: dict[int, ToldGroup] = {}
        self.stocks: dict[int, ToldStock] = {}
        self.payers: dict[int, Payer] = {}
        self.told: list[Line] = []
        self.stacks: dict[int, list[Doing]] = {}

    def payer(self, task: int) -> Payer:
        """The task of that number."""
        return self.payers.setdefault(task, Payer())

    def group(self, address: int) -> ToldGroup:
        """The group at that address."""
        if address not in self.groups:
            self.groups[address] = ToldGroup(address, self.told)
        return self.groups[address]

    def counter(self, address: int) -> ToldCounter:
        """The counter at that address."""
        return self.group(address - COUNTER_AT).memory

    def stock(self, cpu: int) -> ToldStock:
        """The stock of the CPU."""
        return self.stocks.setdefault(cpu, ToldStock(self.told))

    def stack(self, event: OfTask) -> list[Doing]:
        """What the task is in the middle of, the innermost last; each CPU has a task 0 of its own."""
        return self.stacks.setdefault(event.task or -1 - event.cpu, [])

    def innermost(self, event: OfTask) -> Doing:
        """What the task does; if it is in the middle of nothing, something of which nothing is due."""
        stack = self.stack(event)
        return stack[-1] if stack else Doing("nothing", self.payer(event.task))

    def now(self, event: OfTask) -> Doing:
        """The same, once it has heard what it asked: others may have run between the answer and this line."""
        doing = self.innermost(event)
        if doing.reply is not None:
            reply, doing.reply, doing.answered = doing.reply, None, True
            doing.go_on(self.told, reply)
        return doing

    def due(self, event: OfTask, probe: str, *facts: int, free: bool = False) -> bool:
        """Whether this very line was due; a ``free`` one may come when none of its probe is."""
        doing, said = self.now(event), Line(probe, facts)
        if doing.due and doing.due[0] == said:
            doing.due.popleft()
            self.tally[probe, "predicted"] += 1
            if doing.kind == "stock" and not doing.due:
                self.stack(event).pop()
            return True
        if doing.due and not (free and doing.due[0].probe != probe):
            self.lost(event, doing.due[0], said)
        elif free:
            self.tally[probe, "given"] += 1
        else:
            self.tally[probe, "learned"] += 1
            doing.sure = False
        return False

    def lost(self, event: OfTask, expected: Line, found: Line) -> None:
        """The line differs: it is a miss, and all is learned anew."""
        self.misses.append(Miss(event.line, expected.probe, str(expected), str(found)))
        self.tally[found.probe, "missed"] += 1
        for group in self.groups.values():
            group.memory.seen = False
        for stock in self.stocks.values():
            stock.known, stock.put = False, None
        for stack in self.stacks.values():
            stack[:] = [doing for doing in stack if doing.kind != "stock"]
            for doing in stack:
                doing.forget()

    def learn_group(self, payer: Payer, address: int) -> None:
        """The task is charged to that group."""
        known = payer.group == address
        self.tally["trych", "predicted" if known else "learned"] += 1
        self.learned["group of a task"] += not known
        payer.group = address

    def learn_counter(self, address: int, usage: int, limit: int, parent: int) -> None:
        """A line shows all of a counter, and where the next above is."""
        counter = self.counter(address)
        self.learned["usage and limit of a group"] += not counter.seen
        counter.usage, counter.max, counter.seen = usage, limit, True
        if parent:
            group = self.group(address - COUNTER_AT)
            group.parent = self.group(parent - COUNTER_AT)
            counter.parent = group.parent.memory

    def raised(self, event: OfTask, address: int, pages: int) -> None:
        """A charge raised a counter, and all that are above it."""
        self.now(event).raised = True
        PageCounter.charge(self.counter(address), pages)

    def consumed(self, cpu: int, doing: Doing) -> None:
        """A charge that was not understood came from the stock, as it raised no counter."""
        stock = self.stock(cpu)
        if stock.known and not doing.sure and not doing.raised:
            stock.pages = max(stock.pages - doing.pages, 0)

    def close(self, event: OfTask, kind: str) -> Doing | None:
        """The innermost of that kind is over, and all that is inside of it."""
        stack = self.stack(event)
        if all(doing.kind != kind for doing in stack):
            return None
        while True:
            doing = stack.pop()
            if doing.kind == kind:
                return doing

    def dies(self, event: OfTask, answer: int) -> None:
        """Nobody is killed though it were time: the task is dying itself."""
        doing = self.now(event)
        if isinstance(doing.asked, Oom) and doing.due and doing.due[0].probe == "oom":
            doing.payer.dying = True
            self.learned["dying task"] += 1
            doing.due.popleft()
            doing.go_on(self.told, answer)

    def reclaims_for_others(self, event: OfTask, probe: str, instead: str, *, memalloc: bool) -> None:
        """A charge is forced at once, or is not, as it is for tasks that do or do not reclaim for others."""
        doing = self.now(event)
        if not doing.due or doing.due[0].probe != instead or doing.answered or doing.kind != "charge":
            return
        if doing.payer.memalloc == memalloc:
            return
        doing.payer.memalloc = memalloc
        self.learned["task that reclaims for others"] += 1
        address, pages, gfp_mask = doing.facts
        if instead == "pforce":
            PageCounter.uncharge(self.group(address).memory, pages)
        doing.due.clear()
        doing.begin(self.group(address), self.stocks, event.cpu, pages, gfp_mask)
        while len(doing.due) > 1 and doing.due[0].probe != probe:
            doing.due.popleft()

    def answer(self, event: OfTask, probe: str, question: type[Reclaim | Oom], answer: int) -> None:
        """A charge hears what it asked."""
        doing = self.now(event)
        self.tally[probe, "given"] += 1
        if isinstance(doing.asked, question) and not doing.due:
            doing.reply = answer
