"""Laws of the conformance driver, on allocators in C that were written for it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.conform.allocators import BUGS, HEADERS, PEERS, RIGHT, level_of, needs_cc, way_to
from verified_buddy.conform.board import Board
from verified_buddy.conform.child import Nursery
from verified_buddy.conform.conduct import conduct
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.examples import examples
from verified_buddy.conform.library_use import diverges
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.reproducer import write
from verified_buddy.conform.scenarios import SCENARIOS
from verified_buddy.conform.search import Plan
from verified_buddy.conform.steps import replayed, steps_of, without
from verified_buddy.conform.told import told
from verified_buddy.conform.trials import Finding
from verified_buddy.conform.walk import PROFILES, walk
from verified_buddy.oracle.check import check
from verified_buddy.oracle.rules import LEVELS, THEOREMS, Level

pytestmark = needs_cc

LONGEST = 9
POOL = Geometry(0, 60, 4)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("built")


@pytest.fixture(scope="session")
def findings() -> dict[str, Finding]:
    return {}


def found(way: Way, level: str = "complete", seconds: float = 10) -> Finding:
    report = conduct(way, "peer", Plan(LEVELS[level], 1, seconds, deadline=2))
    assert not report.conforms
    return report.findings[0]


@pytest.mark.parametrize("bug", BUGS)
def test_every_wrong_allocator_is_found_and_its_run_is_short(
    built: Path, findings: dict[str, Finding], bug: str
) -> None:
    finding = findings[bug] = found(way_to(built, "lists", bug), level_of(bug))
    run = finding.run
    assert len(run.asked) <= LONGEST
    assert finding.repeats
    if run.rule in THEOREMS:
        verdict = check(io.BytesIO(run.trace()), bug, LEVELS[level_of(bug)])
        assert [(each.operation, each.rule) for each in verdict.listed] == [(len(run.asked), run.rule)]


def test_the_median_run_has_few_operations(built: Path, findings: dict[str, Finding]) -> None:
    for bug in BUGS:
        if bug not in findings:
            findings[bug] = found(way_to(built, "lists", bug), level_of(bug))
    lengths = sorted(len(finding.run.asked) for finding in findings.values())
    assert lengths[len(lengths) // 2] <= 3
    assert sum(finding.shortest for finding in findings.values()) >= len(BUGS) - 2


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_allocator_passes_a_million_operations(built: Path, name: str) -> None:
    way = way_to(built, name)

    def work(board: Board) -> dict[str, Any]:
        def walked() -> dict[str, Any]:
            driver = Driver(way(), board, Level.COMPLETE)
            for profile, length in zip(PROFILES, (1 << 20, *[1 << 14] * 6), strict=True):
                judge = driver.begin(Geometry(3, 1000, 9))
                assert judge is not None
                walk(driver, judge, profile, Random(1), length)
                driver.end()
            return {"walked": True}

        return told(walked)

    with Nursery() as nursery:
        assert nursery.run(work).result == {"walked": True}
        assert nursery.board.operations() > 10**6


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_allocator_conforms_to_all_phases(built: Path, name: str) -> None:
    report = conduct(way_to(built, name), name, Plan(Level.COMPLETE, 2, 3, [Geometry(0, 60, 4)]))
    assert report.conforms
    assert report.geometries == [Geometry(0, 60, 4)]


def test_a_level_holds_only_who_conforms_to_it(built: Path) -> None:
    assert found(way_to(built, "tree"), "smallest-fit").run.rule == "not-smallest"
    assert found(way_to(built, "lists"), "exact").run.rule == "not-exact"


@pytest.mark.parametrize("bug", ["D22", "Z31", "R39", "X21"])
def test_no_operation_can_be_left_out(built: Path, findings: dict[str, Finding], bug: str) -> None:
    way = way_to(built, "lists", bug)
    run = (findings.get(bug) or found(way)).run
    assert diverges(way, run.geometry, run.steps)
    for index in range(len(run.steps)):
        shorter = diverges(way, run.geometry, without(run.steps, index, index + 1))
        assert shorter is None or not shorter.startswith(f"{run.rule} ")


@pytest.mark.parametrize("bug", ["D22", "P1", "M40", "X15"])
def test_a_reproducer_reproduces_in_each_language(built: Path, tmp_path: Path, bug: str) -> None:
    library = way_to(built, "lists", bug)
    run = found(library).run
    trace, program, test = write(tmp_path, run, Level.COMPLETE, ("library", str(built / f"lists-{bug}.so")))
    assert check(io.BytesIO(Path(trace).read_bytes()), trace).listed[0].rule == run.rule
    for defined, status in ((f"-D{bug}", {1, -11}), ("-DNOTHING", {0})):
        out = tmp_path / f"run{defined}"
        sources = [program, str(PEERS / "lists.c")]
        subprocess.run(["cc", "-w", "-I", str(HEADERS), defined, "-o", str(out), *sources], check=True)
        ended = subprocess.run([str(out)], capture_output=True, check=False)
        assert ended.returncode in status
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", test],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert told.returncode == 1
    assert f"{run.rule} (theorem {run.theorem})" in told.stdout


KINDS = r"""
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#define vb_alloc right_alloc
#define vb_init right_init
#include "%s"
#undef vb_alloc
#undef vb_init

