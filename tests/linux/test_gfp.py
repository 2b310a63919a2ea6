"""Laws of what gfp flags say: the zone and the type, and what a context takes away."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.linux.gfp_recorded import CPUSETS, RECORDED, Look, first_looks, requests
from verified_buddy.errors import BuddyError, InvalidGfp
from verified_buddy.linux import gfp, zone_type

BITS = (
    *("DMA", "HIGHMEM", "DMA32", "MOVABLE", "RECLAIMABLE", "HIGH", "IO", "FS", "ZERO", "ATOMIC"),
    *("DIRECT_RECLAIM", "KSWAPD_RECLAIM", "WRITE", "NOWARN", "RETRY_MAYFAIL", "NOFAIL", "NORETRY"),
    *("MEMALLOC", "COMP", "NOMEMALLOC", "HARDWALL", "THISNODE", "ACCOUNT", "ZEROTAGS"),
)
COMPOSITES = {
    "GFP_ATOMIC": 0xA20,
    "GFP_KERNEL": 0xCC0,
    "GFP_KERNEL_ACCOUNT": 0x400CC0,
    "GFP_NOWAIT": 0x800,
    "GFP_NOIO": 0xC00,
    "GFP_NOFS": 0xC40,
    "GFP_USER": 0x100CC0,
    "GFP_DMA": 0x1,
    "GFP_DMA32": 0x4,
    "GFP_HIGHUSER": 0x100CC2,
    "GFP_HIGHUSER_MOVABLE": 0x100CCA,
    "GFP_TRANSHUGE_LIGHT": 0x1C20CA,
    "GFP_TRANSHUGE": 0x1C24CA,
}


def test_the_bits_stand_in_the_kernels_order_without_a_gap() -> None:
    assert [getattr(gfp, name) for name in BITS] == [1 << number for number in range(24)]
    assert gfp.ALL == (1 << 24) - 1
    assert {name: getattr(gfp, name) for name in COMPOSITES} == COMPOSITES
    assert not any(gfp.gfp_error(mask) for mask in COMPOSITES.values())


@pytest.mark.parametrize(
    ("gfp_mask", "zone", "migratetype"),
    [
        (gfp.GFP_KERNEL, zone_type.NORMAL, 0),
        (gfp.GFP_KERNEL | gfp.DMA, zone_type.DMA, 0),
        (gfp.GFP_DMA32, zone_type.DMA32, 0),
        (gfp.GFP_HIGHUSER, zone_type.NORMAL, 0),
        (gfp.GFP_HIGHUSER_MOVABLE, zone_type.MOVABLE, 1),
        (gfp.GFP_KERNEL | gfp.MOVABLE, zone_type.NORMAL, 1),
        (gfp.GFP_NOFS | gfp.RECLAIMABLE, zone_type.NORMAL, 2),
        (gfp.MOVABLE | gfp.DMA, zone_type.DMA, 1),
        (gfp.MOVABLE | gfp.DMA32, zone_type.DMA32, 1),
        (gfp.RECLAIMABLE | gfp.DMA, zone_type.DMA, 2),
    ],
)
def test_a_request_has_its_zone_and_its_type(gfp_mask: int, zone: int, migratetype: int) -> None:
    assert gfp.gfp_zone(gfp_mask) == zone
    assert gfp.gfp_migratetype(gfp_mask) == migratetype
    assert gfp.gfp_migratetype(gfp_mask, mobility_off=True) == 0
    assert gfp.gfp_error(gfp_mask) is None


@pytest.mark.parametrize("low", [3, 5, 6, 7, 11, 13, 14, 15])
@pytest.mark.parametrize("others", [0, gfp.GFP_KERNEL, gfp.ALL & ~0xF])
def test_zones_at_odds_are_rejected(low: int, others: int) -> None:
    with pytest.raises(InvalidGfp):
        gfp.gfp_zone(low | others)
    assert isinstance(gfp.gfp_error(low | others), InvalidGfp)


@pytest.mark.parametrize("off", [False, True])
def test_both_mobilities_are_rejected(off: bool) -> None:
    with pytest.raises(InvalidGfp):
        gfp.gfp_migratetype(gfp.GFP_KERNEL | gfp.MOVABLE | gfp.RECLAIMABLE, mobility_off=off)


@pytest.mark.parametrize("wrong", [True, None, 1.0, "GFP_KERNEL", -1, 1 << 24, 1 << 200])
def test_what_is_no_mask_is_an_error_with_a_short_sentence(wrong: object) -> None:
    error = gfp.gfp_error(wrong)
    assert isinstance(error, BuddyError)
    assert str(error).endswith("is not a legal mask of gfp flags")
    assert len(str(error)) < 100


def test_noio_is_the_stronger_context() -> None:
    assert gfp.current_gfp_context(gfp.GFP_KERNEL) == gfp.GFP_KERNEL
    assert gfp.current_gfp_context(gfp.GFP_KERNEL, nofs=True) == gfp.GFP_NOFS
    assert gfp.current_gfp_context(gfp.GFP_KERNEL, noio=True) == gfp.GFP_NOIO
    assert gfp.current_gfp_context(gfp.GFP_KERNEL, noio=True, nofs=True) == gfp.GFP_NOIO
    assert gfp.current_gfp_context(gfp.GFP_HIGHUSER_MOVABLE, pin=True) == gfp.GFP_HIGHUSER


def test_who_may_wait_is_not_atomic_in_the_slow_path() -> None:
    assert gfp.slowpath_gfp(gfp.GFP_ATOMIC) == gfp.GFP_ATOMIC
    assert gfp.slowpath_gfp(gfp.GFP_KERNEL) == gfp.GFP_KERNEL
    assert gfp.slowpath_gfp(gfp.GFP_ATOMIC | gfp.GFP_KERNEL) == gfp.GFP_KERNEL | gfp.HIGH


def test_compaction_is_for_who_may_do_io() -> None:
    assert gfp.gfp_compaction_allowed(gfp.GFP_NOFS)
    assert not gfp.gfp_compaction_allowed(gfp.GFP_NOIO)


def of(look: Look) -> tuple[int, int]:
    return look.highest_zone, look.migratetype


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_look_is_at_the_zones_and_the_type_that_the_flags_say(name: str) -> None:
    looks = [look for request in requests(name) for look in request.looks]
    assert looks
    assert [of(look) for look in looks] == [
        (gfp.gfp_zone(look.gfp), gfp.gfp_migratetype(look.gfp)) for look in looks
    ]
    assert not any(gfp.gfp_error(look.gfp) for look in looks)


CONTEXTS = {
    "req1": {"nothing": 13354, "nofs": 2562, "noio": 2},
    "req3memcg": {"nothing": 9186},
    "req4compact": {"nothing": 565},
    "req2numa": {"nothing": 5660, "nofs": 193},
    "req2numa-markers": {"nothing": 508},
    "req6offline": {"nothing": 2680},
}
"""How many requests need their task to be in which context, which no line tells."""


@pytest.mark.parametrize("name", RECORDED)
def test_a_context_of_the_task_explains_what_became_of_the_flags(name: str) -> None:
    needed = Counter[str]()
    added = gfp.HARDWALL if name in CPUSETS else 0
    for request, first in first_looks(name):
        explained = [
            context
            for context in ("nothing", "nofs", "noio", "pin")
            if gfp.current_gfp_context(request.gfp, **{} if context == "nothing" else {context: True}) | added
            == first.gfp
        ]
        needed[explained[0]] += 1
    assert needed == CONTEXTS[name]


@pytest.mark.parametrize("name", RECORDED)
def test_a_slow_request_goes_on_without_what_the_fast_path_added(name: str) -> None:
    for request in requests(name):
        for look in request.slow:
            assert request.slow_gfp is not None
            last = gfp.HARDWALL | gfp.slowpath_gfp(request.slow_gfp) & ~gfp.DIRECT_RECLAIM
            assert look.gfp in (gfp.slowpath_gfp(request.slow_gfp), last)
