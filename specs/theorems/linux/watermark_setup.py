"""What ``verified_buddy.linux.watermark_setup`` computes, beside its specification."""

from __future__ import annotations

from specs.exhaustive import watermark_marks
from specs.exhaustive.watermark_marks import KBYTES, MANAGED, OF_ZONES, SCALES
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Theorem


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"{number:,}" for number in numbers)


ROWS = (
    Theorem(
        name="watermark-setup-exact",
        says="What a machine keeps free is the root of sixteen times its memory, within bounds; of it a zone "
        "has its share, and its marks rise by a quarter of that or a share of its size; what a zone keeps "
        "from requests to higher zones is its share of all that lies between.",
        about=tuple(
            f"verified_buddy.linux.watermark_setup.{name}"
            for name in ("min_free_kbytes", "zone_watermarks", "lowmem_reserves")
        ),
        method="exhaustive",
        check=Checker(watermark_marks.visit),
        rejects=tuple(
            f"watermark-setup-{name}"
            for name in (
                *("no-most", "no-least", "root-rounds-up"),
                *("low-is-two-steps-up", "promo-is-high", "smaller-step", "scales-by-a-thousand"),
                *("whole-share-is-a-step", "share-of-kilobytes", "rounds-too-early"),
                *("highmem-has-a-share", "highmem-without-a-least"),
                *("reserve-counts-itself", "reserve-of-the-column-below", "reserve-of-one-zone"),
                *("reserve-ratio", "reserve-of-empty-zones"),
            )
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            sizes=(
                "memory: both sides of every border at which what is kept changes",
                f"marks: of {_listed(KBYTES)} KiB, zones of {_listed(MANAGED)} pages, alone or not; "
                f"scale factors {_listed(SCALES)}",
                f"reserves: all nodes of five zones of {_listed(OF_ZONES)} pages",
            ),
        ),
        owes=said_by(watermark_marks.kept, watermark_marks.marks, watermark_marks.reserves),
    ),
)
