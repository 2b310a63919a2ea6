"""Work in several processes, whose end is the work's and not the run's."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from specs.ledger.interrupts import unheard

Part = TypeVar("Part")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Part], Result],
    parts: Sequence[Part],
    jobs: int,
    prepare: Callable[[], None] | None = None,
    *,
    anew: bool = False,
) -> Iterator[tuple[Part, Result | None]]:
    """Each part with what came of it, as soon as it is done; None if its process ended.

    ``prepare`` is called once in each process; ``anew``: each part has a process of its own.
    """
    with ProcessPoolExecutor(
        max(1, min(jobs, len(parts))),
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(prepare,),
        max_tasks_per_child=1 if anew else None,
    ) as pool:
        try:
            with unheard():
                waiting = {pool.submit(work, part): part for part in parts}
            for done in as_completed(waiting):
                try:
                    yield waiting[done], done.result()
                except BrokenProcessPool:
                    yield waiting[done], None
        except BaseException:
            for process in list(pool._processes.values()):
                process.kill()  # they would finish their parts first
            raise


def _begin(prepare: Callable[[], None] | None) -> None:
    quiet()
    if prepare is not None:
        prepare()


def quiet() -> None:
    """The parent alone answers an interrupt; and terms are no cycles, so these are sought less often."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(100_000, 20, 20)
