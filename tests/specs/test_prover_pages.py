"""The page about the prover speaks of what is there: files, rows, names, and figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from specs.prover.method import few, story, walked
from specs.prover.method.operations import Model
from specs.prover.models.zone.geometry import Geometry
from specs.prover.models.zone.paths import SMALL
from specs.theorems import LEDGER

ROOT = Path(__file__).parents[2]
PROVER = ROOT / "specs" / "prover"
PAGE = (PROVER / "README.md").read_text(encoding="utf-8")
QUOTED = re.findall(r"`([^`]+)`", PAGE)
PATHS = sorted({name for name in QUOTED if "/" in name})
NAMES = sorted({name for name in QUOTED if re.fullmatch(r"[A-Z]\w+(\.\w+)?|\w+_\w+", name)})
LAYERS = ("core", "zone", "pcp")
READ = [*sorted(PROVER.rglob("*.py")), ROOT / "specs" / "ledger" / "subject.py"]
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in READ)


@pytest.mark.parametrize("name", PATHS)
def test_every_file_and_folder_exists(name: str) -> None:
    found = [root / name for root in (ROOT, PROVER) if (root / name).exists()]
    assert len(found) == 1
    assert found[0].is_dir() == name.endswith("/")


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_one_of_the_prover(name: str) -> None:
    owner, _, part = name.partition(".")
    defined = rf"(?m)^ *(class|def) {owner}\b|^{owner}\b[^=\n]*=|BitVec\(name, 64\)|\"{owner}\""
    assert re.search(defined, SOURCES)
    if part:
        body = SOURCES.partition(f"class {owner}")[2].partition("\nclass ")[0]
        assert re.search(rf"(?m)^ +(def )?{part}\b", body)


def test_every_row_that_is_named_is_one_of_the_ledger() -> None:
    rows = {row.name for row in LEDGER}
    named = {name for name in QUOTED if re.fullmatch(r"[a-z]+(-[a-z]+)+", name)}
    assert len(named) > 5
    assert named <= rows


def test_every_layer_is_a_column_and_every_column_names_what_is_there() -> None:
    assert {path.parent.name for path in PROVER.glob("models/*/operations.py")} == set(LAYERS)
    table = PAGE.partition("| part | is | core | zone | pcp |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    assert all(len(row) == 2 + len(LAYERS) for row in rows)
    for row in rows:
        for layer, cell in zip(LAYERS, row[2:], strict=True):
            for name in re.findall(r"`(\w+)`", cell):
                texts = [
                    path.read_text(encoding="utf-8") for path in (PROVER / "models" / layer).glob("*.py")
                ]
                assert any(re.search(rf"(?m)^(class|def) {name}\b", text) for text in texts), (layer, name)
    parts = {row[0].removeprefix("`Model.").removesuffix("`") for row in rows if "Model." in row[0]}
    assert parts <= set(Model.__dataclass_fields__)


def test_the_figures_are_those_of_the_prover() -> None:
    words = {3: "three", 6: "six"}
    assert f"with {words[walked.BLOCKS]} blocks at most" in PAGE
    assert f"up to {words[few.MOST]}" in PAGE
    assert f"for {story.SECONDS} s" in PAGE
    assert f"max_order {SMALL}, with pageblocks of order {Geometry(SMALL).order}" in PAGE
