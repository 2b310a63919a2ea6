"""What an allocator does when it is misused: information, for nothing is promised then."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from verified_buddy.conform.board import STAGE, Board
from verified_buddy.conform.child import Ending, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import Run, run_of
from verified_buddy.conform.misuse_cases import CASES, Case, Pool
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.told import told
from verified_buddy.oracle.rules import Level

DEADLINE: Final = 1.0
LATER = 4
"""The stage of the board after the misuse."""
HARMLESS: Final = ("refused", "ignored")
"""Behaviours that nobody suffers from."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A misuse, and what came of it."""

    misuse: str
    behaviour: str
    detail: str
    run: Run | None
    """The run up to the misuse, where that is no harmless behaviour."""


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
