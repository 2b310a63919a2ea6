"""Gfp flags and their spelling: every mask of a few bits, and what is no mask at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from specs.ledger.refutation import Refuted, Visited, what_happened
from specs.ledger.subject import Subject
from specs.model import gfp as meant

NO_MASKS = (True, False, None, 3264.0, "cc0", b"", (), -1, -(2**63), 2**24, 2**32, 2**64)
UNNAMED = tuple(2**bit for bit in range(24, 32))
"""Bits of a mask for which the format has no name."""
NO_TEXTS = (
    *("", "|", "GFP_KERNEL|", "gfp_kernel", "GFP_KERNEL|none", "none|none", " GFP_KERNEL", "GFP_KERNEL ,"),
    *("0", "0x0", "0X1000000", "0x1_000000", "+0x1000000", "0x100000000", "1000000", "0x01000000", "0xg"),
    *("__GFP_DMA", "GFP_MOVABLE", "0x1000000 ", "-0x1000000", "GFP_KERNEL||__GFP_COMP"),
)


def visit_masks(subject: Subject, _: int) -> Visited:
    """``gfp_error``: each way to set the bits of zone and mobility, alone and with one or two other bits."""
    seen = 0
    for mask in _few_others():
        error = subject.linux.gfp.gfp_error(mask)
        if (error is None) != meant.legal(mask):
            raise Refuted(f"gfp_error({mask:#x}) is {error!r}", "the tables say otherwise")
        seen += 1
    for wrong in NO_MASKS:
        error = subject.linux.gfp.gfp_error(wrong)
        if type(error) is not subject.errors.InvalidGfp:
            raise Refuted(f"gfp_error({wrong!r}) is {error!r}", "expected InvalidGfp")
    return Visited(seen, seen + len(NO_MASKS))


def _few_others() -> Iterator[int]:
    for low in range(32):
        for count in range(3):
            for others in combinations(range(5, 66), count):
                yield low + sum(2**bit for bit in others)


def visit_spellings(subject: Subject, _: int) -> Visited:
    """Masks of up to two names and two bits, and all but these: as the format prints them, and back."""
    module = subject.linux.gfp_names
    masks = sorted(set(_spelled_masks()))
    for mask in masks:
        text = module.show_gfp(mask)
        if text != (wanted := meant.spelled(mask)):
            raise Refuted(f"show_gfp({mask:#x}) is {text}", f"the format says {wanted}")
        if (back := module.parse_gfp(text)) != mask:
            raise Refuted(f"parse_gfp({text!r}) is {back:#x}", f"expected {mask:#x}")
    for text in NO_TEXTS:
        _rejected(subject, "parse_gfp", text)
    for wrong in (True, None, "0", -1, 2**32):
        _rejected(subject, "show_gfp", wrong)
    return Visited(len(masks), 2 * len(masks) + len(NO_TEXTS) + 5)


def _rejected(subject: Subject, name: str, argument: object) -> None:
    try:
        answer = getattr(subject.linux.gfp_names, name)(argument)
    except subject.errors.InvalidGfp:
        return
    except Exception as error:
        happened = what_happened(error)
        raise Refuted(f"{name}({argument!r})", f"expected InvalidGfp, got {happened}") from None
    raise Refuted(f"{name}({argument!r}) is {answer!r}", "expected InvalidGfp")


def _spelled_masks() -> Iterator[int]:
    names = [sum(2**number for number in numbers) for _, numbers in meant.SPELLED]
    pieces = sorted({*names, *(2**bit for bit in range(meant.EXISTING)), *UNNAMED})
    for mine, theirs in combinations([0, *pieces], 2):
        for mask in (mine | theirs, mine & ~theirs):
            yield mask
            yield 2**32 - 1 - mask
            yield 2**meant.EXISTING - 1 & ~mask
