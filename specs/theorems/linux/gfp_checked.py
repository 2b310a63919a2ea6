"""The rows about gfp flags that are checked in every case of a kind: what is no mask, and the spelling."""

from __future__ import annotations

from specs.exhaustive.gfp import NO_MASKS, NO_TEXTS, visit_masks, visit_spellings
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Assumption, Theorem

THEOREMS = (
    Theorem(
        name="gfp-errors",
        says="Whatever a caller passes as flags is accepted, or is rejected with InvalidGfp; what is no int "
        "is rejected.",
        about=("verified_buddy.linux.gfp.gfp_error",),
        method="exhaustive",
        check=Checker(visit_masks),
        rejects=("gfp-bool-is-a-mask", "gfp-accepts-both-mobilities"),
        assumes=(Assumption(("gfp-legal",), "an int is judged by is_legal, of which every mask is proved"),),
        domain=Domain(
            starts="nothing but a mask",
            pages="none",
            sizes=(
                "masks: every choice of the low five bits, with up to two of the bits 5..65",
                f"no masks: {len(NO_MASKS)}, of other types, negative or too large",
            ),
        ),
        owes=said_by(visit_masks),
    ),
    Theorem(
        name="gfp-names-spelling",
        says="A mask is spelled as the trace event's format prints it, and the spelling is read back as the "
        "mask; what is no spelling is rejected with InvalidGfp.",
        about=tuple(
            f"verified_buddy.linux.gfp_names.{name}" for name in ("show_gfp", "parse_gfp", "hexadecimal")
        ),
        method="exhaustive",
        check=Checker(visit_spellings),
        rejects=(
            "gfp-names-one-broken",
            "gfp-names-smallest-first",
            "gfp-names-forget-the-rest",
            "gfp-names-any-number",
        ),
        assumes=(Assumption(("gfp-names-step",), "what each name takes off any mask at all"),),
        domain=Domain(
            starts="nothing but a mask or a text",
            pages="none",
            sizes=(
                "masks: any two of the names and bits together, one without the other, and all other bits",
                f"no spellings: {len(NO_TEXTS)}",
            ),
        ),
        owes=said_by(visit_spellings),
    ),
)
