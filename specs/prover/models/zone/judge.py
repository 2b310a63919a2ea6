"""What the specification says of a call of a zone with migratetypes; judged without the code under proof."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from specs.ledger.refutation import Endless
from specs.ledger.story import page
from specs.prover.method.labels import FREE, LIVE, PCP
from specs.prover.method.scene import Done, Listed, Scene, View, rest_of
from specs.prover.method.story import shown
from specs.prover.models.zone.beside import differences
from specs.prover.models.zone.geometry import Geometry

TAKES_OUT = ("isolate_free_page", "take_page_off_buddy")
"""Calls that answer True when the caller has the block."""


def faults(scene: Scene, done: Done) -> Iterator[str]:
    """What is forbidden of it, the worst first."""
    if isinstance(done.error, Endless):
        yield "every call ends"
        return
    if done.stage is None or done.error is not None:
        yield f"it must not end in {type(done.error).__name__}"
        return
    after = done.after
    yield from _blocks(scene, after)
    yield from _owners(scene, done, after)
    yield from _counts(done, after)
    yield from differences(scene, done)


def _blocks(scene: Scene, after: View) -> Iterator[str]:
    """Blocks that are none, that overlap, or that should be one."""
    blocks = sorted(after.blocks)
    for one, two in pairwise(blocks):
        if two.start < one.end:
            yield f"{shown(one)} and {shown(two)} overlap"
    yield from (f"{shown(block)} is not aligned" for block in blocks if block.start % 2**block.order)
    free = {(block.start, block.order): block for block in blocks if block.kind == FREE}
    for (start, order), block in free.items():
        buddy = free.get((start + int(2**order), order))
        if buddy is not None and order < Geometry(scene.top).order and start % 2 ** (order + 1) == 0:
            yield f"the buddies {shown(block)} and {shown(buddy)} are not merged"


def _owners(scene: Scene, done: Done, after: View) -> Iterator[str]:
    """Pages that are lost, or that nobody gave; and blocks of others that changed."""
    out = expected_out(scene, done)
    for low, _ in rest_of(after.held, out):
        yield f"page {page(low)} is lost: it is on no list"
    for low, _ in rest_of([(block.start, block.end) for block in out], _spans(after.held)):
        yield f"page {page(low)} was handed out, and is on a list"
    owned = [] if done.stage is None else done.stage.owned
    for block in scene.blocks:
        if block.kind == LIVE and block not in after.blocks and (block.start, block.end) not in owned:
            yield f"{shown(block)} is no longer live"


def _spans(ranges: tuple[tuple[int, int], ...]) -> list[Listed]:
    """The ranges, as blocks of single pages."""
    return [Listed(number, 0, LIVE) for low, high in ranges for number in range(low, high)]


def expected_out(scene: Scene, done: Done) -> list[Listed]:
    """What the caller has after the call, as the answer says."""
    name, order = scene.operation.name.partition(".")[2], scene.variant.order
    out = _spans(scene.held)
    if name.startswith("rmqueue") and type(done.answer) is int:
        out.append(Listed(done.answer, order, LIVE))
    if name in TAKES_OUT and done.answer is True:
        out.append(Listed(scene.number("p"), order if name == "isolate_free_page" else 0, LIVE))
    return out


def _counts(done: Done, after: View) -> Iterator[str]:
    """Counters that are not those of the lists."""
    pcp = getattr(done.stage, "pcp", None)
    listed = sum(block.end - block.start for block in after.blocks if block.kind == PCP)
    if pcp is not None and pcp.count != listed:
        yield f"the count of the per-CPU lists is {pcp.count}, but they have {listed} pages"
