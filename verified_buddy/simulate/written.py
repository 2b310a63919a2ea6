"""Files that are written whole or not at all, and never over what is there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from verified_buddy.oracle.source import Unusable, printable


class Written:
    """New files, which get their names when all of them are complete; with an error there are none."""

    def __init__(self) -> None:
        self.parts: dict[Path, TextIO] = {}
        """By the name that a file will have: what is written of it."""
        self.made: list[Path] = []
        """Directories that were made, the deepest first."""

    def new(self, path: Path) -> TextIO:
        """A file that will have that name.  Raises Unusable if there is one, or if it cannot be made."""
        try:
            if path.exists() or path.is_symlink() or path in self.parts:
                raise Unusable(f"{printable(str(path))}: is there already")
            missing = [each for each in path.parents if not each.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            self.made = missing + self.made
            part = open(part_of(path), "x", encoding="ascii", newline="")  # noqa: SIM115  # closed by close()
        except OSError as error:
            raise Unusable(f"{printable(str(path))}: {error.strerror or type(error).__name__}") from None
        self.parts[path] = part
        return part

    def write(self, path: Path, lines: Iterable[str]) -> None:
        """A whole new file.  Raises Unusable."""
        part = self.new(path)
        try:
            part.writelines(lines)
            part.flush()
        except OSError as error:
            raise self.broken(path, error) from None

    def broken(self, path: Path, error: OSError) -> Unusable:
        """Why a file cannot be completed."""
        return Unusable(f"{printable(str(path))}: {error.strerror or type(error).__name__}")

    def finish(self) -> None:
        """Give every file its name.  Raises Unusable, with none of them there."""
        named: list[Path] = []
        for path, part in self.parts.items():
            try:
                part.flush()
                os.fsync(part.fileno())
                part.close()
                give_name(part_of(path), path)
                named.append(path)
            except OSError as error:
                for each in named:
                    each.unlink(missing_ok=True)
                raise self.broken(path, error) from None
        self.close()
        self.made.clear()

    def close(self) -> None:
        """Forget what has no name."""
        for path, part in self.parts.items():
            with suppress(OSError):
                part.close()
            with suppress(OSError):
                part_of(path).unlink(missing_ok=True)
        self.parts.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        for each in self.made:
            with suppress(OSError):
                each.rmdir()


def give_name(part: Path, path: Path) -> None:
    """Name the file so, unless something has that name.  Raises OSError."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if path.exists():
            raise FileExistsError(0, "is there already", str(path)) from None
        part.rename(path)


def part_of(path: Path) -> Path:
    """Where a file is written."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")
