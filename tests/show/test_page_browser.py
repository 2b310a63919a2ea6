"""The page in a real browser: ``python -m pytest -m browser``; it says why where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.show.svg_pictures import ROOT, story
from verified_buddy.show.operations import story_of
from verified_buddy.show.page import page_of

PEER = ROOT / "tests/data/peers/shihongzhi.G1.geo.1.jsonl.gz"
OVERLAPPING = b"""{"format":"buddy-trace","version":1,"start_pfn":0,"nr_pages":64,"max_order":5}
{"op":"alloc","order":2,"pfn":0,"t0":0,"t1":9}
{"op":"alloc","order":1,"pfn":4,"t0":2,"t1":6}
{"op":"free","pfn":4,"order":1,"rc":0,"t0":8,"t1":12}
{"op":"alloc","order":0,"pfn":1,"t0":16,"t1":25}
"""
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
MEGABYTES = 5_000_000
OPENS = 2.0
FRAMES = 30

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore"),  # playwright's own
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="no playwright here: pip install '.[browser]'")
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium, or name one by CHROMIUM")
    with driver.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("pages")
    (directory / "small.html").write_text("".join(page_of(story())), encoding="utf-8")
    with PEER.open("rb") as stream:
        (directory / "peer.html").write_text("".join(page_of(story_of(stream, PEER.name))), encoding="utf-8")
    (directory / "calls").write_bytes(OVERLAPPING)
    with (directory / "calls").open("rb") as stream:
        (directory / "calls.html").write_text("".join(page_of(story_of(stream, "calls"))), encoding="utf-8")
    return directory


def opened(browser: Any, path: Path, **options: Any) -> Any:
    """The page; it asks for nothing else, and nothing goes wrong in it."""
    page = browser.new_context(**({"viewport": {"width": 1400, "height": 1000}} | options)).new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text))
    page.on("request", lambda asked: asked.url.startswith("file:") or page.faults.append(asked.url))
    page.goto(path.as_uri())
    page.wait_for_function("window.page")
    return page


def test_the_page_of_small_opens_soon_and_steps_smoothly(
    browser: Any, pages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    size = (pages / "small.html").stat().st_size
    page = opened(browser, pages / "small.html")
    ready = page.evaluate("page.ready") / 1000
    rates = {}
    for speed in ("1", "16", "1024"):
        page.select_option("#speed", speed)
        page.evaluate("page.go(100000), page.stats.frames = 0")
        begun = page.evaluate("performance.now()")
        page.keyboard.press("p")
        page.wait_for_timeout(2000)
        page.keyboard.press("p")
        rates[speed] = (
            page.evaluate("page.stats.frames") * 1000 / (page.evaluate("performance.now()") - begun)
        )
    with capsys.disabled():
        told = ", ".join(
            f"{rate:.0f} frames a second with {speed} events each" for speed, rate in rates.items()
        )
        print(f"\npage of small: {size:,} bytes, opens in {ready:.2f} s, {told}")  # noqa: T201  # figures
    assert size < MEGABYTES
    assert ready < OPENS
    assert min(rates.values()) >= FRAMES
    assert not page.faults


def test_memory_after_any_event_is_that_of_the_story(browser: Any, pages: Path) -> None:
    page, told = opened(browser, pages / "small.html"), story()
    for step in (412_400, 77_839, 77_838, 0, 200_000, 107_401, 107_402, 411_000):
        page.evaluate(f"page.go({step})")
        found = page.evaluate(
            "Object.fromEntries([...page.store.pages].map((each, i) => [each, page.store.state[i]])"
            ".filter(([, now]) => now).map(([each, now]) => [each, page.store.facts.blocks[now]]))"
        )
        blocks = told.at(step).blocks
        assert {int(pfn): 1 + kind * 33 + order for pfn, (kind, order) in found.items()} == blocks


def test_keys_do_all_that_the_mouse_does(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "peer.html")
    at = "page.store.at"
    for key, step in ((".", 1), (".", 2), (",", 1), ("End", 2026), ("Home", 0), ("d", 32)):
        page.locator("body").press(key)
        assert page.evaluate(at) == step
    assert "overlap (theorem no-overlap)" in page.inner_text("#fault")
    assert "page 0x10" in page.inner_text("#what")
    page.keyboard.press("/")
    page.keyboard.type("0x40")
    page.keyboard.press("Enter")
    assert page.inner_text("#cell").startswith("page 0x40")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#cell").startswith("page 0x41")
    page.keyboard.press("Escape")
    assert "8 pages" in page.inner_text("#scale")
    assert not page.faults


def test_what_is_no_page_is_said_in_words(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "peer.html")
    for text, says in (("nonsense", "A page is a number"), ("0x999999", "is in no zone")):
        page.fill("#pfn", text)
        page.click("#search button")
        assert says in page.inner_text("#cell")


def test_cells_beside_the_zone_are_said_to_be_none_of_it(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "small.html")
    page.select_option("#zone", "0")
    assert page.inner_text("#cell").startswith("pages 0x1..0x3: 3 in use")
    page.evaluate("page.map.zone.start = 8")
    page.locator("#map").press("ArrowRight")
    page.locator("#map").press("ArrowLeft")
    assert page.inner_text("#cell") == "pages 0x0..0x3: not of this zone."


def test_calls_that_overlap_have_a_timeline(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "calls.html")
    assert page.locator("#timeline .call").count() == 4
    page.locator("#timeline .call").nth(2).click()
    assert page.evaluate("page.store.lines[page.store.at - 1]") == 4
    assert opened(browser, pages / "peer.html").locator("#calls").is_hidden()


@pytest.mark.parametrize("width", [320, 390, 800, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(browser: Any, pages: Path, width: int, scheme: str) -> None:
    page = opened(
        browser, pages / "small.html", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    page.evaluate("page.go(200000)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not page.faults


def test_everything_that_can_be_used_has_a_name(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "calls.html")
    nameless = page.evaluate(
        "[...document.querySelectorAll('button, input, select, canvas, [role=region], svg')]"
        ".filter(each => each.checkVisibility() && !(each.getAttribute('aria-label') || each.labels?.length"
        " || each.textContent.trim() || each.getAttribute('aria-labelledby'))).map(each => each.outerHTML)"
    )
    assert nameless == []


def test_it_can_be_printed(browser: Any, pages: Path) -> None:
    page = opened(browser, pages / "small.html", color_scheme="dark")
    assert page.pdf().startswith(b"%PDF")
