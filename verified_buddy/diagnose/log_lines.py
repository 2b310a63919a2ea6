"""The lines of a kernel's log without what syslog, journald, dmesg, mails and terminals put in front of them.

A line that was broken, by a mail program or as the kernel printed it in pieces, is whole again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
PREFIXES: Final = (
    re.compile(r"[>|\s]+"),  # quoted in a mail
    re.compile(r"<\d{1,3}>"),  # the level, as printk has it
    re.compile(r"kern +:\w+ *: "),  # dmesg --decode
    re.compile(r"[^\[(]{0,80}?\bkernel(?:\[\d+\])?: "),  # syslog, journald
    re.compile(r"\[ *\d+\.\d+\]"),
    re.compile(r"\[\w{3} \w{3} +\d+ [\d:]{8} \d{4}\]"),  # dmesg --ctime
    re.compile(r"\[ *[TC]\d+\]"),  # which task or CPU printed it
)
ZONE: Final = r"(?:DMA|DMA32|Normal|HighMem|Movable|Device)"
NODE_ALONE: Final = re.compile(r"Node \d{1,4},?")
STARTS: Final = re.compile(
    rf"(?:Node \d|{ZONE}(?: free:|: *(?:\d|empty|$)| per-cpu)|lowmem_reserve|protections?\[|Mem-[iI]nfo"
    r"|CPU[: ]|Pid:|active_anon|\d+ (?:total )?pages|Free swap|Total swap|Swap cache|SL[UA]B|cache:|node \d"
    r"|Call [Tt]race|Backtrace|\[<|[\w.]+\+0x|\? |\S+ from |</?(?:TASK|IRQ|EOI)>|\S.*page allocation failure"
    r"|\S.*invoked oom-killer|\S.{0,40} cpuset=\S* mems_allowed|Hardware name|Modules linked|Workqueue:"
    r"|R[A-Z0-9]{2}:|Code:|Memory cgroup|Out of memory|oom-kill:|\S.*vmalloc|---"
    r"|memory: usage|Task in|hugepages_|Unreclaim)"
)
GOES_ON: Final = re.compile(
    rf"(?:Node \d{{1,4}},? +)?{ZONE}(?: free:|:)|lowmem_reserve|protections?\[|CPU: \d|Pid:|active_anon"
    r"|\S.*(?:page allocation failure|invoked oom-killer|vmalloc| invoked$)"
)
"""What may go on in the next line."""
MOST: Final = 60
"""Lines that are put together."""


class Line(NamedTuple):
    """A line, and its number in the file."""

    number: int
    text: str


def bare(text: str) -> str:
    """The line without its prefixes."""
    text = ANSI.sub("", text).rstrip()
    for prefix in PREFIXES:
        if found := prefix.match(text):
            text = text[found.end() :]
    return text.lstrip()


def whole_lines(lines: Iterable[str]) -> Iterator[Line]:
    """The lines, bare; what starts nothing goes with the line before, if that may go on."""
    number, parts = 0, list[str]()
    for at, raw in enumerate(lines, 1):
        text = bare(raw)
        if text and parts and len(parts) < MOST and belongs(parts[0], parts[-1], text):
            parts.append(text)
        elif text:
            if parts:
                yield Line(number, " ".join(parts))
            number, parts = at, [text]
    if parts:
        yield Line(number, " ".join(parts))


def belongs(first: str, last: str, text: str) -> bool:
    """Whether the text goes on with what began with ``first`` and came as far as ``last``."""
    if NODE_ALONE.fullmatch(last):
        return True
    return STARTS.match(text) is None and (GOES_ON.match(first) or NODE_ALONE.fullmatch(first)) is not None
