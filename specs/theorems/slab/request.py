"""What ``verified_buddy.slab.request`` asks for: for every mask of 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model import slab as meant
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Owed
from specs.prover.models.masks import ANY_MASK, MASK, TAG, bits, every_path, has, of_masks

MODULE = "verified_buddy.slab.request"
KEPT = sum(meant.MAY_GET.values())
GET = meant.MAY_GET
ORDERS = ((0, 0), (1, 0), (1, 1), (3, 0), (3, 2), (10, 10))
"""Of the slabs, and the least that would do."""
OF_CACHES = (0, *meant.OF_CACHE.values(), meant.OF_CACHE["DMA"] | meant.OF_CACHE["RECLAIMABLE"])


def _plain(subject: Subject, order: int, of_cache: int, mask: LiftedPfn) -> None:
    flags = subject.slab.request.slab_flags(mask, order, of_cache).term
    compound = meant.COMPOUND if order > 0 else 0
    wanted = (MASK & bits(KEPT)) | bits(compound | of_cache)
    mask.path.owe(
        TAG, flags == wanted, f"of the mask, how to get pages is kept (order {order}, {of_cache:#x})"
    )


def _first(subject: Subject, order: int, least: int, mask: LiftedPfn) -> None:
    flags = subject.slab.request.first_try_flags(mask, order, least).term
    says = f"(order {order}, {least} would do)"
    quiet, waits = bits(GET["NOWARN"] | GET["NORETRY"]), bits(GET["DIRECT_RECLAIM"] | GET["KSWAPD_RECLAIM"])
    mask.path.owe(TAG, flags & quiet == quiet, f"the first try fails at once and without a word {says}")
    mask.path.owe(TAG, flags & bits(GET["NOFAIL"]) == bits(0), f"the first try may fail {says}")
    careful = z3.And(has(GET["DIRECT_RECLAIM"]), z3.BoolVal(order > least))
    kept = z3.If(careful, bits(0), MASK & waits)
    mask.path.owe(
        TAG, flags & waits == kept, f"it does not reclaim if less would do, and else as told {says}"
    )
    reserves = bits(GET["NOMEMALLOC"])
    mask.path.owe(
        TAG, flags & reserves == z3.If(careful, reserves, MASK & reserves), f"nor takes reserves {says}"
    )
    changed = quiet | waits | reserves | bits(GET["NOFAIL"])
    mask.path.owe(TAG, flags & ~changed == MASK & ~changed, f"no other flag changes {says}")


def _requests(subject: Subject, _: int) -> Iterator[Owed]:
    for order in dict.fromkeys(order for order, _ in ORDERS):
        for of_cache in OF_CACHES:
            yield from every_path(partial(_plain, subject, order, of_cache), "slab_flags")


def _tries(subject: Subject, _: int) -> Iterator[Owed]:
    for order, least in ORDERS:
        yield from every_path(partial(_first, subject, order, least), "first_try_flags")


ROWS = (
    Theorem(
        "slab-request",
        "The pages of a new slab are asked for with the flags of the caller that say how to get pages and "
        "from which node, with those of the cache, and as a compound page above order 0; what the caller "
        "says of zone, mobility, zeroing and charging is about the object.",
        (f"{MODULE}.slab_flags",),
        "z3",
        of_masks(_requests),
        (
            "slab-request-as-for-the-object",
            "slab-request-on-any-node",
            "slab-request-is-not-compound",
            "slab-request-is-compound-always",
            "slab-request-forgets-the-cache",
        ),
        domain=ANY_MASK,
    ),
    Theorem(
        "slab-first-try",
        "The first try for pages may fail, at once and without a word; if its order is above the least that "
        "would do, and it could wait, it neither reclaims nor wakes kswapd nor takes reserves; no other flag "
        "changes.",
        (f"{MODULE}.first_try_flags",),
        "z3",
        of_masks(_tries),
        (
            "slab-first-try-warns",
            "slab-first-try-may-not-fail",
            "slab-first-try-reclaims",
            "slab-first-try-wakes-kswapd",
            "slab-first-try-takes-reserves",
            "slab-only-try-does-not-wait",
            "slab-first-try-of-who-cannot-wait",
        ),
        domain=ANY_MASK,
    ),
)
