"""The commands ``verified-buddy conform`` and ``verified-buddy vectors``."""

from __future__ import annotations

import random
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from verified_buddy.oracle.rules import LEVELS, Level
from verified_buddy.oracle.source import printable
from verified_buddy.pfn import MAX_ORDER, ORDER_LIMIT
from verified_buddy.terminal import DIVERGES, UNUSABLE, complain, ended, on_terminal, say

if TYPE_CHECKING:
    from verified_buddy.conform.peer import Geometry

TOP_BLOCKS: Final = 1 << 18
"""No pool that is asked for has more blocks of its top order: each costs memory before the first call."""

# What drives an allocator is imported when it is used: ``check`` need not wait for it.


@click.command("conform")
@click.option("--library", metavar="FILE", help="A shared library with the functions that --header prints.")
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
    help="How long to search.  What was found is made shorter in at most 30 more.",
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
@click.option("--json", "as_one_object", is_flag=True, help="One JSON object.")
def conform_command(
    *, header: bool, as_one_object: bool, reproducers: str, strict: bool, **options: Any
) -> None:
    """Drive an allocator live beside the model: search, judge, and show the shortest run that diverges.

    One of --library, --command and --python says where it is.  The program of --command is asked
    {"op":"init","start_pfn":0,"nr_pages":1024,"max_order":10}, {"op":"alloc","order":3} and
    {"op":"free","pfn":64,"order":3}, a line each, and answers each with a line: the same with "rc"
    (init, free; 0 or a refusal) or "pfn" (alloc; null is a refusal) added.  Its answer to an init may add
    "orders" (a list), "free_takes_order" and "usable" ([first, end]).  An init with an "rc" below 0 is of a
    geometry that it does not support.

    The exit status is 0 if it conforms, 1 if it diverges, 2 if it cannot be driven.
    """
    if header:
        from verified_buddy.conform.library import HEADER

        click.echo(HEADER.read_text(encoding="utf-8"), nl=False)
        return
    ways = {name: options.pop(name) for name in ("library", "command", "python")}
    given = {name: value for name, value in ways.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("one of --library, --command and --python is needed")
    options["misuse"] |= strict
    ((way, name),) = given.items()
    sys.exit(ended(lambda: conformed(way, name, as_one_object, Path(reproducers), strict, options)))


def conformed(
    way: str, name: str, as_one_object: bool, directory: Path, strict: bool, options: dict[str, Any]
) -> int:
    """The exit status, after all was said."""
    from verified_buddy.conform import library_use
    from verified_buddy.conform import verdicts as report
    from verified_buddy.conform.conduct import conduct
    from verified_buddy.conform.peer import CannotDriveError
    from verified_buddy.conform.reproducer import write
    from verified_buddy.conform.search import GEOMETRIES, Plan

    seed = options["seed"] if options["seed"] is not None else random.SystemRandom().randrange(1 << 32)
    level = LEVELS[options["level"]]
    pools = geometries(options["pages"], options["max_order"])
    plan = Plan(
        level,
        seed,
        options["seconds"],
        geometries=GEOMETRIES if pools is None else pools,
        vectors=pools is None,
        deadline=options["deadline"],
        misuse=options["misuse"],
        strict=strict,
    )
    try:
        with shown(plan.seconds) as watch:
            found = conduct(getattr(library_use, way)(name), printable(name), plan, watch)
    except CannotDriveError as error:
        complain(f"{printable(name)}: {error}")
        return UNUSABLE
    for finding in found.findings:
        try:
            finding.files.extend(write(directory, finding.run, level, (way, name)))
        except OSError as error:
            complain(f"{directory}: {error.strerror}")
    if as_one_object:
        click.echo(report.as_json(found), nl=False)
    else:
        say(report.as_text(found))
    return 0 if found.conforms else DIVERGES


def geometries(pages: int | None, top: int | None) -> list[Geometry] | None:
    """The pools that were asked for; None if none was."""
    from verified_buddy.conform.peer import Geometry
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
    """Write test vectors for those who cannot run Python: JSON, with a README and a schema."""
    from verified_buddy.conform.publish import publish

    try:
        names = publish(Path(directory))
    except OSError as error:
        complain(f"{printable(directory)}: {error.strerror}")
        sys.exit(UNUSABLE)
    sys.exit(ended(lambda: told(f"{len(names)} files in {printable(directory)}")))


def told(what: str) -> int:
    """One line, and no complaint."""
    click.echo(what)
    return 0
