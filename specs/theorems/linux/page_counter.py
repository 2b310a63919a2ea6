"""What ``verified_buddy.linux.page_counter`` counts: along a line of one to four counters, and in a tree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import z3

from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.labels import Term
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.paths import Owed, Path, explore
from specs.prover.method.row import Proof
from specs.prover.method.search import seek

MODULE = "verified_buddy.linux.page_counter"
LEVELS = 4
USAGE = [z3.BitVec(f"usage{level}", 64) for level in range(LEVELS)]
LIMITS = [z3.BitVec(f"max{level}", 64) for level in range(LEVELS)]
PAGES = z3.BitVec("pages", 64)
BOUND = (1 << 63) // 4096
"""Above every limit."""
TREE = (("root", ()), ("left", ("root",)), ("right", ("root",)), ("low", ("left", "root")))
"""Each counter of the tree, and those above it."""
Run = Callable[[Subject, int, Path], None]
Check = Callable[[Subject, Path, Sequence[Any]], None]


def count(path: Path, term: Term) -> LiftedCount:
    """A number of pages, of which only that is known."""
    path.assume(term >= 0, term < BOUND)
    return LiftedCount(path, term)


def line(subject: Subject, path: Path, levels: int) -> list[Any]:
    """Counters, the lowest first, each below the next, with any usage and any limit."""
    counters: list[Any] = []
    above = None
    for level in reversed(range(levels)):
        above = subject.linux.page_counter.PageCounter(above)
        above.usage, above.max = count(path, USAGE[level]), count(path, LIMITS[level])
        counters.insert(0, above)
    return counters


def term(value: Any) -> Term:
    """A number of pages as a term, be it known or not."""
    found: Term = z3.BitVecVal(value, 64) if type(value) is int else value.term
    return found


def fits(level: int) -> z3.BoolRef:
    """Whether the pages are within the limit."""
    return USAGE[level] + PAGES <= LIMITS[level]


def owe_usage(path: Path, counters: Sequence[Any], change: Term | int, says: str) -> None:
    """Every level has changed by so much, and none its limit or its place."""
    for level, counter in enumerate(counters):
        path.owe("counter", term(counter.usage) == USAGE[level] + change, f"{says} (level {level})")
        path.owe("counter", term(counter.max) == LIMITS[level], f"the limit stays (level {level})")
    places = [counter.parent for counter in counters] == [*counters[1:], None]
    path.owe("counter", z3.BoolVal(places), "each counter stays below the same one")


def _on_a_line(check: Check, subject: Subject, above: int, path: Path) -> None:
    check(subject, path, line(subject, path, above + 1))


def _try_charge(subject: Subject, path: Path, counters: Sequence[Any]) -> None:
    refused = counters[0].try_charge(count(path, PAGES))
    levels = range(len(counters))
    if refused is None:
        for level in levels:
            path.owe("counter", fits(level), f"what is charged is within the limit (level {level})")
        owe_usage(path, counters, PAGES, "what is charged is counted at every level")
        return
    found = next(level for level in levels if counters[level] is refused)
    path.owe("counter", z3.Not(fits(found)), f"a level refuses what would pass its limit (level {found})")
    for level in range(found):
        path.owe("counter", fits(level), f"the lowest that must refuses (level {level})")
    owe_usage(path, counters, 0, "what is refused is counted nowhere")


def _charge(subject: Subject, path: Path, counters: Sequence[Any]) -> None:
    counters[0].charge(count(path, PAGES))
    owe_usage(path, counters, PAGES, "what is forced is counted at every level, whatever the limits")


def _uncharge(subject: Subject, path: Path, counters: Sequence[Any]) -> None:
    counters[0].uncharge(count(path, PAGES))
    for level, counter in enumerate(counters):
        enough = USAGE[level] >= PAGES
        off = z3.Implies(enough, term(counter.usage) == USAGE[level] - PAGES)
        path.owe("level", off, f"what is uncharged is taken off (level {level})")
        path.owe("level", z3.Or(enough, term(counter.usage) == 0), f"down to 0 (level {level})")


def _inverse(subject: Subject, path: Path, counters: Sequence[Any]) -> None:
    counters[0].charge(count(path, PAGES))
    counters[0].uncharge(LiftedCount(path, PAGES))
    owe_usage(path, counters, 0, "what is charged and uncharged leaves every level as it was")


def _sum(method: str, subject: Subject, at: int, path: Path) -> None:
    """In a tree whose sums are right, one call at one of its counters."""
    own = dict(zip((name for name, _ in TREE), USAGE, strict=True))
    limits = dict(zip(own, LIMITS, strict=True))
    counters: dict[str, Any] = {}
    for name, above in TREE:
        counters[name] = subject.linux.page_counter.PageCounter(counters[above[0]] if above else None)
        counters[name].max = count(path, limits[name])
        path.assume(own[name] >= 0, own[name] < BOUND)
    total = dict(own)
    for name, above in TREE:
        for each in above:
            total[each] = total[each] + own[name]
    for name, counter in counters.items():
        counter.usage = LiftedCount(path, total[name])
    name = TREE[at][0]
    pages = count(path, PAGES)
    if method == "uncharge":
        path.assume(own[name] >= PAGES)
    refused = getattr(counters[name], method)(pages)
    own[name] = own[name] + {"uncharge": -PAGES, "charge": PAGES}.get(method, PAGES if refused is None else 0)
    for each, counter in counters.items():
        below = [other for other, above in TREE if above[:1] == (each,)]
        whole = sum((term(counters[other].usage) for other in below), own[each])
        path.owe(
            "counter", term(counter.usage) == whole, f"{each} uses its own and what is used below ({name})"
        )


def once(tops: tuple[int, ...]) -> tuple[int, ...]:
    """What has no order is decided once."""
    return tops[:1]


def lemmas(runs: Sequence[Run], variants: int, subject: Subject, _: int) -> Iterator[Owed]:
    """What every path of the runs owes, in each variant; of one that no state walks, just that."""
    for run in runs:
        for variant in range(variants):
            for path in explore(partial(run, subject, variant)):
                yield from _owed(path)


def _owed(path: Path) -> Iterator[Owed]:
    known = (*path.facts, *path.denied)
    if seek(known).said == "unsat":
        yield Owed("impossible", z3.Not(z3.And(*known)), "no state walks a path", (), ())
        return
    # What is said of one level alone is hard to prove of all at once.
    yield from (replace(owed, moment=()) if owed.tag == "level" else owed for owed in path.owed)
    if path.error is not None:
        says = f"the call does not end in {type(path.error).__name__}: {path.error}"
        yield Owed("impossible", z3.BoolVal(False), says, known, ())


def on_a_line(*checks: Check) -> Proof:
    """A proof about lines of counters of every length up to the most."""
    runs = [partial(_on_a_line, check) for check in checks]
    return Proof(lemmas=partial(lemmas, runs, LEVELS), tops=once)


METHODS = ("try_charge", "charge", "uncharge")
SUMS = partial(lemmas, [partial(_sum, method) for method in METHODS], len(TREE))
COUNTS = "numbers of pages: all from 0 to the highest limit there is"
LINE = Domain(
    "a line of counters, each with any usage and any limit", COUNTS, sizes=(f"1..{LEVELS} counters",)
)
ROWS = (
    Theorem(
        "page-counter-all-or-nothing",
        "A charge that no limit forbids is counted at every level, and none is above its limit then; one "
        "that is refused is counted nowhere, and the lowest level that it would bring above is told.",
        tuple(f"{MODULE}.PageCounter.{name}" for name in ("try_charge", "roll_back", "upward")),
        "z3",
        on_a_line(_try_charge),
        ("page-counter-rolls-back-one-less", "page-counter-refuses-its-limit", "page-counter-leaf-only"),
        domain=LINE,
    ),
    Theorem(
        "page-counter-forced",
        "A forced charge is counted at every level, whatever the limits.",
        (f"{MODULE}.PageCounter.charge",),
        "z3",
        on_a_line(_charge),
        ("page-counter-force-forgets-the-parents",),
        domain=LINE,
    ),
    Theorem(
        "page-counter-uncharge",
        "What is uncharged is taken off every level, of which none falls below 0; that undoes a charge.",
        (f"{MODULE}.PageCounter.uncharge",),
        "z3",
        on_a_line(_uncharge, _inverse),
        ("page-counter-uncharges-itself-alone", "page-counter-falls-below-zero"),
        domain=LINE,
    ),
    Theorem(
        "page-counter-sum",
        "A group uses what is charged to itself and what the groups below it use: each charge, forced or "
        "refused, and each uncharge keeps that.",
        tuple(f"{MODULE}.PageCounter.{name}" for name in METHODS),
        "z3",
        Proof(lemmas=SUMS, tops=once),
        ("page-counter-force-forgets-the-parents", "page-counter-rolls-back-one-less"),
        supposes=("what is uncharged was charged before, to the same group",),
        domain=Domain(
            "a tree of counters in which the sums are right",
            COUNTS,
            sizes=("a root, two counters below it, and one below one of these",),
        ),
    ),
)
