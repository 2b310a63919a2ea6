"""Stubs: what stands in for names of a module under proof, for as long as a run lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType

Stubs = tuple[ModuleType, Mapping[str, object]]
"""A module, and what stands in for some of its global names."""


def replaced(module: ModuleType, **stubs: object) -> AbstractContextManager[None]:
    """The module with some of its global names bound to stubs, for as long as the run lasts."""
    return all_replaced([(module, stubs)])


@contextmanager
def all_replaced(stubs: Sequence[Stubs]) -> Iterator[None]:
    """Each of the modules with its stubs; one context, since a real run takes no longer than to make many."""
    old = []
    for module, made in stubs:
        names = vars(module)
        old.append((names, made, {name: names[name] for name in made if name in names}))
        names.update(made)
    try:
        yield
    finally:
        for names, made, before in reversed(old):
            for name in made:
                del names[name]
            names.update(before)
