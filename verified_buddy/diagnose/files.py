"""The files that are to be judged: logs, and copies of /proc files, which belong together by directory."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, Final

from verified_buddy.diagnose.log import reports_of
from verified_buddy.diagnose.proc_files import ProcFiles
from verified_buddy.diagnose.report import Report
from verified_buddy.oracle.source import Unusable, chunks, printable
from verified_buddy.terminal import progress

PROC: Final = ("buddyinfo", "pagetypeinfo", "zoneinfo")
NOTHING: Final = "no report of a failed request is in it, nor buddyinfo, pagetypeinfo or zoneinfo"
HERE: Final = "/proc"


def reports(files: tuple[str, ...]) -> Iterator[tuple[str, Report | Unusable]]:
    """What is in the files, a report at a time; of each file that holds nothing, why."""
    states: dict[str, ProcFiles] = {}
    for name in files or (HERE,):
        shown, found = printable(name), 0
        try:
            for path in paths(name):
                state = states.setdefault(os.path.dirname(path), ProcFiles(shown))
                taken = state.taken
                for report in of_file(path, shown, state):
                    found += 1
                    yield shown, report
                found += bool(state.read) and state.taken > taken
            if not found:
                yield shown, Unusable(NOTHING)
        except Unusable as error:
            yield shown, error
        except MemoryError:
            yield shown, Unusable("not enough memory")
    for state in states.values():
        told = state.state()
        if told is not None:
            if not files:
                told.kernel = platform.release()
            yield told.source, told


def of_file(path: str, name: str, state: ProcFiles) -> list[Report]:
    """The reports of one file; what is a /proc file's goes to the state.  Raises Unusable."""
    with opened(path) as stream, progress(printable(path), stream) as advance:
        return [*reports_of(unclaimed(stream, state, advance), name)]


def paths(name: str) -> list[str]:
    """The file itself; of a directory its /proc files, as far as they can be read.  Raises Unusable."""
    if not os.path.isdir(name):
        return [name]
    there = [os.path.join(name, each) for each in PROC]
    found = [path for path in there if os.access(path, os.R_OK)]
    if not found:
        raise Unusable(f"a directory without {', '.join(PROC)} that can be read")
    return found


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of the file, or of standard input.  Raises Unusable."""
    if path == "-":
        if sys.stdin is None:
            raise Unusable("standard input is closed")
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(open(path, "rb"))
        except OSError as error:
            raise Unusable(error.strerror or type(error).__name__) from None
        yield stream


def unclaimed(stream: BinaryIO, state: ProcFiles, advance: Callable[[], None]) -> Iterable[str]:
    """The lines of the file; those that a /proc file has are taken in, and are empty.  Raises Unusable."""
    for chunk in chunks(stream):
        advance()
        for line in chunk.decode("utf-8", "replace").splitlines():
            yield "" if state.add(line) else line
