"""Whole requests on the slow path, with the answers of the system prescribed one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any
from unittest.mock import patch

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model import slowpath as model

DIRECT = model.GFP["DIRECT_RECLAIM"] | model.GFP["KSWAPD_RECLAIM"]
KERNEL = DIRECT | model.GFP["IO"]
MASKS = (
    0,
    DIRECT,
    KERNEL,
    KERNEL | model.GFP["NORETRY"],
    KERNEL | model.GFP["RETRY_MAYFAIL"],
    KERNEL | model.GFP["NOFAIL"],
    KERNEL | model.GFP["ATOMIC"],
)
MASKS_SAID = (
    f"{len(MASKS)} masks: whether it may reclaim, and compact, NORETRY, RETRY_MAYFAIL, NOFAIL, ATOMIC"
)
ORDERS = (0, 2, 4)
FIRST, TURNED = 20, 2
"""How many answers are turned, of how many."""
MOST_STEPS = 400
"""A request that takes more has been told the same for too long: it is left there."""
PAGE = 4711


class Left(Exception):
    """A run that is of no more interest."""


class Answers:
    """A system that answers as prescribed, and what it was told."""

    init_on_alloc = False
    online_nodes = 1

    def __init__(self, subject: Subject, turned: tuple[int, ...], usual: bool) -> None:
        self.subject, self.turned, self.usual = subject, turned, usual
        self.asked = self.prepared = self.failures = 0

    def answer(self) -> bool:
        """The next answer."""
        self.asked += 1
        return self.usual != (self.asked - 1 in self.turned)

    def __getattr__(self, name: str) -> Any:
        """A question of which only yes or no matters."""
        return lambda *args, **named: self.answer()

    def cpuset(self) -> None:
        """None is in use."""

    def zone(self, ref: Any) -> Answers:
        """A zone of which nothing matters but the test of its watermark, which is an answer."""
        return self

    managed, boost = 1, 0

    @property
    def watermark(self) -> Any:
        """No marks."""
        return self.subject.linux.watermark.Watermarks(0, 0, 0, 0)

    def free_pages_exact(self) -> int:
        """None."""
        return 0

    def reclaimable(self, ref: Any) -> int:
        """None."""
        return 0

    def reclaim(self, *request: Any) -> int:
        """One page, or none."""
        return int(self.answer())

    def compact(self, *request: Any) -> tuple[Any, int | None]:
        """It worked or was skipped; and it has a block, or none."""
        results = self.subject.linux.compaction.CompactResult
        worked, captured = self.answer(), self.answer()
        return results.COMPLETE if worked else results.SKIPPED, PAGE if captured and worked and request[
            1
        ] else None

    def prep_new_page(self, pfn: int, order: int, **how: bool) -> None:
        """Counted."""
        self.prepared += 1

    def slows(self, gfp_mask: int, order: int) -> None:
        """Told only."""

    def failed(self, gfp_mask: int, order: int) -> None:
        """Counted."""
        self.failures += 1

    def wakeup_kswapd(self, *request: Any) -> None:
        """Told only."""

    def search(self, _: Any, gfp_mask: int, *request: Any) -> int | None:
        """A block or none; it comes prepared."""
        if gfp_mask & model.GFP["ATOMIC"] and gfp_mask & model.GFP["DIRECT_RECLAIM"]:
            raise Refuted("the request is atomic, and may wait")
        return PAGE if self.answer() else None


def one(subject: Subject, mask: int, order: int, system: Answers) -> list[tuple[str, str]]:
    """The transitions of one request; raises Refuted."""
    linux, taken = subject.linux, list[tuple[str, str]]()
    module = linux.slowpath

    def step(state: Any, way: Any) -> Any:
        if len(taken) == MOST_STEPS:
            raise Left
        after = steps[state](way)
        taken.append((state.name, after.name))
        return after

    def ok(*request: Any) -> bool:
        return system.answer()

    steps = dict(module.STEPS)
    zones = [linux.zonelist.ZoneRef(0, 2)]
    context = linux.system.AllocContext(zones, 2 if order != 2 else 1, None, zones[0], 0)
    watched = {state: lambda way, state=state: step(state, way) for state in steps}
    with patch.dict(module.STEPS, watched), patch.object(linux.slow_retry, "zone_watermark_ok", ok):
        try:
            pfn = module.slowpath(system, mask, order, context, system.search)
        except Left:
            return taken
    last = taken[-1][1]
    if (pfn is not None) != (last == "GOT") or last not in ("GOT", "FAIL"):
        raise Refuted(f"mask {mask:#x}, order {order}: returned {pfn} from {last}")
    if system.failures != (last == "FAIL") or system.prepared > 1:
        raise Refuted(
            f"mask {mask:#x}: told of {system.failures} failures, prepared {system.prepared} blocks"
        )
    return taken


def scripts() -> Iterator[tuple[tuple[int, ...], bool]]:
    """Which answers differ from the others, and what the others are."""
    for count, usual in product(range(TURNED + 1), (False, True)):
        yield from ((turned, usual) for turned in combinations(range(FIRST), count))


def edges() -> set[tuple[str, str]]:
    """The transitions of the specification."""
    return {(state, rule.then) for state, rules in model.NEXT.items() for rule in rules}


def walk(subject: Subject, _: int) -> Visited:
    """Every transition of the table is taken by some request, and none that it lacks."""
    module = subject.linux.slowpath
    table = {(state.name, after.name) for state, all_after in module.NEXT.items() for after in all_after}
    if table != edges():
        raise Refuted(f"the table differs from the specification in {sorted(table ^ edges())}")
    seen, runs = set[tuple[str, str]](), 0
    for mask, order, (turned, usual) in product(MASKS, ORDERS, scripts()):
        seen.update(one(subject, mask, order, Answers(subject, turned, usual)))
        runs += 1
        if not seen <= table:
            raise Refuted(f"a request went {sorted(seen - table)}, which the table does not have")
    if seen != table:
        raise Refuted(f"no request went {sorted(table - seen)}")
    return Visited(runs, len(seen))
