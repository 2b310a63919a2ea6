"""Laws of the set of pages that a zone was given."""

from hypothesis import given
from hypothesis import strategies as st

from verified_buddy import PFN_LIMIT, Pfn
from verified_buddy.spans import Spans


def spans_of(*ranges: tuple[int, int]) -> Spans:
    spans = Spans()
    for start, end in ranges:
        spans.add(Pfn(start), Pfn(end))
    return spans


def test_new_spans_have_no_page() -> None:
    assert spans_of().ranges() == []
    assert not spans_of().overlaps(Pfn(0), Pfn(PFN_LIMIT))
    assert not spans_of().covers(Pfn(0), Pfn(1))


def test_neighbours_are_joined_and_holes_stay() -> None:
    assert spans_of((4, 6), (0, 2), (8, 9)).ranges() == [(0, 2), (4, 6), (8, 9)]
    assert spans_of((4, 6), (0, 2), (2, 4)).ranges() == [(0, 6)]


def test_the_last_page_is_a_page() -> None:
    spans = spans_of((PFN_LIMIT - 1, PFN_LIMIT))
    assert spans.covers(Pfn(PFN_LIMIT - 1), Pfn(PFN_LIMIT))
    assert spans.overlaps(Pfn(0), Pfn(PFN_LIMIT))


def test_every_one_of_many_spans_is_covered() -> None:
    spans = Spans()
    for start in range(0, 200, 4):
        spans.add(Pfn(start), Pfn(start + 2))
    for start in range(0, 200, 4):
        assert spans.covers(Pfn(start), Pfn(start + 2))
        assert spans.overlaps(Pfn(start + 1), Pfn(start + 2))
        assert not spans.overlaps(Pfn(start + 2), Pfn(start + 4))
        assert not spans.covers(Pfn(start), Pfn(start + 3))


@given(
    pages=st.lists(st.integers(0, 25), unique=True),
    start=st.integers(0, 25),
    length=st.integers(1, 8),
)
def test_spans_answer_as_the_set_of_pages(pages: list[int], start: int, length: int) -> None:
    spans = spans_of(*((page, page + 1) for page in pages))
    asked = set(range(start, start + length))
    assert spans.overlaps(Pfn(start), Pfn(start + length)) == bool(asked & set(pages))
    assert spans.covers(Pfn(start), Pfn(start + length)) == (asked <= set(pages))
    assert {page for first, end in spans.ranges() for page in range(first, end)} == set(pages)
    assert all(end < later for (_, end), (later, _) in zip(spans.ranges(), spans.ranges()[1:], strict=False))