static int calls;

int vb_init(uint64_t start, uint64_t pages, unsigned order)
{
	calls = 0;
#ifdef INIT
	raise(SIGSEGV);
#endif
	return right_init(start, pages, order);
}

int64_t vb_alloc(unsigned order)
{
	if (++calls == 2) {
#if defined CRASH
		raise(SIGBUS);
#elif defined ABORT
		fputs("no block\n", stderr);
		abort();
#elif defined HANG
		for (;;)
			;
#elif defined PRINT
		printf("garbage \377\001\n");
#elif defined HUGE
		return INT64_MIN; /* page 2^63 */
#elif defined MINUS
		return -2;
#elif defined FORK
		if (fork() < 0)
			return -1;
#elif defined EXIT
		exit(0);
#elif defined EAT
		for (;;)
			for (char *p = malloc(1 << 22), *end = p + (1 << 22); p && p < end; p += 4096)
				*(volatile char *)p = 1;
#elif defined KILL
		kill(0, SIGKILL);
#endif
	}
	return right_alloc(order);
}
"""


@pytest.mark.parametrize(
    ("kind", "rule", "says"),
    [
        ("INIT", "crash", "ended by SIGSEGV during init"),
        ("CRASH", "crash", "ended by SIGBUS during alloc 0"),
        ("ABORT", "crash", "ended by SIGABRT (no block) during alloc 0"),
        ("HANG", "hang", "no answer within 2 s during alloc 0"),
        ("PRINT", "output", r"wrote to standard output: 'garbage \ufffd\x01\n'"),
        ("HUGE", "out-of-range", "alloc of order 0 returned page 9223372036854775808"),
        ("MINUS", "out-of-range", "alloc of order 0 returned -2, which is neither a page nor a refusal"),
        ("FORK", "fork", "started a process"),
        ("EXIT", "crash", "ended itself with status 0 during alloc 0"),
        ("EAT", "memory", "its memory grows without end during alloc 0"),
        ("KILL", "crash", "ended by SIGKILL during alloc 0"),
    ],
)
def test_whatever_it_does_is_a_verdict(tmp_path: Path, kind: str, rule: str, says: str) -> None:
    text = KINDS % (PEERS / "tree.c")
    finding = found(way_to(tmp_path, "kinds", kind, text=text), seconds=1)
    assert finding.run.rule == rule
    assert finding.run.says.startswith(says)
    assert len(finding.run.asked) <= 2
    assert finding.run.theorem in {*THEOREMS.values(), "totality"}
    if rule in ("crash", "hang", "memory"):
        assert check(io.BytesIO(finding.run.trace()), kind).listed[0].rule == "crash"


def test_steps_are_the_run_and_the_run_the_steps() -> None:
    program = replayed([0, 1, ~0, 0, ~1, ~3])
    asked = [next(program)]
    asked += [program.send(reply) for reply in (4, 6, 0, 5, 0)]
    assert [~each for each in asked if each < 0] == [4 << 6, 6 << 6 | 1, 5 << 6]
    assert without([0, 1, ~0, 0, ~1, ~3], 1, 2) == [0, ~0, 0, ~2]
    assert steps_of([]) == []


def test_examples_of_hypothesis_find_what_is_wrong_and_nothing_else(built: Path) -> None:
    def work(source: str, *defined: str) -> Any:
        def examine(board: Board) -> dict[str, Any]:
            def examined() -> dict[str, Any]:
                driver = Driver(way_to(built, source, *defined)(), board, Level.COMPLETE)
                return {"rounds": sum(1 for _ in zip(range(2), examples(driver, [POOL], 1), strict=False))}

            return told(examined)

        return examine

    with Nursery() as nursery:
        assert nursery.run(work("bitmap")).result == {"rounds": 2}
        assert nursery.run(work("lists", "D28")).result["rule"] in ("refusal", "overlap")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_scenario_ends_with_every_page_back_where_it_can(built: Path, scenario: Any) -> None:
    def work(board: Board) -> dict[str, Any]:
        def played() -> dict[str, Any]:
            driver = Driver(way_to(built, "tree")(), board, Level.COMPLETE)
            for pool in (POOL, Geometry(5, 37, 3), Geometry(0, 1, 0), Geometry(0, 5, 6)):
                judge = driver.begin(pool)
                assert judge is not None
                driver.play(judge, scenario(pool))
                driver.end()
            return {"played": True}

        return told(played)

    with Nursery() as nursery:
        assert nursery.run(work).result == {"played": True}


def test_an_allocator_may_express_some_orders_only_and_keep_pages(built: Path) -> None:
    text = (PEERS / "tree.c").read_text() + SOME
    report = conduct(way_to(built, "some", text=text), "some", Plan(Level.COMPLETE, 1, 2))
    assert report.conforms
    assert report.operations > 100_000


SOME = r"""
uint64_t vb_orders(void);
uint64_t vb_orders(void)
{
	return 6; /* no single pages, nothing above order 2 */
}
int vb_free_takes_order(void);
int vb_free_takes_order(void)
{
	return 0;
}
int vb_usable(uint64_t *lo, uint64_t *hi);
int vb_usable(uint64_t *lo, uint64_t *hi)
{
	*lo = first;
	*hi = first + count;
	return 0;
}
"""
