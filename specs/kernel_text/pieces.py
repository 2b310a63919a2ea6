"""What is defined at the outermost level of a preprocessed file, with its name and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from specs.kernel_text.errors import Place, Unread

MARKS: Final = re.compile(
    r'#line (?P<line>\d+)[^\n]*\n|\n|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|[{}();]'
)
"""What tells where a definition ends, and on which line; in a string or a character nothing does."""


@dataclass(frozen=True)
class Piece:
    """A definition at the outermost level of a file, as it is after preprocessing."""

    name: str
    place: Place
    text: str


@dataclass
class Splitter:
    """How far a file is read."""

    text: str
    file: str
    line: int = 1
    start: int = 0
    begun: int = 1
    """Where the present definition starts: in characters, and its line."""
    depth: int = 0
    brackets: int = 0
    opened: int = 1
    """The line of the outermost brace that is open."""

    def pieces(self) -> Iterator[Piece]:
        """The definitions; raises Unread where braces do not close."""
        for found in MARKS.finditer(self.text):
            if found["line"] or found[0] == "\n":
                self._to_line(int(found["line"] or self.line + 1), found)
            elif found[0] in "()":
                self.brackets += 1 if found[0] == "(" else -1
            elif found[0] in "{};":
                yield from self._at(found)
        if self.depth:
            raise Unread(Place(self.file, self.opened), "a brace that is never closed")

    def _to_line(self, line: int, found: re.Match[str]) -> None:
        self.line = line
        if self.depth == 0 and not self.text[self.start : found.start()].strip():
            self.start, self.begun = found.end(), line

    def _at(self, found: re.Match[str]) -> Iterator[Piece]:
        """A brace or a semicolon, which may end the present definition."""
        mark, whole = found[0], self.text[self.start : found.end()]
        if mark == "{":
            self.opened = self.opened if self.depth else self.line
            self.depth += 1
        elif mark == "}":
            self.depth -= 1
            if self.depth < 0:
                raise Unread(Place(self.file, self.line), "a brace that closes nothing")
            if self.depth == 0 and _head(whole).endswith(")"):
                yield self._ended(whole, found.end())
        elif self.depth == 0 and self.brackets == 0:
            if "{" in whole:
                yield self._ended(whole, found.end())
            self.start, self.begun = found.end(), self.line

    def _ended(self, whole: str, end: int) -> Piece:
        made = Piece(_name(_head(whole)), Place(self.file, self.begun), whole)
        self.start, self.begun = end, self.line
        return made


def pieces(text: str, file: str) -> Iterator[Piece]:
    """What is defined at the outermost level, with its place; raises Unread where braces do not close."""
    return Splitter(text, file).pieces()


def _head(text: str) -> str:
    """What stands before the body; if a body follows what looks like parameters, it is a function."""
    return re.sub(r"#line[^\n]*\n", "", text[: text.index("{")]).rstrip()


def _name(head: str) -> str:
    if not head.endswith(")"):
        kind = re.search(r"(?:enum|struct|union)\s+(\w+)\s*$", head)
        found = kind or re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*=\s*$", head)
        return found[1] if found else ""
    depth, at = 0, len(head) - 1
    while True:
        depth += {")": 1, "(": -1}.get(head[at], 0)
        if depth == 0:
            break
        at -= 1
    name = re.search(r"(\w+)\s*$", head[:at])
    return name[1] if name else ""
