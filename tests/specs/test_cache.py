"""What an earlier run established is taken over for the same text alone; and nothing depends on the cache."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import z3

from specs.prover.method.paths import Owed
from specs.prover.method.remembered import Remembered, digest
from specs.run.cache import Cache
from specs.run.decide import Verdict
from specs.run.processes import check_all

ROWS = ("pfn-involution", "take-refusal")
P, Q = z3.BitVec("p", 64), z3.BitVec("q", 64)


def decide(cache: Cache) -> list[Verdict]:
    verdicts = sorted(check_all(ROWS, (1,), 1, cache), key=lambda verdict: verdict.name)
    assert [verdict.name for verdict in verdicts] == list(ROWS)
    assert all(verdict.holds for verdict in verdicts)
    return verdicts


def change(path: Path, query: str) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute(query)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Cache, list[Verdict]]:
    cache = Cache.at(tmp_path_factory.mktemp("cache") / "kept" / "results.sqlite3")
    verdicts = decide(cache)
    assert not any(verdict.cached or verdict.recalled for verdict in verdicts)
    return cache, verdicts


@pytest.fixture
def kept(first: tuple[Cache, list[Verdict]], tmp_path: Path) -> Cache:
    path = tmp_path / "results.sqlite3"
    path.write_bytes(first[0].path.read_bytes())
    return replace(first[0], path=path)


def test_the_same_code_is_decided_but_once(first: tuple[Cache, list[Verdict]], kept: Cache) -> None:
    again = decide(kept)
    assert all(verdict.cached and verdict.seconds == 0 for verdict in again)
    for before, after in zip(first[1], again, strict=True):
        same = {
            "cached": before.cached,
            "seconds": before.seconds,
            "seconds_by_solver": before.seconds_by_solver,
        }
        assert replace(after, **same) == before  # type: ignore[arg-type]  # three fields of three types


def test_other_code_takes_over_proofs_and_no_verdict(kept: Cache) -> None:
    verdicts = decide(replace(kept, tree="another"))
    assert not any(verdict.cached for verdict in verdicts)
    assert all(verdict.recalled for verdict in verdicts)


@pytest.mark.parametrize(
    "other",
    [
        lambda kept: replace(kept, tree="another", judge="another"),
        lambda kept: replace(kept, fresh=True),
    ],
    ids=["other solvers", "fresh"],
)
def test_other_solvers_and_a_fresh_run_take_over_nothing(
    kept: Cache, other: Callable[[Cache], Cache]
) -> None:
    assert not any(verdict.cached or verdict.recalled for verdict in decide(other(kept)))


def test_a_file_that_is_no_cache_is_replaced(kept: Cache) -> None:
    kept.path.write_bytes(b"\0not a database" * 99)
    assert not any(verdict.cached or verdict.recalled for verdict in decide(kept))
    assert all(verdict.cached for verdict in decide(kept))


@pytest.mark.parametrize("text", ["'{'", "'{}'", "'[1, 2]'", "7", "null", "x'ff00'"])
def test_an_entry_that_cannot_be_read_is_none(kept: Cache, text: str) -> None:
    change(kept.path, f"update verdicts set verdict = {text}")
    change(kept.path, "delete from proofs where rowid > 1")
    change(kept.path, f"update proofs set used = {text}")
    assert kept.proofs().proofs == {}
    assert next(iter(check_all(["pfn-involution"], (1,), 1, kept))).holds


def test_a_verdict_of_another_sentence_is_none(kept: Cache) -> None:
    change(kept.path, 'update verdicts set verdict = replace(verdict, \'"says":"\', \'"says":"Not \')')
    assert not any(verdict.cached for verdict in decide(kept))


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = Cache.at(tmp_path / "file" / "results.sqlite3")
    assert all(verdict.holds for verdict in check_all(["pfn-involution"], (1,), 1, cache))


def owed(goal: z3.BoolRef, *pool: z3.BoolRef) -> Owed:
    return Owed("made-up", goal, "made up", (P == 1,), (tuple, lambda: pool))


def test_a_proof_is_taken_over_if_all_that_it_used_is_at_hand() -> None:
    remembered = Remembered()
    remembered.keep(owed(P == Q), [Q == 1])
    assert remembered.find(owed(P == Q, Q == 2, Q == 1)) == (Q == 1,)
    assert remembered.found == 0  # its own
    assert remembered.find(owed(P == Q, Q == 2)) is None
    assert remembered.find(owed(P != Q, Q == 1)) is None
    assert remembered.find(replace(owed(P == Q, Q == 1), facts=(P == 2,))) is None


def test_names_of_other_sorts_are_other_names() -> None:
    short = z3.BitVec("p", 8)
    assert (P == P + P).sexpr() == (short == short + short).sexpr()
    assert digest(P == P + P) != digest(short == short + short)
