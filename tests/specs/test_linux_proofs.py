"""Laws of the layers' proofs: what stands in for what, and what the sentences do not say."""

from __future__ import annotations

import ast

import pytest
import z3

from specs.ledger.subject import BY_Z3, Twin, broken, running, source_of
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.operations import Variant
from specs.prover.method.paths import Path
from specs.prover.method.shape import countdown_faults, hidden_state_faults, loop_faults
from specs.prover.models import LINUX
from specs.prover.models.zone.geometry import TOP, Geometry, faults, scaled
from verified_buddy.free_area import Migratetype
from verified_buddy.linux.highatomic import reserve_highatomic_pageblock, unreserve_highatomic_pageblock
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.linux.mobility import MobilityZone, free_one_page
from verified_buddy.linux.pageblock import Pageblocks
from verified_buddy.linux.versions.v6_1 import LINUX_6_1
from verified_buddy.pfn import Order, Pfn


def test_the_geometry_of_a_real_zone_is_that_of_the_code() -> None:
    assert list(faults(running())) == []
    real = Geometry(TOP)
    assert (real.order, real.pages, real.steal, real.claim, real.lists) == (9, 512, 4, 256, 14)


def test_smaller_pageblocks_last_as_long_as_the_run() -> None:
    subject = running()
    with scaled(subject, Geometry(3)):
        assert subject.linux.mobility.PAGEBLOCK_PAGES == 4
        assert subject.linux.fallback.STEAL_ORDER == 1
        assert subject.linux.pcp.NR_PCP_LISTS == 8
    assert list(faults(subject)) == []


def test_another_constant_is_noticed() -> None:
    subject = broken(Twin("small", "linux.pageblock", "ORDERS[9]", "ORDERS[8]"))
    assert list(faults(subject))


@pytest.mark.parametrize("module", BY_Z3)
def test_a_module_of_the_layers_has_no_hidden_state(module: str) -> None:
    assert list(hidden_state_faults(source_of(module), "constants")) == []


@pytest.mark.parametrize("line", ["seen = []", "seen: Final = []", "seen: list[int] = [0]"])
def test_state_beside_the_lists_is_noticed(line: str) -> None:
    assert list(hidden_state_faults(line, "constants"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("moved += pages", "moved += pages + moved"),
        ("moved += pages", "moved = pages"),
        ("        moved += pages\n", "        moved += pages\n        moved += 1\n"),
        ("        moved += pages\n", "        moved += pages\n        end = start\n"),
    ],
)
def test_a_result_that_is_no_sum_is_noticed(old: str, new: str) -> None:
    text = source_of("linux.mobility")
    assert list(loop_faults(text, "move_freepages")) == []
    other = text.replace(old, new)
    ast.parse(other)
    assert list(loop_faults(other, "move_freepages"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        blocks -= 1\n", "        blocks -= 1\n        order = order\n"),
        ("    while blocks > 0:\n", "    while blocks >= 0:\n"),
        ("        blocks -= 1\n", "        blocks -= 1\n        pcp.seen = 1\n"),
        ("    while blocks > 0:\n", "    while blocks > 0:\n        for _ in ():\n            pass\n"),
    ],
)
def test_a_loop_that_carries_more_than_its_count_is_noticed(old: str, new: str) -> None:
    text = source_of("linux.pcp")
    assert list(countdown_faults(text, "rmqueue_bulk", "blocks")) == []
    assert text.count(old) == 1
    assert list(countdown_faults(text.replace(old, new), "rmqueue_bulk", "blocks"))


def test_a_migratetype_of_unknown_value_is_compared_where_there_is_a_path() -> None:
    term = z3.BitVec("kind", 3)
    path = Path()
    kind = LiftedType(term, path)
    assert bool(kind < 3) is not bool(kind >= 3)
    assert bool(kind > 3) is not bool(kind <= 3)
    assert bool(kind == 4) is not bool(kind != 4)
    assert len(path.choices) == 3
    for wrong in (LiftedType(term), 9, "MOVABLE", None, LiftedPfn(path, z3.BitVec("p", 64))):
        with pytest.raises(TypeError):
            bool(LiftedType(term, path) == wrong) if not isinstance(wrong, LiftedType) else wrong == 3
    with pytest.raises(TypeError):
        type_term(True)


@pytest.mark.parametrize("left", [-3, 0, 7, 512])
@pytest.mark.parametrize("right", [-1, 0, 7, 64])
def test_counts_mean_what_ints_mean(left: int, right: int) -> None:
    path = Path()
    one, two = (LiftedCount(path, z3.BitVecVal(value, 64)) for value in (left, right))
    for lifted, plain in (
        (one + two, left + right),
        (one - two, left - right),
        (1 + one, 1 + left),
        (1 - one, 1 - left),
        (one << 5, left << 5),
        (one >> 1, left >> 1),
        (one % 8, left % 8),
    ):
        value = z3.simplify(lifted.term)
        assert isinstance(value, z3.BitVecNumRef)
        assert value.as_signed_long() == plain
    assert bool(one < two) is (left < right)
    assert bool(one <= two) is (left <= right)
    assert bool(one > two) is (left > right)
    assert bool(one >= two) is (left >= right)
    assert bool(one == two) is (left == right)
    assert bool(one != two) is (left != right)


def test_variants_of_a_request_name_their_flags() -> None:
    variants = LINUX["fallback.rmqueue"].variants(3)
    assert Variant(0, migratetype=2, options=frozenset({"no_fragment"})) in variants


def test_whole_pageblocks_that_change_their_type_are_not_merged() -> None:
    """As in Linux 6.1: two free movable pageblocks side by side, which no free has put together."""
    pageblocks = Pageblocks()
    zone = MobilityZone(Pfn(0), Pfn(2048), pageblocks, LINUX_6_1, managed=204800)
    for start in range(0, 2048, 512):
        pageblocks.set(Pfn(start), MOVABLE)
    assert reserve_highatomic_pageblock(zone, Pfn(0))
    free_one_page(zone, Pfn(0), Order(9), Migratetype(3))
    free_one_page(zone, Pfn(512), Order(9), MOVABLE)
    assert unreserve_highatomic_pageblock(zone, MOVABLE, force=True)
    assert set(zone.free_area.blocks()) == {(0, 9, 1), (512, 9, 1)}
