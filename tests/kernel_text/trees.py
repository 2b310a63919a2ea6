"""Where a kernel's source tree is, if there is one: what is about the real text needs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def tree() -> Path | None:
    """The tree that the environment names, or that of Debian's package."""
    named = os.environ.get("VERIFIED_BUDDY_LINUX")
    found = [Path(named)] if named else sorted(Path("/usr/src").glob("linux-source-6.1*"))
    return next((path for path in found if (path / "mm" / "page_alloc.c").is_file()), None)


def tree_or_skip() -> Path:
    """The tree; without one, whatever needs it is skipped."""
    found = tree()
    if found is None:
        pytest.skip("no kernel's source tree: set VERIFIED_BUDDY_LINUX, or unpack Debian's linux-source-6.1")
    return found
