"""A kernel's source tree: which version it is of, and its files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from specs.kernel_text.errors import NoTree

ASKED = ("Makefile", "mm/page_alloc.c", "mm/internal.h", "include/linux/mmzone.h")
"""Files without which a directory is no tree of any kernel that is spoken of."""


@dataclass(frozen=True)
class Tree:
    """A directory with a kernel's sources."""

    root: Path
    version: str
    """As its Makefile says it, like 6.1.192."""

    @property
    def series(self) -> str:
        """The version without what is mended in it, like 6.1."""
        return ".".join(self.version.split(".")[:2])

    def has(self, file: str) -> bool:
        """Whether it has that file."""
        return (self.root / file).is_file()

    def text(self, file: str) -> str:
        """The file's text; raises NoTree if it has none."""
        try:
            return (self.root / file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise NoTree(f"{self.root / file}: {why}") from None


def open_tree(path: Path) -> Tree:
    """The tree there; raises NoTree with the reason if there is none."""
    try:
        return _tree(path)
    except OSError as error:  # such as a name that is too long
        raise NoTree(f"{path}: {error.strerror}") from None


def _tree(path: Path) -> Tree:
    if not path.exists():
        raise NoTree(f"{path}: there is no such directory")
    if not path.is_dir():
        packed = path.name.endswith((".tar", ".xz", ".gz", ".tgz", ".bz2", ".zip"))
        raise NoTree(f"{path}: {'unpack it first, this is an archive' if packed else 'this is no directory'}")
    missing = [name for name in ASKED if not (path / name).is_file()]
    if missing:
        raise NoTree(f"{path}: this is no kernel's source tree: {missing[0]} is missing")
    return Tree(path, _version(Tree(path, "").text("Makefile"), path))


def _version(makefile: str, path: Path) -> str:
    parts = []
    for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL"):
        found = re.search(rf"^{name}\s*=\s*(\d+)\s*$", makefile, re.MULTILINE)
        if found is None:
            raise NoTree(f"{path / 'Makefile'}: it does not say {name} of a kernel")
        parts.append(found[1])
    return ".".join(parts)
