"""The directory of an export: one file a statement, an index, and what a reader needs to know."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import click

from specs.ledger.checkout import commit
from specs.smtlib.collect import Claim, Collected, Shape
from specs.smtlib.guide import GUIDE

FORMAT = "verified-buddy-obligations"
FOLDER = "obligations"
SHOWN = 4
"""How many of its claims a file's header lists."""


class Refused(click.ClickException):
    """The directory cannot be written, or read."""

    exit_code = 2


def check_is_free(directory: Path) -> None:
    """Raises Refused unless the directory is empty, or there is none and its parent can have one."""
    if directory.is_dir():
        if any(directory.iterdir()):
            raise Refused(f"{directory} is not empty")
    elif directory.exists() or directory.is_symlink():
        raise Refused(f"{directory} is not a directory")
    elif not directory.resolve().parent.is_dir():
        raise Refused(f"{directory.parent} is not a directory")


@contextmanager
def written_whole(directory: Path) -> Iterator[Path]:
    """A sibling to write into, which becomes the directory if nothing fails, and else is gone."""
    final = directory.resolve()
    sibling = Path(tempfile.mkdtemp(prefix=f".{final.name}.", dir=final.parent))
    try:
        sibling.chmod(0o755)
        yield sibling
        check_is_free(directory)
        sibling.replace(final)
    finally:
        shutil.rmtree(sibling, ignore_errors=True)


def write(directory: Path, names: Sequence[str], tops: Sequence[int], collected: Collected) -> dict[str, int]:
    """Write all of it; the summary of what there is."""
    (directory / FOLDER).mkdir()
    files = []
    size = 0
    for text, claims in sorted(collected.files.items(), key=lambda entry: _name(entry[0])):
        shape, distinct = collected.shapes[text], list(dict.fromkeys(claims))
        content = (header(distinct, shape) + text).encode()
        name = f"{FOLDER}/{_name(text)}"
        (directory / name).write_bytes(content)
        size += len(content)
        files.append(
            {
                "file": name,
                "sha256": sha256(content).hexdigest(),
                "hypotheses": shape.facts + shape.further,
                "impossible": shape.impossible,
                "obligations": len(claims),
                "claims": [claim.as_json() for claim in distinct],
            }
        )
    closed = list(dict.fromkeys(collected.closed))
    every = Counter(
        claim.theorem for claims in (*collected.files.values(), collected.closed) for claim in claims
    )
    about = {
        "format": FORMAT,
        "version": 1,
        "commit": commit(),
        "proved_by": {"z3-solver": version("z3-solver")},
        "max_orders": list(tops),
        "theorems": {name: every[name] for name in names},
    }
    lists = {"files": files, "closed": [claim.as_json() for claim in closed]}
    (directory / "index.json").write_text(_index(about, lists), encoding="utf-8")
    impossible = sum(shape.impossible for shape in collected.shapes.values())
    summary = {
        "files": len(files),
        "obligations": sum(every.values()),
        "closed": len(collected.closed),
        "impossible": impossible,
        "bytes": size,
    }
    (directory / "README.md").write_text(GUIDE.format(**summary), encoding="utf-8")
    return summary


def header(claims: Sequence[Claim], shape: Shape) -> str:
    """What the file says, in comments."""
    if shape.impossible:
        says = ["No state walks this path so far: its last decision cannot fall as it did."]
        says.append("The goal is the opposite decision; what else the path would owe rests on this file.")
    else:
        says = list(dict.fromkeys(claim.says for claim in claims))
    lines = [f"says: {sentence}" for sentence in says[:SHOWN]]
    lines += [_of(claim) for claim in claims[:SHOWN]]
    if len(claims) > SHOWN:
        lines.append(f"and {len(claims) - SHOWN} more, see index.json")
    last = shape.facts + shape.further
    lines.append(f"h1..h{shape.facts}: what it is about" if shape.facts else "no facts")
    if shape.further:
        lines.append(
            f"h{shape.facts + 1}..h{last}: instances of invariants and contracts that the proof used"
        )
    lines.append("goal: the sentence, denied.  The answer is unsat; without goal it is sat.")
    return "".join(f"; {line}\n" for line in lines)


def _of(claim: Claim) -> str:
    where = f"{claim.theorem}: {claim.function}, max_order {claim.max_order}"
    if claim.path is None:
        return where
    tail = ", to_tail" if claim.to_tail else ""
    return f"{where}, order {claim.order}{tail}; the path {claim.path}"


def _name(text: str) -> str:
    return f"{sha256(text.encode()).hexdigest()[:16]}.smt2"


def _index(about: dict[str, object], lists: Mapping[str, Iterable[object]]) -> str:
    """JSON with a line for each entry, so that two exports can be compared by line."""
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in about.items()]
    for key, entries in lists.items():
        rows = ",\n  ".join(json.dumps(entry) for entry in entries)
        parts.append(f"{json.dumps(key)}: [\n  {rows}\n ]" if rows else f"{json.dumps(key)}: []")
    return "{\n " + ",\n ".join(parts) + "\n}\n"
