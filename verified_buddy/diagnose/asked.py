"""The request that the command line names, for files that tell of none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verified_buddy.diagnose.gfp_by_version import by_bits, by_words
from verified_buddy.diagnose.kernel_rules import version_of
from verified_buddy.diagnose.report import Report
from verified_buddy.linux.gfp import is_legal
from verified_buddy.oracle.source import Unusable

USUAL: Final = "GFP_KERNEL"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say."""

    order: int
    words: str
    mask: int
    """As a number, if there are no words."""
    kernel: str | None

    def fill(self, report: Report) -> Report:
        """The report, with the request where it has none, and the version where that is given."""
        if self.kernel is not None:
            report.kernel = self.kernel
        if report.kind == "state":
            report.order, report.gfp, report.gfp_words = self.order, self.mask, self.words
        return report


def asked_for(order: int | None, flags: str | None, kernel: str | None) -> Asked:
    """What the options say.  Raises Unusable if they say nothing that can be asked for."""
    version = version_of(kernel)
    if kernel is not None and version is None:
        raise Unusable(f"--kernel {kernel[:40]}: not a version such as 6.1 or 5.10.0-8")
    text = "|".join((USUAL if flags is None else flags).replace(",", "|").split())
    if text[:1].isdecimal():
        try:
            mask, words = int(text[:20], 0), ""
        except ValueError:
            raise Unusable(f"--gfp {text[:40]}: not a number") from None
        bits: int | None = by_bits(mask, version)
    else:
        mask, words, bits = 0, text, by_words(text)
    if not bits or not is_legal(bits):
        raise Unusable(
            f"--gfp {text[:40]}: not the flags of any request, such as GFP_KERNEL|__GFP_COMP or 0xcc0"
        )
    return Asked(order or 0, words, mask or bits, kernel)
