"""The oracle itself: the efficient set of pages is the plain one, and each invariant can be broken."""

from itertools import product

import pytest

from specs.model import policy
from specs.model.abstract import PFN_END, Machine, Plain, Rejected, Wrong
from specs.model.invariants import INVARIANTS, View, broken_invariants
from specs.model.ranges import Ranges

UNIVERSE = 6


def ranges_of(pages: set[int]) -> Ranges:
    ranges = Ranges()
    for page in pages:
        ranges.add(page, page + 1)
    return ranges


def test_ranges_answer_as_plain_sets_for_every_set_of_six_pages() -> None:
    spans = [(start, end) for end in range(1, UNIVERSE + 1) for start in range(end)]
    for members in product([False, True], repeat=UNIVERSE):
        pages = {page for page in range(UNIVERSE) if members[page]}
        plain, ranges = Plain(pages), ranges_of(pages)
        assert len(ranges) == len(pages)
        for max_order in range(4):
            assert ranges.whole_blocks(max_order) == plain.whole_blocks(max_order)
        for start, end in spans:
            assert ranges.has_all(start, end) == plain.has_all(start, end)
            assert ranges.has_any(start, end) == plain.has_any(start, end)
            for change in ("add", "discard"):
                plain_after, ranges_after = plain.copy(), ranges.copy()
                getattr(plain_after, change)(start, end)
                getattr(ranges_after, change)(start, end)
                assert ranges_after.changes == ranges_of(plain_after.pages).changes


def test_free_blocks_follow_from_free_pages() -> None:
    machine = Machine(2)
    machine.add_range(1, 8)
    assert machine.free_blocks() == {(1, 0), (2, 1), (4, 2)}
    machine.alloc(0, 5)
    assert machine.free_blocks() == {(1, 0), (2, 1), (4, 0), (6, 1)}


def test_machine_forbids_what_was_not_free() -> None:
    machine = Machine(1)
    machine.add_range(0, 3)
    machine.alloc(0, 1)
    for answer in (1, 3, -1, True, None):
        with pytest.raises(Wrong):
            machine.alloc(0, answer)
    with pytest.raises(Wrong):
        machine.alloc(1, 0)
    assert machine.live == {1: 0}


def test_machine_names_the_first_reason() -> None:
    machine = Machine(2)
    machine.add_range(0, 8)
    machine.alloc(1, 2)
    expected = {
        (2, 0): "WrongOrder",
        (2, 2): "WrongOrder",
        (3, 1): "Misaligned",
        (3, 0): "MiddleOfBlock",
        (0, 1): "DoubleFree",
        (8, 2): "OutOfRange",
        (PFN_END, 0): "InvalidPfn",
        (-1, 3): "InvalidOrder",
    }
    for block, reason in expected.items():
        with pytest.raises(Rejected, match=f"^{reason}$"):
            machine.free(*block)
    assert machine.live == {2: 1}


def test_policy_example_by_hand() -> None:
    lists: policy.Lists = [[], [], [], []]
    policy.add_range(lists, 1, 16)
    assert lists == [[1], [2], [4], [8]]
    assert [policy.alloc(lists, 0) for _ in range(3)] == [1, 2, 3]
    assert lists == [[], [], [4], [8]]
    assert policy.alloc(lists, 1) == 4
    policy.free(lists, 1, 0)
    policy.free(lists, 3, 0)
    assert lists == [[3, 1], [6], [], [8]]
    policy.free(lists, 2, 0)
    assert lists == [[1], [2, 6], [], [8]]
    assert policy.take(lists, 13, 0)
    assert lists == [[12, 1], [14, 2, 6], [8], []]


def test_policy_lists_at_the_tail_if_a_merge_is_likely() -> None:
    lists: policy.Lists = [[9], [2], [], []]
    policy.free(lists, 0, 0)
    assert lists[0] == [9, 0]
    policy.free(lists, 12, 0)
    assert lists[0] == [12, 9, 0]


SOUND = View(1, Plain(range(4)), [(0, 1), (2, 0)], [1, 1], [(3, 0)])


def test_sound_view_breaks_no_invariant() -> None:
    assert broken_invariants(SOUND) == []


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("labels", SOUND._replace(live=[])),
        ("aligned", SOUND._replace(listed=[(1, 1)])),
        ("uniform", SOUND._replace(live=[(2, 1)])),
        ("rep", SOUND._replace(listed=[(0, 1), (2, 0), (2, 0)])),
        ("rep", SOUND._replace(counts=[1, 2])),
        ("contained", SOUND._replace(pages=Plain(range(3)))),
        ("coalesced", SOUND._replace(listed=[(0, 0), (1, 0), (2, 0)])),
        ("conserved", SOUND._replace(listed=[(0, 1)])),
    ],
)
def test_each_invariant_can_be_broken(name: str, view: View) -> None:
    (predicate,) = (predicate for predicate in INVARIANTS if predicate.__name__ == name)
    assert not predicate(view)
