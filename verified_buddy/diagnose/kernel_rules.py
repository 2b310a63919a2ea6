"""By which rules a kernel compares: four kinds, told by its version or else by what its report prints."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple

from verified_buddy.diagnose.report import Report

VERSION: Final = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.(\d{1,5}))?")


class Version(NamedTuple):
    """The first numbers of a release."""

    major: int
    minor: int
    patch: int


class Rules(Enum):
    """Which comparison it is, and of which kernels."""

    HALVING = "up to 4.3"
    """Order by order, with a mark that halves."""
    QUICK = "4.4 to 5.8"
    """A single page is compared without the highatomic reserve first."""
    RESERVED = "5.9 to 6.12"
    """All of the highatomic reserve is left out, be it free or not."""
    FREE = "6.13 and later"
    """The free pages of the highatomic reserve are left out."""


def version_of(kernel: str | None) -> Version | None:
    """The version; None if it is not known."""
    found = VERSION.match(kernel or "")
    return None if found is None else Version(int(found[1]), int(found[2]), int(found[3] or 0))


def rules_of(report: Report) -> tuple[Rules, ...]:
    """The rules of the report's kernel; more than one where neither its version nor its lines say which."""
    printed = {name for zone in report.zones.values() for name in zone.figures}
    letters = {each for zone in report.zones.values() for one in zone.lists or () for each in one.letters}
    if "free_highatomic" in printed and report.kind != "state":
        return (Rules.FREE,)
    version = version_of(report.kernel)
    if version is not None and report.kind == "state" and version[:2] == (6, 12):
        return (Rules.RESERVED, Rules.FREE)  # some 6.12.y took over what 6.13 does
    if version is not None:
        return (of_version(version),)
    if "boost" in printed:
        return (Rules.RESERVED,) if report.kind != "state" else (Rules.RESERVED, Rules.FREE)
    if "reserved_highatomic" in printed and report.kind != "state":
        return (Rules.QUICK, Rules.RESERVED)
    if "writepending" in printed or "H" in letters:
        return (Rules.QUICK,)
    if "pages_scanned" in printed or "free_pcp" in printed or "R" in letters:
        return (
            (Rules.HALVING,) if "R" in letters or "free_pcp" not in printed else (Rules.HALVING, Rules.QUICK)
        )
    return tuple(Rules)


def of_version(version: Version) -> Rules:
    """The rules of kernels of that version."""
    if version < (4, 4):
        return Rules.HALVING
    if version < (5, 9):
        return Rules.QUICK
    return Rules.RESERVED if version < (6, 13) else Rules.FREE


def by_reclaim(rules: Rules, version: Version | None) -> tuple[bool, ...]:
    """Whether the want of direct reclaim, not a flag ATOMIC, tells who cannot wait; or if it may be either.

    From 6.3 on it is.  Some 6.1.y before 6.1.192 took that over: of which both are tried.
    Linux: gfp_to_alloc_flags(), mm/page_alloc.c.
    """
    if rules is Rules.FREE:
        return (True,)
    if rules is not Rules.RESERVED:
        return (False,)
    if version is None or version >= (6, 3) or (6, 1, 192) <= version < (6, 2):
        return (True,)
    return (False, True) if version[:2] == (6, 1) else (False,)


def last_resort(version: Version | None) -> bool:
    """Whether a single page for those that cannot wait may come from the highatomic reserve at last.

    Linux: rmqueue_buddy(), mm/page_alloc.c, from 6.12 on, and of 6.1.192.
    """
    return version is None or version >= (6, 12) or (6, 1, 192) <= version < (6, 2)
