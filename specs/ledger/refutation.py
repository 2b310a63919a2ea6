"""How the rows that run the code report what broke: a short story, whatever the code did."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import NamedTuple

from specs.ledger.story import Story, Teller
from specs.ledger.subject import PACKAGE, UNDER_PROOF, Subject
from specs.ledger.theorem import Outcome

CPU_SECONDS = 2.0
"""A step that takes longer never ends: the largest honest one takes a hundredth."""
TICKS = 4
"""In so many parts that time is counted; to ask for it would take longer than most steps do."""
OLDEST = 2
"""The generation of garbage that takes long to seek in a large process."""
AT_MOST = 10
"""So many times as long is too long even for the collector of a large process, which is no step's."""


class Refuted(Exception):
    """What broke, as lines; and as a story, if it is one of blocks and a call."""

    def __init__(self, *lines: str, story: Story | None = None) -> None:
        super().__init__(*lines)
        self.story = story


class Endless(BaseException):
    """The code under test did not return; no ``Exception``, lest a shrinker try it again and again."""


class Visited(NamedTuple):
    """How far a walk came."""

    states: int
    transitions: int


@contextmanager
def cut_if_endless(seconds: float | None = None) -> Iterator[None]:
    """Raise ``Endless`` in a body that burns more processor time than any terminating step needs.

    Signals reach only the main thread (of any process); elsewhere the body runs without a limit.
    What the collector of garbage takes in a large process is not the body's.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    limit = CPU_SECONDS if seconds is None else seconds
    says = f"did not return within {limit:g} seconds"
    late, ticks, of_all, collector = False, 0, 0, Collector()

    def tick(signum: int, frame: FrameType | None) -> None:
        nonlocal late, ticks, of_all
        of_all += 1
        ticks += not collector.took_it()
        if ticks < TICKS and of_all < AT_MOST * TICKS:
            return
        late = True
        if not deletes(frame):  # what is raised there is lost
            raise Endless(says)

    before = signal.signal(signal.SIGVTALRM, tick)
    gc.callbacks.append(collector)
    signal.setitimer(signal.ITIMER_VIRTUAL, limit / TICKS, limit / TICKS)
    try:
        with lost_in_silence(Endless):
            yield
    except Exception as error:
        if late and not isinstance(error, Refuted):
            # A foreign call may turn what a signal raises into an error of its own.
            raise Endless(says) from error
        raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        gc.callbacks.remove(collector)


@contextmanager
def lost_in_silence(kind: type[BaseException]) -> Iterator[None]:
    """Do not tell what a callback loses of that kind: the timer that raised it raises it again."""

    def unraisable(lost: sys.UnraisableHookArgs) -> None:
        if not isinstance(lost.exc_value, kind):
            told(lost)

    told, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        yield
    finally:
        sys.unraisablehook = told


class Collector:
    """Whether all garbage was sought since it was asked last."""

    def __init__(self) -> None:
        self.sought = False

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """Python calls this when it begins and when it is done."""
        self.sought = self.sought or info["generation"] == OLDEST

    def took_it(self) -> bool:
        """Whether the time that has passed may be the collector's."""
        sought, self.sought = self.sought, False
        return sought


def deletes(frame: FrameType | None) -> bool:
    """Whether some object is being deleted there: what is raised then is lost, and only told."""
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


def what_happened(error: BaseException) -> str:
    """An unexpected exception, on one short line."""
    return f"{type(error).__name__}: {str(error)[:80]}"


def raised_in_the_core(error: BaseException) -> bool:
    """Whether the core itself raised it, and not the check."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__") in NAMES


NAMES = {f"{PACKAGE}.{name}" for name in UNDER_PROOF}

Walk = Callable[[Subject, int], Visited]
"""Visits every state of small things with that max_order; raises ``Refuted``."""


@dataclass(frozen=True)
class Checker:
    """A ledger row's check: the walk for each asked max_order among the orders, or once if there are none."""

    walk: Walk
    orders: range | None = None

    def __call__(self, subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
        """Walk until something is refuted."""
        states = transitions = 0
        for max_order in sorted(set(max_orders) & set(self.orders)) if self.orders is not None else [0]:
            try:
                visited = self.walk(subject, max_order)
            except Refuted as refuted:
                tell = None if refuted.story is None else Teller(partial(_same, refuted.story))
                return Outcome("refuted", states, transitions, story="\n".join(refuted.args), tell=tell)
            except Exception as error:
                if not raised_in_the_core(error):
                    raise
                return Outcome(
                    "refuted", states, transitions, story=f"the code raises {what_happened(error)}"
                )
            states += visited.states
            transitions += visited.transitions
        return Outcome("holds" if transitions else "vacuous", states, transitions)


def _same(story: Story) -> Story:
    return story
