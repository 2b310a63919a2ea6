"""What a text is, by its beginning: of a kind that is read here, or something else, named and refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from verified_buddy.kmem.careful import is_of_a_trace
from verified_buddy.kmem.foreign import foreign
from verified_buddy.kmem.prefixes import undecorated
from verified_buddy.oracle.foreign import by_shape
from verified_buddy.oracle.source import Unusable

Kind = Literal["buddy-trace", "kernel-calls", "recording"]

LOOKED_AT: Final = 50
"""So many lines are looked at that are neither empty nor a remark."""
BYTES: Final = 1 << 16
HEADER: Final = 200
"""So many bytes of JSON show what it is, if its first line is not shorter."""
CALLS: Final = re.compile(rb'\{[^\n]*"format"\s*:\s*"kernel-calls"')


def kind_of(texts: Iterator[bytes]) -> Kind:
    """What the text is; no more of it is read than it takes.  Raises Unusable if it is something else."""
    seen = b""
    for text in texts:
        seen += text
        found = decided(seen)
        if found is not None:
            return found
        if len(seen) >= BYTES:
            break
    return decided(seen + b"\n") or "buddy-trace"


def decided(seen: bytes) -> Kind | None:
    """What a text is that begins so; None if more must be seen.  Raises Unusable."""
    named = by_shape(seen)
    if named is not None:
        raise Unusable(named)
    seen = seen.removeprefix(b"\xef\xbb\xbf")
    begun = seen.lstrip()
    if begun.startswith(b"{"):
        if b"\n" not in begun and len(begun) < HEADER:
            return None
        if (named := foreign(begun[:HEADER])) is not None:
            raise Unusable(named)
        return "kernel-calls" if CALLS.match(begun) else "buddy-trace"
    many = 0
    for number, line in enumerate(seen.split(b"\n")[:-1], 1):
        if is_of_a_trace(line):
            return "recording"
        named = foreign(undecorated(line))
        if named is not None:
            raise Unusable(named, number)
        many += not line.lstrip().startswith(b"#") and not line.isspace()
        if many == LOOKED_AT:
            return "buddy-trace"
    return None
