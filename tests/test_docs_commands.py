"""Every command that a page shows runs as it stands there, and prints what the page says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import PAGES, ROOT, Block, blocks, commands_in_the_text, text_of
from tests.kernel_text.trees import kernel_or_skip

BLOCKS = [block for page in PAGES for block in blocks(page, "sh")]
CI = "-m pytest"
"""What runs the tests is run by .ci/run, as tests/test_style.py asks: it would run itself here."""
KERNEL = "/usr/src/linux-source-6.1"
"""Where the pages say that a kernel's source tree is; it may be elsewhere."""
HOLDS = "6.1.192"
"""The version of which all holds; of a later one it is told what does not."""
SLOW = ("pip install", "specs kernel")
WHOLE = ("specs export", "specs mutants")
"""What takes longer than all else together: run with ``-m whole``, and not by .ci/run."""
OWN_ENVIRONMENT = "python3 -m venv"


def parameters() -> list[object]:
    """The blocks that are run here; those that take long are marked."""
    return [
        pytest.param(
            block,
            id=f"{block.page}: {block.text.splitlines()[-1][:60]}",
            marks=marks_of(block),
        )
        for block in BLOCKS
        if CI not in block.text
    ]


def marks_of(block: Block) -> list[pytest.MarkDecorator]:
    """How long it takes."""
    if any(text in block.text for text in WHOLE) or block.text.rstrip().endswith(f"specs kernel {KERNEL}"):
        return [pytest.mark.whole]
    return [pytest.mark.slow] if any(text in block.text for text in SLOW) else []


def checkout(directory: Path, block: Block) -> Path:
    """A copy of this one, with its environment unless the block makes one, and the page's C file."""
    copy = directory / "checkout"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "conform-findings", "build")
    )
    cache = ROOT / ".verified_buddy_cache"
    if cache.exists():
        shutil.copytree(cache, copy / cache.name)
    if OWN_ENVIRONMENT not in block.text:
        (copy / ".venv").symlink_to(sys.prefix)
    if "mine.c" in block.text:
        (source,) = blocks(block.page, "c")
        (copy / "mine.c").write_text(source.text, encoding="utf-8")
    return copy


@pytest.mark.parametrize("block", parameters())
def test_a_block_of_commands_runs_and_prints_what_is_shown(block: Block, tmp_path: Path) -> None:
    if "cc " in block.text and shutil.which("cc") is None:
        pytest.skip("no C compiler (cc) here")
    tree = kernel_or_skip() if "specs kernel" in block.text else None
    text = block.text if tree is None else block.text.replace(KERNEL, str(tree.root))
    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=checkout(tmp_path, block),
        capture_output=True,
        text=True,
        check=False,
    )
    if tree is not None and tree.version != HOLDS and said.returncode:
        pytest.skip(f"{tree.version} is another version: {said.stdout.splitlines()[-1:]}")
    diverges = "(theorem " in block.shown or "tests/data/peers/*.gz" in block.text
    assert said.returncode == (1 if diverges else 0), said.stdout + said.stderr
    assert block.shown in said.stdout
    assert not [line for line in said.stdout.splitlines() if line.startswith("proofs/obligations/")]
    assert "Traceback" not in said.stderr
    assert tree is None or said.stdout.rstrip().endswith("all that was read holds.")


@pytest.mark.parametrize("page", PAGES)
def test_a_command_in_the_text_is_part_of_one_that_is_run(page: str) -> None:
    run = "\n".join(block.text for block in BLOCKS)
    assert not {command for command in commands_in_the_text(page) if command not in run}


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_some_test_reads(page: str) -> None:
    read = {"sh", "c", "cpp", "rust", "go", "zig", "yaml", "python", "pycon", ""}
    fences = [line for line in text_of(page).splitlines() if line.startswith("```")]
    assert {line.removeprefix("```") for line in fences} <= read
