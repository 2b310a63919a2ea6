from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracle.page_map import Event, alloc, free, header, spell
from verified_buddy.oracle.source import LINE_LIMIT, Unusable
from verified_buddy.oracle.trace import TOP_BLOCKS, read

EVENTS = [alloc(0, 3), alloc(2, None), free(3, 0), free(3, None, rc=-22), {"op": "free", "pfn": 3}]
TEXT = spell(header(), EVENTS)
GOOD = json.dumps(alloc(0, 0)).encode()
HEAD = json.dumps(header()).encode()


class Drip(io.RawIOBase):
    """A pipe that delivers as little as it is told to."""

    def __init__(self, content: bytes, sizes: Iterator[int]) -> None:
        self.content = io.BytesIO(content)
        self.sizes = sizes

    def read(self, size: int = -1) -> bytes:
        return self.content.read(min(size, next(self.sizes, size)))


def events(content: bytes | BinaryIO) -> list[Any]:
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    return [event for batch in read(stream)[1] for event in batch.events]


def reason(content: bytes | BinaryIO) -> str:
    with pytest.raises(Unusable) as caught:
        events(content)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(st.booleans(), st.lists(st.integers(1, 40)))
def test_however_the_bytes_arrive_the_operations_are_the_same(zipped: bool, sizes: list[int]) -> None:
    content = gzip.compress(TEXT) if zipped else TEXT
    drip = Drip(content, iter([2, *sizes]))
    assert events(cast("BinaryIO", drip)) == events(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + TEXT,
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.replace(b"\n", b"\n\n \n"),
        b"\n\n" + TEXT,
        TEXT.rstrip(b"\n"),
        TEXT.replace(b"{", b"  {"),
        TEXT.replace(b"}", b',"cpu":1,"thread":"a","t0":null,"new":{"x":[1]}}'),
        gzip.compress(TEXT, mtime=0),
        gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0) + bytes(512),
    ],
)
def test_spelling_does_not_matter(text: bytes) -> None:
    assert events(text) == events(TEXT)
    assert len(events(text)) == len(EVENTS)


def test_a_batch_knows_the_lines_of_its_operations() -> None:
    text = b"\n".join([b"", HEAD, b"", GOOD, b" ", b"", GOOD, GOOD])
    (batch,) = read(io.BytesIO(text + b"\n"))[1]
    assert [batch.line_of(operation) for operation in (1, 2, 3)] == [4, 7, 8]


