"""What an allocator does when it is misused: information, for nothing is promised then."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from verified_buddy.conform.board import STAGE, Board, alloc, free
from verified_buddy.conform.child import Ending, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import Run, run_of
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.told import told
from verified_buddy.rules import Level
from verified_buddy.trace import Header

DEADLINE: Final = 1.0
MISUSED, LATER = 3, 4
"""Stages of the board: the misuse itself, and what comes after it."""
HARMLESS: Final = ("refused", "ignored")
"""Behaviours that nobody suffers from."""

Play = Callable[["Pool"], int]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A misuse, and what came of it."""

    misuse: str
    behaviour: str
    detail: str
    run: Run | None
    """The run up to the misuse, where that is no harmless behaviour."""


class Pool:
    """An allocator that is driven by hand: what is asked goes to the board, nothing is judged."""

    def __init__(self, driver: Driver, header: Header) -> None:
        self.driver = driver
        self.header = header
        self.count = 0
        self.live: dict[int, int] = {}

    def ask(self, request: int) -> int:
        """A call, on the board before it is made."""
        board, peer = self.driver.board, self.driver.peer
        board.asked[self.count] = request
        reply = peer.alloc(request - 1) if request > 0 else peer.free(~request >> 6, ~request & 63)
        board.replies[self.count] = reply
        self.count += 1
        return int(reply)

    def alloc(self, order: int) -> int:
        """A legal alloc."""
        pfn = self.ask(alloc(order))
        if pfn >= 0:
            self.live[pfn] = order
        return pfn

    def free(self, pfn: int) -> int:
        """A legal free."""
        return self.ask(free(pfn, self.live.pop(pfn)))

    def misuse(self, request: int) -> int:
        """The call that nobody may make."""
        self.driver.board.words[STAGE] = MISUSED
        return self.ask(request)

    def pages(self) -> set[int]:
        """The pages of the live blocks."""
        return {page for pfn, order in self.live.items() for page in range(pfn, pfn + (1 << order))}

    def usable(self) -> set[int]:
        """The pages that may be handed out."""
        return {page for start, end in self.header.free_ranges() for page in range(start, end)}


def at_once(pool: Pool) -> int:
    """The same block twice, its buddy being live."""
    block = pool.alloc(0)
    pool.alloc(0)
    pool.free(block)
    return pool.misuse(free(block, 0))


def after_merging(pool: Pool) -> int:
    """The same block twice, when it is part of a greater free one."""
    block, other = pool.alloc(0), pool.alloc(0)
    pool.free(block)
    pool.free(other)
    return pool.misuse(free(max(block, other), 0))


def too_small(pool: Pool) -> int:
    """A part of a block."""
    return pool.misuse(free(pool.alloc(1), 0))


def too_large(pool: Pool) -> int:
    """A block and what is beside it."""
    block = next(pfn for pfn in (pool.alloc(0) for _ in range(3)) if pfn & 1 == 0)
    return pool.misuse(free(block, 1))


def middle(pool: Pool) -> int:
    """The second half of a block."""
    return pool.misuse(free(pool.alloc(1) + 1, 0))


def never(pool: Pool) -> int:
    """A page that nobody was given."""
    pool.alloc(0)
    return pool.misuse(free(max(pool.usable() - pool.pages()), 0))


def past_the_end(pool: Pool) -> int:
    """The page after the last."""
    return pool.misuse(free(pool.header.end_pfn, 0))


def far_away(pool: Pool) -> int:
    """A page of some other memory."""
    return pool.misuse(free(1 << 40, 0))


def impossible_free(pool: Pool) -> int:
    """A block with an order above the top."""
    return pool.misuse(free(pool.alloc(0), pool.header.max_order + 1))


def impossible_alloc(pool: Pool) -> int:
    """An order just above the top."""
    return pool.misuse(alloc(pool.header.max_order + 1))


def absurd_alloc(pool: Pool) -> int:
    """An order that no shift can hold."""
    return pool.misuse(alloc(64))


class Case(NamedTuple):
    """A misuse; whether it is one only where a free tells the order."""

    name: str
    play: Play
    needs_order: bool = False


CASES: Final = (
    Case("double free, at once", at_once),
    Case("double free, after merging", after_merging),
    Case("wrong order, too small", too_small, needs_order=True),
    Case("wrong order, too large", too_large, needs_order=True),
    Case("middle of a block", middle),
    Case("never allocated", never),
    Case("out of range, just past the end", past_the_end),
    Case("out of range, far away", far_away),
    Case("free of an impossible order", impossible_free, needs_order=True),
    Case("alloc of an impossible order", impossible_alloc),
    Case("alloc of order 64", absurd_alloc),
)


