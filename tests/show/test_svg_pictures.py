"""The pictures of the specification are those that the tool draws, to the byte, and all of them are shown."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.documents import text_of
from tests.show.svg_pictures import PICTURES, ROOT, drawn, file_of, story
from verified_buddy.show import acts


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_what_the_tool_draws(name: str) -> None:
    again = "run python -m tests.show.svg_pictures, and look at what it drew"
    assert file_of(name).read_bytes() == drawn(name), again


def test_every_picture_is_shown_and_every_one_that_is_shown_is_there() -> None:
    shown = re.findall(r"!\[[^\]]{10,}\]\(\.\./(docs/pictures/[\w-]+\.svg)\)", text_of("specs/README.md"))
    kept = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "pictures").iterdir())
    assert sorted(shown) == kept == sorted(file_of(name).relative_to(ROOT).as_posix() for name in PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_document_with_a_title_and_a_description(name: str) -> None:
    root = ElementTree.fromstring(file_of(name).read_bytes())
    tags = [element.tag.rpartition("}")[2] for element in root]
    assert tags[:2] == ["title", "desc"]
    assert root.get("aria-labelledby") == "title about"


def test_the_events_are_what_the_text_says() -> None:
    told = {
        682: (acts.REFILL, 32_676),
        688: (acts.REFILL, 32_698),
        689: (acts.GOT_PCP, 32_676),
        777: (acts.BATCHED, 32_676),
        77_838: (acts.FELL_BACK, 36_864),
        77_839: (acts.REFILL, 36_864),
        107_401: (acts.FREED, 36_864),
    }
    assert {step: (story().acts[step - 1], story().pfns[step - 1]) for step in told} == told
