"""What a fallback does, and what is told of it, under each policy."""

from __future__ import annotations

import re

import pytest

from verified_buddy import NodeSpec
from verified_buddy.linux import gfp
from verified_buddy.linux.zone_type import DMA32
from verified_buddy.simulate.teller import Teller
from verified_buddy.simulate.told_nodes import ToldNodes
from verified_buddy.simulate.told_zone import ToldZone

SPEC = [NodeSpec([(DMA32, 4096, 12288)], cpus=[0])]
NAME = re.compile(r"(mm_page_alloc_extfrag|mm_page_alloc_zone_locked): page=\w+ pfn=(0x\w+)")


def told_by(policy: str) -> tuple[ToldNodes, list[str]]:
    text: list[str] = []
    teller = Teller(text.append, probes=False)
    return ToldNodes(SPEC, teller, policy=policy, min_free_kbytes=0), text


def events(nodes: ToldNodes, text: list[str]) -> list[tuple[str, str]]:
    nodes.teller.flush()
    found = NAME.findall("".join(text))
    text.clear()
    return [(name.removeprefix("mm_page_alloc_"), pfn) for name, pfn in found]


def test_linux_6_1_tells_of_the_victim_before_a_block_leaves_its_list() -> None:
    nodes, text = told_by("6.1")
    nodes.alloc_pages(gfp.GFP_KERNEL, 4, 0)
    assert events(nodes, text) == [("extfrag", "0x1000"), ("zone_locked", "0x1000")]


def test_linux_6_12_tells_of_a_claim_afterwards_and_of_a_whole_pageblock_alone() -> None:
    nodes, text = told_by("6.12")
    nodes.alloc_pages(gfp.GFP_KERNEL, 4, 0)
    assert events(nodes, text) == [("extfrag", "0x1000")]
    while nodes.alloc_pages(gfp.GFP_HIGHUSER_MOVABLE | gfp.MEMALLOC, 9, 0) is not None:
        pass
    events(nodes, text)
    nodes.alloc_pages(gfp.GFP_HIGHUSER_MOVABLE | gfp.MEMALLOC, 4, 0)
    (name, pfn), (after, victim) = events(nodes, text)
    assert (name, after) == ("zone_locked", "extfrag")
    assert pfn == victim


@pytest.mark.parametrize(("policy", "claims"), [("6.1", 1), ("6.12", 1)])
def test_fallbacks_and_claims_are_counted(policy: str, claims: int) -> None:
    nodes, _ = told_by(policy)
    nodes.alloc_pages(gfp.GFP_KERNEL, 4, 0)
    (zone,) = nodes.ascending
    assert isinstance(zone, ToldZone)
    assert (zone.fallbacks, zone.claims) == (1, claims)
