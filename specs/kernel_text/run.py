"""A run over a tree: every unit, in several processes."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from specs.kernel_text.functions import UNITS
from specs.kernel_text.reader import Text
from specs.kernel_text.rows import TOPS, Findings, Shared, examine
from specs.kernel_text.tree import Tree

LONG = (
    "take_page_off_buddy",
    "break_down_buddy_pages",
    "__free_one_page",
    "move_freepages",
    "steal_suitable_fallback",
    "__rmqueue_fallback",
    "__zone_watermark_ok",
    "zone_watermark_fast",
    "expand",
    "__rmqueue_smallest",
)
"""Functions about which deciding takes longest: they come first."""


@dataclass(frozen=True)
class Asked:
    """What is to be decided: of which text, for which zones, about which functions and rows."""

    root: Path
    version: str
    defined: Mapping[str, str]
    tops: tuple[int, ...] = TOPS
    functions: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    edits: Mapping[str, str] | None = None

    def text(self) -> Text:
        """The text."""
        return Text(Tree(self.root, self.version), self.defined, self.edits or {})

    def numbers(self) -> list[int]:
        """The units that are asked for, those that take long first."""
        wanted = [at for at, unit in enumerate(UNITS) if not self.functions or unit.name in self.functions]
        return sorted(
            wanted,
            key=lambda at: (
                UNITS[at].name not in LONG,
                LONG.index(UNITS[at].name) if UNITS[at].name in LONG else at,
            ),
        )


_SHARED = Shared()


def _examine(number: int, asked: Asked) -> Findings:
    return examine(number, asked.text(), _SHARED, asked.tops, asked.rows)


def quiet() -> None:
    """The parent alone answers an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def examine_all(asked: Asked, jobs: int) -> Iterator[Findings]:
    """What is found of each unit, as soon as it is."""
    numbers: Sequence[int] = asked.numbers()
    if jobs == 1:
        yield from (_examine(number, asked) for number in numbers)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=quiet) as pool:
        try:
            waiting = [pool.submit(_examine, number, asked) for number in numbers]
            for done in as_completed(waiting):
                yield done.result()
        except (KeyboardInterrupt, GeneratorExit):
            for process in list(pool._processes.values()):
                process.kill()
            raise
