"""A machine in words, or of a map of memory."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verified_buddy import Nodes
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL
from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.machine_text import machine_of

DMESG = Path(__file__).parents[1] / "data" / "linux-6.1" / "req2numa-markers.dmesg"


def test_zones_end_where_those_of_x86_do_and_the_first_mib_is_not_given() -> None:
    (node,) = machine_of("5 GiB")
    assert node.zones == [(DMA, 1, 4096), (DMA32, 4096, 1 << 20), (NORMAL, 1 << 20, 5 << 18)]
    assert Nodes([node]).ascending[0].managed == 4096 - 256


def test_nodes_share_memory_and_cpus() -> None:
    first, second = machine_of("8 GiB, two nodes", cpus=3)
    assert (first.zones, [*first.cpus]) == ([(DMA, 1, 4096), (DMA32, 4096, 1 << 20)], [0])
    assert (second.zones, [*second.cpus]) == ([(NORMAL, 1 << 20, 1 << 21)], [1, 2])


@pytest.mark.parametrize("text", ["64 MiB", "64 MiB, one node", " 65536KiB ", "64 MiB,1 node"])
def test_words_may_be_spelled_in_more_than_one_way(text: str) -> None:
    assert [each.zones for each in machine_of(text)] == [each.zones for each in machine_of("64 MiB")]


def test_every_machine_works_even_one_whose_nodes_have_no_cpus() -> None:
    assert Nodes(machine_of("64 MiB, 8 nodes")).alloc_pages(0xCC0, 0, 7) is not None


def test_a_kernels_log_has_a_machine_too() -> None:
    first, second = machine_of(str(DMESG), cpus=2)
    assert [zone for zone, _, _ in first.zones] == [DMA, DMA32]
    assert [zone for zone, _, _ in second.zones] == [DMA32]
    assert Nodes([first, second]).alloc_pages(0xCC0, 0, 1) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 GiB", "'0 GiB': no machine has so many nodes with so much memory"),
        ("16 MiB, 8 nodes", "no machine has so many nodes with so much memory"),
        ("four GiB", "is no description such as '4 GiB, two nodes'"),
        ("4 GB", "is no description"),
        ("999999999 TiB", "no machine has so many"),
        ("\x1b[31m", r"\x1b"),
        ("\0", r"\x00"),
        ("README.md", "README.md: "),
    ],
)
def test_what_is_no_machine_is_said_in_a_line(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=re.escape(why)) as caught:
        machine_of(text)
    assert str(caught.value).isprintable()
