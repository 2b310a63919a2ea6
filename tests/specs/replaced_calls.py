"""Which functions of the code do not run themselves when the prover walks an operation; seen from outside."""

from __future__ import annotations

import linecache
import sys
from dataclasses import dataclass, field
from types import FrameType

from specs.ledger.subject import running
from specs.prover.method.operations import Operation, Walk
from specs.prover.method.paths import Path
from specs.prover.method.walks import walked_anew


@dataclass
class Observed:
    """The paths of an operation; and what the code called on each that the prover answered in its place."""

    walks: list[Walk] = field(default_factory=list)
    answered: dict[int, list[tuple[str, str, int]]] = field(default_factory=dict)
    """By the path's id: the calling module, the call as it is written, how much the path owed after it."""


def observed(operation: Operation, top: int) -> Observed:
    """Walk the operation, and watch every call out of the code under proof into the prover."""
    found = Observed()

    def watch(frame: FrameType, event: str, arg: object) -> None:
        back = frame.f_back
        if event != "return" or back is None or frame.f_code.co_name.startswith("__"):
            return
        if "/verified_buddy/" in back.f_code.co_filename and "/specs/" in frame.f_code.co_filename:
            path = _path_of(back)
            entry = str(back.f_globals["__name__"]), _written(back), len(path.owed)
            found.answered.setdefault(id(path), []).append(entry)

    sys.setprofile(watch)
    try:
        found.walks = walked_anew(running(), operation, top)
    finally:
        sys.setprofile(None)
    return found


def _path_of(frame: FrameType | None) -> Path:
    """The path on which the frame runs: ``explore`` knows it."""
    while frame is not None:
        path = frame.f_locals.get("path") if frame.f_code.co_name == "explore" else None
        if isinstance(path, Path):
            return path
        frame = frame.f_back
    raise AssertionError("called on no path")


def _written(frame: FrameType) -> str:
    """The function that is called there, as the source has it."""
    line, last, start, end = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    assert line is not None
    text = linecache.getline(frame.f_code.co_filename, line)
    return text.encode()[start : end if last == line else None].decode().partition("(")[0]
