"""What ``verified_buddy.addressing.page_table`` keeps: all tables, and what is mapped through them."""

from __future__ import annotations

from specs.exhaustive import addressing
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem
from specs.model.page_table_beside import Beside
from specs.random.page_tables import PageTableMachine
from specs.random.tester import Tester, drawn

MODULE = "verified_buddy.addressing.page_table"
PROGRAMS = 25
TABLES = (
    *(
        f"{MODULE}.PageTable.{name}"
        for name in (
            "map",
            "unmap",
            "walk",
            "translate",
            "linear_error",
            "page_error",
            "tables",
            "leaves",
            "destroy",
        )
    ),
    *(
        f"verified_buddy.addressing.table_walk.TableMemory.{name}"
        for name in ("add", "remove", "read", "write", "is_empty")
    ),
    *(f"verified_buddy.addressing.table_walk.{name}" for name in ("walk", "link", "unlink")),
)
BESIDE = said_by(Beside.call, Beside.compare, Beside.owned, Beside.end)

THEOREMS = (
    Theorem(
        name="page-table-small-states",
        says="In every state of small page tables a page is mapped or unmapped with its rights, and no "
        "other page changes; what is refused, in the middle of a map too, changes nothing; every table has "
        "one owner, is not empty, and goes back once.",
        about=TABLES,
        method="exhaustive",
        check=Checker(addressing.visit),
        rejects=(
            "page-table-maps-over",
            "page-table-keeps-tables-when-refused",
            "page-table-leaks-what-is-empty",
            "page-table-huge-page-unaligned",
            "page-table-unmaps-from-the-middle",
            "page-table-forgets-the-offset",
            "page-table-takes-too-few",
            "page-table-keeps-the-root",
            "page-table-any-address",
            "page-table-bool-is-a-level",
            "page-table-leaves-in-any-order",
            "table-walk-links-the-slot-above",
            "table-walk-forgets-to-link",
            "table-walk-points-to-what-is-gone",
            "table-walk-clears-the-first",
        ),
        domain=Domain(
            starts="tables that map nothing, and each state that their calls lead to",
            pages="none",
            sizes=addressing.SIZES,
        ),
        owes=(*said_by(addressing.visit), *BESIDE),
    ),
    Theorem(
        name="page-table-pages",
        says="Tables need a page for their root, and pages whose addresses fit into an entry; others are "
        "given back.",
        about=(f"{MODULE}.PageTable.map",),
        method="exhaustive",
        check=Checker(addressing.rooted),
        rejects=("page-table-any-page", "page-table-keeps-tables-when-refused"),
        domain=Domain(
            starts="no tables, or a root alone", pages="none", sizes=("pages 1, 2, and from 2^40-1 on",)
        ),
        owes=said_by(addressing.rooted),
    ),
    Theorem(
        name="page-table-access",
        says="An access to what is mapped is allowed if and only if the rights along the walk allow it.",
        about=(f"{MODULE}.PageTable.translate",),
        method="exhaustive",
        check=Checker(addressing.accesses),
        rejects=("page-table-allows-all", "page-table-rights-of-the-leaf"),
        domain=Domain(
            starts="one page, of three kinds, below tables of two kinds",
            pages="none",
            sizes=("reads, writes and fetches, by the kernel and by programs",),
        ),
        owes=said_by(addressing.accesses),
    ),
    Theorem(
        name="page-table-zone",
        says="Tables take unmovable pages of a zone, and when they are destroyed all its pages are "
        "free again.",
        about=(f"{MODULE}.pages_of",),
        method="exhaustive",
        check=Checker(addressing.in_a_zone),
        rejects=("page-table-movable-tables", "page-table-keeps-the-root"),
        domain=Domain(
            starts="a zone of one pageblock, all free",
            pages="those of the zone",
            sizes=("maps of pages far apart, until there is no page for a table",),
        ),
        owes=said_by(addressing.in_a_zone),
    ),
    Theorem(
        name="page-table-machine",
        says="Random programs on tables of four levels, with pages of 4 KiB, 2 MiB and 1 GiB, map, unmap, "
        "translate and refuse as a plain list of what is mapped does.",
        about=TABLES,
        method="hypothesis",
        check=Tester(PageTableMachine, PROGRAMS),
        rejects=("page-table-leaks-what-is-empty",),
        domain=drawn(PROGRAMS, "none", (), "addresses near the borders of tables of each level"),
        owes=(*said_by(PageTableMachine.both), *BESIDE),
    ),
)
