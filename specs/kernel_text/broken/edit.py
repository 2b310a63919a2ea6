"""An edit of a kernel's text, made in memory: a pattern of names and operators inside one function."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from specs.kernel_text.errors import NoTree
from specs.kernel_text.reader import Text
from specs.kernel_text.tree import Tree
from specs.ledger.subject import DoesNotApply

BLANK: Final = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
"""Comments, strings and characters: no pattern stands there."""
AGREEMENT: Final = "agreement"
"""Stands for a row where the comparison with ours is what rejects."""


@dataclass(frozen=True)
class Edit:
    """A broken kernel: one piece of one function replaced."""

    name: str
    function: str
    """The C function that it breaks."""
    pattern: str
    """What is replaced; a blank stands for any white space, or none.  It must stand there once."""
    new: str
    by: str
    """The row that must reject it; or the agreement."""
    home: str = ""
    """Which of ours C's function takes the place of, where there are several."""
    bug: str = ""
    """Which real bug of a real allocator it is."""

    def made(self, tree: Tree, defined: Mapping[str, str]) -> Text:
        """The tree's text with the edit; raises DoesNotApply."""
        plain = Text(tree, defined)
        try:
            file, line = plain.place(self.function)
        except NoTree as error:
            raise DoesNotApply(f"{self.name}: {error}") from None
        return Text(tree, defined, {file: self.edited(plain.source(file), line)})

    def edited(self, source: str, line: int) -> str:
        """A file's text with the edit, in the function that begins at the line; raises DoesNotApply."""
        blank = BLANK.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
        start, end = body_of(blank, line)
        found = list(re.finditer(spaced(self.pattern), blank[start:end]))
        if len(found) != 1:
            raise DoesNotApply(f"{self.name}: its pattern stands {len(found)} times in {self.function}()")
        at = found[0]
        return source[: start + at.start()] + at.expand(self.new) + source[start + at.end() :]


def spaced(pattern: str) -> str:
    """The pattern, where each blank is any white space."""
    return pattern.replace(" ", r"\s*")


def body_of(blank: str, line: int) -> tuple[int, int]:
    """Where the body of the function begins and ends that begins at the line, in text without comments."""
    begun = sum(len(each) for each in blank.splitlines(keepends=True)[: line - 1])
    start = at = blank.index("{", begun)
    depth = 0
    while True:
        depth += {"{": 1, "}": -1}.get(blank[at], 0)
        at += 1
        if depth == 0:
            return start, at