def misused(nursery: Nursery, way: Way, geometries: Sequence[Geometry]) -> list[Behaviour]:
    """Each misuse in a fresh process, on the first pool that is supported and large enough."""
    for geometry in geometries:
        if geometry.nr_pages >= 4 and geometry.max_order >= 1:
            found = [one(nursery, way, geometry, case) for case in CASES]
            listed = [behaviour for behaviour in found if behaviour is not None]
            if listed:
                return listed
    return []


def one(nursery: Nursery, way: Way, geometry: Geometry, case: Case) -> Behaviour | None:
    """One misuse; None if it cannot be tried."""

    def work(board: Board) -> dict[str, Any]:
        return told(lambda: played(Driver(way(), board, Level.SAFETY), geometry, case))

    ending = nursery.run(work, deadline=DEADLINE)
    result = ending.result or {}
    if result.get("untried"):
        return None
    behaviour, detail = judged(ending, nursery.board.words[STAGE])
    run = None
    if behaviour not in HARMLESS:
        ending = Ending("done", {"rule": "invalid-free", "says": detail}) if ending.kind == "done" else ending
        run = run_of(ending, nursery.board, DEADLINE)
    return Behaviour(case.name, behaviour, detail, run)


def played(driver: Driver, geometry: Geometry, case: Case) -> dict[str, Any]:
    """Misuse, then see what is left of the pool."""
    judge = driver.begin(geometry)
    if judge is None or (case.needs_order and not judge.memory.header.free_takes_order):
        return {"untried": True}
    if not (driver.expressible(0) and driver.expressible(1)):
        return {"untried": True}
    pool = Pool(driver, judge.memory.header)
    answer = case.play(pool)
    driver.board.words[STAGE] = LATER
    said = {"answer": answer, "request": driver.board.asked[pool.count - 1]}
    if said["request"] > 0 and answer >= 0:
        return {**said, "later": "hands out what there is not", "detail": f"page {answer}"}
    return {**said, **aftermath(pool)}


def aftermath(pool: Pool) -> dict[str, Any]:
    """Whether every page is still there, once: first while the blocks are live, then all of them free."""
    alloc_page = pool.driver.peer.alloc
    free_block = pool.driver.peer.free
    for _ in range(2):
        owned, usable = pool.pages(), pool.usable()
        got: set[int] = set()
        while (pfn := alloc_page(0)) >= 0:
            if pfn in owned or pfn in got:
                return {"later": "hands out a page twice later", "detail": f"page {pfn}"}
            if pfn not in usable:
                return {"later": "hands out a page that is not its own later", "detail": f"page {pfn}"}
            got.add(pfn)
        missing = usable - owned - got
        if missing:
            return {
                "later": "loses pages",
                "detail": f"{len(missing)} of {len(usable)}, page {min(missing)} first",
            }
        for page in sorted(got):
            if free_block(page, 0):
                return {"later": "refuses a legal free later", "detail": f"page {page}"}
        for block, order in pool.live.items():
            if free_block(block, order):
                return {"later": "refuses a legal free later", "detail": f"page {block} of order {order}"}
        pool.live.clear()
    return {"later": "", "detail": ""}


def judged(ending: Ending, stage: int) -> tuple[str, str]:
    """The behaviour in a word or two, and what there is to say about it."""
    result = ending.result or {}
    later = " later" if stage == LATER else ""
    if ending.kind == "hang":
        return f"hangs{later}", f"no answer within {DEADLINE:g} s"
    if ending.kind == "memory":
        return f"eats memory{later}", ""
    if "rule" in result:
        status = result.get("status")
        return f"crashes{later}", str(result.get("says") or f"ended with status {status}")
    if ending.kind == "crash":
        words = ending.words.splitlines()[-1] if ending.words else ""
        verb = "aborts" if ending.signal == signal.SIGABRT else "crashes"
        name = signal.Signals(ending.signal).name if ending.signal else f"status {ending.status}"
        return f"{verb}{later}", f"{name} {words}".rstrip()
    answer = int(result.get("answer", 0))
    refused = answer == -1 if result.get("request", 0) > 0 else answer != 0
    if result["later"]:
        return result["later"], result["detail"] + (", although it was refused" if refused else "")
    return ("refused", f"returns {answer}") if refused else ("ignored", "")
