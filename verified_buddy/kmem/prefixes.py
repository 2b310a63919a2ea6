"""What stands before an event on its line, in every known way: where the CPU is, and the event begins.

Every repetition has a bound, so that no line is looked at for long.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from verified_buddy.kmem.events import NO_TASK

COLOUR: Final = re.compile(rb"\x1b\[[0-9;?]{0,20}[A-Za-z]")
LOGGED: Final = re.compile(
    rb"(?:<\d{1,3}>)?"
    rb"(?:(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.,+Z-]{8,24}) \S{1,64} kernel: ?)?"
    rb"(?:\[[ \d]{1,9}\.\d{6}\](?:\[ *[TC]\d{1,8}\])? ?"
    rb"|\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\] ?)?"
)
"""What the kernel's log, or a daemon that keeps it, puts before a line."""

TASK: Final = rb"(?:.{16}|.{0,64}?)"
PID: Final = rb"-(?P<task>\d{1,10})(?: {0,9}\([ \d-]{1,10}\))?"
TIME: Final = rb"\d{1,20}(?:\.\d{1,9})?(?:us)? ?[-+!#*@$]?: {0,99}"
DIFFERENCE: Final = rb"(?:\(\+[\d.]{1,20}\) {1,9})?"
PERF: Final = (
    rb"(?:" + TASK + rb" {1,64}(?:-?\d{1,10}/)?(?P<task>-?\d{1,10}))? {0,64}\[(?P<cpu>\d{1,5})\] {1,64}"
)
PREFIXES: Final = tuple(
    re.compile(spelled)
    for spelled in (
        # tracefs; trace-cmd report, with or without --ts-diff
        TASK + PID + rb" {1,64}\[(?P<cpu>\d{1,5})\] {1,64}(?:[^\s:]{1,8} {1,64})?" + TIME + DIFFERENCE,
        # the columns of trace_options latency-format, trace-cmd report -l, a dump into the kernel's log
        TASK + PID + rb" {1,64}(?P<cpu>\d{1,5})[.dDXb][^\s\d][^\s]{1,5} {1,64}" + TIME + DIFFERENCE,
        # perf script, with whatever -F asks for beside CPU, time, event and fields
        PERF + rb"(?:[^\s:\d][^\s:]{0,7} {1,64})?" + TIME + rb"(?:\d{1,20} {1,64})?",
        PERF + rb"(?:\d{1,20} {1,64})?(?=\w{1,40}:\w{1,64}[^\s]{0,99}: )",
        # trace_options verbose
        TASK + rb" {1,64}(?P<task>\d{1,10}) {1,64}(?P<cpu>\d{1,5}) {1,64}(?:[0-9a-f]{1,16} {1,64}){1,3}"
        rb"\[[0-9a-f]{1,16}\] {1,64}\d{1,20}\.\d{3}ms \([+-]?\d{1,20}\.\d{3}ms\): {0,99}",
    )
)
GRAPH: Final = re.compile(
    rb" {0,99}(?:[\d.]{1,20} {1,99}\| {1,99})?(\d{1,5})\) "
    rb"(?:.{0,160}?/\* (.{0,2000}) \*/ *\Z|(?=.{0,160}?(?:\||=>)))"
)
"""A line of the function graph; an event is a comment there."""


class Parts(NamedTuple):
    """A line taken apart."""

    cpu: int
    event: bytes
    """The name, a colon and the fields; or a function, a system call, or what else a tracer writes."""
    task: int = NO_TASK
    """The number of the task."""


def undecorated(line: bytes) -> bytes:
    """The line without the colours of a pager, and without what a log puts before it."""
    if b"\x1b" in line:
        line = COLOUR.sub(b"", line)
    if b"\xc2\xa0" in line:
        line = line.replace(b"\xc2\xa0", b" ")  # a blank of a web page
    return line[log_prefix(line) :]


def log_prefix(line: bytes) -> int:
    """How many bytes a log has put before the line."""
    found = LOGGED.match(line)
    return found.end() if found else 0


def parts(line: bytes) -> Parts | None:
    """The line taken apart; None if it has no CPU before anything else.  Undecorated, without its end."""
    line = line.replace(b"\t", b" ")
    for prefix in PREFIXES:
        found = prefix.match(line)
        if found is not None and found.end() < len(line):
            return Parts(int(found["cpu"]), line[found.end() :], int(found["task"] or NO_TASK))
    found = GRAPH.match(line)
    return None if found is None else Parts(int(found[1]), found[2] or b"")
