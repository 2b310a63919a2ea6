"""The test vectors as files, for those who cannot run Python."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from verified_buddy.conform.expected import spelled
from verified_buddy.conform.vectors import VECTORS

TEXTS: Final = Path(__file__).with_name("texts")
"""What is written as it stands: the README and the schema."""


def publish(directory: Path) -> list[str]:
    """Write the vectors, and what defines them; the names, always the same.  Raises OSError.

    What is there already stays: a file that says something else raises FileExistsError, with nothing written.
    """
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(TEXTS.iterdir())}
    texts |= {f"{vector.name}.json": spelled(vector) for vector in VECTORS}
    made = [each for each in (directory, *directory.parents) if not each.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        for name, text in missing(directory, texts).items():
            with open(directory / name, "x", encoding="utf-8", newline="") as file:
                written.append(directory / name)
                file.write(text)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        with suppress(OSError):
            for each in made:
                each.rmdir()
        raise
    return list(texts)


def missing(directory: Path, texts: dict[str, str]) -> dict[str, str]:
    """The texts that are not there yet.  Raises FileExistsError if another one is in the place of one."""
    left = {}
    for name, text in texts.items():
        path = directory / name
        if not (path.exists() or path.is_symlink()):
            left[name] = text
        elif not path.is_file() or path.read_bytes() != text.encode():
            raise FileExistsError(0, "is there already, and is not what would be written here", str(path))
    return left
