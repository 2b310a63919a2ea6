"""What a process said last: the first line of a panic or a failed assertion, or else its last lines."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.oracle.source import printable

MOST: Final = 300
"""So many characters are told."""
READ: Final = 1 << 16
"""So many bytes are searched."""
PANIC: Final = re.compile(
    r"panic|assert|Sanitizer|terminate called|fatal|abort|Traceback|runtime error|corrupt|double free"
    r"|invalid (pointer|size)|unreachable",
    re.IGNORECASE,
)


def last_words(text: bytes) -> str:
    """One line of it: from the first line on that tells of a panic, where there is one."""
    lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
    found = next((index for index, line in enumerate(lines) if PANIC.search(line)), None)
    if found is None:
        return one_line(lines)[-MOST:]
    told = lines[found : found + 1]
    if told[0].startswith("Traceback"):
        told = [line for line in lines[found + 1 :] if not line.startswith(" ")][:1] or told
    elif told[0].rstrip().endswith(":") or (lines[found + 1 : found + 2] and "what():" in lines[found + 1]):
        told = lines[found : found + 2]  # the reason stands on the line below
    return one_line(told)[:MOST]


def one_line(lines: list[str]) -> str:
    """The lines with single blanks, and nothing that a terminal obeys."""
    return printable(" ".join(" ".join(lines).split()))
