"""Laws of the published test vectors: always the same, minimal, and each catches what it claims."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from specs.twins.bugs import BUGS as KNOWN
from tests.conform.allocators import BUGS, HEADERS, PEERS, RIGHT, level_of, needs_cc
from tests.conform.mutant_kills import kills
from tests.conform.zone_pool import pool
from verified_buddy.conform.conduct import conduct
from verified_buddy.conform.expected import expected
from verified_buddy.conform.factory import made
from verified_buddy.conform.publish import publish
from verified_buddy.conform.search import Plan
from verified_buddy.conform.vectors import VECTORS, Vector
from verified_buddy.oracle.rules import Level

COMMITTED = Path(__file__).parents[2] / "specs" / "vectors"
NAMES = [vector.name for vector in VECTORS]


def test_what_is_committed_is_what_is_generated(tmp_path: Path) -> None:
    names = publish(tmp_path)
    assert sorted(names) == sorted(path.name for path in COMMITTED.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (COMMITTED / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_each_file_meets_the_schema_and_has_a_line_a_step(name: str) -> None:
    text = (COMMITTED / f"{name}.json").read_text()
    vector = json.loads(text)
    jsonschema.validate(vector, json.loads((COMMITTED / "vector.schema.json").read_text()))
    lines = [line.rstrip(",") for line in text.splitlines() if line.startswith('{"op"')]
    assert [json.loads(line) for line in lines] == vector["steps"]


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_each_level_allows_no_more_than_the_one_before(vector: Vector) -> None:
    for line in expected(vector):
        if line["op"] == "alloc":
            assert line["exact"] in line["smallest-fit"]
            if line["complete"] != "either":
                assert {pfn is None for pfn in line["smallest-fit"]} == {line["complete"] == "refused"}
        elif line["op"] == "fill":
            assert len(set(line["exact"])) == line["complete"]


def test_each_catches_what_no_other_does() -> None:
    only = {name: {function for function, _ in found} for name, found in kills().items()}
    assert {vector.name: set(vector.only_mutants_of) for vector in VECTORS} == only
    assert all(vector.only or vector.only_mutants_of for vector in VECTORS)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader in C, linked with each allocator."""
    directory = tmp_path_factory.mktemp("readers")
    flags = ["-O1", "-Wall", "-Wextra", "-Werror", "-I", str(HEADERS), str(PEERS / "read_vector.c")]
    wanted = [("lists", bug) for bug in BUGS] + [(name, "RIGHT") for name in RIGHT]
    building = [
        subprocess.Popen(
            ["cc", *flags, f"-D{bug}", "-o", str(directory / f"{name}-{bug}"), str(PEERS / f"{name}.c")]
        )
        for name, bug in wanted
    ]
    assert not any(each.wait() for each in building)
    return directory


def catches(reader: Path, level: str, vector: str) -> bool:
    with (COMMITTED / f"{vector}.json").open() as text:
        try:
            ended = subprocess.run(
                [str(reader), level], stdin=text, capture_output=True, timeout=1, check=False
            )
        except subprocess.TimeoutExpired:
            return True
    assert ended.returncode != 3
    return ended.returncode != 0


@needs_cc
@pytest.mark.parametrize("name", RIGHT)
def test_the_reader_accepts_the_right_allocators(readers: Path, name: str) -> None:
    assert not any(catches(readers / f"{name}-RIGHT", "complete", vector) for vector in NAMES)


@needs_cc
def test_the_reader_alone_catches_every_wrong_allocator(readers: Path) -> None:
    found = {
        bug: [name for name in NAMES if catches(readers / f"lists-{bug}", level_of(bug), name)]
        for bug in BUGS
    }
    assert all(found.values())
    only = {name: sorted(bug for bug in BUGS if found[bug] == [name]) for name in NAMES}
    assert only == {vector.name: sorted(vector.only) for vector in VECTORS}


def test_the_reader_has_sixty_lines() -> None:
    assert len((PEERS / "read_vector.c").read_text().splitlines()) <= 60


def test_the_wrong_allocators_are_known_bugs() -> None:
    assert set(BUGS) <= {bug.id for bug in KNOWN}
    assert len(BUGS) == 27


def test_the_running_code_is_exact() -> None:
    plan = Plan(Level.EXACT, 0, 5)
    assert conduct(lambda: made(pool), "zone", plan).conforms
