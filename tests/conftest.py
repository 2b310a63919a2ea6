"""Hypothesis: new random programs on a desk, the same ones in CI; and the order of the tests."""

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("desk", max_examples=40, stateful_step_count=30, deadline=None)
settings.register_profile(
    "ci", settings.get_profile("desk"), derandomize=True, database=None, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "desk")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores an interrupt, and so would all that the tests interrupt, for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)

FIRST = ("test_every_theorem_holds", "specs kernel", "pip install")
"""What takes minutes begins first, so that nothing waits for it when all else is done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by how long they take, as far as that matters."""
    items.sort(key=lambda item: not any(name in item.name for name in FIRST))
