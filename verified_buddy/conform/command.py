"""The commands ``verified-buddy conform`` and ``verified-buddy vectors``."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verified_buddy.conform.usage import CONFORM
from verified_buddy.oracle.rules import LEVELS, Level
from verified_buddy.oracle.source import printable
from verified_buddy.pfn import MAX_ORDER, ORDER_LIMIT
from verified_buddy.terminal import DIVERGES, UNUSABLE, complain, ended, on_terminal, say

if TYPE_CHECKING:
    from verified_buddy.conform.conduct import Report
    from verified_buddy.conform.peer import Geometry
    from verified_buddy.conform.search import Plan

# What drives an allocator is imported when it is used: ``check`` need not wait for it.


@click.command("conform", help=CONFORM)
@click.option(
    "--library",
    metavar="FILE",
    type=click.Path(readable=False),
    help="A shared library with the functions that --header prints.",
)
@click.option("--command", metavar="LINE", help="A program that answers JSON Lines on its standard output.")
@click.option("--python", metavar="MODULE:FACTORY", help="A callable that makes a pool.")
@click.option("--header", is_flag=True, help="Print the C header, and end.")
@click.option(
    "--level",
    type=click.Choice(list(LEVELS)),
    default=str(Level.COMPLETE),
    show_default=True,
    help="How much must conform; each level includes the one before.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86_400),
    default=60,
    show_default=True,
    help="How long to search.  What was found is made shorter in what is left of it, and at most 30 more.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(0.1, 10),
    default=5,
    show_default=True,
    help="Seconds without an answer that are a hang.",
)
@click.option("--seed", type=click.IntRange(0), help="Repeats a run; a random one is drawn and printed.")
@click.option("--pages", type=click.IntRange(1, 1 << 22), help="Only pools of so many pages.")
@click.option("--max-order", type=click.IntRange(0, ORDER_LIMIT), help="Only pools with this top order.")
@click.option("--misuse", is_flag=True, help="Also show what it does when it is misused.")
@click.option("--strict", is_flag=True, help="Misuse must be refused or ignored.  Implies --misuse.")
@click.option(
    "--reproducers",
    metavar="DIR",
    type=click.Path(file_okay=False),
    default="conform-findings",
    show_default=True,
    help="Where a run that diverges is written, as a trace, in C and in Python.",
)
@click.option(
    "--junit",
    metavar="FILE",
    type=click.Path(dir_okay=False, readable=False),
    help="Also write the verdict as JUnit XML, which continuous integration shows.",
)
@click.option("--json", "as_one_object", is_flag=True, help="One JSON object.")
def conform_command(**options: Any) -> None:
    """Drive an allocator live beside the model."""
    sys.exit(ended(lambda: started(**options)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which allocator, and how the verdict is told."""

    way: str
    name: str
    as_one_object: bool
    reproducers: Path
    junit: Path | None

    @property
    def shown(self) -> str:
        """The allocator's name, for people."""
        return printable(self.name)


