"""With which flags recorded kernels asked for the pages of slabs."""

from __future__ import annotations

import gzip
import re
from itertools import product

import pytest

from tests.slab import slabinfo
from verified_buddy.linux.gfp import (
    ACCOUNT,
    COMP,
    DMA,
    GFP_ATOMIC,
    GFP_KERNEL,
    GFP_NOFS,
    HIGHMEM,
    MOVABLE,
    NOFAIL,
    NOMEMALLOC,
    NORETRY,
    NOWARN,
    RECLAIM,
    RECLAIMABLE,
    ZERO,
)
from verified_buddy.linux.gfp_names import parse_gfp
from verified_buddy.slab.layout import order_for_bytes
from verified_buddy.slab.request import first_try_flags, slab_flags

ALLOCATED = re.compile(r" mm_page_alloc: .* order=(\d+) migratetype=(\d) gfp_flags=(\S+)$")
CAREFUL = NOWARN | NORETRY | NOMEMALLOC | COMP
"""Nobody else asks like this and neither reclaims nor takes reserves."""


@pytest.mark.parametrize(("machine", "lines"), [("req1", 2), ("req3memcg", 123)])
def test_every_careful_request_that_was_recorded_is_the_first_try_for_a_slab(
    machine: str, lines: int
) -> None:
    caches = [
        (cache.pages.bit_length() - 1, order_for_bytes(cache.size)) for cache in slabinfo.caches(machine)
    ]
    tries = {
        (order, first_try_flags(slab_flags(mask, order, of_cache), order, least))
        for (order, least), mask, of_cache in product({*caches}, (GFP_KERNEL, GFP_NOFS), (0, RECLAIMABLE))
    }
    count = 0
    with gzip.open(slabinfo.DATA / f"{machine}.trace.txt.gz", "rt", encoding="utf-8") as trace:
        for line in trace:
            if "NOMEMALLOC" in line and (found := ALLOCATED.search(line)):
                flags = parse_gfp(found[3])
                if flags & CAREFUL == CAREFUL and flags & RECLAIM == 0:
                    count += 1
                    assert (int(found[1]), flags) in tries, line
                    assert (found[2] == "2") == (flags & RECLAIMABLE != 0)
    assert count == lines


def test_the_first_try_neither_waits_nor_insists_where_less_would_do() -> None:
    plain = slab_flags(GFP_KERNEL | NOFAIL, 3)
    assert plain == GFP_KERNEL | NOFAIL | COMP
    assert first_try_flags(plain, 3, 0) == (GFP_KERNEL & ~RECLAIM) | NOWARN | NORETRY | COMP | NOMEMALLOC


def test_the_only_try_waits() -> None:
    assert first_try_flags(slab_flags(GFP_KERNEL, 0), 0, 0) == GFP_KERNEL | NOWARN | NORETRY


def test_who_cannot_wait_anyway_may_take_reserves() -> None:
    assert first_try_flags(slab_flags(GFP_ATOMIC, 1), 1, 0) == GFP_ATOMIC | NOWARN | NORETRY | COMP


def test_zone_mobility_zeroing_and_charge_are_the_objects() -> None:
    assert slab_flags(GFP_KERNEL | ZERO | ACCOUNT | MOVABLE | HIGHMEM, 0, DMA) == GFP_KERNEL | DMA
