"""The pictures of specs/README.md; ``python -m tests.show.svg_pictures`` draws them from a recording."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from verified_buddy.replay.files import Files
from verified_buddy.show.recordings import story_of
from verified_buddy.show.story import Story
from verified_buddy.show.svg import as_svg

ROOT = Path(__file__).parents[2]
TRACE = "tests/data/linux-6.1/small.trace.txt.gz"
LISTS = "tests/data/linux-6.1/small.fl.start.gz"


class Picture(NamedTuple):
    """A moment of the recording, and the pages to look at."""

    event: int
    pages: tuple[int, int]
    rows: int = 8


PICTURES = {
    "way-1-memory": Picture(77_835, (4096, 49_117), 24),
    "way-2-before-refill": Picture(681, (32_640, 32_768)),
    "way-3-refilled": Picture(688, (32_640, 32_768)),
    "way-4-handed-out": Picture(689, (32_640, 32_768)),
    "way-5-given-back": Picture(777, (32_640, 32_768)),
    "way-6-before-fallback": Picture(77_837, (36_864, 37_888)),
    "way-7-claimed": Picture(77_838, (36_864, 37_888)),
    "way-8-split": Picture(77_839, (36_864, 37_888)),
    "way-9-before-merge": Picture(107_400, (36_864, 37_888)),
    "way-10-merged": Picture(107_401, (36_864, 37_888)),
}


@cache
def story() -> Story:
    """The recording, replayed; under the name that the command would show, seen from the checkout."""
    given = Files(snapshot=str(ROOT / LISTS)).given()
    with (ROOT / TRACE).open("rb") as stream:
        return story_of(stream, TRACE, given)


def drawn(name: str) -> bytes:
    """The picture of that name, as ``verified-buddy show`` would write it."""
    picture = PICTURES[name]
    state = story().at(picture.event).within(*picture.pages)
    return "".join(f"{line}\n" for line in as_svg(state, picture.rows)).encode()


def file_of(name: str) -> Path:
    """Where it is kept."""
    return ROOT / "docs" / "pictures" / f"{name}.svg"


if __name__ == "__main__":
    for each in PICTURES:
        file_of(each).write_bytes(drawn(each))
