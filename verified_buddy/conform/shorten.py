"""What was found, made as short as can be in the time that is left."""

from __future__ import annotations

import time
from dataclasses import replace

from verified_buddy.conform.finding import Run
from verified_buddy.conform.shrink import Shrinker, Try, size
from verified_buddy.conform.trials import LASTING, LEISURE, Finding, Trials


def shrunk(trials: Trials, run: Run) -> Finding:
    """The run made short: piece by piece, and by looking for another one on small pools."""
    begun = time.monotonic()
    leisure = LEISURE if run.rule == "hang" else None
    again = repeated(trials, run, leisure)
    if again is None:
        trials = replace(trials, soiled=False)
        again = repeated(trials, run, leisure)
    if again is None and (other := trials.anew(run)) is not None:
        again = repeated(trials, other, leisure)
    if again is None:
        return Finding(run, len(run.asked), shortest=False, repeats=False)
    until = trials.end - (time.monotonic() - begun)  # what was tried in haste is confirmed at leisure
    slow: Try = trials.hasty if run.rule == "hang" else trials.fresh
    for attempt in (slow,) if run.rule in LASTING else (trials.quick, slow):
        best, shortest = shortened(trials, attempt, until, again)
        confirmed = repeated(trials, best, leisure)
        if confirmed is not None:
            return Finding(confirmed, len(run.asked), shortest=shortest, repeats=True)
    return Finding(again, len(run.asked), shortest=False, repeats=True)


def repeated(trials: Trials, run: Run, deadline: float | None) -> Run | None:
    """The same in a fresh child, if it breaks the same rule there."""
    again = trials.fresh(run.geometry, run.steps, deadline)
    return again if again is not None and again.rule == run.rule else None


def shortened(trials: Trials, attempt: Try, until: float, run: Run) -> tuple[Run, bool]:
    """The shortest run that was found, and whether nothing of it can be left out."""
    lasting = run.rule in LASTING  # each try costs a process then, or a wait: small pools come first
    best, shortest = (run, False) if lasting else pieced(attempt, until, run)
    for search in (trials.anew, trials.one_by_one) if run.rule == "crash" else (trials.anew,):
        if len(best.steps) > 1 and (other := search(best)) is not None:
            other, done = pieced(attempt, until, other)
            if size(other) < size(best):
                best, shortest = other, done
    if lasting and not shortest:
        best, shortest = pieced(attempt, until, best)
    return best, shortest


def pieced(attempt: Try, until: float, run: Run) -> tuple[Run, bool]:
    """The run without all that can be left out, and whether there was time for it."""
    shrinker = Shrinker(attempt, until, run)
    shortest = shrinker.shrink()
    return shrinker.run, shortest
