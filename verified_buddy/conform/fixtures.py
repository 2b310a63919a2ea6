"""A pytest fixture: ``pytest_plugins = ["verified_buddy.conform.fixtures"]`` in a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verified_buddy.conform.library_use import library, search_for
from verified_buddy.conform.peer import Way

Conforms = Callable[..., None]


@pytest.fixture
def conforms() -> Conforms:
    """Fails the test with the shortest run that was found, or if there was too little time to find one.

    It takes the path of a shared library, or what ``library``, ``command`` and ``python`` of
    ``verified_buddy.conform.library_use`` return, and seconds, level and seed.
    """

    def judge(allocator: str | Way, *, seconds: float = 5, level: str = "complete", seed: int = 0) -> None:
        way = library(allocator) if isinstance(allocator, str) else allocator
        report = search_for(way, seconds=seconds, level=level, seed=seed)
        if report.findings:
            pytest.fail(report.findings[0].run.told(), pytrace=False)
        if not report.conforms:
            pytest.fail(f"vacuous: {report.extent.missing}", pytrace=False)

    return judge
