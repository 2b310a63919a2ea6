"""Rules of requests, undone one by one by broken twins: a row of the ledger notices, and a recording too."""

from __future__ import annotations

import importlib
from io import BytesIO
from typing import Any, Final

import pytest

from specs.ledger.subject import broken_imports
from specs.theorems import LEDGER
from specs.twins.linux import PARTS
from tests.kmem.kernel_trace import DATA
from verified_buddy.oracle.rules import Rule

TWINS = {twin.name: twin for part in PARTS for twin in part.TWINS}

UNDONE: Final[tuple[tuple[str, str, str, Rule, int], ...]] = (
    ("a mask of __GFP_DMA32 leads to DMA32", "gfp-dma32-is-normal", "req1", "wrong-flags", 6),
    (
        "NOMEMALLOC gets no NON_BLOCK",
        "alloc-flags-non-block-without-reserves",
        "req1",
        "wrong-flags",
        4,
    ),
    ("the highest index is eligible too", "zonelist-below-the-index-only", "req1", "wrong-flags", 62),
    (
        "a zone whose lists are empty is passed over",
        "page-alloc-empty-lists-end-the-search",
        "req1",
        "wrong-step",
        50,
    ),
    (
        "who may use reserves has no highatomic pages subtracted",
        "watermark-highatomic-in-spite-of-reserves",
        "req1",
        "wrong-mark",
        1730,
    ),
    ("ATOMIC is measured once more without boost", "watermark-no-retry", "req1", "wrong-mark", 537),
    (
        "a round of kswapd gives back the boost that it found",
        "watermark-boost-is-not-given-back",
        "req1",
        "wrong-mark",
        5072,
    ),
    ("a difference at its threshold stays", "vmstat-due-at-the-threshold", "req1", "wrong-counter", 2332),
    ("the last look before a kill is above high", "slowpath-last-look-at-low", "req1", "wrong-flags", 12),
    ("what cannot be found may be on per-CPU lists", "slowpath-no-drain", "req1", "wrong-step", 4),
    ("a node is balanced above its high mark", "kswapd-balanced-at-low", "req1", "wrong-wake", 7),
    ("a stock of more than 64 is emptied", "memcg-stock-keeps-too-many", "req3memcg", "wrong-charge", 10),
)
"""A rule, the twin that undoes it, the recording that notices, by which rule, and how often."""


@pytest.mark.parametrize(("says", "twin", "name", "rule", "times"), UNDONE, ids=[each[1] for each in UNDONE])
def test_a_row_rejects_what_undoes_a_rule(says: str, twin: str, name: str, rule: Rule, times: int) -> None:
    assert [row.name for row in LEDGER if twin in row.rejects], says


@pytest.mark.slow
@pytest.mark.parametrize(("says", "twin", "name", "rule", "times"), UNDONE, ids=[each[1] for each in UNDONE])
def test_a_recording_notices_a_rule_undone(says: str, twin: str, name: str, rule: Rule, times: int) -> None:
    with broken_imports(TWINS[twin]):
        found = judged(name).findings
    assert found.counts["request", rule] == times, says
    assert all(layer == "request" for layer, _ in found.counts)


def judged(name: str) -> Any:
    """The verdict on the recording, by modules that are imported now."""
    recording, snapshot, zonestate = (
        importlib.import_module(f"verified_buddy.replay.{each}")
        for each in ("recording", "snapshot", "zonestate")
    )
    start = snapshot.read_snapshot(BytesIO((DATA / f"{name}.fl.start.gz").read_bytes()))
    state = zonestate.read_zonestate(BytesIO((DATA / f"{name}.zs.start").read_bytes()))
    given = recording.Given(start, None, state.limits(), zonestate=state)
    with (DATA / f"{name}.trace.txt.gz").open("rb") as stream:
        return recording.judge(stream, name, given)
