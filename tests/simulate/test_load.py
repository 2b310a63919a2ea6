"""Loads from JSON Lines and from kernels' traces."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from tests.kmem.kernel_trace import DATA
from verified_buddy.linux import gfp
from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.load import Ask, Drain, Fold, Give, Step, first_requests, fitted, read_load

LINES = b"""\
{"op": "alloc", "id": "a", "gfp": "GFP_ATOMIC|__GFP_COMP", "order": 3, "cpu": 1}

{"op": "alloc", "id": 7, "gfp": 3264, "node": 1, "reclaimable": true}
{"op": "free", "id": "a", "cpu": 2}
{"op": "drain"}
{"op": "fold", "cpu": 1}
"""


def test_each_line_is_a_step() -> None:
    assert read_load(BytesIO(LINES)) == [
        Ask("a", gfp.GFP_ATOMIC | gfp.COMP, 3, 1),
        Ask(7, gfp.GFP_KERNEL, 0, 0, 1, reclaimable=True),
        Give("a", 2),
        Drain(0),
        Fold(1),
    ]


def test_cpus_and_nodes_that_are_missing_are_others() -> None:
    steps: list[Step] = [Ask("a", 0, 0, 5, 2), Give("a", 1), Drain(4)]
    assert [*fitted(steps, 2, 2)] == [Ask("a", 0, 0, 1, 0), Give("a", 1), Drain(0)]


def test_the_first_requests_come_with_what_stands_between_them() -> None:
    steps = read_load(BytesIO(LINES))
    assert [*first_requests(steps, 1)] == steps[:1]
    assert [*first_requests(steps, 2)] == steps


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"what", "JSON is malformed"),
        (b"[]", "Expected `object`"),
        (b'{"op": "alloc"}', "op alloc: no id"),
        (b'{"op": "free"}', "op free: no id"),
        (b'{"op": "split", "id": 1}', "op 'split' is none of alloc, free, drain, fold"),
        (b'{"op": "alloc", "id": 1, "size": 4}', "unknown field `size`"),
        (b'{"op": "alloc", "id": 1, "order": 11}', "order 11 is not in 0..10"),
        (b'{"op": "alloc", "id": 1, "order": -1}', "order -1"),
        (b'{"op": "alloc", "id": 1, "order": "0"}', "Expected `int`, got `str` - at `$.order`"),
        (b'{"op": "alloc", "id": 1, "gfp": "GFP_LATER"}', "'GFP_LATER' is not a legal mask"),
        (b'{"op": "alloc", "id": 1, "gfp": 3}', "3 is not a legal mask"),
        (b'{"op": "alloc", "id": 1, "cpu": -1}', "no machine has such a CPU"),
        (b'{"op": "alloc", "id": 1, "node": 5000}', "or such a node"),
        (b"\xff\xfe", "malformed"),
    ],
)
def test_a_bad_line_is_named(line: bytes, why: str) -> None:
    text = b'{"op": "alloc", "id": 0}\n' + line + b"\n"
    with pytest.raises(Unusable, match=f"^line 2: .*{re.escape(why)}"):
        read_load(BytesIO(text))


@pytest.mark.parametrize("text", [b"", b"\n\n", b'{"op": "drain"}\n'])
def test_a_load_without_a_request_is_none(text: bytes) -> None:
    with pytest.raises(Unusable, match="a load without a request"):
        read_load(BytesIO(text))


def test_the_requests_of_a_kernels_trace_are_made_again() -> None:
    with open(DATA / "perf-script.txt.gz", "rb") as stream:
        steps = read_load(stream)
    asked = [step for step in steps if isinstance(step, Ask)]
    given = [step.name for step in steps if isinstance(step, Give)]
    assert asked[0] == Ask(1, gfp.GFP_HIGHUSER | gfp.ACCOUNT, 0)
    assert len({*given}) == len(given) > 100
    assert {*given} <= {step.name for step in asked}
