"""Functions of numbers on both sides, on every number that makes a difference; and every split of a block."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product, zip_longest
from time import monotonic
from typing import Any, Final

from specs.kernel_text.beside.requests import PARTS, Case
from specs.kernel_text.beside.subject import Side
from specs.kernel_text.errors import NoTree, Unread

CPUS: Final = (1, 2, 3, 4, 5, 7, 8, 16, 63, 64, 8192)
BATCHES: Final = (1, 3, 7, 15, 31, 63)


def batches() -> Iterator[Case]:
    """Sizes of zones around every quarter of 1 MiB that counts, and up to 2^40 pages."""
    around = {quarter * 1024 + step for quarter in range(1201) for step in (-1, 0, 1, 1023)}
    powers = {(1 << bits) + step for bits in range(41) for step in (-1, 0, 1)}
    for managed in sorted(each for each in around | powers if 0 <= each <= 1 << 40):
        yield "linux.pcp_limits.zone_batchsize", (managed,), {}


def highs() -> Iterator[Case]:
    """Low marks around the sizes at which four batches are more, and large ones."""
    for batch, cpus in product(BATCHES, CPUS):
        edge = 4 * batch * cpus
        around = {edge + step for step in (-cpus, -1, 0, 1, cpus - 1, cpus, cpus + 1)}
        for low in sorted(each for each in {0, 1, 1000, (1 << 31) - 1} | around if each >= 0):
            yield "linux.pcp_limits.zone_highsize", (low, cpus, batch), {}


def boosts() -> Iterator[Case]:
    """Marks, factors and sizes around those below which nothing is boosted, or the boost ends."""
    factors = (0, 1, 9999, 10000, 10001, 15000, 30000)
    managed = (0, 1, 2047, 2048, 2049, 1 << 20, 1 << 40)
    highs = (0, 1, 2, 340, 341, 342, 511, 512, 513, 6666, 10000, 123457, 1 << 30)
    for boost, high, size, factor in product(
        (0, 1, 511, 512, 1000, 185185, 1 << 30), highs, managed, factors
    ):
        yield "linux.watermark.boost_after_steal", (boost, high, size), {"factor": factor}


def buddies() -> Iterator[Case]:
    """Blocks of every order."""
    for order, number in product(range(11), (0, 1, 2, 3, 6, 1023, 1 << 30)):
        yield "pfn.buddy_pfn", (number << order, order), {}


def cases() -> Iterator[Case]:
    """All of them, one of each kind in turn."""
    kinds = (part() for part in (batches, highs, boosts, buddies, *PARTS))
    return (case for case in chain.from_iterable(zip_longest(*kinds)) if case is not None)


def asked(side: Side, case: Case) -> Any:
    """What a side answers."""
    module, _, function = case[0].rpartition(".")
    return getattr(side.subject.module(module), function)(*case[1], **case[2])


def first_of_numbers(ours: Side, theirs: Side, until: float) -> tuple[int, str]:
    """How many cases were compared, and what differs first; nothing if nothing does."""
    number = 0
    for case in cases():
        if monotonic() > until:
            break
        number += 1
        answer, found = asked(ours, case), answered(theirs, case)
        if answer != found:
            words = [*map(str, case[1]), *(f"{key}={value}" for key, value in case[2].items())]
            return number, f"{case[0]}({', '.join(words)}): C answers {found}, ours {answer}"
    return number, ""


def answered(theirs: Side, case: Case) -> Any:
    """What C answers, or how it fails."""
    try:
        return asked(theirs, case)
    except (Unread, NoTree):
        raise
    except Exception as error:  # whatever the text does is the finding
        return f"{type(error).__name__}: {error}"


class Noted:
    """In place of free_one_page(): what is freed, under which type, to which end."""

    __name__ = "free_one_page"

    def __init__(self) -> None:
        self.said: list[tuple[int, int, int, bool]] = []

    def __call__(self, zone: Any, pfn: int, order: int, migratetype: int, *, to_tail: bool = False) -> None:
        """Note it."""
        self.said.append((pfn, order, migratetype, to_tail))


class Splitter:
    """A side, on which a block is split into pieces that are noted, and not freed."""

    def __init__(self, side: Side) -> None:
        self.side, self.noted = side, Noted()
        for name in ("linux.isolation", "linux.mobility"):
            vars(side.subject.module(name))["free_one_page"] = self.noted

    def pieces(self, head: int, order: int, offset: int) -> Any:
        """The pieces of a free block of that order, and what is left on the lists."""
        linux = self.side.subject.linux
        zone = linux.zone.LinuxZone(head & -1024, head + 2048)
        for number in range(3):
            zone.mobility.pageblocks.set((head & -1024) + 512 * number, number % 3)
        zone.free_area.add(head, order, 1, tail=True)
        self.noted.said.clear()
        try:
            linux.isolation.split_free_page(zone.mobility, head, order, head + offset)
        except (Unread, NoTree):
            raise
        except Exception as error:  # whatever the text does is the finding
            return f"{type(error).__name__}: {error}"
        return tuple(self.noted.said), tuple(zone.free_area.blocks())


def first_of_splits(ours: Side, theirs: Side, until: float) -> tuple[int, str]:
    """Every order and offset, from several first pages; how many were compared, and what differs first."""
    one, two, number = Splitter(ours), Splitter(theirs), 0
    for order in range(1, 11):
        for head in (0, 1 << order, 3 << order, 1 << 20):
            for offset in range(1, 1 << order):
                if monotonic() > until:
                    return number, ""
                number += 1
                mine, other = one.pieces(head, order, offset), two.pieces(head, order, offset)
                if mine != other:
                    what = f"split_free_page({head}, {order}, {head + offset})"
                    return number, f"{what}: C frees {other}, ours {mine}"
    return number, ""
