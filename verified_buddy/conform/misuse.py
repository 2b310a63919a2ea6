"""What an allocator does when it is misused: information, for nothing is promised then."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from verified_buddy.conform.board import STAGE, Board, alloc, free
from verified_buddy.conform.child import Ending, Nursery
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.finding import Run, run_of
from verified_buddy.conform.misuse_cases import CASES, MISUSED, Case, Pool, UntriedError
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.steps import steps_of
from verified_buddy.conform.told import told
from verified_buddy.oracle.judge import Judge
from verified_buddy.oracle.memory import Memory
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
    """The run up to the call that answers as it must not, where that is no harmless behaviour."""


def misused(nursery: Nursery, way: Way, geometries: Sequence[Geometry]) -> list[Behaviour]:
    """Each misuse in a fresh process, on the smallest pool that is supported and large enough."""
    found = [one(nursery, way, geometries, case) for case in CASES]
    return [behaviour for behaviour in found if behaviour is not None]


def one(nursery: Nursery, way: Way, geometries: Sequence[Geometry], case: Case) -> Behaviour | None:
    """One misuse; None if it cannot be tried."""

    def work(board: Board) -> dict[str, Any]:
        return told(lambda: first_played(Driver(way(), board, Level.SAFETY), geometries, case))

    ending = nursery.run(work, deadline=DEADLINE)
    if "cannot" in (ending.result or {}) or (ending.result or {}).get("untried"):
        return None
    stage = nursery.board.words[STAGE]
    behaviour, detail = judged(ending, stage)
    run = None
    if behaviour not in HARMLESS:
        says = f"{behaviour}, {detail}" if detail else behaviour
        try:
            run = wrong_run(ending, nursery.board, case, says)
        except CannotDriveError:  # it has written over what it was asked, too
            run = Run(geometries[0].header(), [], "crash", f"{case.name}: {says}", "init", [], case.name)
    return Behaviour(case.name, behaviour, detail, run)


def first_played(driver: Driver, geometries: Sequence[Geometry], case: Case) -> dict[str, Any]:
    """Misuse it on the smallest pool that will do."""
    named = driver.peer.named()
    for geometry in sorted(geometries if named is None else named, key=lambda pool: pool.nr_pages):
        if geometry.nr_pages >= 4 and geometry.max_order >= 1:
            with suppress(UntriedError):
                return played(driver, geometry, case)
    return {"untried": True}


def played(driver: Driver, geometry: Geometry, case: Case) -> dict[str, Any]:
    """Misuse, then see what is left of the pool.  Raises UntriedError."""
    judge = driver.begin(geometry)
    if judge is None or (case.needs_order and not judge.memory.header.free_takes_order):
        raise UntriedError
    pool = Pool(driver, judge.memory.header)
    if len(pool.usable()) < 4 or not (driver.expressible(0) and driver.expressible(1)):
        raise UntriedError
    answer = case.play(pool)
    driver.board.words[STAGE] = LATER
    said = {"answer": answer, "request": driver.board.asked[pool.count - 1]}
    if said["request"] > 0 and answer >= 0:
        return {**said, "later": "hands out what there is not", "detail": f"page {answer}"}
    return {**said, **aftermath(pool)}


def aftermath(pool: Pool) -> dict[str, Any]:
    """Whether every page is still there, once: first while the blocks are live, then all of them free."""
    for _ in range(2):
        owned, usable = pool.pages(), pool.usable()
        got: set[int] = set()
        while (pfn := pool.ask(alloc(0))) >= 0:
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
            if pool.ask(free(page, 0)):
                return {"later": "refuses a legal free later", "detail": f"page {page}"}
        for block, order in pool.live.items():
            if pool.ask(free(block, order)):
                return {"later": "refuses a legal free later", "detail": f"page {block} of order {order}"}
        pool.live.clear()
    return {"later": "", "detail": ""}


def judged(ending: Ending, stage: int) -> tuple[str, str]:
    """The behaviour in a word or two, and what there is to say about it."""
    result = ending.result or {}
    when = {LATER: " later", MISUSED: ""}.get(stage, " before")
    if ending.kind == "hang":
        return f"hangs{when}", f"no answer within {DEADLINE:g} s"
    if ending.kind == "memory":
        return f"eats memory{when}", ""
    if "rule" in result:
        status = result.get("status")
        return f"crashes{when}", str(result.get("says") or f"ended with status {status}")
    if ending.kind == "crash":
        verb = "aborts" if ending.signal == signal.SIGABRT else "crashes"
        name = signal.Signals(ending.signal).name if ending.signal else f"status {ending.status}"
        return f"{verb}{when}", f"{name} {ending.words}".rstrip()
    answer = int(result.get("answer", 0))
    refused = answer == -1 if result.get("request", 0) > 0 else answer != 0
    if result["later"]:
        return result["later"], result["detail"] + (", although it was refused" if refused else "")
    return ("refused", f"returns {answer}") if refused else ("ignored", "")


def wrong_run(ending: Ending, board: Board, case: Case, says: str) -> Run | None:
    """The run up to the first answer that is wrong, or to its end without an answer."""
    whole = (
        replace(ending, kind="done", result={"rule": "invalid-free", "says": says})
        if answered(ending)
        else ending
    )
    run = run_of(whole, board, DEADLINE)
    if run is None:
        return None
    asked = run.asked if answered(ending) else run.asked[:-1]
    judge = Judge(Memory(run.header), Level.COMPLETE)
    for number, fault in judge.faults(asked, 1):
        told_by = f"{fault.says} ({case.name}: {says})"
        return replace(
            run,
            asked=asked[:number],
            rule=fault.rule,
            says=told_by,
            steps=steps_of(asked[:number]),
            misuse=case.name,
        )
    return replace(run, says=f"{run.says} ({case.name})", misuse=case.name)


def answered(ending: Ending) -> bool:
    """Whether the last call was answered."""
    return ending.kind == "done" and "rule" not in (ending.result or {})
