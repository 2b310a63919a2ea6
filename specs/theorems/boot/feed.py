"""What ``verified_buddy.boot.feed`` hands over, and how it is listed."""

from __future__ import annotations

from specs.exhaustive import boot_lists
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem

MODULE = "verified_buddy.boot.feed"

THEOREMS = (
    Theorem(
        name="feed-lists-canonical",
        says="After the start the free blocks of every zone are the largest aligned blocks of its free "
        "pages, each list ascending; as many pages are managed, and the rest of the memory is reserved.",
        about=(
            *(f"{MODULE}.{name}" for name in ("boot", "free_lowmem", "free_of")),
            f"{MODULE}.Started.reserved",
        ),
        method="exhaustive",
        check=Checker(boot_lists.lists),
        rejects=(
            "feed-order-of-a-range-lost",
            "feed-to-the-head",
            "feed-managed-is-present",
        ),
        domain=Domain(
            starts="nothing but a map",
            pages="0..11",
            sizes=boot_lists.LISTS,
        ),
        owes=said_by(boot_lists.lists),
    ),
    Theorem(
        name="feed-pageblock-types",
        says="A pageblock becomes movable if its first page is memory, be it handed over or not, and stays "
        "unmovable otherwise; every block is listed under the type of its first page's pageblock.",
        about=(f"{MODULE}.boot", f"{MODULE}.set_types"),
        method="exhaustive",
        check=Checker(boot_lists.types),
        rejects=("feed-lowest-pageblock-movable", "feed-types-of-free-ranges"),
        domain=Domain(
            starts="nothing but a map",
            pages="0..2047",
            sizes=("memory and a reserved range with ends at, before and behind the edges of pageblocks",),
        ),
        owes=said_by(boot_lists.types),
    ),
    Theorem(
        name="feed-one-by-one",
        says="High memory, and reserved memory that is handed over later, is listed and counted as pages "
        "that are freed one by one.",
        about=(f"{MODULE}.free_highmem", f"{MODULE}.free_reserved_page"),
        method="exhaustive",
        check=Checker(boot_lists.one_by_one),
        rejects=("feed-highmem-in-blocks", "feed-later-page-not-managed"),
        domain=Domain(
            starts="an empty zone of high memory", pages="0..11", sizes=("every range of up to 12 pages",)
        ),
        owes=said_by(boot_lists.one_by_one),
    ),
)
