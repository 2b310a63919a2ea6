"""The plan of the house, as tables: which room imports which, which names go together, which cut across."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TREES = ("verified_buddy", "specs", "tests")
SOURCES = sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py"))

CORE = tuple(f"verified_buddy.{name}" for name in ("errors", "pfn", "free_area", "buddy", "spans", "zone"))
FACE = "verified_buddy"
"""What users import; no module of the package does."""
DOORS = {path.stem for path in (ROOT / FACE).glob("*.py")} - {name.partition(".")[2] for name in CORE}
"""What stands beside the core, such as the command line: any room may have tests of it."""

FLOORS = (
    CORE,
    ("verified_buddy.linux",),
    ("verified_buddy.addressing", "verified_buddy.whole_file"),
    ("verified_buddy.oracle", "verified_buddy.terminal", "verified_buddy.junit"),
    ("verified_buddy.slab",),
    ("verified_buddy.kmem", "verified_buddy.boot", "verified_buddy.proc"),
    (
        *("verified_buddy.replay", "verified_buddy.conform", "verified_buddy.kernel_calls"),
        *("verified_buddy.simulate", "verified_buddy.diagnose"),
    ),
    ("verified_buddy.machine", "verified_buddy.explain"),
    (FACE,),
    ("verified_buddy.checking",),
    ("verified_buddy.show",),
    ("verified_buddy.cli",),
    ("verified_buddy.__main__",),
    ("specs.model",),
    ("specs.ledger",),
    ("specs.prover", "specs.twins"),
    ("specs.agreement", "specs.crosshair_gate", "specs.exhaustive", "specs.random"),
    ("specs.theorems",),
    ("specs.run",),
    ("specs.mutants", "specs.smtlib"),
    ("specs.explain",),
    ("specs.report", "specs.kernel_text"),
    ("specs.command",),
    ("specs.__main__",),
    ("tests",),
)
"""The rooms, from the ground up: each imports what lies below it, and nothing beside or above it."""

PROVER = (
    ("specs.prover.method",),
    ("specs.prover.models.core",),
    ("specs.prover.models.zone",),
    ("specs.prover.models.pcp",),
    ("specs.prover.models.request",),
    ("specs.prover.models",),
)
"""The prover's own floors: its method knows no layer, and each layer those below it."""

NAMED_AFTER = {
    "specs/theorems": "specs/*",
    "specs/theorems/core": "verified_buddy/*",
    "specs/theorems/linux": "verified_buddy/linux/*",
    "specs/theorems/slab": "verified_buddy/slab/*",
    "specs/twins": "specs/*",
    "specs/twins/core": "verified_buddy/*",
    "specs/twins/linux": "verified_buddy/linux/*",
    "specs/twins/slab": "verified_buddy/slab/*",
    "tests": "docs/*",
    "tests/core": "verified_buddy/*",
    "tests/linux": "verified_buddy/linux/*",
    "tests/slab": "verified_buddy/slab/*",
    "specs/theorems/addressing": "verified_buddy/addressing/*",
    "specs/twins/addressing": "verified_buddy/addressing/*",
    "tests/addressing": "verified_buddy/addressing/*",
    "specs/theorems/boot": "verified_buddy/boot/*",
    "specs/twins/boot": "verified_buddy/boot/*",
    "tests/boot": "verified_buddy/boot/*",
    "specs/theorems/proc": "verified_buddy/proc/*",
    "specs/twins/proc": "verified_buddy/proc/*",
    "tests/proc": "verified_buddy/proc/*",
    "tests/oracle": "verified_buddy/oracle/*",
    "tests/kmem": "verified_buddy/kmem/*",
    "tests/replay": "verified_buddy/replay/*",
    "tests/conform": "verified_buddy/conform/*",
    "tests/kernel_calls": "verified_buddy/kernel_calls/*",
    "tests/simulate": "verified_buddy/simulate/*",
    "tests/kernel_text": "specs/kernel_text/*",
    "tests/diagnose": "verified_buddy/diagnose/*",
    "tests/explain": "verified_buddy/explain/*",
    "tests/show": "verified_buddy/show/*",
    "tests/specs": "specs/**/*",
}
"""A file of the left bears the name of a module or folder of the right, or begins with it and ``_``."""

