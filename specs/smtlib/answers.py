"""What the solvers answer to the files of an export, and whether these are the files that were exported."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from specs.smtlib.directory import FOLDER, FORMAT, Refused
from specs.smtlib.solvers import SOLVERS

GOAL = ":named goal))"


@dataclass
class Report:
    """What the solvers answered."""

    files: int = 0
    unsat: int = 0
    """Files that every solver finds unsatisfiable, as they are."""
    sat_without_goal: int = 0
    """Files that every solver finds satisfiable without their goal."""
    failures: list[dict[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: Report) -> None:
        """Add what another process found."""
        self.files += other.files
        self.unsat += other.unsat
        self.sat_without_goal += other.sat_without_goal
        self.failures += other.failures
        for name, seconds in other.seconds.items():
            self.took(name, seconds)

    def took(self, solver: str, seconds: float) -> None:
        """Add to the time of a solver."""
        self.seconds[solver] = self.seconds.get(solver, 0.0) + seconds


def listed(directory: Path) -> dict[str, str]:
    """By the names of the files that the index lists: their digests."""
    path = directory / "index.json"
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        assert index["format"] == FORMAT
        found = {str(entry["file"]): str(entry["sha256"]) for entry in index["files"]}
        assert all(Path(name).parent == Path(FOLDER) for name in found)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except (ValueError, LookupError, TypeError, AssertionError, RecursionError):
        raise Refused(f"{path} is no index of exported obligations") from None
    return found


def not_listed(directory: Path, wanted: dict[str, str]) -> Iterator[dict[str, str]]:
    """A failure for each file that is there besides."""
    for path in sorted((directory / FOLDER).glob("*")):
        name = path.relative_to(directory).as_posix()
        if name not in wanted:
            yield {"file": name, "says": "index.json does not list it"}


def check_files(directory: Path, entries: Sequence[tuple[str, str]], solvers: Sequence[str]) -> Report:
    """Each solver's answers to some files."""
    report = Report()
    for name, digest in entries:
        report.files += 1
        wrong = _check(directory / name, digest, solvers, report)
        if wrong:
            report.failures.append({"file": name, "says": "; ".join(wrong)})
    return report


def _check(path: Path, digest: str, solvers: Sequence[str], report: Report) -> list[str]:
    """What is wrong with a file; a file that is not the exported one is no solver's business."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return [str(error.strerror)]
    if sha256(content).hexdigest() != digest:
        return ["it is not the file that was exported (its SHA-256 is not the one in index.json)"]
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return ["it is not text"]
    lines = text.splitlines(keepends=True)
    without = [line for line in lines if not line.rstrip().endswith(GOAL)]
    if len(without) != len(lines) - 1:
        return [f"{len(lines) - len(without)} of its assertions are named goal"]
    wrong = _answers(text, "unsat", "", solvers, report)
    wrong_without = _answers("".join(without), "sat", " without goal", solvers, report)
    report.unsat += not wrong
    report.sat_without_goal += not wrong_without
    return wrong + wrong_without


def _answers(text: str, wanted: str, when: str, solvers: Sequence[str], report: Report) -> list[str]:
    wrong = []
    for name in solvers:
        started = time.perf_counter()
        try:
            said = SOLVERS[name](text)
        except Exception as error:  # each solver has errors of its own for text that it cannot read
            said = f"it cannot be read ({error})"
        report.took(name, time.perf_counter() - started)
        if said != wanted:
            wrong.append(f"{name} says{when}: {' '.join(said.split())[:200]}")
    return wrong
