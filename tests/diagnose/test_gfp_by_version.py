"""Flags are the same request whether their names were printed or, by older kernels, their bits."""

from __future__ import annotations

import pytest

from verified_buddy.diagnose.gfp_by_version import by_bits, by_words
from verified_buddy.diagnose.kernel_rules import Version
from verified_buddy.linux import gfp
from verified_buddy.linux.gfp_names import NAMES

PRINTED = [
    ((4, 8, 0), 0x27000C0, "GFP_KERNEL_ACCOUNT|__GFP_NOTRACK"),
    ((4, 9, 0), 0x24200D4, "GFP_USER|GFP_DMA32|__GFP_RECLAIMABLE"),
    ((4, 9, 0), 0x2080020, "GFP_ATOMIC"),
    ((4, 9, 56), 0x2084020, "GFP_ATOMIC|__GFP_COMP"),
    ((4, 12, 0), 0x14201CA, "GFP_HIGHUSER_MOVABLE|__GFP_COLD"),
    ((4, 12, 0), 0x1082020, "GFP_ATOMIC|__GFP_MEMALLOC"),
    ((4, 14, 43), 0x14000C0, "GFP_KERNEL"),
    ((4, 19, 0), 0x480020, "GFP_ATOMIC"),
    ((5, 0, 10), 0x400000, "GFP_NOWAIT"),
    ((5, 4, 19), 0x40DC0, "GFP_KERNEL|__GFP_COMP|__GFP_ZERO"),
    ((5, 7, 0), 0x101CC0, "GFP_USER|__GFP_WRITE"),
    ((5, 7, 0), 0x1, "GFP_DMA"),
    ((5, 10, 8), 0x104CD2, "GFP_HIGHUSER|__GFP_RETRY_MAYFAIL|__GFP_RECLAIMABLE"),
    ((6, 1, 20), 0xA20, "GFP_ATOMIC"),
    ((6, 7, 0), 0x10CC0, "GFP_KERNEL|__GFP_NORETRY"),
    ((6, 19, 0), 0xC0C40, "GFP_NOFS|__GFP_COMP|__GFP_NOMEMALLOC"),
]
"""As kernels of these versions printed both, in public reports."""


@pytest.mark.parametrize(("version", "bits", "words"), PRINTED)
def test_the_bits_are_what_the_kernel_called_them(
    version: tuple[int, int, int], bits: int, words: str
) -> None:
    assert by_bits(bits, Version(*version)) == by_words(words)


@pytest.mark.parametrize(
    ("bits", "same"),
    [
        (0xD0, gfp.GFP_KERNEL),
        (0x200DA, gfp.GFP_HIGHUSER_MOVABLE),
        (0x20, gfp.GFP_ATOMIC),
        (0x200020, gfp.GFP_ATOMIC),
        (0x4020, gfp.GFP_ATOMIC | gfp.COMP),
        (0x10, gfp.GFP_NOIO),
        (0x10D0, gfp.GFP_KERNEL | gfp.NORETRY),
        (0x0, gfp.GFP_NOWAIT),
        (0x2080D0, gfp.GFP_KERNEL | gfp.ZERO),
    ],
)
def test_the_bits_of_3_x_are_those_requests(bits: int, same: int) -> None:
    assert by_bits(bits, Version(3, 10, 0)) == same


def test_every_name_of_6_1_is_known_and_an_unknown_one_is_not_guessed() -> None:
    assert all(by_words(name) == bits for name, bits in NAMES.items())
    assert by_words("GFP_KERNEL|__GFP_NO_SUCH_FLAG") is None
