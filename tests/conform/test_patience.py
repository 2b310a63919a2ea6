"""Laws of patience: what stands still is told from what the machine gives no time to."""

import os

from verified_buddy.conform.patience import BLINK, Patience


def test_what_shows_no_life_for_a_deadline_hangs() -> None:
    patience = Patience(deadline=1.0, memory=1 << 40, since=0.0)
    verdicts = [patience.verdict("sign", (0,), step * BLINK / 2) for step in range(12)]
    assert verdicts[:11] == [None] * 11
    assert verdicts[11] == "hang"


def test_time_in_which_nobody_looked_is_not_held_against_it() -> None:
    """A machine that stands still lets neither side run: the watcher wakes late, and its child too."""
    patience = Patience(deadline=1.0, memory=1 << 40, since=0.0)
    assert patience.verdict("sign", (0,), 0.0) is None
    assert patience.verdict("sign", (0,), 50.0) is None
    assert patience.verdict("sign", (0,), 50.1) is None
    verdicts = [patience.verdict("sign", (0,), 50.1 + step * BLINK / 2) for step in range(1, 12)]
    assert verdicts[:8] == [None] * 8
    assert "hang" in verdicts


def test_what_has_eaten_too_much_is_told_at_once() -> None:
    patience = Patience(deadline=1.0, memory=1, since=0.0)
    assert patience.verdict("sign", (os.getpid(),), 0.0) == "memory"
