"""The Python of the README runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

from verified_buddy.linux.zone import LinuxZone
from verified_buddy.zone import Zone

README = Path(__file__).parents[1] / "README.md"


def test_the_snippets_run_one_after_the_other() -> None:
    snippets = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    for snippet in snippets:
        exec(snippet, names)
    zone, dma32 = names["zone"], names["dma32"]
    assert isinstance(zone, Zone)
    assert isinstance(dma32, LinuxZone)
    assert zone.nr_free_pages() == 4999
    assert dma32.nr_free_pages() == 61405
