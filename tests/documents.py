"""The pages that people read: their fenced blocks, and what the text calls a command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "specs").glob("*.md"))
) + tuple(sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"`((?:\.venv/bin/|python3? |pip |cc |cargo |go |zig |verified-buddy )[^`]*)`")


class Block(NamedTuple):
    """A fenced block, and the one after it if nothing but white space lies between."""

    page: str
    language: str
    text: str
    shown: str
    """What the page says that it prints; "" if it says nothing."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> Iterator[Block]:
    """The blocks of that language, in order."""
    text = text_of(page)
    found = list(FENCED.finditer(text))
    for index, match in enumerate(found):
        if match[1] != language:
            continue
        after = found[index + 1] if index + 1 < len(found) else None
        follows = after is not None and not after[1] and not text[match.end() : after.start()].strip()
        yield Block(page, language, match[2], after[2] if after is not None and follows else "")


def commands_in_the_text(page: str) -> set[str]:
    """What stands between single backticks and looks like a command."""
    return set(COMMAND.findall(FENCED.sub("", text_of(page))))
