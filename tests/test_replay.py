"""The zone layer of a replay: it predicts what was taken, and tells what it could not."""

from __future__ import annotations

from verified_buddy.migratetype import MOVABLE
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.events import PcpuDrain, ZoneLocked
from verified_buddy.replay.machine import FreeRow, Machine, Snapshot, ZoneRow
from verified_buddy.replay.tally import Tally
from verified_buddy.replay.zone_layer import ZoneLayer

DMA32 = (0, 1)


def layer() -> ZoneLayer:
    zone = ZoneRow(DMA32, Pfn(0), 4096, 4096)
    lists = (FreeRow(DMA32, Order(3), MOVABLE, Pfn(64)), FreeRow(DMA32, Order(3), MOVABLE, Pfn(32)))
    pageblocks = tuple((Pfn(start), MOVABLE) for start in range(0, 4096, 512))
    return ZoneLayer(Machine(Snapshot((zone,), lists, (), pageblocks)), Tally())


def test_the_head_of_the_smallest_list_is_predicted_and_split() -> None:
    zone = layer()
    zone.zone_locked(ZoneLocked(1, 0, Pfn(64), Order(0), MOVABLE))
    zone.zone_locked(ZoneLocked(2, 0, Pfn(65), Order(0), MOVABLE))
    zone.pcpu_drain(PcpuDrain(3, 0, Pfn(64), Order(0), MOVABLE))
    assert [row[1:] for row in zone.machine.free_rows()] == [
        (0, MOVABLE, 64),
        (1, MOVABLE, 66),
        (2, MOVABLE, 68),
        (3, MOVABLE, 32),
    ]


def test_after_another_page_than_the_predicted_one_the_lists_are_the_kernels() -> None:
    zone = layer()
    zone.zone_locked(ZoneLocked(1, 0, Pfn(32), Order(3), MOVABLE))
    assert [row.pfn for row in zone.machine.free_rows()] == [64]
