"""What is known of pages that were freed, and are handed out."""

from __future__ import annotations

from verified_buddy.boot.contents import Contents


def test_a_page_that_is_written_to_while_it_is_free_is_found() -> None:
    for options in ({"init_on_free": True}, {"poisoning": True}):
        contents = Contents(**options)
        contents.freed(0, 1 << 28)
        assert contents.handed_out(0, 1024)
        contents.written(5000, 5001)
        assert not contents.handed_out(4096, 5120)
        assert contents.handed_out(5120, 6144)


def test_nothing_shows_where_pages_are_zeroed_when_they_are_handed_out() -> None:
    contents = Contents(init_on_alloc=True)
    contents.freed(0, 1024)
    contents.written(5, 6)
    assert contents.handed_out(0, 8)
    assert [*contents.zero] == [(0, 8)]
