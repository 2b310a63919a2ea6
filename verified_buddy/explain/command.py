"""The command ``verified-buddy explain``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from verified_buddy.oracle.source import printable
from verified_buddy.terminal import UNUSABLE, complain, ended

if TYPE_CHECKING:
    from verified_buddy.explain.things import Thing


@click.command("explain")
@click.argument("name", metavar="[RULE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object; of all names one a line.")
def explain_command(name: str | None, as_json: bool) -> None:
    """What a rule or a theorem says, with an example; without RULE, all their names.

    RULE is the name of a rule (of `check` and `conform`), of a theorem (of the ledger), or of a cause that
    `diagnose` names.

    The exit status is 0, or 2 if nothing has that name.
    """
    sys.exit(ended(lambda: listed(as_json=as_json) if name is None else explained(name, as_json=as_json)))


def listed(*, as_json: bool) -> int:
    """Print all names."""
    from verified_buddy.explain.things import things

    for each in things():
        if as_json:
            click.echo(json.dumps(each._asdict()))
        else:
            click.echo(f"{each.kind:8} {each.name:36} {short(each.says)}")
    return 0


def explained(name: str, *, as_json: bool) -> int:
    """Print what is known of whatever has the name; the exit status."""
    from verified_buddy.explain.things import facts, named, near

    found = named(name)
    if not found:
        like = near(name)
        meant = f"; did you mean {', '.join(like)}?" if like else "; `verified-buddy explain` lists all"
        complain(f"nothing is named {printable(name[:60])}{meant}")
        return UNUSABLE
    for each in found:
        told = facts(each)
        click.echo(json.dumps(told) if as_json else "\n".join(words(each, told)))
    return 0


def words(thing: Thing, told: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"{thing.name} ({thing.kind})"
    yield f"  {thing.says}"
    if thing.kind == "rule":
        yield f"  Behind it stands the theorem {told['theorem']}."
    elif thing.kind == "cause":
        yield f"  What touches it: {told['helps']}."
        yield f"  The comparison is that of the theorem {told['theorem']}."
    else:
        yield f"  {told['verdict']}; about {', '.join(told['about'])}"
        if told["rules"]:
            yield f"  What breaks it is called {', '.join(told['rules'])}."
    if "example" in told:
        yield ""
        yield "For example:"
        yield from (f"  {line}".rstrip() for line in told["example"])


def short(says: str) -> str:
    """The first sentence."""
    first = says.partition(".  ")[0].partition(". ")[0].removesuffix(".")
    return first if len(first) <= 90 else f"{first[:87]}..."
