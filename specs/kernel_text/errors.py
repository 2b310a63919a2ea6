"""What stops the reading of a kernel's text: said with file and line, and never guessed around."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A line of the kernel's text."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class NoTree(Exception):
    """What was given is no kernel's source tree: why."""


class Unread(Exception):
    """A construct that is not understood: where it stands, and what it is."""

    def __init__(self, place: Place, construct: str) -> None:
        super().__init__(f"{place}: {construct}")
        self.place, self.construct = place, construct


class Undefined(Exception):
    """What the C standard gives no meaning to: code that does it is wrong, whatever compilers make of it."""