def started(*, header: bool, as_one_object: bool, reproducers: str, junit: str | None, **options: Any) -> int:
    """The exit status.  Raises UsageError."""
    if header:
        from verified_buddy.conform.library import HEADER

        click.echo(HEADER.read_text(encoding="utf-8"), nl=False)
        return 0
    ways = {name: options.pop(name) for name in ("library", "command", "python")}
    given = {name: value for name, value in ways.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("one of --library, --command and --python is needed")
    if junit is not None and not Path(junit).resolve().parent.is_dir():
        raise click.UsageError(f"--junit: there is no directory {Path(junit).parent}")
    ((way, name),) = given.items()
    wanted = Wanted(way, name, as_one_object, Path(reproducers), None if junit is None else Path(junit))
    return conformed(wanted, plan_of(**options))


def plan_of(pages: int | None, max_order: int | None, seed: int | None, **options: Any) -> Plan:
    """What to search.  Raises UsageError."""
    from verified_buddy.conform.search import GEOMETRIES, Plan

    pools = geometries(pages, max_order)
    seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
    options["misuse"] |= options["strict"]
    level = LEVELS[options.pop("level")]
    return Plan(
        level, seed, geometries=GEOMETRIES if pools is None else pools, vectors=pools is None, **options
    )


def conformed(wanted: Wanted, plan: Plan) -> int:
    """The exit status, after all was said."""
    from verified_buddy.conform import cases, library_use
    from verified_buddy.conform import verdicts as report
    from verified_buddy.conform.conduct import conduct
    from verified_buddy.conform.peer import CannotDriveError

    try:
        with shown(plan.seconds) as watch:
            found = conduct(getattr(library_use, wanted.way)(wanted.name), wanted.shown, plan, watch)
    except (CannotDriveError, OSError) as error:
        why = str(error)
        if wanted.as_one_object:
            click.echo(report.unusable(wanted.shown, why), nl=False)
        complain(f"{wanted.shown}: {why}")
        written(wanted.junit, lambda path: cases.write_unusable(path, wanted.shown, why))
        return UNUSABLE
    reproduce(found, wanted)
    if wanted.as_one_object:
        click.echo(report.as_json(found), nl=False)
    else:
        say(report.as_text(found))
    if found.verdict == "vacuous":
        complain(f"{wanted.shown}: vacuous: {found.extent.missing}")
    whole = written(wanted.junit, lambda path: cases.write(path, found))
    return DIVERGES if found.findings else 0 if found.conforms and whole else UNUSABLE


def reproduce(found: Report, wanted: Wanted) -> None:
    """Write each run that diverges as files, which are named in the report."""
    from verified_buddy.conform.reproducer import write

    taken: list[str] = []
    for finding in found.findings:
        way = wanted.way, wanted.name
        try:
            finding.files.extend(write(wanted.reproducers, finding.run, found.plan.level, way, taken))
        except OSError as error:
            complain(f"{printable(str(wanted.reproducers))}: {error.strerror}")
        taken += finding.files


def written(path: Path | None, write: Callable[[Path], None]) -> bool:
    """Write the file, if one is wanted; False if that fails, which is said."""
    try:
        if path is not None:
            write(path)
    except OSError as error:
        complain(f"{printable(str(path))}: {error.strerror}")
        return False
    return True


def geometries(pages: int | None, top: int | None) -> list[Geometry] | None:
    """The pools that were asked for; None if none was.  Raises UsageError."""
    from verified_buddy.conform.peer import TOP_BLOCKS, Geometry
    from verified_buddy.conform.search import GEOMETRIES

    if pages is not None:
        greatest = min(MAX_ORDER, pages.bit_length() - 1) if top is None else top
        if pages >> greatest > TOP_BLOCKS:
            raise click.UsageError(f"--pages: more than {TOP_BLOCKS} blocks of order {greatest}")
        return [Geometry(0, pages, greatest)]
    if top is not None:
        return list(dict.fromkeys(Geometry(start, count, top) for start, count, _ in GEOMETRIES))
    return None


def shown(seconds: float) -> Any:
    """What is called again and again while it runs; a bar on a terminal."""
    if not on_terminal(sys.stderr):
        return nullcontext(lambda board: None)
    from verified_buddy.conform.progress import bar

    return bar(seconds)


@click.command("vectors")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False))
def vectors_command(directory: str) -> None:
    """Write test vectors for those who cannot run Python: JSON, with a README and a schema.

    What is in DIR already stays as it is; the exit status is 2, and nothing is written, where a file stands
    in the way of another one.
    """
    sys.exit(ended(lambda: published(directory)))


def published(directory: str) -> int:
    """The exit status, after the vectors were written."""
    from verified_buddy.conform.publish import publish

    try:
        names = publish(Path(directory))
    except OSError as error:
        complain(f"{printable(str(error.filename or directory))}: {error.strerror}")
        return UNUSABLE
    click.echo(f"{len(names)} files in {printable(directory)}")
    return 0
