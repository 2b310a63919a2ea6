"""Every charge that may have to reclaim: in each state that answers lead to, beside the specification's."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from specs.ledger.refutation import Refuted, Visited, cut_if_endless
from specs.ledger.subject import Subject
from specs.model.memcg import BATCH, KILL, RECLAIM, Books, Charge

BITS = {"wait": 0x400, "high": 0x20, "retry_mayfail": 0x4000, "nofail": 0x8000, "noretry": 0x10000}
Flags = tuple[str, ...]
Stocks = tuple[tuple[str | None, int], ...]
FLAGS: tuple[Flags, ...] = (
    *((), ("high",), ("nofail",), ("wait",), ("wait", "noretry"), ("wait", "retry_mayfail")),
    *(("wait", "nofail"), ("wait", "high"), ("wait", "noretry", "nofail")),
)
MASKS: dict[Flags, int] = {flags: 0x880 | sum(BITS[flag] for flag in flags) for flags in FLAGS}
PARENTS = {"root": None, "p": "root", "l": "p", "s": "p"}
MOST = 1 << 50
PAGES = (1, 4, 16, 64)
ANSWERS = {RECLAIM: ((0, 0), (1, 0), (1, 1), (0, 4)), KILL: ((0, 0), (1, 0))}
"""What the world may answer, with how many quarters of the pages freed meanwhile."""


class Start(NamedTuple):
    """Where a charge begins."""

    limited: str
    """The group with a limit: the one that is charged, or the one above it."""
    margin: int
    stocks: Stocks
    pages: int
    flags: Flags
    memalloc: bool


NO_STOCK: Stocks = (None, 0), (None, 0)
FAR: Stocks = ("s", 5), ("l", 3)
LONG = (
    *((limited, NO_STOCK, 1, ("wait",)) for limited in "lp"),
    ("p", FAR, 16, ("wait",)),
    ("l", NO_STOCK, 4, ("wait", "retry_mayfail")),
    ("p", NO_STOCK, 4, ("wait", "nofail")),
    ("l", FAR, 16, ("wait", "high")),
)
"""Where reclaim may fail for long: group with the limit, stocks, pages, flags."""


def starts() -> Iterator[Start]:
    """At the limit or below it, with all kinds of stocks, requests and tasks; those that take long last."""
    for pages, flags in product((1, 64), ((), ("wait",))):
        yield Start("l", 0, FAR, pages, flags, memalloc=True)
        nearly: tuple[Stocks, ...] = ((("l", pages), (None, 0)), (("l", pages - 1), (None, 0)), NO_STOCK)
        for held, margin in product(nearly, (63, 64, 80)):
            yield Start("l", margin, held, pages, flags, memalloc=False)
    for pages, flags, limited in product(PAGES, FLAGS, "lp"):
        near: Stocks = ("l", min(pages, BATCH) - 1), ("s", 3)
        short = "wait" not in flags or "noretry" in flags
        for held in (NO_STOCK, near, FAR) if short else (near,) if pages == 4 else ():
            yield Start(limited, 0, held, pages, flags, memalloc=False)
    for limited, held, pages, flags in LONG:
        yield Start(limited, 0, held, pages, flags, memalloc=False)


class Beside:
    """One charge, of the code under proof and of the specification."""

    def __init__(self, subject: Subject, start: Start) -> None:
        usage = {"l": 900, "s": 400, "p": 1500, "root": 1600}
        limits = dict.fromkeys(PARENTS, MOST) | {start.limited: usage[start.limited] + start.margin}
        books = Books(dict(PARENTS), limits, usage, list(start.stocks))
        flags = frozenset(start.flags)
        self.meant = Charge(books, "l", start.pages, flags, start.memalloc)
        self.groups = subject.linux.memcg.groups(limits, PARENTS)
        for name, group in self.groups.items():
            group.memory.usage = usage[name]
        self.stocks = []
        for name, pages in start.stocks:
            stock = subject.linux.memcg.Stock()
            stock.cached, stock.pages = (None if name is None else self.groups[name]), pages
            self.stocks.append(stock)
        self.charge = subject.linux.memcg_charge
        self.task = self.charge.Task(memalloc=start.memalloc)
        self.request = self.groups["l"], self.stocks, 0, start.pages, MASKS[start.flags], self.task
        self.run = self.charge.charging(*self.request)
        self.found: tuple[object, ...] = ()

    def free(self, pages: int, dies: bool) -> None:
        """Some of the group's pages are freed, and the task may be dying from now on."""
        for each in self.meant.books.line("l"):
            self.groups[each].memory.usage -= pages
        self.meant.books.add("l", -pages)
        self.task.dying |= dies
        self.meant.dying |= dies

    def go_on(self, answer: int | None) -> None:
        """Both go on, to the next question or the end."""
        try:
            asked = next(self.run) if answer is None else self.run.send(answer)
            reclaims = type(asked) is self.charge.Reclaim
            self.found = (RECLAIM if reclaims else KILL, asked[0].name, *asked[1:])
        except StopIteration as end:
            self.found = "", end.value
        if answer is None:
            self.meant.start()
        elif self.meant.asks == RECLAIM:
            self.meant.reclaimed(answer)
        else:
            self.meant.was_killed(hope=answer != 0)

    def expected(self) -> tuple[object, ...]:
        """What the specification asks, or how it ends."""
        meant, mask = self.meant, self.request[4]
        if not meant.asks:
            return "", meant.done
        size = meant.pages if meant.asks == RECLAIM else (meant.pages - 1).bit_length()
        return (meant.asks, meant.over, *((size, mask) if meant.asks == RECLAIM else (mask, size)))

    def books(self) -> tuple[object, ...]:
        """What the code under proof has counted."""
        stocks = [(None if each.cached is None else each.cached.name, each.pages) for each in self.stocks]
        return {name: group.memory.usage for name, group in self.groups.items()}, stocks

    def state(self) -> str:
        """All on which what comes next depends."""
        meant, frames = self.meant, []
        run: Any = self.run
        while run is not None and run.gi_frame is not None:
            figures = {
                name: value for name, value in run.gi_frame.f_locals.items() if type(value) in (int, bool)
            }
            frames.append(
                (run.gi_frame.f_lasti, figures, getattr(run.gi_frame.f_locals.get("over"), "name", ""))
            )
            run = run.gi_yieldfrom
        told = meant.drained, meant.tries, meant.killed, meant.dying, self.task.dying
        return repr((frames, self.found, self.books(), meant.over, told))


