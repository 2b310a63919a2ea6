"""A machine in words."""

from __future__ import annotations

import re

import pytest

from verified_buddy import Nodes, NodeSpec
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL
from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.machine_text import in_words, machine_of


def test_zones_end_where_those_of_x86_do_and_the_first_mib_is_not_memory() -> None:
    (node,) = machine_of("5 GiB")
    assert node == NodeSpec([(DMA, 256, 4096), (DMA32, 4096, 1 << 20), (NORMAL, 1 << 20, 5 << 18)], [0])


def test_nodes_share_memory_and_cpus() -> None:
    first, second = machine_of("8 GiB, two nodes", cpus=3)
    assert first == NodeSpec([(DMA, 256, 4096), (DMA32, 4096, 1 << 20)], [0])
    assert second == NodeSpec([(NORMAL, 1 << 20, 1 << 21)], [1, 2])
    assert in_words([first, second]) == "2,096,896 pages, 2 nodes, 3 CPUs"


@pytest.mark.parametrize("text", ["64 MiB", "64 MiB, one node", " 65536KiB ", "64 MiB,1 node"])
def test_words_may_be_spelled_in_more_than_one_way(text: str) -> None:
    assert machine_of(text) == machine_of("64 MiB")


def test_every_machine_works_even_one_whose_nodes_have_no_cpus() -> None:
    assert Nodes(machine_of("64 MiB, 8 nodes")).alloc_pages(0xCC0, 0, 7) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0 GiB", "'0 GiB': a machine without memory, 4 MiB a node is the least"),
        ("16 MiB, 8 nodes", "a machine without memory"),
        ("four GiB", "is no machine: such as '4 GiB'"),
        ("4 GB", "is no machine"),
        ("4 GiB, zero nodes", "'zero' nodes: a number from 1 to 64"),
        ("4 GiB, 65 nodes", "from 1 to 64"),
        ("999999999 TiB", "more memory than"),
        ("\x1b[31m", r"\x1b"),
    ],
)
def test_what_is_no_machine_is_said_in_a_line(text: str, why: str) -> None:
    with pytest.raises(Unusable, match=re.escape(why)) as caught:
        machine_of(text)
    assert str(caught.value).isprintable()
