"""A line that the common patterns do not read: an event in a rare spelling, nothing, or refused."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.kmem.events import Event
from verified_buddy.kmem.foreign import foreign
from verified_buddy.kmem.lines import LOST, REMARK, WRITTEN
from verified_buddy.kmem.prefixes import log_prefix, parts, undecorated
from verified_buddy.kmem.rare import NAMES, event
from verified_buddy.oracle.source import Unusable, shown

NAMED: Final = re.compile(rb"(?<![\w.=>-])(?:\w{1,40}[:/])?(mm_page\w{1,40})(?:[:/][^\s:]{0,99})?:(?=\s|\Z)")
"""An event of pages, named as one, wherever it stands."""
PAGES: Final = re.compile(rb"mm_page\w*")
EVENT: Final = re.compile(rb"(?:\w{1,40}[:/])?(\w{1,64})(?:[:/][^\s:]{0,99})?:(?:\s+(.*))?\Z", re.DOTALL)
BEGUN: Final = re.compile(rb"[\w:/]*")
NO_CPU_PERF: Final = re.compile(rb".{0,64}? +-?\d{1,10}(?:/-?\d{1,10})? +\d{1,20}(?:\.\d{1,9})?: ")
NOTHING: Final = re.compile(
    REMARK + rb" *\Z"
    rb"|[ \t]*=> .*|\t.*| +[0-9a-f]{6,16} \S.*"  # a stack; the chain of calls of perf
    rb"| {0,9}-{5,} *\Z|Dumping ftrace buffer:|\(ftrace buffer empty\)"
    rb"| {1,99}[\w./+-]{1,200}:\d{1,7} *\Z"  # a place in a source, of perf too
    rb"|capturing trace\.\.\.|TRACE:\Z",  # what atrace begins with
    re.DOTALL,
)
"""A line that tells of no event."""


def is_of_a_trace(line: bytes) -> bool:
    """Whether the line is one of a kernel's trace, or of the kernel's log, in which a trace may stand."""
    if LOST.match(line) or WRITTEN.match(line + b"\n") or line.startswith((b"# tracer:", b"cpus=")):
        return True
    text = undecorated(line)
    return parts(text) is not None or NAMED.search(text) is not None or log_prefix(line) > 0


def read_line(line: bytes, number: int, *, modelled: bool, cut: bool) -> Event | None:
    """The event of the line with that number; None if there is none.  Raises Unusable, without the number.

    If ``modelled``, orders and types that the zone layer has no model of are refused; if ``cut``, so is
    the beginning of a name.
    """
    text = undecorated(line).rstrip()
    found = parts(text)
    if found is None:
        refuse_unless_nothing(text, logged=log_prefix(line) > 0)
        return None
    if LOST.match(found.event):
        refuse_unless_nothing(found.event, logged=False)
    spelled = EVENT.match(found.event)
    if spelled is None:
        if NAMED.search(found.event) or (cut and BEGUN.fullmatch(found.event)):
            raise Unusable(f"an event that is not understood: {shown(found.event)}")
        return None
    name, rest = spelled[1], spelled[2] or b""
    if name in NAMES:
        return event(name, rest, (number, found.cpu), found.task, modelled=modelled)
    if PAGES.fullmatch(name):
        raise Unusable(f"an event of pages that is not known here: {shown(name)}")
    if NAMED.search(rest):
        raise Unusable(f"an event of pages that another event, {shown(name)}, tells of")
    return None


def refuse_unless_nothing(text: bytes, *, logged: bool) -> None:
    """Raise Unusable unless the line, which has no CPU in front, tells of no event."""
    if text.lstrip().startswith(b"#"):
        return
    lost = LOST.search(text)
    if lost is not None:
        raise Unusable(f"events were lost: {lost[0].decode('ascii')}")
    named = NAMED.search(text)
    if named is not None:
        raise Unusable(without_cpu(text, named))
    if NOTHING.match(text) or logged:
        return
    raise Unusable(foreign(text) or "not a line of a kernel trace")


def without_cpu(text: bytes, named: re.Match[bytes]) -> str:
    """Why an event without a CPU is refused, and what to do."""
    name = shown(named[1])
    if NO_CPU_PERF.match(text[: named.start()]):
        return f"{name} without a CPU: perf script -F comm,tid,cpu,time,event,trace prints it"
    if text[: named.start()].strip():
        return f"{name} without a CPU before it: a line of a trace begins with task, CPU and time"
    return (
        f"{name} without a CPU and a task before it: echo context-info > trace_options, and read it once more"
    )
