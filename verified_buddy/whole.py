"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def write_whole(path: Path, text: bytes) -> None:
    """Write the file, or leave it as it was; what is no file, as a pipe, is written to.  Raises OSError."""
    path = Path(os.path.realpath(path))
    mode = path.stat().st_mode if path.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        path.write_bytes(text)  # a directory says here that it is one
        return
    beside = path.with_name(f".{path.name[:200]}.{os.getpid()}")
    try:
        with open(beside, "xb") as file:
            file.write(text)
        if mode is not None:
            beside.chmod(stat.S_IMODE(mode))
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
