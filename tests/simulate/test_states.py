"""The state of a machine, as the replay reads it."""

from __future__ import annotations

from io import BytesIO

from verified_buddy.linux import gfp
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zonestate import read_zonestate
from verified_buddy.replay.zonestate_agrees import agree
from verified_buddy.simulate.machine_text import machine_of
from verified_buddy.simulate.states import snapshot, zonestate
from verified_buddy.simulate.watched import WatchedNodes


def test_every_list_mark_and_counter_is_read_back() -> None:
    nodes = WatchedNodes(machine_of("64 MiB, two nodes", 2))
    for number in range(300):
        pfn = nodes.alloc_pages(
            (gfp.GFP_KERNEL, gfp.GFP_HIGHUSER_MOVABLE)[number % 2], number % 5, number % 2
        )
        if pfn is not None and number % 3 == 0:
            nodes.free_pages(pfn, number % 5)
    start = read_snapshot(BytesIO("".join(snapshot(nodes)).encode()))
    state = read_zonestate(BytesIO("".join(zonestate(nodes)).encode()))
    agree(state, start)
    replayed = Machine(start, state.limits())
    for ref, zone in nodes.zones.items():
        name = ref.node, ref.zone
        found, figures = replayed.zones[name], state.zones[name]
        assert [*found.zone.free_area.blocks()] == [*zone.free_area.blocks()]
        for cpu, lists in enumerate(zone.pcp):
            mine = found.lists(cpu).pcp
            assert (mine.lists, mine.count, mine.high, mine.batch) == (
                *(lists.lists, lists.count, lists.high, lists.batch),
            )
        assert (figures.min, figures.low, figures.high, figures.promo) == zone.watermark
        assert figures.lowmem_reserve == tuple(zone.lowmem_reserve)
        assert [state.diffs[name][cpu].diff for cpu in (0, 1)] == zone.counter.diffs
    assert [ZoneRef(*ref) for ref in state.fallback[1]] == [*nodes.zonelists[1].fallback]
