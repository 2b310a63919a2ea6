"""The fallback of each kernel, as a zone that requests use."""

from __future__ import annotations

from functools import cache
from typing import Final

from verified_buddy.linux.request_zone import RequestZone
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.linux.versions.v6_12 import LINUX_6_12


class ClaimingZone(RequestZone):
    """A zone that falls back as Linux 6.12 does; in all else it is one of Linux 6.1.

    Linux 6.12: __rmqueue(), mm/page_alloc.c.
    """

    kernel = LINUX_6_12


ZONES: Final[dict[str, type[RequestZone]]] = {
    LINUX_6_1.name: RequestZone,
    LINUX_6_12.name: ClaimingZone,
}
"""By policy: its zones."""
DEFAULT: Final = LINUX_6_1.name


@cache
def zones_of(policy: str, kind: type[RequestZone]) -> type[RequestZone]:
    """The policy's zones, which are of that kind besides."""
    zone = ZONES[policy]
    return kind if issubclass(kind, zone) else type(f"{kind.__name__}{zone.__name__}", (kind, zone), {})
