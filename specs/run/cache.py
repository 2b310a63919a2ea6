"""What earlier runs established, in one file that may be deleted at any time."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from specs.prover.method.remembered import Remembered

ROOT = Path(__file__).parents[2]
FILE = ROOT / ".verified_buddy_cache" / "results.sqlite3"
PACKAGES = ("z3-solver", "bitwuzla", "crosshair-tool", "hypothesis")
JUDGES = ("judge.py", "remembered.py", "search.py", "solve.py", "terms.py", "witness.py")
"""The files that say what counts as a proof; when they change, no earlier one does."""
TABLES = """
create table if not exists proofs (judge text, key text, used text, primary key (judge, key, used));
create table if not exists verdicts
    (name text, orders text, tree text, verdict text, primary key (name, orders));
"""


def _digest(parts: Iterable[object]) -> str:
    return sha256(repr(list(parts)).encode()).hexdigest()


def tree() -> str:
    """All that a verdict may depend on: every file of the code and of its specification, and the tools."""
    files = sorted(path for part in ("verified_buddy", "specs") for path in (ROOT / part).rglob("*"))
    texts = [
        (path.relative_to(ROOT).as_posix(), path.read_bytes())
        for path in files
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return _digest([texts, platform.python_version(), *((name, version(name)) for name in PACKAGES)])


def judge() -> str:
    """The solvers, and what counts as their proof."""
    files = [(ROOT / "specs" / "prover" / "method" / name).read_bytes() for name in JUDGES]
    return _digest([files, version("z3-solver"), version("bitwuzla")])


@dataclass(frozen=True)
class Cache:
    """Whatever is wrong with the file, it is as if there were none."""

    path: Path
    tree: str
    judge: str
    fresh: bool = False
    """Whether to decide everything again; what is found is kept all the same."""

    @classmethod
    def at(cls, path: Path, *, fresh: bool = False) -> Cache:
        """The cache as of now: it knows what was found of the present code, and of no other."""
        return cls(path, tree(), judge(), fresh)

    def proofs(self) -> Remembered:
        """Every proof that these solvers found."""
        found = Remembered()
        if not self.fresh:
            for key, used in self._read("select key, used from proofs where judge = ?", self.judge):
                with suppress(TypeError, ValueError):
                    names = json.loads(used)
                    if isinstance(names, list) and all(isinstance(name, str) for name in names):
                        found.proofs.setdefault(key, set()).add(tuple(names))
        return found

    def keep_proofs(self, found: Remembered) -> None:
        """Add what this process has proved."""
        rows = [(self.judge, key, json.dumps(used)) for key, used in found.new]
        self._write("delete from proofs where judge != ?", [(self.judge,)])
        self._write("insert or ignore into proofs values (?, ?, ?)", rows)
        found.new.clear()

    def verdict(self, name: str, orders: Sequence[int]) -> str | None:
        """The verdict of that row, of just this code; as JSON."""
        query = "select verdict from verdicts where name = ? and orders = ? and tree = ?"
        found = [] if self.fresh else self._read(query, name, json.dumps(orders), self.tree)
        return str(found[0][0]) if found else None

    def keep_verdict(self, name: str, orders: Sequence[int], verdict: str) -> None:
        """Keep the verdict, unless a file has changed meanwhile: who knows which text it is about."""
        if tree() == self.tree:
            row = (name, json.dumps(orders), self.tree, verdict)
            self._write("insert or replace into verdicts values (?, ?, ?, ?)", [row])

    def _read(self, query: str, *values: str) -> list[tuple[str, ...]]:
        return self._opened(lambda opened: list(opened.execute(query, values)))

    def _write(self, query: str, rows: Sequence[tuple[str, ...]]) -> None:
        def write(opened: sqlite3.Connection) -> list[tuple[str, ...]]:
            with opened:
                opened.executemany(query, rows)
            return []

        self._opened(write)

    def _opened(self, work: Callable[[sqlite3.Connection], list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
        try:
            self.path.parent.mkdir(exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=30)) as opened:
                opened.executescript(TABLES)
                return work(opened)
        except (OSError, sqlite3.OperationalError):  # it cannot be written, or not now
            return []
        except sqlite3.DatabaseError:  # it is no such file
            self.path.unlink(missing_ok=True)
            return []
