"""An allocator behind a pipe: ``--command 'python tests/conform/served_pool.py [FAULT]'``."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.conform.zone_pool import pool
from verified_buddy.errors import BuddyError

FAULT = sys.argv[1] if sys.argv[1:] else ""


def answer(made: Any, asked: dict[str, Any], calls: int) -> dict[str, Any]:
    if asked["op"] == "init":
        return {"op": "init", "rc": 0, "orders": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
    if asked["op"] == "alloc":
        if FAULT == "exits" and calls == 2:
            os._exit(3)
        if FAULT == "hangs" and calls == 2:
            time.sleep(100)
        if FAULT == "huge" and calls == 2:
            return {"pfn": 2**63}
        return {"pfn": made.alloc(asked["order"])}
    try:
        made.free(asked["pfn"], asked["order"])
    except BuddyError:
        return {"rc": -1}
    return {"rc": 0}


def main() -> None:
    made, calls = None, 0
    for line in sys.stdin:
        asked = json.loads(line)
        calls += 1
        if asked["op"] == "init":
            made, calls = pool(asked["start_pfn"], asked["nr_pages"], asked["max_order"]), 0
        text = json.dumps(answer(made, asked, calls))
        if FAULT == "garbage" and calls == 2:
            text = "segmentation fault\n" + text
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
