"""What ``verified_buddy.linux.alloc_flags`` makes of gfp flags: for every mask of 64 bits and order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

import z3

from specs.ledger.contracts import contracts
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model import alloc_flags as meant
from specs.model.alloc_flags import Case, Table
from specs.prover.method.lifted import LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.method.paths import Owed
from specs.prover.method.row import Lemmas
from specs.prover.models.masks import ANY_MASK, TAG, any_of, every_path, has, lacks, of_masks

MODULE = "verified_buddy.linux.alloc_flags"
Answer = Callable[[LiftedPfn], int]
ORDER, PREFERRED, ONLINE = (z3.BitVec(name, 64) for name in ("order", "preferred", "online_nodes"))
SEVERAL = "several pages"
"""The fact that the order decides.  All other facts are options of the functions, by name."""


def is_set(cases: tuple[Case, ...], facts: tuple[str, ...]) -> z3.BoolRef:
    """Whether some case gives the flag to the request."""
    applying = (case for case in cases if case.applies((*facts, SEVERAL)))
    return any_of(z3.And(has(each.has), lacks(each.lacks), _large_enough(each)) for each in applying)


def _large_enough(case: Case) -> z3.BoolRef:
    return ORDER > 0 if SEVERAL in case.given else z3.BoolVal(True)


def _as_in(table: Table, facts: tuple[str, ...], says: str, answer: Answer, mask: LiftedPfn) -> None:
    """The answer has the flags that the table gives, all of them and no others."""
    flags = answer(mask)
    for flag, cases in table.items():
        wanted = is_set(cases, facts) == z3.BoolVal(flags & flag != 0)
        mask.path.owe(TAG, wanted, f"{says}: flag {flag:#x} is set when it should be")
    others = flags & ~sum(table) == 0
    mask.path.owe(TAG, z3.BoolVal(others), f"{says}: no other flag is set")


def _every_fact(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every choice of what is the case."""
    for count in range(len(names) + 1):
        yield from combinations(names, count)


def _told(function: str, facts: tuple[str, ...]) -> str:
    return f"{function} ({', '.join(facts) or 'nothing else'})"


def _of_mask(function: Callable[..., int], table: Table, names: tuple[str, ...]) -> Iterator[Owed]:
    """A function of the mask and of what is the case."""
    for facts in _every_fact(names):
        says = _told(function.__name__, facts)
        answer = partial(function, **{name: name in facts for name in names})
        yield from every_path(partial(_as_in, table, facts, says, answer), says)


def _fast(subject: Subject, _: int) -> Iterator[Owed]:
    function = subject.linux.alloc_flags.fast_alloc_flags
    yield from _of_mask(function, meant.FAST, ("nofragment", "cpuset", "cma"))


def _slow(subject: Subject, _: int) -> Iterator[Owed]:
    def gfp_to_alloc_flags(mask: LiftedPfn, **options: bool) -> int:
        """For any order at all."""
        order = LiftedCount(mask.path, ORDER)
        flags: int = subject.linux.alloc_flags.gfp_to_alloc_flags(mask, order, **options)
        return flags

    yield from _of_mask(gfp_to_alloc_flags, meant.SLOW, ("realtime", "cma"))


def _reserves(subject: Subject, _: int) -> Iterator[Owed]:
    function = subject.linux.alloc_flags.pfmemalloc_flags
    yield from _of_mask(function, meant.RESERVES, ("memalloc", "oom_victim"))


def _types_apart(subject: Subject, populated: bool, mask: LiftedPfn) -> None:
    """As the table of cases says, and as the contract says itself."""
    (contract,) = contracts(subject.linux.alloc_flags)
    values = LiftedCount(mask.path, PREFERRED), LiftedCount(mask.path, ONLINE), populated
    answer = truth(contract.function(*values))
    below = "has pages" if populated else "is empty"
    wanted = z3.And(PREFERRED == 2, z3.Or(ONLINE == 1, z3.BoolVal(populated)))
    mask.path.owe(TAG, answer == wanted, f"types are kept apart where they should be (DMA32 {below})")
    named = dict(zip(contract.parameters, values, strict=True)) | {
        "__return__": LiftedBool(mask.path, answer)
    }
    for clause in contract.post:
        given = z3.And(*(truth(contract.holds(each, named)) for each in (*contract.pre, "True")))
        holds = truth(contract.holds(clause, named))
        mask.path.owe(TAG, z3.Implies(given, holds), f"{clause} (DMA32 {below})")


def _no_mixing(subject: Subject, _: int) -> Iterator[Owed]:
    for populated in (False, True):
        yield from every_path(partial(_types_apart, subject, populated), "alloc_flags_nofragment")


def _row(name: str, says: str, functions: str, run: Lemmas, rejects: tuple[str, ...]) -> Theorem:
    about = tuple(f"{MODULE}.{function}" for function in functions.split())
    return Theorem(name, says, about, "z3", of_masks(run), rejects, domain=ANY_MASK)


ROWS = (
    _row(
        "alloc-flags-fast",
        "The first attempt has the flags that the table gives, and no others, for every mask: the low "
        "watermark, and what the request, its cpuset and its zone add.",
        "fast_alloc_flags gfp_to_alloc_flags_cma",
        _fast,
        (
            "alloc-flags-fast-at-the-minimum",
            "alloc-flags-fast-drops-kswapd",
            "alloc-flags-fast-mixes-types",
            "alloc-flags-cma-for-all",
        ),
    ),
    _row(
        "alloc-flags-slow",
        "The slow path has the flags that the table gives, and no others, for every mask and any order: "
        "who cannot wait, who is realtime and whose request is high reach below the minimum.",
        "gfp_to_alloc_flags gfp_to_alloc_flags_cma",
        _slow,
        (
            "alloc-flags-non-block-without-reserves",
            "alloc-flags-highatomic-single-page",
            "alloc-flags-highatomic-for-all",
            "alloc-flags-cpuset-below-the-minimum",
            "alloc-flags-slow-drops-kswapd",
            "alloc-flags-realtime-who-cannot-wait",
            "alloc-flags-high-does-not-matter",
            "alloc-flags-cma-for-all",
        ),
    ),
    _row(
        "alloc-flags-reserves",
        "Whoever frees memory himself, and whoever is being killed, may use the reserves, unless the request "
        "says no: that comes first, for every mask.",
        "pfmemalloc_flags",
        _reserves,
        (
            "alloc-flags-memalloc-comes-first",
            "alloc-flags-victim-first",
            "alloc-flags-task-does-not-matter",
        ),
    ),
    _row(
        "alloc-flags-nofragment",
        "Types are kept apart on the first attempt where the preferred zone is NORMAL, and the node is the "
        "only one or its DMA32 has pages, and nowhere else.",
        "alloc_flags_nofragment",
        _no_mixing,
        (
            "alloc-flags-nofragment-in-any-zone",
            "alloc-flags-nofragment-without-a-zone-below",
            "alloc-flags-nofragment-on-one-node",
        ),
    ),
)
