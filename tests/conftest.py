"""Hypothesis: new random programs on a desk, the same ones in CI."""

import os

from hypothesis import settings

settings.register_profile("desk", max_examples=40, stateful_step_count=30, deadline=None)
settings.register_profile(
    "ci", settings.get_profile("desk"), derandomize=True, database=None, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "desk")
