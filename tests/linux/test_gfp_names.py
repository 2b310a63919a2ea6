"""Laws of the spelling of gfp flags, and the spellings of all recordings."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kmem.kernel_trace import DATA, text_of
from tests.linux.gfp_recorded import RECORDED, first_looks
from verified_buddy.errors import InvalidGfp
from verified_buddy.linux import gfp
from verified_buddy.linux.gfp_names import NAMES, parse_gfp, show_gfp

TRACES = tuple(sorted(path.name.removesuffix(".trace.txt.gz") for path in DATA.glob("*.trace.txt.gz")))


@cache
def spellings(name: str) -> frozenset[str]:
    """What a recording says of flags."""
    return frozenset(each.decode() for each in re.findall(rb"gfp_flags=(\S+)", text_of(name)))


@pytest.mark.parametrize(
    ("gfp_mask", "text"),
    [
        (0, "none"),
        (gfp.GFP_KERNEL, "GFP_KERNEL"),
        (gfp.NOWARN | gfp.GFP_NOWAIT, "GFP_NOWAIT|__GFP_NOWARN"),
        (gfp.DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"),
        (gfp.RECLAIM, "GFP_NOIO"),
        (gfp.GFP_TRANSHUGE | gfp.THISNODE, "GFP_TRANSHUGE|__GFP_THISNODE"),
        (gfp.GFP_ATOMIC | gfp.GFP_KERNEL, "GFP_KERNEL|__GFP_HIGH|__GFP_ATOMIC"),
        (gfp.GFP_KERNEL | 0x3000000, "GFP_KERNEL|0x3000000"),
        (0x80000000, "0x80000000"),
    ],
)
def test_flags_are_spelled_as_the_kernel_does(gfp_mask: int, text: str) -> None:
    assert show_gfp(gfp_mask) == text
    assert parse_gfp(text) == gfp_mask


@given(st.integers(0, 2**32 - 1))
def test_what_is_shown_is_read_back(gfp_mask: int) -> None:
    assert parse_gfp(show_gfp(gfp_mask)) == gfp_mask


@given(st.lists(st.sampled_from(sorted(NAMES)), min_size=1))
def test_words_may_stand_in_any_order(words: list[str]) -> None:
    assert parse_gfp("|".join(words)) == parse_gfp("|".join(reversed(words)))


@given(st.text(max_size=12))
def test_any_text_is_a_mask_or_one_error(text: str) -> None:
    try:
        gfp_mask = parse_gfp(text)
    except InvalidGfp:
        return
    assert parse_gfp(show_gfp(gfp_mask)) == gfp_mask


@pytest.mark.parametrize("text", ["", "GFP_KERNEL|", "__GFP_DMA", "0x0", "0xCC0", "3264", "none|GFP_USER"])
def test_what_no_kernel_prints_is_rejected(text: str) -> None:
    with pytest.raises(InvalidGfp):
        parse_gfp(text)


@pytest.mark.parametrize("wrong", [True, None, "none", 1.0, -1, 1 << 32])
def test_what_is_no_mask_is_not_shown(wrong: object) -> None:
    with pytest.raises(InvalidGfp):
        show_gfp(wrong)  # type: ignore[arg-type]  # on purpose


@pytest.mark.parametrize("name", TRACES)
def test_every_recorded_spelling_is_read_and_shown_again(name: str) -> None:
    assert spellings(name)
    for text in spellings(name):
        assert show_gfp(parse_gfp(text)) == text


def test_the_recordings_spell_many_masks() -> None:
    assert len(frozenset[str]().union(*map(spellings, TRACES))) == 103


@pytest.mark.parametrize("name", RECORDED)
def test_what_an_event_spells_is_the_number_that_a_probe_saw(name: str) -> None:
    for request, first in first_looks(name):
        seen = first.gfp if request.slow_gfp is None else request.slow_gfp
        if request.told:
            assert parse_gfp(request.told) == seen
            assert show_gfp(seen) == request.told
