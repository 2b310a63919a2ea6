"""What ``verified_buddy.linux.memcg_charge`` does at a limit, in every state, and to whose groups."""

from __future__ import annotations

from specs.exhaustive import memcg_trees, memcg_walk
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MEMCG, CHARGE = "verified_buddy.linux.memcg", "verified_buddy.linux.memcg_charge"
ROWS = (
    Theorem(
        name="memcg-charge-machine",
        says="A charge tries a batch, then exactly its pages; if it may wait it reclaims, empties the stocks "
        "once, and tries 16 times more while nothing comes of it, each time the stock first; then a task is "
        "killed, or it is refused; some may pass the limit then, and what is refused has changed no counter.",
        about=(
            *(f"{CHARGE}.{name}" for name in ("charging", "charge_after_reclaim", "kill", "attempt")),
            *(f"{CHARGE}.{name}" for name in ("try_charge", "charge_kmem_page", "uncharge_kmem_page")),
            f"{MEMCG}.drain_all_stock",
            f"{MEMCG}.MemCgroup.is_descendant",
            f"{MEMCG}.MemCgroup.margin",
        ),
        method="exhaustive",
        check=Checker(memcg_walk.visit),
        rejects=(
            "memcg-batch-is-not-tried-exactly",
            "memcg-surplus-is-lost",
            "memcg-noretry-goes-on",
            "memcg-nofail-fails",
            "memcg-high-is-no-privilege",
            "memcg-mayfail-kills",
            "memcg-waits-where-it-may-not",
            "memcg-one-retry-less",
            "memcg-retries-start-anew-never",
            "memcg-dying-goes-on",
            "memcg-large-charge-kills",
            "memcg-reclaimer-waits",
            "memcg-drains-each-time",
            "memcg-drains-its-own-alone",
            "memcg-force-is-forgotten",
            "memcg-refusal-leaves-the-batch",
            "memcg-retry-charges-a-batch",
            "memcg-charges-nobody",
            "memcg-uncharge-skips-the-stock",
            "memcg-margin-of-one-more",
        ),
        domain=Domain(
            starts=f"{sum(1 for _ in memcg_walk.starts())} charges at a limit of the group or the one above",
            pages="none; numbers of pages: 1, 4, 16 and 64 are charged",
            sizes=(
                "two CPUs, with stocks of the group, of its neighbour, or of nobody",
                "every answer, each time: no page, or none and yet progress, or a quarter freed, or all; a "
                "task is killed or none; and whether the task itself is dying by then",
            ),
        ),
        owes=said_by(memcg_walk.after, memcg_walk.alone),
    ),
    Theorem(
        name="memcg-trees",
        says="Groups are made only in trees, with limits that are numbers of pages; the task's group pays, "
        "or the one it charges for the moment, and nobody for interrupts, kernel threads and the root.",
        about=(
            *(f"{MEMCG}.{name}" for name in ("groups", "charged_group")),
            *(f"{MEMCG}.MemCgroup.{name}" for name in ("upward", "is_descendant", "owner_of", "margin")),
            "verified_buddy.linux.page_counter.limit_error",
            "verified_buddy.linux.page_counter.PageCounter.set_max",
        ),
        method="exhaustive",
        check=Checker(memcg_trees.visit),
        rejects=(
            "page-counter-limit-of-less-than-nothing",
            "page-counter-lowers-before-it-looks",
            "memcg-circle-of-parents",
            "memcg-interrupts-pay",
            "memcg-root-pays",
            "memcg-active-is-ignored",
            "memcg-owner-is-the-leaf",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none; limits: the lowest, the highest, and what is none",
            sizes=("three groups, each below any of them, below none, or below one that does not exist",),
        ),
        owes=said_by(memcg_trees.visit),
    ),
)
