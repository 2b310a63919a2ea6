"""The two common spellings of a kernel trace, as patterns of one line each, which read most lines at once.

``trace-cmd report`` pads names, and is read by the pattern of tracefs.  What these patterns do not read is
looked at by ``prefixes`` and ``figures``.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Spelling = Literal["ftrace", "perf"]

# A task's name holds anything, but stands in a column of 16: what follows that column is looked at first.
# Every repetition has a bound, so that no line is looked at for long.  Sets of signs are spelled out, since
# these are matched faster than the short names for them.
NAME: Final = rb"^(?:(?:[^\n]{16}|[^\n]{0,64}?)"
TIME: Final = rb" +\[[0-9]{1,5})\] +(?:[^\s:]{1,8} +)?[0-9]{1,20}(?:\.[0-9]{1,9})?: +"
GROUP: Final = rb"(?:(?:kmem|k?probes?|ftrace):)?"
PREFIXES: Final[dict[Spelling, bytes]] = {
    "ftrace": rb"-([0-9]{1,10}(?: +\([ 0-9-]{1,10}\))?" + TIME + GROUP,
    "perf": rb" +(-?[0-9]{1,10}(?:/-?[0-9]{1,10})?" + TIME + GROUP,
}
PAGE_EVENT: Final = (
    rb"([0-9A-Za-z_]{6,32}): +(?:page=\S{1,20}|\([^()\n]{0,200}\)) pfn=(0x[0-9a-fA-F]{1,13}|[0-9]{1,15})"
    rb"(?: zone=(0x[0-9a-f]{1,16}))? order=([0-9][0-9]?)(?: (?:migratetype|mt)=([0-9][0-9]?))?"
    rb"(?: (gfp_flags|percpu_refill|fpi)=([0-9A-Za-z_|-]{1,999}))?"
)
OTHER_EVENT: Final = rb"(\w[\w.:/-]{0,99}):(?: +([^\r\n]*))?"
REMARK: Final = rb"[ \t]*(?:#[^\n]*|cpus=\d+|version = \d+|CPU \d+ is empty)?"


def pattern(spelling: Spelling) -> re.Pattern[bytes]:
    """Matches a line, its end included, that is an event or says nothing.

    The groups: task and CPU as they are spelled; of an event of pages its name, pfn, zone, order, type, and
    the last field's name and value; of any other event its name and the rest.
    """
    event = NAME + PREFIXES[spelling] + b"(?:" + PAGE_EVENT + b"|" + OTHER_EVENT + b"))"
    return re.compile(b"(?:" + event + b"|^" + REMARK + rb") *\r?(?:\n|\Z)", re.MULTILINE)


PATTERNS: Final[dict[Spelling, re.Pattern[bytes]]] = {spelling: pattern(spelling) for spelling in PREFIXES}

WRITTEN: Final = re.compile(rb"# entries-in-buffer/entries-written: (\d{1,20})/(\d{1,20})\s")
LOST: Final = re.compile(
    rb"CPU:\d+ \[(?:LOST \d+ EVENTS|(?:\d+ )?EVENTS DROPPED)\]|(?:CPU:?\d+: )?\d+ EVENTS DROPPED"
    rb"|PERF_RECORD_LOST\w*(?: lost \d+)?|Processed \d+ events and lost \d+ \w+!?|LOST \d+ (?:EVENTS|events)"
)


def spelling_of(line: bytes) -> Spelling | None:
    """The common spelling of a line that is an event; None if it is none."""
    for spelling, each in PATTERNS.items():
        found = each.fullmatch(line)
        if found and found[1]:
            return spelling
    return None
