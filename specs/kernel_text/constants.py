"""The names that the text takes for constants: sizes of the zone, enumerations, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pycparser import c_ast

from specs.kernel_text.errors import NoTree, Place, Unread
from specs.kernel_text.integers import INT, UINT, ULONG, Int
from specs.kernel_text.interpreter import Machine
from specs.kernel_text.reader import Text
from specs.kernel_text.values import Named, Scope

GLOBALS: Final = {
    "page_group_by_mobility_disabled": Int(INT, 0),
    "percpu_pagelist_high_fraction": Int(INT, 0),
    "watermark_boost_factor": Int(INT, 15000),
    "EBUSY": Int(INT, 16),
    "ENOENT": Int(INT, 2),
    "NULL": None,
    "current": Named("current"),
}
"""Variables of the kernel's, with the values that they have unless somebody sets them."""
KINDS_OF_GFP = UINT


class Nothing:
    """Constants reach nothing beyond themselves."""

    def call(self, machine: Machine, name: str, args: list[Any]) -> Any:
        """No function."""
        raise KeyError(name)

    def field(self, machine: Machine, of: Any, name: str) -> Any:
        """No member."""
        raise KeyError(name)

    def store(self, machine: Machine, of: Any, name: str, value: Any) -> None:
        """No member."""
        raise KeyError(name)

    def element(self, machine: Machine, of: Any, index: Any) -> Any:
        """No element."""
        raise KeyError(name_of(of))


def name_of(of: Any) -> str:
    """What it is called."""
    return type(of).__name__


@dataclass
class Constants:
    """The constants of one text."""

    text: Text
    made: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    """By the top order and the order of pageblocks: what was found."""

    @cached_property
    def enumerated(self) -> dict[str, Int]:
        """Every name of an enumeration that can be read."""
        found: dict[str, Int] = {}
        for enum in self.text.enumerations:
            value = -1
            for each in enum.values.enumerators if enum.values is not None else []:
                try:
                    value = value + 1 if each.value is None else self._number(each.value, found)
                except Unread:
                    break
                found[each.name] = Int(INT, value)
        return found

    def _number(self, node: c_ast.Node, known: Mapping[str, Any]) -> int:
        value = Machine(self.text, Nothing(), known, place=Place("(constants)", 1)).value(node, Scope())
        if not isinstance(value, Int) or not isinstance(value.value, int):
            raise Unread(Place("(constants)", 1), "a constant that is no number")
        return value.value

    def flag(self, name: str) -> int:
        """The value of a macro of flags; raises NoTree if there is none."""
        node = self.text.macro(name)
        if node is None:
            raise NoTree(f"{self.text.tree.root}: no macro {name} is defined")
        return self._number(node, self.of(10, 9))

    def of(self, top: int, pageblock: int) -> dict[str, Any]:
        """All of them, for a zone of that top order, with pageblocks of that order."""
        if (top, pageblock) not in self.made:
            self.made[top, pageblock] = self._of(top, pageblock)
        return self.made[top, pageblock]

    def _of(self, top: int, pageblock: int) -> dict[str, Any]:
        sizes = {
            "MAX_ORDER": Int(INT, top + 1 - self.inclusive),
            "MAX_PAGE_ORDER": Int(INT, top),
            "NR_PAGE_ORDERS": Int(INT, top + 1),
            "pageblock_order": Int(INT, pageblock),
            "pageblock_nr_pages": Int(ULONG, 1 << pageblock),
            "HPAGE_PMD_ORDER": Int(INT, pageblock),
            "NR_PCP_THP": Int(INT, 2),
            "PAGE_ALLOC_COSTLY_ORDER": Int(INT, min(3, pageblock - 1)),
        }
        return {**GLOBALS, **self.enumerated, **sizes, "fallbacks": self.fallbacks}

    @property
    def inclusive(self) -> int:
        """1 where MAX_ORDER is the top order itself, as from 6.4 on; 0 where it is one above."""
        major, minor = (int(part) for part in self.text.tree.series.split("."))
        return int((major, minor) >= (6, 4))

    @cached_property
    def fallbacks(self) -> dict[int, list[Int]]:
        """By migratetype: the types whose blocks a request may take; 5 ends the rows of 6.1."""
        found = self.text.defined_as("fallbacks")
        if found is None or not isinstance(found.init, c_ast.InitList):
            return {}
        rows: dict[int, list[Int]] = {}
        for each in found.init.exprs:
            if not isinstance(each, c_ast.NamedInitializer) or not isinstance(each.expr, c_ast.InitList):
                raise Unread(Place("(fallbacks)", 1), "the table of fallbacks")
            designator = each.name[0]
            kind = self._number(getattr(designator, "expr", designator), self.enumerated)
            rows[kind] = [Int(INT, self._number(value, self.enumerated)) for value in each.expr.exprs]
        return rows
