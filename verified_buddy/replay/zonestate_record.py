"""One record of a state of zones: a letter, then tab-separated key=value."""

from __future__ import annotations

import re
from typing import Final

from verified_buddy.linux.zone_type import NR_ZONES
from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.replay.snapshot import ZoneId

LETTERS: Final = "GNZDL"
NODES: Final = 1024
"""No machine has more; Linux: the greatest MAX_NUMNODES of x86-64."""
NUMBER: Final = re.compile(r"0x([0-9a-f]{1,16})|(-?[0-9]{1,20})")


class Record:
    """The fields by their keys.  All that reads them raises Unusable, without the line's number."""

    __slots__ = ("fields", "letter")

    def __init__(self, line: bytes) -> None:
        try:
            self.letter, *fields = line.decode("ascii").split("\t")
        except UnicodeDecodeError:
            raise Unusable(NONE) from None
        if len(self.letter) != 1 or self.letter not in LETTERS:
            raise Unusable(NONE)
        self.fields: dict[str, str] = {}
        for each in fields:
            key, equals, value = each.partition("=")
            if not (key and equals):
                raise Unusable(f"{printable(each[:40])!r} is not key=value")
            if key in self.fields:
                raise Unusable(f"{printable(key[:40])} stands there twice")
            self.fields[key] = value

    def text(self, key: str) -> str:
        """The value as it is spelled."""
        if key not in self.fields:
            raise Unusable(f"record {self.letter}: no {key}")
        return printable(self.fields[key])

    def number(self, key: str, end: int, *, low: int = 0) -> int:
        """The value as a number from low to end - 1."""
        return number_of(key, self.text(key), end, low)

    def numbers(self, key: str, end: int) -> tuple[int, ...]:
        """The value as numbers with commas between them."""
        return tuple(number_of(key, each, end) for each in self.text(key).split(","))

    def zone(self) -> ZoneId:
        """The zone that it is about."""
        return self.number("node", NODES), self.number("zone", NR_ZONES)

    def zones(self, key: str) -> tuple[ZoneId, ...]:
        """The value as zones, node:zone, with blanks between them."""
        found = []
        for each in self.text(key).split():
            node, colon, zone = each.partition(":")
            if not colon:
                raise Unusable(f"{key}: {each[:40]!r} is not node:zone")
            found.append((number_of(key, node, NODES), number_of(key, zone, NR_ZONES)))
        return tuple(found)


def number_of(key: str, text: str, end: int, low: int = 0) -> int:
    """The number, decimal or hexadecimal with 0x, which must be in low .. end - 1."""
    found = NUMBER.fullmatch(text)
    if found is None:
        raise Unusable(f"{key}={text[:40]}: neither a decimal number, nor 0x and hexadecimal digits")
    number = int(found[1], 16) if found[1] else int(found[2])
    if not low <= number < end:
        raise Unusable(f"{key}={text[:40]}: not a number from {low} to {end - 1}")
    return number


NONE: Final = "not a record of a state of zones: G, N, Z, D or L, and tab-separated key=value"
