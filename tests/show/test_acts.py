"""Every act names a theorem that there is, and says by which rule it goes."""

from __future__ import annotations

from typing import get_args

import pytest

from specs.theorems import LEDGER
from verified_buddy.kmem import events
from verified_buddy.replay.replay import ASIDE
from verified_buddy.show.acts import ACTS, OF, OTHER, Act, act_of

NAMES = {row.name for row in LEDGER}


@pytest.mark.parametrize("act", ACTS[:OTHER], ids=lambda act: f"{act.name}: {act.rule}"[:40])
def test_it_says_by_which_rule_and_which_theorem_is_about_that(act: Act) -> None:
    assert act.name
    assert act.rule
    assert act.theorem in NAMES | {""}


def test_every_event_that_is_counted_is_some_act() -> None:
    own = {events.Alloc, events.Free, events.ZoneLocked}
    assert {*get_args(events.Event)} - ASIDE - {events.Marker} - own <= OF.keys()
    assert act_of(events.Alloc(1, 0, None, 0, 0, "")) != act_of(events.Alloc(1, 0, 4, 0, 0, ""))  # type: ignore[arg-type]  # plain numbers
