"""The command ``verified-buddy simulate``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.terminal import UNUSABLE, complain, ended, on_terminal, say

if TYPE_CHECKING:
    from verified_buddy.linux.topology import NodeSpec
    from verified_buddy.simulate.load import Step
    from verified_buddy.simulate.outcome import Outcome

# What simulates is imported when it is used: ``check`` need not wait for it.

FILE = click.Path(readable=False)
POLICIES: Final = ("6.1", "6.12")
NAMES: Final = ("kernel-build", "page-cache", "network", "thp")
OFTEN: Final = 0.2

Steps = Callable[[], "Iterable[Step]"]
"""The load from its beginning."""


@click.command("simulate")
@click.option(
    "--memory",
    metavar="MACHINE",
    default="256 MiB",
    show_default=True,
    help="The machine: '4 GiB', '4 GiB, two nodes', or a file: a kernel's log, or a map as JSON.",
)
@click.option(
    "--cpus", type=click.IntRange(1, 8192), default=1, show_default=True, help="Shared by the nodes."
)
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default=POLICIES[0],
    show_default=True,
    help="Whose fallback it has; all else is Linux 6.1's.",
)
@click.option(
    "--compare", metavar="POLICIES", help="Run the load under each, such as 6.1,6.12, side by side."
)
@click.option(
    "--load",
    metavar="LOAD",
    default=NAMES[0],
    show_default=True,
    help=f"One of {', '.join(NAMES)}; or a file: JSON Lines of requests, or a kernel's trace, whose requests"
    " are made again.  - is standard input.",
)
@click.option(
    "--requests",
    type=click.IntRange(1),
    help="How many, of a named load; the first so many of a file.  [default: 100000, or all]",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of a named load.")
@click.option("--trace", metavar="FILE", type=FILE, help="Write what the machine did, as a kernel's trace.")
@click.option(
    "--snapshots",
    metavar="DIR",
    type=FILE,
    help="Write its lists and marks: fl.start, zs.start, fl.end, zs.end.",
)
@click.option("--write", metavar="DIR", type=FILE, help="Write all of them, the trace as trace.txt.")
@click.option(
    "--spelling",
    type=click.Choice(["tracefs", "perf"]),
    default="tracefs",
    show_default=True,
    help="Of the trace.",
)
@click.option("--no-probes", is_flag=True, help="A trace of the kernel's own events alone.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a policy.")
def simulate_command(**options: Any) -> None:
    """Run a load on a machine of any size, and tell what came of it.

    The machine makes the very choices that Linux 6.1 would.  What it wrote, `check` can judge.  Files are
    written whole or not at all, and never over others.

    The exit status is 0 if the load has run, and 2 if the machine, the load or a file cannot be used.
    """
    sys.exit(ended(lambda: simulated(**options)))


def simulated(*, json_lines: bool, compare: str | None, policy: str, **options: Any) -> int:
    """The exit status.  Raises UsageError."""
    policies = [policy] if compare is None else compared(compare)
    files = [name for name in ("trace", "snapshots", "write") if options[name] is not None]
    if len(policies) > 1 and files:
        raise click.UsageError(f"--{files[0]} goes with one policy")
    if options["write"] is not None and len(files) > 1:
        raise click.UsageError(f"--write writes what --{files[0]} would")
    try:
        outcomes = run_all(policies, **options)
    except Unusable as error:
        complain(printable(str(error)))
        return UNUSABLE
    except MemoryError:
        complain("not enough memory")
        return UNUSABLE
    tell(outcomes, f"{options['load']}: {options['memory']}", json_lines=json_lines)
    return 0


def compared(text: str) -> list[str]:
    """The policies that the text names.  Raises UsageError."""
    policies = text.split(",")
    if not {*policies} <= {*POLICIES} or len({*policies}) < len(policies):
        raise click.UsageError(f"--compare: some of {', '.join(POLICIES)}, each once, with commas between")
    return policies


def run_all(
    policies: list[str],
    *,
    memory: str,
    cpus: int,
    load: str,
    requests: int | None,
    seed: int,
    spelling: Literal["tracefs", "perf"],
    no_probes: bool,
    **files: str | None,
) -> list[Outcome]:
    """What the load came to under each policy.  Raises Unusable."""
    from verified_buddy.simulate.machine_text import machine_of
    from verified_buddy.simulate.recorded import TRACE, Wanted, recorded

    specs = machine_of(memory, cpus)
    steps, total = load_of(load, requests, seed, specs, cpus)
    trace, states = (
        None if files[name] is None else Path(str(files[name])) for name in ("trace", "snapshots")
    )
    if files["write"] is not None:
        states = Path(files["write"])
        trace = states / TRACE
    wanted = Wanted(trace, states, spelling, not no_probes)
    outcomes = []
    for policy in policies:
        with counted(f"{policy}: {printable(load)}", total) as watch:
            outcomes.append(recorded(specs, policy, steps(), wanted, watch))
    return outcomes


def load_of(
    load: str, requests: int | None, seed: int, specs: list[NodeSpec], cpus: int
) -> tuple[Steps, int]:
    """The load, and how many requests it makes.  Raises Unusable."""
    from verified_buddy.simulate.load import Ask, first_requests, read_load
    from verified_buddy.simulate.named_loads import LOADS, named_load

    if load in LOADS:
        pages, many = sum(end - start for spec in specs for _, start, end in spec.zones), requests or 100_000
        return (lambda: named_load(load, many, seed, pages, cpus)), many
    try:
        if load == "-":
            if sys.stdin is None:
                raise Unusable("standard input is closed")
            read = read_load(sys.stdin.buffer)
        else:
            with open(load, "rb") as stream:
                read = read_load(stream)
    except Unusable as error:
        raise Unusable(f"{printable(load)}: {error}") from None
    except FileNotFoundError:
        why = f"no such file, nor a load of that name: {', '.join(LOADS)}"
        raise Unusable(f"{printable(load)}: {why}") from None
    except OSError as error:
        raise Unusable(f"{printable(load)}: {error.strerror or type(error).__name__}") from None
    steps = read if requests is None else [*first_requests(read, requests)]
    return (lambda: steps), sum(isinstance(step, Ask) for step in steps)


@contextmanager
def counted(name: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar of the requests on the terminal, and what moves it; none where nobody looks."""
    if not on_terminal(sys.stderr):
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task, last = bar.add_task(name, total=total), time.monotonic()

        def watch(done: int) -> None:
            nonlocal last
            if time.monotonic() - last > OFTEN:
                last = time.monotonic()
                bar.update(task, completed=done)
                bar.refresh()

        yield watch


def tell(outcomes: list[Outcome], title: str, *, json_lines: bool) -> None:
    """Print the figures."""
    from verified_buddy.simulate.outcome import as_table

    if json_lines:
        for outcome in outcomes:
            click.echo(json.dumps(outcome.facts()))
    else:
        say(as_table(outcomes, printable(title)))
