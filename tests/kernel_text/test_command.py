"""Laws of ``python -m specs kernel``: what holds of a tree is told, and what is no tree in one line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from specs.kernel_text.broken import EDITS
from specs.kernel_text.functions import UNITS
from specs.kernel_text.macros import recorded
from specs.kernel_text.reader import Text
from specs.kernel_text.rows import lost
from specs.kernel_text.versions import LINUX_6_1
from tests.documents import ROOT
from tests.kernel_text.trees import TOY, kernel_or_skip


def ran(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "specs", "kernel", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def told(*arguments: str) -> tuple[int, Any]:
    done = ran(*arguments, "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A toy tree of its own."""
    return Path(shutil.copytree(TOY, tmp_path / "linux"))


def edited(tree: Path, file: str, old: str, new: str) -> None:
    path = tree / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_holds_of_a_function_is_told_with_its_line_and_ours() -> None:
    status, report = told(str(TOY), "--function", "can_steal_fallback", "--max-order", "3")
    (function,) = report["functions"]
    assert (status, report["held"], report["unread"]) == (0, True, [])
    assert function["name"] == "can_steal_fallback"
    assert function["file"] == "mm/page_alloc.c"
    assert function["rows"] == ["fallback-order", "zone-layers-conservation"]
    assert function["same_as"] == "verified_buddy.linux.fallback.can_steal_fallback"
    assert {row["name"] for row in report["theorems"]} == {*function["rows"]}


def test_one_theorem_is_asked_of_the_functions_that_it_is_about() -> None:
    status, report = told(str(TOY), "--only", "fallback-order", "--max-order", "3")
    assert (status, report["held"]) == (0, True)
    assert [row["name"] for row in report["theorems"]] == ["fallback-order"]
    assert report["theorems"][0]["about"] == [each["name"] for each in report["functions"]] != []


def test_what_is_not_about_the_function_is_nothing_to_judge() -> None:
    done = ran(str(TOY), "--only", "fallback-order", "--function", "expand")
    assert done.returncode == 2
    assert "none of these theorems is about any of these functions" in done.stderr


def test_a_process_that_ends_is_no_proof() -> None:
    found = lost(next(unit for unit in UNITS if unit.name == "expand"), LINUX_6_1, ())
    assert (found.wrong, found.held) == (True, False)
    assert {each.verdict for each in found.rows} == {"unknown"}


def test_what_is_wrong_is_refuted_with_a_story(copy: Path) -> None:
    edited(copy, "mm/page_alloc.c", "pageblock_order / 2", "pageblock_order / 3")
    status, report = told(str(copy), "--function", "can_steal_fallback", "--max-order", "5")
    assert status == 1
    assert report["held"] is False
    assert "mm/page_alloc.c" in report["functions"][0]["differs"] or report["functions"][0]["differs"]


def test_a_function_that_is_missing_is_named(copy: Path) -> None:
    edited(copy, "mm/page_alloc.c", "can_steal_fallback(unsigned", "can_steel_fallback(unsigned")
    status, report = told(str(copy), "--function", "can_steal_fallback", "--max-order", "3")
    assert status == 2
    assert "can_steal_fallback" in report["unread"][0]["construct"]


def test_what_cannot_be_read_is_named_with_its_line(copy: Path) -> None:
    edited(copy, "mm/page_alloc.c", "can_steal_fallback(unsigned", "can_steal_fallback(unsigned unsigned: ")
    status, report = told(str(copy), "--function", "can_steal_fallback", "--max-order", "3")
    assert status == 2
    assert report["unread"][0]["file"] == "mm/page_alloc.c"
    assert report["unread"][0]["line"] > 0


def test_a_text_that_is_cut_otherwise_is_not_read_and_not_refuted(copy: Path) -> None:
    file = copy / "mm/page_alloc.c"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("allocated", "moved"), encoding="utf-8")
    status, report = told(str(copy), "--function", "rmqueue_bulk", "--max-order", "3")
    assert status == 2
    assert any("our unit does not fit" in entry["construct"] for entry in report["unread"])
    assert not any(row["refuted_of"] for row in report["theorems"])
    assert not any(function["differs"] for function in report["functions"])


@pytest.mark.parametrize(
    "kind", ["nothing", "a file", "an archive", "an empty directory", "a brace too many"]
)
def test_what_is_no_tree_gets_one_line(kind: str, tmp_path: Path, copy: Path) -> None:
    path = tmp_path / "tree.tar.xz" if kind == "an archive" else tmp_path / "tree"
    if kind == "a file":
        path.write_text("no tree", encoding="utf-8")
    elif kind == "an archive":
        with tarfile.open(path, "w:xz") as archive:
            archive.add(copy, "linux")
    elif kind == "an empty directory":
        path.mkdir()
    elif kind == "a brace too many":
        path = copy
        edited(copy, "mm/page_alloc.c", "{", "{{")
    done = ran(str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert str(path.name) in done.stderr or "mm/page_alloc.c" in done.stderr


def test_names_that_are_none_are_rejected() -> None:
    assert ran(str(TOY), "--only", "no-such-row").returncode == 2
    assert ran(str(TOY), "--function", "no_such_function").returncode == 2


def test_a_real_tree_is_read_and_a_function_of_it_holds() -> None:
    status, report = told(str(kernel_or_skip().root), "--function", "__rmqueue_smallest")
    assert status == 0
    assert report["version"].startswith("6.1.")
    assert report["functions"][0]["same_as"] == "verified_buddy.buddy.rmqueue_smallest"


@pytest.mark.whole
def test_a_real_tree_holds_as_a_whole() -> None:
    status, report = told(str(kernel_or_skip().root))
    if report["version"] != "6.1.192":
        differs = [each["differs"] for each in report["functions"] if each["differs"]]
        pytest.skip(f"{report['version']} is another version: {report['unread']}, {differs}")
    assert (status, report["unread"]) == (0, [])
    assert len(report["functions"]) >= 45


CHANGED = (
    *(
        "expand",
        "can_steal_fallback",
        "move_freepages_block",
        "reserve_highatomic_pageblock",
        "order_to_pindex",
    ),
    *("nr_pcp_free", "drain_pages_zone", "gfp_zone", "gfp_to_alloc_flags", "__zone_watermark_unusable_free"),
)
"""Ten functions, of each of which a line is changed."""


@pytest.mark.slow
def test_what_is_changed_in_ten_functions_is_told_of_each(tmp_path: Path) -> None:
    tree = kernel_or_skip()
    text = Text(tree, recorded())
    files = {file: text.source(file) for file in (*text.files, "Makefile")}
    lines = {}
    for name in CHANGED:
        edit = next(edit for edit in EDITS if edit.function == name)
        file, line = text.place(name)
        before = files[file].splitlines()
        files[file] = edit.edited(files[file], line)
        after = files[file].splitlines()
        (lines[name],) = [
            at for at, pair in enumerate(zip(before, after, strict=True), 1) if len({*pair}) > 1
        ]
    for file, source in files.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(source, encoding="utf-8")
    asked = [word for name in CHANGED for word in ("--function", name)]
    status, report = told(str(tmp_path), *asked, "--max-order", "3")
    assert (status, report["unread"]) == (1, [])
    for name in CHANGED:
        (function,) = [each for each in report["functions"] if each["name"] == name]
        stories = [row["story"] for row in report["theorems"] if name in row["refuted_of"]]
        print(f"{function['file']}:{lines[name]} of {name}(): {function['differs'] or stories}")  # noqa: T201 # what -s shows
        assert function["differs"] or stories
        assert all(f"{name}(): " in story for story in stories)
        assert function["line"] <= lines[name]
