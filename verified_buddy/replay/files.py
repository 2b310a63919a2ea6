"""What the command line gives a replay beside the trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from verified_buddy.oracle.source import Unusable, printable
from verified_buddy.replay.recording import Given
from verified_buddy.replay.snapshot import Snapshot, read_snapshot
from verified_buddy.replay.zoneinfo import read_zoneinfo

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Files:
    """The names of the files, and where the replay begins."""

    snapshot: str | None = None
    expect: str | None = None
    zoneinfo: str | None = None
    at: str = "marker"

    def given(self) -> Given:
        """What the files hold.  Raises Unusable, which names the file."""
        start, end = of(self.snapshot, read_snapshot), of(self.expect, read_snapshot)
        if start is not None and end is not None and self.expect is not None:
            refuse_other_zones(start, end, self.expect)
        return Given(start, end, of(self.zoneinfo, read_zoneinfo) or {}, self.at == "marker")


def of(name: str | None, read: Callable[[BinaryIO], T]) -> T | None:
    """What the file holds; None if there is no file.  Raises Unusable, which names the file."""
    if name is None:
        return None
    try:
        with open(name, "rb") as stream:
            return read(stream)
    except Unusable as error:
        raise Unusable(f"{printable(name)}: {error}") from None
    except OSError as error:
        raise Unusable(f"{printable(name)}: {error.strerror or type(error).__name__}") from None


def refuse_other_zones(start: Snapshot, end: Snapshot, name: str) -> None:
    """Both snapshots are of one machine.  Raises Unusable."""
    zones = [{row.zone: (row.start, row.spanned) for row in each.zones.values()} for each in (start, end)]
    if zones[0] != zones[1]:
        raise Unusable(f"{printable(name)}: its zones are not those of the other snapshot")