CUTS_ACROSS = {
    "specs/theorems": (
        *("assumed", "trust"),  # what rows share: what they rest on
        "conservation",  # about every operation
        "hypotheses",  # about the assumptions of all other rows
        "orders",  # about every top order
        "paths",  # about every path of the running code
        "policy",  # named after specs/model/policy.py, which the whole core is compared with
        "random_programs",  # about the free area and the zone
        "round_trip",  # about two operations, one after the other
        "runs",  # about what every run does
        "small_states",  # about every state of the free area, the spans and the zone
    ),
    "specs/twins": ("bugs",),  # a list of what other allocators shipped
    "tests": (
        *("conftest", "face", "house", "readme", "style", "wheel"),  # about the whole
        *("contract_sides", "contract_states", "contract_suite"),  # about the free area, live map and spans
        "contract_readings",  # what terms say in one state
        *(
            "files",
            "plain_lists",
            "unusable",
        ),  # calls of the kernel: what is read, the oracle, what is refused
        "page_map",  # what the tests of the oracle judge by
        "kernel_trace",  # traces that are made up, and those that were recorded
        *(
            "extent",
            "freed_again",
            "limits",
            "not_recorded",
            "pagetypes",
            "steals",
            "told_late",
        ),  # kinds of doubt
        "request_probes",  # lines that the page layers leave alone
        "damage",  # recordings with one thing changed
        "kernel_cli",  # the command, on a kernel's trace
        "recordings",  # all layers on whole recordings
        "rules_undone",  # broken twins, beside recordings
        "requests_alone",  # a zone that is told only what was asked for
        "allocators",  # in C, right and wrong
        *("trees", "toy", "toy_edits"),  # a kernel's source tree; one in our own words, and what breaks it
        "mutant_kills",  # which mutants each vector catches
        "failure_reports",  # the reports that diagnose is held against
        *("page_pool", "slabinfo"),  # pages that run short; what kernels said of their caches
        *("served_pool", "zone_pool"),  # a program and a class that are driven
        "lifting_faults",  # wrong operators, which must be noticed
        "replaced_calls",  # what the prover answers in the code's place
        "saved_report",  # what the report is made of
        *("documents", "trace_programs"),  # what the pages show, to be run
        "verification",  # the run as a user starts it
    ),
}
"""The files that are about no one module, and why."""


class Import(NamedTuple):
    """A module, and one that it imports, however late or for types alone."""

    importer: str
    imported: str

    def __str__(self) -> str:
        return f"{self.importer} imports {self.imported}"


def module_at(path: Path) -> str:
    """The name of the module in that file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = frozenset(map(module_at, SOURCES))


def named(node: ast.AST) -> Iterator[str]:
    """What an import statement names: modules, or the module that a name is taken from."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        assert node.module is not None
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield whole if whole in MODULES else node.module


@cache
def imports() -> tuple[Import, ...]:
    """All that our modules import, of ours and of others."""
    found = {
        Import(module_at(path), name)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in named(node)
    }
    return tuple(sorted(found))


def inner() -> tuple[Import, ...]:
    """What our modules import of each other."""
    return tuple(each for each in imports() if each.imported in MODULES)


def floor(module: str, floors: tuple[tuple[str, ...], ...]) -> tuple[int, str]:
    """Where a module lives: the floor and the room.  Raises LookupError."""
    for number, rooms in enumerate(floors):
        for room in rooms:
            if module == room or (room != FACE and module.startswith(f"{room}.")):
                return number, room
    raise LookupError(f"{module} is in no room of the plan")


def upward(within: tuple[Import, ...], floors: tuple[tuple[str, ...], ...]) -> list[str]:
    """The imports that do not run downward; within a room, and within the core, they may run as they like."""
    offending = []
    for each in within:
        (here, mine), (there, other) = floor(each.importer, floors), floor(each.imported, floors)
        same = mine == other or (mine in CORE and other in CORE)
        if there >= here and not same:
            offending.append(f"{each}, which is {'above' if there > here else 'beside'} it")
    return offending


def circles(within: tuple[Import, ...]) -> list[str]:
    """One circle through each module that has any, as a path; each circle once."""
    ways: dict[str, list[str]] = {}
    for each in within:
        ways.setdefault(each.importer, []).append(each.imported)
    found: dict[frozenset[str], str] = {}
    for start in ways:
        reached: dict[str, str] = {}
        waiting = [start]
        while waiting and start not in reached:
            here = waiting.pop(0)
            for there in ways.get(here, []):
                if there not in reached:
                    reached[there] = here
                    waiting.append(there)
        if start in reached:
            path = [start]
            while len(path) == 1 or path[-1] != start:
                path.append(reached[path[-1]])
            found.setdefault(frozenset(path), " <- ".join(path))
    return sorted(found.values())


def misnamed(folder: str) -> list[str]:
    """The files of the folder that bear the name of no module, and are in no list."""
    pattern = Path(NAMED_AFTER[folder])
    known = {pattern.parent.name, *(path.stem for path in ROOT.glob(str(pattern)))}
    (cuts_across,) = (names for tree, names in CUTS_ACROSS.items() if folder.startswith(tree))
    wrong = []
    for path in sorted((ROOT / folder).glob("*.py")):
        name = path.stem.removeprefix("test_")
        right = any(name == each or name.startswith(f"{each}_") for each in known | DOORS)
        if not right and name not in ("__init__", *cuts_across):
            wrong.append(path.relative_to(ROOT).as_posix())
    return wrong


def listed_in_vain() -> list[str]:
    """What stands in a list, and nowhere in its tree."""
    return [
        f"{tree}: {name}"
        for tree, names in CUTS_ACROSS.items()
        for name in names
        if not any(path.stem.removeprefix("test_") == name for path in (ROOT / tree).rglob("*.py"))
    ]
