"""How soon damage to a whole recording is noticed: 25 seeded places of each kind, and the distances in lines.

python tests/bench/damage.py [PLACES]
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.replay.test_damage import KINDS, noticed  # noqa: E402 - a script finds the checkout itself


def main() -> None:
    places = int(sys.argv[1]) if sys.argv[1:] else 25
    print("damage | noticed | at the line or the next | median | most")  # noqa: T201 - its result
    for kind in KINDS:
        found = [noticed("small", kind, seed) for seed in range(places)]
        after = [lines for lines in found if lines is not None]
        near = sum(lines <= 1 for lines in after)
        figures = f"{near} | {median(after):.0f} | {max(after)}"
        print(f"{kind.__name__} | {len(after)} of {places} | {figures}", flush=True)  # noqa: T201 - its result


if __name__ == "__main__":
    main()
