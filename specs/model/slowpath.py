"""The slow path of Linux 6.1 as one table: what a request asks for in each state, and where it goes.

Conditions are formulas over words: gfp flags in capitals, what the request is, what it was told, and what it
remembers.  Of several rules the first counts whose condition is true; no condition is always true.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Rule(NamedTuple):
    """What is the case under a condition."""

    then: str
    when: str = "always"


class Call(NamedTuple):
    """What is asked of the system, in order, and when."""

    name: str
    when: str = "always"
    flags: str = ""
    """Of a search: the allocation flags, ``own`` for those of the request."""


GFP: Final = {
    "HIGH": 0x20,
    "IO": 0x40,
    "ZERO": 0x100,
    "ATOMIC": 0x200,
    "DIRECT_RECLAIM": 0x400,
    "KSWAPD_RECLAIM": 0x800,
    "RETRY_MAYFAIL": 0x4000,
    "NOFAIL": 0x8000,
    "NORETRY": 0x10000,
    "MEMALLOC": 0x20000,
    "NOMEMALLOC": 0x80000,
    "HARDWALL": 0x100000,
    "THISNODE": 0x200000,
}
"""The bits that decide anything here."""

ALLOC: Final = {
    "NO_WATERMARKS": 0x4,
    "OOM": 0x8,
    "NON_BLOCK": 0x10,
    "MIN_RESERVE": 0x20,
    "CPUSET": 0x40,
    "HIGHATOMIC": 0x200,
    "KSWAPD": 0x800,
}

RESULTS: Final = {"SKIPPED": 1, "DEFERRED": 2, "COMPLETE": 5, "PARTIAL": 6, "CONTENDED": 7, "SUCCESS": 8}
"""What compaction may say, as far as it matters."""

WORDS: Final = {
    "memory_for_all": "~NOMEMALLOC & (MEMALLOC | memalloc)",
    "reserves": "memory_for_all | ~NOMEMALLOC & victim",
    "quick": "DIRECT_RECLAIM & IO & (costly | ~single & ~movable) & ~reserves",
    "captured_some": "~single & ~SKIPPED & captured",
    "may_look": "~single & ~SKIPPED & ~captured",
    "compacted": "captured_some | may_look & found1",
    "gave_up": "COMPLETE | DEFERRED | PARTIAL | CONTENDED",
    "few_retries": "costly & (retries_now <= 4) | ~costly & (retries_now <= 16)",
    "softer": "costly & (priority > 1) | ~costly & (priority > 0)",
    "again": "~single & ~dying & (SKIPPED & suitable | ~SKIPPED & ~gave_up & few_retries"
    " | ~SKIPPED & (gave_up | ~few_retries) & softer)",
    "harder": "again & ~SKIPPED & (gave_up | ~few_retries)",
    "must_try": "progressed & IO & again",
    "hopeful": "(loops_now <= 16) & passes",
    "killable": "~costly & ~RETRY_MAYFAIL & ~THISNODE & ~low & may_kill",
    "kills": "lock & ~found1 & killable",
    "killed": "~lock | kills & (kill_helps | NOFAIL)",
    "saved": "lock & found1 | kills & NOFAIL & (found2 | found3)",
    "doomed": "victim & (flag_OOM | NOMEMALLOC)",
    "insists": "NOFAIL & DIRECT_RECLAIM",
}
"""What further words mean, each by those before it."""

NEXT: Final[dict[str, tuple[Rule, ...]]] = {
    "RESTART": (Rule("WAKE", "zone"), Rule("NOPAGE")),
    "WAKE": (Rule("A1"),),
    "A1": (Rule("GOT", "found1"), Rule("C0")),
    "C0": (
        Rule("RETRY", "~quick"),
        Rule("GOT", "compacted"),
        Rule("NOPAGE", "costly & NORETRY & (SKIPPED | DEFERRED | THISNODE)"),
        Rule("RETRY"),
    ),
    "RETRY": (Rule("RESTART", "changed"), Rule("A2")),
    "A2": (Rule("GOT", "found1"), Rule("NOPAGE", "~DIRECT_RECLAIM | reclaims"), Rule("R")),
    "R": (Rule("GOT", "reclaimed & (found1 | found2)"), Rule("C")),
    "C": (Rule("GOT", "compacted"), Rule("D")),
    "D": (Rule("NOPAGE", "NORETRY | costly & ~(IO & RETRY_MAYFAIL)"), Rule("E")),
    "E": (Rule("RETRY", "hopeful | unreserved"), Rule("F")),
    "F": (Rule("RETRY", "must_try"), Rule("RESTART", "changed"), Rule("G")),
    "G": (Rule("GOT", "saved"), Rule("NOPAGE", "doomed"), Rule("RETRY", "killed"), Rule("NOPAGE")),
    "NOPAGE": (
        Rule("RESTART", "changed"),
        Rule("FAIL", "~insists"),
        Rule("GOT", "found1 | found2"),
        Rule("RETRY"),
    ),
    "GOT": (),
    "FAIL": (),
}
"""Sections 8.2 and 17.11: where a request goes."""

DOES: Final[dict[str, tuple[Call, ...]]] = {
    "RESTART": (),
    "WAKE": (Call("kswapds"),),
    "A1": (Call("search", flags="own"),),
    "C0": (
        Call("compact at priority 2", "quick"),
        Call("prepare", "quick & captured_some"),
        Call("search", "quick & may_look", "own"),
    ),
    "RETRY": (Call("kswapds", "~changed"),),
    "A2": (Call("search", flags="own"),),
    "R": (
        Call("reclaim"),
        Call("search", "reclaimed", "own"),
        Call("unreserve", "reclaimed & ~found1"),
        Call("drain", "reclaimed & ~found1"),
        Call("search", "reclaimed & ~found1", "own"),
    ),
    "C": (
        Call("compact at own priority"),
        Call("prepare", "captured_some"),
        Call("search", "may_look", "own"),
    ),
    "D": (),
    "E": (Call("unreserve by force", "~hopeful"),),
    "F": (),
    "G": (
        Call("lock"),
        Call("last search", "lock", "0x42"),
        Call("kill", "kills"),
        Call("search", "kills & NOFAIL", "0x44"),
        Call("search", "kills & NOFAIL & ~found2", "0x4"),
        Call("unlock", "lock"),
    ),
    "NOPAGE": (
        Call("search", "~changed & insists", "0x60"),
        Call("search", "~changed & insists & ~found1", "0x20"),
    ),
}
"""What it asks for on the way."""

REMEMBERS: Final[dict[str, dict[str, tuple[Rule, ...]]]] = {
    "RESTART": {
        "loops": (Rule("0"),),
        "retries": (Rule("0"),),
        "priority": (Rule("1"),),
        "flags": (Rule("of_the_mask"),),
    },
    "C0": {
        "priority": (Rule("2", "quick & ~compacted & costly & NORETRY & ~(SKIPPED | DEFERRED | THISNODE)"),)
    },
    "RETRY": {
        "flags": (
            Rule("flags", "changed"),
            Rule("0x4 | flags & 0x800", "memory_for_all"),
            Rule("0x8 | flags & 0x800", "reserves"),
        )
    },
    "R": {"progress": (Rule("reclaims_pages"),)},
    "E": {"loops": (Rule("0", "progressed & ~costly"), Rule("loops + 1"))},
    "F": {
        "retries": (
            Rule("0", "progressed & IO & harder"),
            Rule("retries_now", "progressed & IO & ~single & ~dying"),
        ),
        "priority": (Rule("priority - 1", "progressed & IO & harder"),),
    },
    "G": {"loops": (Rule("0", "~saved & ~doomed & killed"),)},
}
"""What it remembers afterwards, where that is not what it did before."""

OF_THE_MASK: Final = (
    ("CPUSET", "DIRECT_RECLAIM | ~HIGH"),
    ("MIN_RESERVE", "HIGH | DIRECT_RECLAIM & realtime"),
    ("KSWAPD", "KSWAPD_RECLAIM"),
    ("NON_BLOCK", "~DIRECT_RECLAIM & ~NOMEMALLOC"),
    ("HIGHATOMIC", "~DIRECT_RECLAIM & ~NOMEMALLOC & HIGH & ~single"),
)
"""Section 6.6: the allocation flags that the slow path begins with, and when."""

ORDER: Final = (
    "RESTART",
    "WAKE",
    "A1",
    "C0",
    "RETRY",
    "A2",
    "R",
    "C",
    "D",
    "E",
    "F",
    "G",
    "NOPAGE",
    "GOT",
    "FAIL",
)
"""From each state a request goes on to a later one, or begins again."""

AGAIN: Final = ("RESTART", "RETRY")
"""Where it begins again."""

MOST_LOOPS: Final = 16
"""So often in a row it tries again after reclaim in vain."""
