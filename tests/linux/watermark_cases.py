"""Random cases near their thresholds, drawn once and for all, and what recorded machines tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.linux.watermark_oracle import Case, least_mark, needed

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
FLAGS = (0x8, 0x10, 0x20, 0x200)
OTHER_FLAGS = (0, 1, 2, 0x40, 0x80, 0x100, 0x800)
MARKS = (0, 1, 2, 3, 4, 5, 7, 423, 528, 633, 8986)


class CasesZone(NamedTuple):
    """The zone of a case."""

    case: Case

    @property
    def lowmem_reserve(self) -> Sequence[int]:
        """That of the case."""
        return self.case.reserves

    @property
    def nr_reserved_highatomic(self) -> int:
        """That of the case."""
        return self.case.highatomic

    def has_free(self, order: int, migratetype: int) -> bool:
        """Whether the case lists one."""
        return migratetype in self.case.lists.get(order, ())


def cases(number: int) -> Iterator[Case]:
    """So many, each within three pages of a threshold that some part of the rule has there."""
    draw = Random(20261125)
    for _ in range(number):
        boost = draw.choice((0, 0, 512, 1024))
        flags = sum(flag for flag in FLAGS if draw.random() < 0.35) | draw.choice(OTHER_FLAGS)
        lists = {order: frozenset(kind for kind in range(5) if draw.random() < 0.12) for order in range(11)}
        case = Case(
            order=draw.choice((0, 0, 0, draw.randrange(11))),
            mark=boost + draw.choice((*MARKS, draw.randrange(20000))),
            reserves=tuple(draw.choice((0, 189, 250, 575)) for _ in range(5)),
            highest_zoneidx=draw.randrange(5),
            alloc_flags=flags,
            gfp_mask=draw.choice((0, 0x200, 0xA20, 0xCC0)),
            free=0,
            highatomic=draw.choice((0, 0, 512, 1024, 2048)),
            boost=boost,
            lists=lists,
        )
        mark = draw.choice((case.mark, case.mark - boost, least_mark(case.mark, flags)))
        if draw.random() < 0.4:
            mark = least_mark(case.mark - boost, flags)
        near = draw.choice((needed(case, mark), case.highatomic, draw.randrange(30000)))
        yield case._replace(free=max(near + draw.randrange(-3, 3), 0))


class Zoneinfo(NamedTuple):
    """What /proc/zoneinfo says of a zone."""

    node: int
    zone: int
    min: int
    low: int
    high: int
    managed: int
    protection: tuple[int, ...]
    lists: tuple[tuple[int, int], ...]
    """high and batch of each CPU's lists."""


def zones_of(name: str) -> list[Zoneinfo]:
    """The managed zones of a recorded machine, before anything was recorded."""
    text = (DATA / f"{name}.zoneinfo").read_text(encoding="ascii")
    index, found = {"DMA": 0, "DMA32": 1, "Normal": 2}, []
    for part in text.split("Node ")[1:]:
        opens = re.match(r"(\d+), zone +(\w+)", part)
        assert opens is not None
        figures = {key: int(value) for key, value in re.findall(r"^ +(\w+) +(\d+)$", part, re.M)}
        protection = re.search(r"protection: \((.*)\)", part)
        assert protection is not None
        lists = re.findall(r"high: +(\d+)\s+batch: +(\d+)", part)
        if figures["managed"] > 0:
            zone = int(opens[1]), index[opens[2]]
            marks = figures["min"], figures["low"], figures["high"]
            printed = tuple(map(int, protection[1].split(", ")))
            of_cpus = tuple((int(high), int(batch)) for high, batch in lists)
            found.append(Zoneinfo(*zone, *marks, figures["managed"], printed, of_cpus))
    return found


def snapshot_zones(name: str) -> list[dict[str, str]]:
    """The zones as they were when the lists were taken."""
    lines = (DATA / f"{name}.zs.start").read_text(encoding="ascii").splitlines()
    return [dict(each.split("=", 1) for each in line.split("\t")[1:]) for line in lines if line[0] == "Z"]
