"""What ``verified_buddy.linux.kswapd`` decides: who is woken, when a node is balanced, which boost goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.paths import Owed, Path
from specs.prover.models.request import sleeper
from specs.prover.models.request.search import Claim
from specs.prover.models.request.system import ANY_REQUEST, of_requests, settled, walked

MODULE = "verified_buddy.linux.kswapd"
Begin = Callable[..., Any]
Claims = Callable[[Any], Iterable[Claim]]


def _owed(
    begin: type, each: tuple[tuple[int, ...], ...], claims: Claims, subject: Subject, _: int
) -> Iterator[Owed]:
    for arguments in each:

        def run(path: Path, arguments: tuple[int, ...] = arguments) -> Any:
            return begin(subject, *arguments, path)

        for path in walked(run):
            found = claims(path.result) if isinstance(path.result, begin) else ()
            yield from settled(path, f"{begin.__name__}{arguments}", found)


DOMAIN = replace(ANY_REQUEST, sizes=("a node of two zones; their figures below 2^52",))


def _row(name: str, says: str, about: str, lemmas: Any, rejects: tuple[str, ...], *supposes: str) -> Theorem:
    functions = tuple(f"{MODULE}.{each}" for each in about.split())
    return Theorem(
        name, says, functions, "z3", of_requests(lemmas), rejects, supposes=supposes, domain=DOMAIN
    )


ROWS = (
    _row(
        "kswapd-woken",
        "kswapd is woken exactly if it sleeps, has not failed 16 times, and its node is unbalanced "
        "or boosted up to the "
        "index; kcompactd, if kswapd sleeps on and the request cannot reclaim. What kswapd was asked "
        "for never falls.",
        "wakeup_kswapd boosted Kswapd.ask Kswapd.hopeless",
        partial(_owed, sleeper.Wakeup, ((),), sleeper.as_told),
        (
            "kswapd-woken-when-balanced",
            "kswapd-not-woken-when-boosted",
            "kswapd-gives-up-a-round-late",
            "kswapd-order-lowered",
            "kswapd-index-lowered",
            "kswapd-compaction-for-who-can-reclaim",
            "kswapd-boost-of-any-zone",
        ),
        "pgdat_balanced answers as kswapd-balanced says: any answer is possible here; two zones",
    ),
    _row(
        "kswapd-balanced",
        "A node is balanced exactly if a zone with pages, up to the index, has more usable free "
        "pages than its high "
        "watermark, its boost and its reserve, counted exactly below the drift mark, and a block to "
        "give; or if none "
        "has pages (orders 0 and 3, two zones).",
        "pgdat_balanced safe_free_pages",
        partial(_owed, sleeper.Balance, sleeper.CALLS, sleeper.in_balance),
        (
            "kswapd-balanced-without-boost",
            "kswapd-balanced-at-low",
            "kswapd-unbalanced-without-pages",
            "kswapd-trusts-the-counter",
        ),
        "whether lists have a block large enough is what a row of the watermarks is about: any "
        "answer is possible",
    ),
    _row(
        "kswapd-boost",
        "The boost that kswapd noted when it began, of zones with pages up to the index, is given "
        "back when it has done, "
        "and no more than there is then.",
        "boosts_at_start boosts_at_end",
        partial(_owed, sleeper.Round, tuple((index,) for index in sleeper.INDICES), sleeper.gives_back),
        ("kswapd-boost-all-gone", "kswapd-boost-of-higher-zones"),
    ),
)
