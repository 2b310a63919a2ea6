"""For test suites: an allocator of yours beside the model, from Python.

``library``, ``command`` and ``python`` name an allocator; ``diverges`` repeats steps in a child process, and
``misused`` a misuse; ``search_for`` searches as ``verified-buddy conform`` does.  The fixture and the state
machine to subclass are in ``verified_buddy.conform.fixtures`` and ``verified_buddy.conform.machine``.
"""

from __future__ import annotations

from functools import partial

from verified_buddy.conform import factory, served
from verified_buddy.conform import library as libraries
from verified_buddy.conform.child import Nursery
from verified_buddy.conform.conduct import Report, conduct
from verified_buddy.conform.misuse import one
from verified_buddy.conform.misuse_cases import CASES
from verified_buddy.conform.peer import Geometry, Way
from verified_buddy.conform.search import GEOMETRIES, Plan
from verified_buddy.conform.steps import Steps
from verified_buddy.conform.trials import Trials
from verified_buddy.oracle.rules import LEVELS

__all__ = ["Geometry", "command", "diverges", "library", "misused", "python", "search_for"]


def library(path: str) -> Way:
    """A shared library with the functions of ``verified_buddy.h``."""
    return partial(libraries.load, path)


def command(line: str) -> Way:
    """A program that answers on its standard output."""
    return partial(served.start, line)


def python(name: str) -> Way:
    """A ``module:factory``."""
    return partial(factory.load, name)


def diverges(way: Way, geometry: Geometry, steps: Steps, *, level: str = "complete") -> str | None:
    """What is wrong when the allocator does the steps in a child process; None if nothing is."""
    with Nursery() as nursery:
        run = Trials(nursery, way, LEVELS[level], float("inf"), "").fresh(geometry, steps)
    return None if run is None else run.told()


def misused(way: Way, geometry: Geometry, misuse: str) -> str | None:
    """What the allocator does on that pool when it is misused so, if that does harm.

    The misuses are those that ``verified-buddy conform --misuse`` lists.
    """
    (case,) = (case for case in CASES if case.name == misuse)
    with Nursery() as nursery:
        found = one(nursery, way, [geometry], case)
    return None if found is None or found.run is None else f"{found.behaviour}: {found.run.told()}"


def search_for(way: Way, *, seconds: float = 10, level: str = "complete", seed: int = 0) -> Report:
    """Search for so long."""
    return conduct(way, str(way), Plan(LEVELS[level], seed, seconds, GEOMETRIES))
