"""The recorded calls, whole or in part, and small changes to them."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from verified_buddy.kernel_calls.check import CallsVerdict, check

RECORDED = Path(__file__).parents[1] / "data" / "linux-6.1" / "calls" / "calls-6.1.192.jsonl.gz"
Lines = list[dict[str, Any]]


def recorded() -> Lines:
    """Every line."""
    return [json.loads(line) for line in gzip.decompress(RECORDED.read_bytes()).splitlines()]


def programs() -> list[Lines]:
    """Each program's lines."""
    found: list[Lines] = []
    for line in recorded():
        if "format" in line:
            found.append([])
        found[-1].append(line)
    return found


def text_of(lines: Lines) -> bytes:
    """The lines as a file has them."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def judged(lines: Lines | bytes, *, keep_going: bool = False) -> CallsVerdict:
    """What they come to."""
    text = lines if isinstance(lines, bytes) else text_of(lines)
    return check(BytesIO(text), "calls", keep_going=keep_going)
