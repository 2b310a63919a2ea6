"""The test vectors as files, for those who cannot run Python."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from verified_buddy.conform.expected import spelled
from verified_buddy.conform.vectors import VECTORS

TEXTS: Final = Path(__file__).with_name("texts")
"""What is written as it stands: the README and the schema."""


def publish(directory: Path) -> list[str]:
    """Write the vectors, and what defines them; the names, always the same.  Raises OSError."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(TEXTS.iterdir())}
    texts |= {f"{vector.name}.json": spelled(vector) for vector in VECTORS}
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    return list(texts)
