"""Laws of page frame arithmetic, tested against pages written out one by one."""

from hypothesis import given
from hypothesis import strategies as st

from verified_buddy import ORDER_LIMIT, PFN_LIMIT, Order, Pfn
from verified_buddy.pfn import align_down, block_size, buddy_pfn, covers, is_aligned, parent_pfn

BLOCKS = [(Pfn(index * 2**order), Order(order)) for order in range(4) for index in range(16)]
orders = st.integers(0, 32).map(Order)


def pages(pfn: int, order: int) -> set[int]:
    return set(range(pfn, pfn + 2**order))


def test_limits_are_those_of_the_specification() -> None:
    assert (PFN_LIMIT, ORDER_LIMIT) == (2**52, 32)


def test_size_is_the_number_of_pages() -> None:
    assert all(block_size(order) == len(pages(pfn, order)) for pfn, order in BLOCKS)


def test_block_and_buddy_share_no_page_and_are_the_parent() -> None:
    for pfn, order in BLOCKS:
        buddy, parent = buddy_pfn(pfn, order), parent_pfn(pfn, order)
        assert pages(pfn, order) & pages(buddy, order) == set()
        assert pages(pfn, order) | pages(buddy, order) == pages(parent, order + 1)


def test_aligned_pages_are_the_multiples_of_the_size() -> None:
    for order in range(4):
        aligned = [page for page in range(64) if is_aligned(Pfn(page), Order(order))]
        assert aligned == list(range(0, 64, 2**order))


def test_covered_pages_are_the_block() -> None:
    for pfn, order in BLOCKS:
        assert {page for page in range(150) if covers(pfn, order, Pfn(page))} == pages(pfn, order)


@given(pfn=st.integers(0, PFN_LIMIT - 1), order=orders)
def test_align_down_is_the_last_multiple_not_after_the_page(pfn: int, order: Order) -> None:
    first = align_down(Pfn(pfn), order)
    assert first % 2**order == 0
    assert first <= pfn < first + 2**order


@given(index=st.integers(0, 2**20 - 1), order=orders)
def test_buddys_buddy_is_the_block(index: int, order: Order) -> None:
    pfn = Pfn(PFN_LIMIT - (index + 1) * 2**order)
    assert 0 <= buddy_pfn(pfn, order) <= PFN_LIMIT - 2**order
    assert abs(buddy_pfn(pfn, order) - pfn) == 2**order
    assert buddy_pfn(buddy_pfn(pfn, order), order) == pfn
