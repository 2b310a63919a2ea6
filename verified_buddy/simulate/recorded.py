"""A run that is recorded: its trace, and the state of the machine before and after."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verified_buddy.linux.topology import NodeSpec
from verified_buddy.simulate.figures import outcome_of
from verified_buddy.simulate.load import Step
from verified_buddy.simulate.outcome import Outcome
from verified_buddy.simulate.run import Run
from verified_buddy.simulate.states import snapshot, zonestate
from verified_buddy.simulate.teller import Spelling, Teller, header
from verified_buddy.simulate.written import Written

TRACE: Final = "trace.txt"
BEFORE: Final = {"fl.start": snapshot, "zs.start": zonestate}
AFTER: Final = {"fl.end": snapshot, "zs.end": zonestate}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be written, and how; None for what is not."""

    trace: Path | None = None
    states: Path | None = None
    """The directory for the states."""
    spelling: Spelling = "tracefs"
    probes: bool = True


def recorded(
    specs: Sequence[NodeSpec],
    policy: str,
    steps: Iterable[Step],
    wanted: Wanted,
    watch: Callable[[int], None],
) -> Outcome:
    """Run the load, and write what is wanted: all of it, or, with an error, nothing.  Raises Unusable."""
    with Written() as written:
        trace = None if wanted.trace is None else written.new(wanted.trace)
        teller = None
        if trace is not None and wanted.trace is not None:
            write, path = trace.write, wanted.trace

            def sink(text: str) -> None:
                try:
                    write(text)
                except OSError as error:
                    raise written.broken(path, error) from None

            teller = Teller(sink, wanted.spelling, probes=wanted.probes)
        run = Run(specs, policy, teller)
        if wanted.states is not None:
            for name, state in BEFORE.items():
                written.write(wanted.states / name, state(run.nodes))
        if teller is None:
            run.play(steps, watch)
        else:
            teller.sink(header(wanted.spelling, 0, run.nodes.cpus))
            played(run, steps, watch, teller)
        if wanted.states is not None:
            for name, state in AFTER.items():
                written.write(wanted.states / name, state(run.nodes))
        if trace is not None and teller is not None:
            trace.seek(0)
            teller.sink(header(wanted.spelling, teller.entries, run.nodes.cpus))
        outcome = outcome_of(run)
        written.finish()
    return outcome


def played(run: Run, steps: Iterable[Step], watch: Callable[[int], None], teller: Teller) -> None:
    """Run the load between the markers of the two states."""
    for end in ("begin", "end"):
        teller.mark(f"KT snap start {end}")
    run.play(steps, watch)
    for end in ("begin", "end"):
        teller.mark(f"KT snap end {end}")
    teller.flush()
