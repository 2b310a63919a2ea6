"""The page: the facts in the template, written whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from specs.ledger.subject import DEFINITIONS, PACKAGE
from specs.report.facts import WORDS, Page
from specs.report.saved import BadInput

TEMPLATES = Path(__file__).parent


def render(page: Page) -> str:
    """The page as HTML; all that is not the template's own text is escaped."""
    return _environment().get_template("page.html.j2").render(page=page, words=WORDS)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"short": short, "full": full, "thousands": "{:,}".format}
    return environment


def short(name: str) -> str:
    """A function's name without the package that all of them stand in."""
    return name.removeprefix(f"{PACKAGE}.")


def full(name: str) -> str:
    """A function's name with its package, from the name in the kill matrix."""
    return name if name.startswith(f"{DEFINITIONS}.") else f"{PACKAGE}.{name}"


def check_target(out: Path) -> None:
    """Whether the page can be written there; raises BadInput or OSError before anything has taken long."""
    if out.exists() and not out.is_file():
        raise BadInput(f"{out}: not a file")
    if not out.parent.is_dir():
        raise BadInput(f"{out.parent}: no such directory")
    write_whole(out, None)


def write_whole(out: Path, text: str | None) -> None:
    """Write the file beside its place, then move it there; without a text, see whether that can be done."""
    beside = out.with_name(f".{out.name[:50]}.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text or "")
        if text is not None:
            os.replace(beside, out)
    except OSError as error:
        raise BadInput(f"{out}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            beside.unlink()
