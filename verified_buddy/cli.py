"""The command line: ``verified-buddy check TRACE...``."""

from __future__ import annotations

import sys

import click

from verified_buddy.checking import Wanted, checked
from verified_buddy.conform.command import conform_command, vectors_command
from verified_buddy.diagnose.command import diagnose_command
from verified_buddy.explain.command import explain_command
from verified_buddy.oracle.rules import LEVELS
from verified_buddy.replay.files import Files
from verified_buddy.show.command import show_command
from verified_buddy.simulate.command import simulate_command
from verified_buddy.terminal import ended

FILE = click.Path(readable=False)
"""A file's name, which a shell can complete; whoever opens it says what is wrong with it."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="verified-buddy")
def main() -> None:
    """A formally checked Linux buddy allocator, as an oracle for others."""


@main.command("check")
@click.argument(
    "traces",
    metavar="TRACE...",
    nargs=-1,
    required=True,
    type=click.Path(allow_dash=True, readable=False),
)
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    help="How much must conform; each level includes the one before.  Of a buddy-trace usually complete; of a"
    " kernel's trace safety, and with --snapshot exact, and no other.",
)
@click.option("--keep-going", is_flag=True, help="Judge on after a divergence; list up to 100.")
@click.option("--strict", is_flag=True, help="Of a kernel's trace: what is only noted counts as wrong too.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a trace.")
@click.option("--junit", metavar="FILE", type=FILE, help="Write JUnit XML too, a case a trace.")
@click.option(
    "--snapshot", metavar="START", type=FILE, help="Of a kernel's trace: its free lists at the start."
)
@click.option("--expect", metavar="END", type=FILE, help="Its free lists at the end, which are compared.")
@click.option(
    "--zoneinfo", metavar="FILE", type=FILE, help="Its /proc/zoneinfo, for the limits of per-CPU lists."
)
@click.option(
    "--zonestate",
    metavar="FILE",
    type=FILE,
    help="Its marks, counters and zonelists at the start (zs.start).",
)
@click.option(
    "--pagetypeinfo", metavar="FILE", type=FILE, help="Its /proc/pagetypeinfo: whether type 4 is CMA."
)
@click.option(
    "--at",
    type=click.Choice(["marker", "first"]),
    help="Where the replay begins: after `KT snap start end` if that is there (marker, the usual), or at the"
    " first event.",
)
def check_command(
    traces: tuple[str, ...],
    level: str | None,
    keep_going: bool,
    strict: bool,
    json_lines: bool,
    junit: str | None,
    **files: str | None,
) -> None:
    """Judge recordings of an allocator: buddy-trace v1, a Linux kmem trace, or kernel-calls v1.

    A kernel's trace is text of tracefs, perf script or trace-cmd report.  Plain or gzip; - is standard
    input.  A pipe is judged as its lines come.

    The exit status is 0 if all conform, 1 if some diverge, 2 if some cannot be read, or only in part, or
    hold nothing to judge.
    """
    refuse_senseless(traces, files)
    wanted = Wanted(
        None if level is None else LEVELS[level], keep_going, json_lines, Files(**files), junit, strict
    )
    sys.exit(ended(lambda: checked(traces, wanted)))


def refuse_senseless(traces: tuple[str, ...], files: dict[str, str | None]) -> None:
    """The lists of a kernel are those of one trace, and start somewhere.  Raises UsageError."""
    for name in ("snapshot", "pagetypeinfo"):
        if files[name] is not None and len(traces) > 1:
            raise click.UsageError(f"--{name} is about one trace")
    for name in ("expect", "zoneinfo", "zonestate"):
        if files[name] is not None and files["snapshot"] is None:
            raise click.UsageError(f"--{name} goes with --snapshot")


main.add_command(conform_command)
main.add_command(vectors_command)
main.add_command(simulate_command)
main.add_command(diagnose_command)
main.add_command(explain_command)
main.add_command(show_command)
