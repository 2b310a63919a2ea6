"""What ``verified_buddy.linux.page_alloc`` does: which zone serves, above which mark, and who is charged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from itertools import product
from typing import Any

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.paths import Owed, Path
from specs.prover.models.request import marks, search, whole
from specs.prover.models.request.system import ANY_REQUEST, of_requests, settled, walked

MODULE, SYSTEM = "verified_buddy.linux.page_alloc", "verified_buddy.linux.system"
MEASURED = (
    "zone_watermark_fast and zone_watermark_ok answer as their own rows say: any answer is possible here"
)
GIVEN = "taking a block of a zone, or none, is what the rows of the zone are about"


def _searches(subject: Subject) -> Iterator[tuple[Path, Any]]:
    for situation in search.SITUATIONS:
        yield from ((path, situation) for path in walked(partial(search.Search, subject, situation)))


def _zones(subject: Subject) -> Iterator[tuple[Path, Any]]:
    for flags, order in marks.MARKED:
        yield from ((path, (flags, order)) for path in walked(partial(marks.OneZone, subject, flags, order)))


def _requests(subject: Subject) -> Iterator[tuple[Path, Any]]:
    for cpuset, nodemask in product((None, frozenset({1})), whole.NODES):
        run = partial(whole.Request, subject, cpuset, nodemask)
        yield from ((path, (cpuset, nodemask)) for path in walked(run))


Runs = Callable[[Subject], Iterator[tuple[Path, Any]]]
DOMAIN = replace(
    ANY_REQUEST, sizes=(*ANY_REQUEST.sizes, "one to three zones, one or two nodes: 14 situations")
)
Claims = Callable[[Any], Iterable[search.Claim]]


@lru_cache(maxsize=6)
def _paths(runs: Runs, subject: Subject) -> list[tuple[Path, Any]]:
    return list(runs(subject))


def _owed(runs: Runs, ends: type, claims: Claims, subject: Subject, _: int) -> Iterator[Owed]:
    for path, of in _paths(runs, subject):
        found = claims(path.result) if isinstance(path.result, ends) else ()
        yield from settled(path, str(of), found)


def _marks(subject: Subject, top: int) -> Iterator[Owed]:
    yield from _owed(_zones, marks.OneZone, marks.keeps_the_mark, subject, top)
    for path, _ in _paths(_zones, subject):
        for goal, says in marks.told_of(path.result) if isinstance(path.result, marks.OneZone) else ():
            yield Owed("claim", goal, says, (), ())


def _row(
    name: str,
    says: str,
    about: str,
    runs: Callable[[Subject, int], Iterator[Owed]],
    rejects: tuple[str, ...],
    *supposes: str,
) -> Theorem:
    functions = tuple(f"{MODULE}.{each}" for each in about.split())
    return Theorem(name, says, functions, "z3", of_requests(runs), rejects, supposes=supposes, domain=DOMAIN)


ROWS = (
    _row(
        "page-alloc-first-zone",
        "A search takes a block of the first zone that may serve the request, that passes its mark, "
        "or passes it once it "
        "was reclaimed, or needs to pass none, and whose lists give a block; what would fragment "
        "memory is tried "
        "when the preferred zone's node has nothing else (1 to 3 zones, on 1 or 2 nodes).",
        "get_page_from_freelist search_zones passes cpuset_allows leaves_the_node",
        partial(_owed, _searches, search.Search, search.chosen),
        (
            "page-alloc-empty-lists-end-the-search",
            "page-alloc-far-zone-without-mixing",
            "page-alloc-never-mixes",
            "page-alloc-near-zone-not-measured-again",
            "page-alloc-mark-for-who-needs-none",
            "page-alloc-victim-stays-in-its-cpuset",
            "page-alloc-cpuset-always-strict",
        ),
        MEASURED,
        GIVEN,
    ),
    _row(
        "page-alloc-looks",
        "Zones are looked at in order, each once a turn, by the mark that the flags name with its "
        "boost, and by the "
        "counter of the moment; a block is prepared once, zeroed and made compound exactly if it has "
        "to be; a "
        "boost wakes kswapd if the flags do.",
        "get_page_from_freelist search_zones passes rmqueue",
        partial(_owed, _searches, search.Search, search.looked_at),
        (
            "page-alloc-boost-forgotten",
            "page-alloc-always-the-low-mark",
            "page-alloc-counter-not-read-again",
            "page-alloc-not-zeroed",
            "page-alloc-single-page-compound",
            "page-alloc-boost-wakes-nobody",
        ),
        MEASURED,
        GIVEN,
    ),
    Theorem(
        "page-alloc-keeps-the-mark",
        "A block is handed out only if the zone had more free pages, without those that the request must not "
        "count on, than what is left of the mark for its flags and the reserve; or if these disregard the "
        "marks. What is told of a look is what was compared (one zone; flags of a request that may wait, one "
        "that cannot, a victim, and one that frees memory; orders 0 and 3).",
        (
            *(f"{MODULE}.{name}" for name in ("search_zones", "passes")),
            *(f"{SYSTEM}.Look.{name}" for name in ("usable", "needed", "margin")),
        ),
        "z3",
        of_requests(_marks),
        ("page-alloc-hands-out-what-failed", "page-alloc-look-forgets-the-reserve"),
        domain=DOMAIN,
        supposes=(
            "whether lists have a block large enough does not matter to the mark: any answer is "
            "possible here",
        ),
    ),
    _row(
        "page-alloc-whole",
        "A request of an order above 10 is refused before anything. Any other is searched for with "
        "the low mark, "
        "HARDWALL where cpusets are in use and that there alone, and then on the slow path; its page "
        "is charged once "
        "if ACCOUNT says so, and freed if that is refused; and it is told of once, with what became of it.",
        "alloc_pages prepare_alloc_pages",
        partial(_owed, _requests, whole.Request, whole.as_asked),
        (
            "page-alloc-order-eleven",
            "page-alloc-charges-twice",
            "page-alloc-keeps-what-was-refused",
            "page-alloc-failure-not-traced",
            "page-alloc-hardwall-stays",
            "page-alloc-slow-path-in-the-cpuset",
            "page-alloc-charges-everybody",
            "page-alloc-dirty-pages-everywhere",
            "page-alloc-groups-anyway",
        ),
        "gfp_zone and gfp_migratetype answer as their own rows say; the search and the slow path as theirs",
    ),
)
