"""The running function with narrower parameter types, so that CrossHair can explore every path."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, GenericAlias
from typing import Literal


class Start:
    """The origin of the types ``start(order)``."""

    def __class_getitem__(cls, order: object) -> GenericAlias:
        return GenericAlias(cls, order)


def narrowed(function: Callable[..., object], **types: object) -> FunctionType:
    """The same code and contract with other parameter types; ``Literal`` makes a parameter concrete."""
    assert isinstance(function, FunctionType)
    assert types.keys() <= function.__annotations__.keys()
    code, names = function.__code__, function.__globals__
    same = FunctionType(code, names, function.__name__, function.__defaults__, function.__closure__)
    same.__annotations__ = {**function.__annotations__, **types}
    same.__doc__, same.__module__, same.__qualname__ = (
        function.__doc__,
        function.__module__,
        function.__qualname__,
    )
    return same


def exactly(*values: int) -> object:
    """The type of these very values."""
    return Literal[values]


def start(order: int) -> object:
    """The type of the pages where blocks of that order start: the multiples of 2**order."""
    return Start.__class_getitem__(exactly(order))
