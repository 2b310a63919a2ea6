"""The ledger as the README shows it, and where each theorem stands."""

from __future__ import annotations

import inspect
import json
import sys
import textwrap
from pathlib import Path

from specs.ledger.subject import CORE, UNDER_PROOF
from specs.ledger.theorem import HOLDS, Theorem
from specs.run.methods import by_method, in_words
from specs.theorems import LEDGER

ROOT = Path(__file__).parents[2]
WIDTH = 110
"""Of the README's lines."""
PARTS = {
    "page frame arithmetic": ("verified_buddy.pfn", "specs.model.definitions"),
    "free lists and buddy operations": ("verified_buddy.free_area", "verified_buddy.buddy"),
    "spans and zone": ("verified_buddy.spans", "verified_buddy.zone"),
    "pageblocks and moves": (
        "verified_buddy.linux.migratetype",
        "verified_buddy.linux.pageblock",
        "verified_buddy.linux.mobility",
    ),
    "fallback, reserve, isolation": (
        "verified_buddy.linux.fallback",
        "verified_buddy.linux.versions",
        "verified_buddy.linux.highatomic",
        "verified_buddy.linux.isolation",
    ),
    "per-CPU lists": ("verified_buddy.linux.pcp",),
    "Linux 6.1 zone": ("verified_buddy.linux.zone.",),
    "watermarks": ("verified_buddy.linux.watermark",),
    "flags, counters, zonelists": (
        "verified_buddy.linux.gfp",
        "verified_buddy.linux.alloc_flags",
        "verified_buddy.linux.vmstat",
        "verified_buddy.linux.zonelist",
    ),
    "requests and kswapd": (
        "verified_buddy.linux.page_alloc",
        "verified_buddy.linux.slow",
        "verified_buddy.linux.kswapd",
    ),
    "memory cgroups": ("verified_buddy.linux.page_counter", "verified_buddy.linux.memcg"),
    "machine of nodes": (
        "verified_buddy.linux.counted_zone",
        "verified_buddy.linux.request",
        "verified_buddy.linux.node",
        "verified_buddy.linux.topology",
    ),
    "boot, addresses, slab caches, /proc": (
        "verified_buddy.boot",
        "verified_buddy.addressing",
        "verified_buddy.slab",
        "verified_buddy.proc",
        "verified_buddy.linux.fragmentation",
    ),
}


MANY = 60
"""More functions than these are counted, and not named."""


def rooms(modules: tuple[str, ...]) -> str:
    """The modules, as they are called there."""
    return " ".join(f"`{name.removeprefix('verified_buddy.')}`" for name in modules)


def readme_table() -> str:
    """A line a part of the core: its functions, and the theorems about them by what was done."""
    lines = ["| part | functions | established |", "|---|---|---|"]
    for part, modules in PARTS.items():
        rows = [row for row in LEDGER if row.about[0].startswith(modules)]
        about = {name.rpartition(".")[2] for row in LEDGER for name in row.about if name.startswith(modules)}
        names = [f"`{name}`" for name in sorted(about) if name[0].islower() and name not in MODULES]
        functions = " ".join(names if len(names) <= MANY else (f"{len(names)} of {rooms(modules)}",))
        senses = []
        for sense in dict.fromkeys(HOLDS.values()):
            names = [f"`{row.name}`" for row in rows if HOLDS[row.method] == sense]
            if names:
                senses.append(f"**{sense}**: {', '.join(names)}")
        lines.append(f"| {part} | {functions} | {'; '.join(senses)} |")
    return "\n".join(lines)


MODULES = (
    "buddy",
    "definitions",
    *(name.rpartition(".")[2] for name in UNDER_PROOF if name not in CORE),
)


def where(row: Theorem) -> str:
    """The file that states and decides the theorem."""
    for name, module in list(sys.modules.items()):
        rows = (
            *getattr(module, "ROWS", ()),
            *getattr(module, "THEOREMS", ()),
            getattr(module, "THEOREM", None),
        )
        if name.startswith("specs.") and not hasattr(module, "__path__") and row in rows:
            return Path(inspect.getfile(module)).relative_to(ROOT).as_posix()
    raise AssertionError(f"no module holds {row.name}")


MATRIX = ROOT / "specs" / "mutants" / "matrix.json"
"""The whole kill matrix, as ``python -m specs mutants --full --json`` printed it."""


def score() -> str:
    """What the theorems would have caught, in a sentence: as the README has it, with its line breaks."""
    matrix = json.loads(MATRIX.read_text(encoding="utf-8"))
    split = in_words(by_method(row["killed_by"] for row in matrix["matrix"]))
    sentence = (
        f"**{matrix['killed']} of {matrix['mutants'] - matrix['equivalent']}** broken versions of the core "
        f"are rejected with no test run: {split}. What several methods reject counts under the "
        f"first of these ({matrix['equivalent']} more cannot be told from the original)."
    )
    return textwrap.fill(sentence, WIDTH)
