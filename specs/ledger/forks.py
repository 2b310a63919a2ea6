"""Tasks in forked children: each starts with all that the parent has built, and may be killed."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Generic, NamedTuple, TypeVar

from specs.ledger.interrupts import unheard

Done = TypeVar("Done")


class Result(NamedTuple, Generic[Done]):
    """What became of a task; None if its process died or was killed."""

    task: int
    done: Done | None
    seconds: float


class _Running(NamedTuple):
    task: int
    process: ForkProcess
    started: float


def forked(tasks: Sequence[Callable[[], Done]], jobs: int, seconds: float) -> Iterator[Result[Done]]:
    """Run the tasks in so many processes at once, none for longer than that; results as they come."""
    context = get_context("fork")
    waiting = list(enumerate(tasks))[::-1]
    running: dict[Connection, _Running] = {}
    gc.collect()
    gc.freeze()  # or the collectors of the children would copy every page
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, task = waiting.pop()
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_answer, args=(task, theirs), daemon=False)
                with unheard():
                    process.start()
                theirs.close()
                running[ours] = _Running(number, process, time.perf_counter())
            ready = wait(list(running), timeout=0.5)
            late = [each for each, run in running.items() if time.perf_counter() - run.started > seconds]
            for connection in {*ready, *late}:
                assert isinstance(connection, Connection)
                yield _collect(connection, running.pop(connection))
    finally:
        for run in running.values():
            run.process.kill()
        gc.unfreeze()


def _collect(connection: Connection, run: _Running) -> Result[Done]:
    done: Done | None = None
    try:
        if connection.poll():
            done = connection.recv()
    except EOFError:
        pass
    connection.close()
    run.process.kill()
    run.process.join()
    return Result(run.task, done, time.perf_counter() - run.started)


def _answer(task: Callable[[], Done], to: Connection) -> None:
    """The child's whole life; it leaves without the parent's clean-up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    to.send(task())
    to.close()
    os._exit(0)