def after(subject: Subject, start: Start, answers: tuple[tuple[int, int, bool], ...]) -> Beside:
    """Both, once they have heard the answers; raises Refuted where they part."""
    both = Beside(subject, start)
    both.go_on(None)
    for answer, freed, dies in answers:
        both.free(freed, dies)
        both.go_on(answer)
    wanted = both.expected(), (both.meant.books.usage, both.meant.books.stocks)
    if (both.found, both.books()) != wanted:
        raise Refuted(f"{start}, answers {answers}", f"expected {wanted}, got {both.found}, {both.books()}")
    return both


def alone(subject: Subject, start: Start, answers: tuple[tuple[int, int, bool], ...]) -> None:
    """The whole charge of a block, with the answers at hand, ends as it did step by step."""
    both, one = after(subject, start, answers), Beside(subject, start)
    waiting = list(answers)

    def answer(*_: object) -> int:
        reply, freed, dies = waiting.pop(0)
        one.free(freed, dies)
        return reply

    order = start.pages.bit_length() - 1
    resort = one.charge.Resort(answer, lambda *asked: answer(*asked) != 0)
    memcg, stocks, cpu, _, mask, task = one.request
    charged = one.charge.charge_kmem_page(memcg, stocks, cpu, order, mask, task, resort)
    if (charged, one.books()) != (both.meant.done, both.books()):
        raise Refuted(f"{start}, answers {answers}", f"expected {both.meant.done}, got {charged}")
    if charged:
        one.charge.uncharge_kmem_page(memcg, stocks[0], order)
        both.meant.books.put(0, "l", start.pages)
        if one.books() != (both.meant.books.usage, both.meant.books.stocks):
            raise Refuted(f"{start}, uncharged", f"got {one.books()}")


def visit(subject: Subject, _: int) -> Visited:
    """Each state is gone on from once, with every answer."""
    states = steps = 0
    for start in starts():
        seen: set[str] = set()
        waiting: list[tuple[tuple[int, int, bool], ...]] = [()]
        while waiting:
            answers = waiting.pop()
            with cut_if_endless():
                both = after(subject, start, answers)
            steps += 1
            if not both.meant.asks:
                alone(subject, start, answers)
                continue
            state = both.state()
            if state in seen:
                continue
            seen.add(state)
            for (answer, quarters), dies in product(ANSWERS[both.meant.asks], (False, True)):
                if quarters == 0 or not dies:
                    waiting.append((*answers, (answer, start.pages * quarters // 4, dies)))
        states += len(seen) + 1
    return Visited(states, steps)
