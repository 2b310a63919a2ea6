"""The comparison of kernels other than 6.1: what of it is the same, and where it is not."""

from __future__ import annotations

import random

import pytest

from tests.diagnose.failure_reports import judged
from verified_buddy.diagnose.kernel_rules import Rules, Version, of_version
from verified_buddy.diagnose.marks import halving_mark_3_x, reduced_mark_3_x
from verified_buddy.linux.alloc_flags import MIN_RESERVE, NON_BLOCK
from verified_buddy.linux.watermark import reduced_mark


def test_the_mark_of_3_x_is_that_of_6_1_for_all_but_those_who_cannot_wait_without_priority() -> None:
    for mark in range(3000):
        for flags in (0, MIN_RESERVE, MIN_RESERVE | NON_BLOCK):
            assert reduced_mark_3_x(mark, flags) == reduced_mark(mark, flags)
        assert reduced_mark_3_x(mark, NON_BLOCK) == mark - mark // 4


def by_the_definition(usable: int, mark: int, order: int, counts: list[int]) -> bool:
    """Whether some order refuses: the blocks above it hold no more than the mark, halved once more."""
    return any(
        usable - sum(counts[each] << each for each in range(below + 1)) <= mark >> (below + 1)
        for below in range(order)
    )


def test_the_halving_mark_refuses_where_its_definition_does() -> None:
    rng, refused = random.Random(4), 0
    for _ in range(5000):
        counts = [rng.randrange(40) >> order for order in range(11)]
        usable, mark, order = rng.randrange(300), rng.randrange(150), rng.randrange(11)
        found = halving_mark_3_x(usable, mark, order, counts)
        assert (found is not None) == by_the_definition(usable, mark, order, counts)
        refused += found is not None
        if found is not None:
            assert found.mark == mark >> (found.order + 1)
    assert 500 < refused < 4500


@pytest.mark.parametrize(
    ("kernel", "margin", "usable"),
    [
        ("3.10.0", -89, 700 - 500),
        ("4.3.6", -89, 700 - 500),
        ("4.4.0", -89, 700 - 500),
        ("5.8.1", -89, 700 - 500),
        ("5.9.0", -109, 700 - 500 - 20),
        ("6.12.1", -109, 700 - 500 - 20),
        ("6.13.0", -94, 700 - 500 - 5),
    ],
)
def test_a_single_page_is_compared_by_the_rules_of_its_version(kernel: str, margin: int, usable: int) -> None:
    """Up to 5.8 without the highatomic reserve, from 6.13 on with what of it is free."""
    free_highatomic = "free_highatomic:20kB " if kernel >= "6.13" else ""
    log = (
        "task: page allocation failure: order:0, mode:0x0(GFP_KERNEL)\n"
        f"CPU: 0 PID: 1 Comm: task Not tainted {kernel} #1\n"
        f"Node 0 Normal free:2800kB min:1156kB low:1200kB high:1244kB reserved_highatomic:80KB "
        f"{free_highatomic}managed:90000kB free_cma:2000kB\n"
        "lowmem_reserve[]: 0 0 0 0\n"
    )
    (zone,) = judged(log).zones
    assert zone.comparison is not None
    assert (zone.margin, zone.comparison.usable, zone.comparison.needed) == (margin, usable, 289)
    assert zone.verdict == "watermark"


def test_versions_have_the_rules_of_their_time() -> None:
    assert [of_version(Version(*each, 0)) for each in ((2, 6), (4, 3), (4, 4), (5, 8))] == [
        *[Rules.HALVING] * 2,
        *[Rules.QUICK] * 2,
    ]
    assert [of_version(Version(*each, 0)) for each in ((5, 9), (6, 12), (6, 13), (7, 1))] == [
        *[Rules.RESERVED] * 2,
        *[Rules.FREE] * 2,
    ]
