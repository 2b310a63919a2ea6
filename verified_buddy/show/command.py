"""The command ``verified-buddy show``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.pfn import PFN_LIMIT
from verified_buddy.terminal import UNUSABLE, complain, ended
from verified_buddy.whole_file import write_whole

if TYPE_CHECKING:
    from rich.text import Text

    from verified_buddy.replay.files import Files
    from verified_buddy.show.state import State

# What draws is imported when it is used: ``check`` need not wait for it.

FILE: Final = click.Path(readable=False)
ROWS_MOST: Final = 256
APART: Final = (
    (
        "memory",
        ("event", "html", "snapshot", "at", "pagetypeinfo"),
        "--{} is about a trace, not about a machine",
    ),
    (
        "html",
        ("event", "zone", "pages", "rows", "diff", "svg"),
        "--html writes all of a trace; --{} goes without it",
    ),
    ("svg", ("diff",), "--{} is text; --svg goes without it"),
)
"""Options that no other may stand beside, and why."""


def two_numbers(context: click.Context, option: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """Two numbers with a colon between, such as 0x1000:0x2000.  Raises BadParameter."""
    if value is None:
        return None
    first, _, last = value.partition(":")
    try:
        found = int(first, 0), int(last, 0)
    except ValueError:
        says = f"{printable(value[:40])!r} is not two numbers such as 0x1000:0x2000"
        raise click.BadParameter(says, context, option) from None
    if not 0 <= found[0] <= found[1] < PFN_LIMIT:
        says = "the first number is the smaller one, and both are below 2**52"
        raise click.BadParameter(says, context, option)
    return found


@click.command("show")
@click.argument("file", required=False, type=click.Path(allow_dash=True, readable=False))
@click.option(
    "--memory", metavar="MACHINE", help="A machine just started: '4 GiB, two nodes', or its map in a file."
)
@click.option(
    "--event", type=click.IntRange(0), metavar="N", help="Of a trace: after so many events.  [default: all]"
)
@click.option("--zone", metavar="NAME", help="One zone alone.")
@click.option("--pages", metavar="A:B", callback=two_numbers, help="The pages from A up to B, without B.")
@click.option(
    "--rows", type=click.IntRange(1, ROWS_MOST), help="Rows of the map of a zone.  [default: 16, SVG 32]"
)
@click.option(
    "--diff", metavar="OTHER", type=FILE, help="What is another way in that file: a snapshot or a trace."
)
@click.option("--svg", metavar="FILE", type=FILE, help="Write the map as a picture.")
@click.option("--html", metavar="FILE", type=FILE, help="Of a trace: write a page that plays it.")
@click.option(
    "--events",
    metavar="A:B",
    callback=two_numbers,
    help="In the page: events A to B.  [default: a million at most]",
)
@click.option(
    "--snapshot", metavar="START", type=FILE, help="Of a kernel's trace: its free lists at the start."
)
@click.option("--zoneinfo", metavar="FILE", type=FILE, help="Its /proc/zoneinfo.")
@click.option("--zonestate", metavar="FILE", type=FILE, help="Its marks, counters and zonelists (zs.start).")
@click.option(
    "--pagetypeinfo", metavar="FILE", type=FILE, help="Its /proc/pagetypeinfo: whether type 4 is CMA."
)
@click.option("--at", type=click.Choice(["marker", "first"]), help="Where its replay begins, as for check.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object.")
def show_command(**options: Any) -> None:
    """Show memory as a map: of a snapshot, of a trace at an event, or of a machine just started.

    FILE is a snapshot of free lists, a buddy-trace or a kernel's trace, plain or gzip; - is standard input.

    The exit status is 0 if it is shown, or written whole, and 2 if something cannot be read or written.
    """
    sys.exit(ended(lambda: shown(**options)))


def shown(*, file: str | None, memory: str | None, json_lines: bool, **options: Any) -> int:
    """The exit status.  Raises UsageError."""
    refuse_senseless(file, memory, options)
    try:
        if options["html"] is not None:
            assert file is not None
            return html(file, options, json_lines=json_lines)
        return drawn(file, memory, options, json_lines=json_lines)
    except Unusable as error:
        complain(printable(str(error)))
    except MemoryError:
        complain("not enough memory")
    return UNUSABLE


def refuse_senseless(file: str | None, memory: str | None, options: dict[str, Any]) -> None:
    """Options that do not go together.  Raises UsageError."""
    if (file is None) == (memory is None):
        raise click.UsageError("give a FILE, or --memory MACHINE")
    given = {name for name, value in options.items() if value is not None}
    given |= {"memory"} if memory is not None else set()
    for name, others, why in APART:
        for other in others:
            if name in given and other in given:
                raise click.UsageError(why.format(other))
    for other, name in (("events", "html"), ("zoneinfo", "snapshot"), ("zonestate", "snapshot")):
        if other in given and name not in given:
            raise click.UsageError(f"--{other} goes with --{name}")


def files_of(options: dict[str, Any]) -> Files:
    """The files beside a trace."""
    from verified_buddy.replay.files import Files

    names = ("snapshot", "zoneinfo", "zonestate", "pagetypeinfo", "at")
    return Files(**{name: options[name] for name in names})


def html(file: str, options: dict[str, Any], *, json_lines: bool) -> int:
    """Write the page.  Raises Unusable."""
    from verified_buddy.show.facts import page_facts
    from verified_buddy.show.page import page_of
    from verified_buddy.show.sources import story_in

    story = story_in(file, files_of(options))
    events = options["events"]
    if events is not None and not 1 <= events[0] <= events[1] <= len(story):
        raise Unusable(f"{file}: it has events 1 to {len(story):,}")
    size = written(options["html"], page_of(story, events))
    if json_lines:
        click.echo(json.dumps(page_facts(story, options["html"], size)))
    else:
        wrong = f"; the first divergence is at event {story.wrong[0].step:,}" if story.wrong else ""
        told = f"{len(story):,} events, {size:,} bytes{wrong}"
        click.echo(f"{printable(options['html'])}: {told}")
    return in_part((file, story.note))


def in_part(*states: tuple[str, str]) -> int:
    """The exit status, where some were read only in part: of each its name, and why."""
    for name, note in states:
        if note:
            complain(printable(f"{name}: {note}"))
    return UNUSABLE if any(note for _, note in states) else 0


def drawn(file: str | None, memory: str | None, options: dict[str, Any], *, json_lines: bool) -> int:
    """Show a state, or two.  Raises Unusable."""
    from verified_buddy.show import facts, terminal
    from verified_buddy.show.sources import machine_in, state_in

    if options["diff"] is not None:
        return differing(file, memory, options, json_lines=json_lines)
    state = (
        state_in(file, files_of(options), options["event"]) if file is not None else machine_in(str(memory))
    )
    state = narrowed(state, options)
    rows = options["rows"] or terminal.ROWS
    svg, told = options["svg"], facts.facts(state, rows)
    if svg is not None:
        size = picture(svg, state, options["rows"])
        told["svg"] = svg
    if json_lines:
        click.echo(json.dumps(told))
    elif svg is not None:
        click.echo(f"{printable(svg)}: {size:,} bytes")
    else:
        say_lines(terminal.as_text(state, rows))
    return in_part((state.title, state.note))


def picture(name: str, state: State, rows: int | None) -> int:
    """Write the picture; how many bytes.  Raises Unusable."""
    from verified_buddy.show.svg import ROWS, as_svg

    return written(name, (f"{line}\n" for line in as_svg(state, rows or ROWS)))


def differing(file: str | None, memory: str | None, options: dict[str, Any], *, json_lines: bool) -> int:
    """Show what is another way in another file.  Raises Unusable."""
    from verified_buddy.show import diff, facts, terminal
    from verified_buddy.show.sources import machine_in, state_in

    files = files_of(options)
    state = state_in(file, files, options["event"]) if file is not None else machine_in(str(memory))
    other = state_in(options["diff"], files, None, beside=True)
    diff.same_zones(state, other)
    state, other = narrowed(state, options), narrowed(other, options)
    rows = options["rows"] or terminal.ROWS
    if json_lines:
        click.echo(json.dumps(facts.difference(state, other, rows)))
    else:
        say_lines(diff.as_text(state, other, rows))
    return in_part((state.title, state.note), (other.title, other.note))


def say_lines(lines: Iterable[Text]) -> None:
    """Print the lines at once, in colour where a terminal has it."""
    from rich.text import Text

    from verified_buddy.terminal import say

    say(Text("\n").join(lines))


def narrowed(state: State, options: dict[str, Any]) -> State:
    """The part of the state that was asked for.  Raises Unusable."""
    zone = options["zone"]
    if zone is not None:
        found = state.named(zone)
        state = state.within(found.start, found.end)
    return state if options["pages"] is None else state.within(*options["pages"])


def written(name: str, parts: Iterable[str]) -> int:
    """Write the file, whole or not at all; how many bytes.  Raises Unusable."""
    try:
        return write_whole(Path(name), (part.encode("utf-8", "backslashreplace") for part in parts))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise Unusable(f"{name}: {why or type(error).__name__}") from None
