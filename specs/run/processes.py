"""A verification run: rows in several processes, and what earlier runs established of the same code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

import msgspec

from specs.ledger.subject import running
from specs.ledger.theorem import Theorem
from specs.prover.method.row import solvers_for
from specs.run.bundles import bundles
from specs.run.cache import Cache
from specs.run.decide import Verdict, check, theorem
from specs.run.pool import in_processes


def check_all(
    names: Iterable[str], max_orders: tuple[int, ...], jobs: int, cache: Cache | None = None
) -> Iterator[Verdict]:
    """Decide the rows; each verdict as soon as its bundle is done, first those that are in the cache."""
    known = {} if cache is None else {name: _earlier(cache, name, max_orders) for name in names}
    yield from (verdict for verdict in known.values() if verdict is not None)
    parts = bundles([name for name in names if known.get(name) is None], jobs)
    if not parts:
        return
    for part, found in in_processes(partial(_check_bundle, max_orders=max_orders, cache=cache), parts, jobs):
        yield from found if found is not None else (_lost(theorem(name)) for name in part)


def _earlier(cache: Cache, name: str, max_orders: tuple[int, ...]) -> Verdict | None:
    """What an earlier run established of the row, if it holds."""
    text, row = cache.verdict(name, max_orders), theorem(name)
    try:
        found = msgspec.json.decode(text or "", type=Verdict)
    except msgspec.DecodeError:
        return None
    if not found.holds or (found.name, found.says, found.rejects) != (row.name, row.says, row.rejects):
        return None
    return replace(found, cached=True, seconds=0.0, seconds_by_solver={}, recalled=0)


def _check_bundle(names: list[str], max_orders: tuple[int, ...], cache: Cache | None) -> list[Verdict]:
    if cache is None:
        return [check(name, max_orders) for name in names]
    solvers = solvers_for(running())
    if solvers.remembered is None:
        solvers.remembered = cache.proofs()
    verdicts = []
    for name in names:
        verdicts.append(check(name, max_orders))
        cache.keep_proofs(solvers.remembered)
        if verdicts[-1].holds:
            cache.keep_verdict(name, max_orders, msgspec.json.encode(verdicts[-1]).decode())
    return verdicts


def _lost(row: Theorem) -> Verdict:
    story = "the process that decided it ended"
    return Verdict(
        row.name, row.says, row.about, row.method, "unknown", 0, 0, (), (), 0.0, row.assumptions, story
    )
