"""Files of /proc that kernels showed, and what their snapshots show.

The files were read one after the other before the mark of the start, or after that of the end.  Meanwhile the
machine ran the shell that read them, so that a list may be another in each; what differs, the tests count.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import NamedTuple

from tests.kmem.kernel_trace import DATA
from verified_buddy.replay.snapshot import Snapshot, read_snapshot
from verified_buddy.replay.zonestate import ZoneState, read_zonestate

MARKS = {"before": "start", "after": "end"}


class Moment(NamedTuple):
    """A recording, and whether its files were read before or after it."""

    name: str
    when: str

    def text(self, file: str) -> str:
        """The file."""
        if file == "zoneinfo" and self.when == "before":
            return (DATA / f"{self.name}.zoneinfo").read_text(encoding="ascii")
        return (DATA / "proc" / f"{self.name}-{self.when}" / file).read_text(encoding="ascii")

    def snapshot(self) -> Snapshot:
        """The lists at the mark that is nearest."""
        return read_snapshot(BytesIO((DATA / f"{self.name}.fl.{MARKS[self.when]}.gz").read_bytes()))

    def state(self) -> ZoneState:
        """The state of zones at that mark."""
        return read_zonestate(BytesIO((DATA / f"{self.name}.zs.{MARKS[self.when]}").read_bytes()))


WITH_STATE = tuple(
    Moment(name, when) for name in ("req1", "req3memcg", "req4compact") for when in ("before", "after")
)
WITH_INDICES = (*WITH_STATE, Moment("req2numa-markers", "before"))
MOMENTS = (*WITH_INDICES, Moment("small", "before"), Moment("small", "after"))


def label(line: str) -> str:
    """What stands before the figures of a line of zoneinfo; all of one that begins a zone."""
    return line if line.startswith("Node") else re.split(r"\(?\d", line)[0]


def beside(shown: str, recorded: str) -> list[tuple[str, str]]:
    """Each line that is shown, with the recorded one of the same label that comes next."""
    lines = iter(recorded.splitlines())
    return [(line, next(each for each in lines if label(each) == label(line))) for line in shown.splitlines()]
