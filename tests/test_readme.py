"""The README: short, and its Python runs as it stands there."""

from __future__ import annotations

import re

import pytest

from tests.documents import ROOT, blocks, text_of
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Order
from verified_buddy.zone import Zone

README = "README.md"
PATHS = re.compile(r"`((?:docs|specs|tests|verified_buddy)/[\w./-]*|[A-Z]+\.md)`")


def test_it_is_two_hundred_lines_at_most() -> None:
    assert len(text_of(README).splitlines()) <= 200


def test_a_command_and_a_verdict_come_before_the_first_heading() -> None:
    first, *_ = text_of(README).partition("\n## ")
    assert first.index("```sh\n") < first.index("(theorem ")


def printed_by(index: int, names: dict[str, object], capsys: pytest.CaptureFixture[str]) -> str:
    exec(list(blocks(README, "python"))[index].text, names)
    return capsys.readouterr().out


def test_the_zones_do_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    printed = printed_by(0, names, capsys)
    zone, dma32 = names["zone"], names["dma32"]
    assert isinstance(zone, Zone)
    assert isinstance(dma32, LinuxZone)
    assert (names["pfn"], zone.nr_free_pages()) == (8, 4999)
    assert (names["page"], dma32.nr_free_pages()) == (65500, 61405)
    assert int(printed) == zone.free_area[Order(3)].nr_free


def test_the_machine_says_which_page_and_by_which_margin(capsys: pytest.CaptureFixture[str]) -> None:
    pfn, looks, *buddyinfo = printed_by(1, {}, capsys).splitlines()
    assert int(pfn) == 524288
    assert re.fullmatch(r"\[\(ZoneRef\(node=1, zone=1\), \d+\)\]", looks)
    assert [line.split()[3] for line in buddyinfo if line] == ["DMA", "DMA32", "DMA32"]
    assert len(list(blocks(README, "python"))) == 2


def test_every_path_that_it_names_is_there() -> None:
    named = PATHS.findall(text_of(README))
    assert {"docs/traces.md", "docs/kernel.md", "docs/promises.md", "CHANGELOG.md"} <= {*named}
    assert [path for path in named if not (ROOT / path).exists()] == []
