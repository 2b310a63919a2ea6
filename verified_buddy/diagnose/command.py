"""The command ``verified-buddy diagnose``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import click

from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.terminal import UNUSABLE, complain, ended, say

if TYPE_CHECKING:
    from verified_buddy.diagnose.asked import Asked

# What judges is imported when it is used: ``check`` need not wait for it.

UNDETERMINED: Final = 1


@click.command("diagnose")
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path(allow_dash=True, readable=False))
@click.option("--order", type=click.IntRange(0, 20), help="Of /proc files: the request's.  [default: 0]")
@click.option(
    "--gfp", metavar="FLAGS", help="Of /proc files: its flags, by name or number.  [default: GFP_KERNEL]"
)
@click.option("--node", type=click.IntRange(0, 1023), help="The request must be served from this node.")
@click.option("--kernel", metavar="VERSION", help="The kernel's version, if it is not printed or wrong.")
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a report.")
def diagnose_command(
    files: tuple[str, ...],
    order: int | None,
    gfp: str | None,
    node: int | None,
    kernel: str | None,
    json_lines: bool,
) -> None:
    """Why a request for pages failed, zone by zone, and by how many pages.

    FILE is a log with "page allocation failure" or OOM reports (dmesg, journal, syslog), or copies of
    /proc/buddyinfo, pagetypeinfo and zoneinfo, or a directory that holds these; without FILE they are those
    of this machine.  Plain or gzip; - is standard input.

    The exit status is 0 if every report explains the failure, 1 if the figures of some do not determine it,
    2 if some file cannot be read, or has nothing to judge.
    """
    from verified_buddy.diagnose.asked import asked_for

    try:
        asked = asked_for(order, gfp, kernel)
    except Unusable as error:
        raise click.UsageError(error.reason) from None
    sys.exit(ended(lambda: diagnosed(files, asked, node, json_lines=json_lines)))


def diagnosed(files: tuple[str, ...], asked: Asked, node: int | None, *, json_lines: bool) -> int:
    """Judge each report and tell what it comes to; the exit status."""
    from verified_buddy.diagnose.facts import facts
    from verified_buddy.diagnose.files import reports
    from verified_buddy.diagnose.shown import as_text
    from verified_buddy.diagnose.undetermined import undetermined
    from verified_buddy.diagnose.verdict import judge

    status, told = 0, 0
    for name, found in reports(files):
        if isinstance(found, Unusable):
            complain(printable(f"{name}: {found}"))
            status = UNUSABLE
            continue
        judgement = judge(asked.fill(found), node)
        if json_lines:
            click.echo(json.dumps(facts(judgement)))
        else:
            if told:
                click.echo()
            say(as_text(judgement))
        told += 1
        if undetermined(judgement):
            status = max(status, UNDETERMINED)
    return status