def test_lines_are_counted_over_all_batches() -> None:
    text = HEAD + b"\n" + (GOOD + b"\n\n") * 9000
    batches = list(read(io.BytesIO(text))[1])
    assert len(batches) > 3
    assert batches[-1].line_of(9000) == 18_000


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"nonsense", "not an operation: JSON is malformed"),
        (b'{"op":"alloc"', "not an operation: Input data was truncated"),
        (b"[]", "not an operation: Expected `object`, got `array`"),
        (b'{"op":"realloc","pfn":1}', "not an operation: Invalid value 'realloc' in `op`"),
        (b'{"pfn":1}', "not an operation: Object missing required field `op`"),
        (b'{"op":"alloc","order":0}', "missing required field `pfn`"),
        (b'{"op":"alloc","order":true,"pfn":0}', "Expected `int`, got `bool` in `order`"),
        (b'{"op":"alloc","order":0,"pfn":1.0}', "got `float` in `pfn`"),
        (b'{"op":"alloc","order":0,"pfn":-1}', "Expected `int` >= 0 in `pfn`"),
        (b'{"op":"alloc","order":-1,"pfn":0}', "Expected `int` >= 0 in `order`"),
        (b'{"op":"alloc","order":0,"pfn":"0"}', "got `str` in `pfn`"),
        (b'{"op":"alloc","order":0,"pfn":NaN}', "JSON is malformed"),
        (b'{"op":"alloc","order":0,"pfn":' + b"9" * 6000 + b"}", "Integer value out of range in `pfn`"),
        (b'{"op":"take","order":0,"pfn":null}', "got `null` in `pfn`"),
        (b'{"op":"free","pfn":0,"rc":null}', "got `null` in `rc`"),
        (b'{"op":"crash","during":"\xff"}', "utf-8"),
        (b'{"op":"crash","x":' + b"[" * 100_000 + b"}", "not an operation"),
        (b'{"x":' * 100_000, "not an operation"),
        (GOOD + GOOD, "JSON is malformed"),
        (GOOD + b"\r" + GOOD, "JSON is malformed"),
        (GOOD.replace(b",", b",\n"), "truncated"),
        (HEAD, "a second header"),
        (GOOD[:-1] + b',"t0":5,"t1":7}', "t0 and t1 must be told of every operation, or of none"),
        (bytes(50), "JSON is malformed"),
    ],
)
def test_a_line_that_is_no_operation_is_named_after_those_before_it_were_read(line: bytes, why: str) -> None:
    _, batches = read(io.BytesIO(b"\n".join([HEAD, GOOD, b"", GOOD, line, GOOD])))
    assert len(next(batches).events) == 2
    with pytest.raises(Unusable) as caught:
        assert all(batch.events == [] for batch in batches)
    assert caught.value.line == 5
    assert why in caught.value.reason
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "format is not buddy-trace"),
        ({"version": 2}, "version is not 1"),
        ({"version": True}, "got `bool` in `version`"),
        ({"start_pfn": -1}, "in `start_pfn`"),
        ({"start_pfn": 1.0}, "in `start_pfn`"),
        ({"nr_pages": 2**60}, "do not end at or below 2**52"),
        ({"nr_pages": 10**400}, "do not end at or below 2**52"),
        ({"nr_pages": (TOP_BLOCKS + 1) * 8}, "blocks of its max_order"),
        ({"max_order": 99}, "in `max_order`"),
        ({"max_order": None}, "in `max_order`"),
        ({"free_takes_order": 1}, "in `free_takes_order`"),
        ({"reserved": [[15, 2]]}, "reserved range in the header lies outside"),
        ({"reserved": [[2**70, 1]]}, "reserved range in the header lies outside"),
        ({"reserved": [[1, -1]]}, "in `reserved"),
        ({"reserved": [[1]]}, "in `reserved"),
        ({"reserved": 5}, "in `reserved`"),
    ],
)
def test_a_header_that_makes_no_sense_is_unusable(change: Event, why: str) -> None:
    found = reason(spell({**header(), **change}, EVENTS))
    assert found.startswith("line 1: ")
    assert why in found


@pytest.mark.parametrize("key", ["format", "version", "start_pfn", "nr_pages", "max_order"])
def test_a_header_without_a_key_is_unusable(key: str) -> None:
    head = {name: value for name, value in header().items() if name != key}
    assert (
        reason(spell(head, [])) == f"line 1: not a buddy-trace header: Object missing required field `{key}`"
    )


def test_the_first_line_must_be_the_header() -> None:
    assert reason(GOOD + b"\n" + HEAD).startswith("line 1: not a buddy-trace header")
    assert reason(b"\n\n" + GOOD).startswith("line 3: not a buddy-trace header")


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\r\n", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf"])
def test_nothing_is_no_trace(content: bytes) -> None:
    assert reason(content) == "empty: a buddy-trace begins with a header"


def test_a_broken_gzip_is_unusable_wherever_it_breaks() -> None:
    zipped = gzip.compress(TEXT)
    for end in range(2, len(zipped)):
        assert "broken gzip" in reason(zipped[:end])
    assert reason(zipped + b"garbage").startswith("broken gzip")
    wrong_sum = zipped[:-8] + bytes([zipped[-8] ^ 1]) + zipped[-7:]
    assert "incorrect data check" in reason(wrong_sum)


@pytest.mark.parametrize("filling", [b" ", b"\0", b"[", b"9"])
def test_an_endless_line_is_unusable_in_little_memory(filling: bytes) -> None:
    bomb = gzip.compress(HEAD + b"\n" + GOOD + b"\n" + filling * (LINE_LIMIT * 64))
    tracemalloc.start()
    try:
        assert reason(bomb) == f"line 3: longer than {LINE_LIMIT} bytes"
        assert tracemalloc.get_traced_memory()[1] < 8 * LINE_LIMIT
    finally:
        tracemalloc.stop()


@given(st.lists(st.sampled_from([b"{", b"}", b"\n", GOOD, HEAD, b"\x1f\x8b", b"null", b" ", b"\xff"])))
def test_garbage_is_unusable_or_a_trace_but_never_another_error(parts: list[bytes]) -> None:
    for content in (b"".join(parts), HEAD + b"\n" + b"".join(parts)):
        with suppress(Unusable):
            events(content)
