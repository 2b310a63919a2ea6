"""Operators with two sides: of integers, pages, orders and objects; and what counts as true."""

from __future__ import annotations

from typing import Any

import z3

from specs.kernel_text.errors import Undefined
from specs.kernel_text.integers import (
    BOOL,
    INT,
    LONG,
    ULONG,
    Int,
    combine,
    compare,
    convert,
    flag,
    simple,
    term,
    truth,
)
from specs.kernel_text.lifting import OrderAt
from specs.kernel_text.machine import Run
from specs.kernel_text.values import AreaOf, FreeCount, ListNode, Named, Page, PcpList, Unset

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def adapted(machine: Run, value: Any, kind: Any) -> Any:
    """The value as a variable of that kind holds it."""
    if kind is None or isinstance(value, Unset):
        return value
    if isinstance(value, FreeCount):
        raise machine.unread("nr_free is stored")
    if isinstance(value, OrderAt):
        return flag(condition(machine, value)) if kind == BOOL else value
    if not isinstance(value, Int):
        if kind == BOOL:
            return flag(value is not None)
        raise machine.unread(f"what is no number becomes {kind.name}")
    return convert(machine.path, value, kind)


def condition(machine: Run, value: Any) -> bool | z3.BoolRef:
    """Whether the value counts as true."""
    if isinstance(value, Int):
        return truth(value)
    if isinstance(value, FreeCount):
        none = none_free(machine, value.area)
        return (not none) if isinstance(none, bool) else z3.Not(none)
    if isinstance(value, OrderAt):
        return truth(_ordered(machine, "!=", value, Int(INT, 0)))
    if isinstance(value, Unset):
        raise machine.unread(value.why)
    return value is not None


def none_free(machine: Run, area: AreaOf) -> bool | z3.BoolRef:
    """Whether all lists of the order are empty."""
    found: bool | z3.BoolRef = machine.edge.call(machine, "nr_free == 0", [area])
    return found


def binary(machine: Run, sign: str, left: Any, right: Any) -> Any:
    """The result of an operator."""
    if isinstance(left, Int) and isinstance(right, Int):
        if sign in COMPARISONS:
            return flag(compare(machine.path, sign, left, right))
        return combine(machine.path, sign, left, right)
    if isinstance(left, OrderAt) or isinstance(right, OrderAt):
        return _ordered(machine, sign, left, right)
    if isinstance(left, FreeCount) or isinstance(right, FreeCount):
        return _count(machine, sign, left, right)
    if isinstance(left, Page) or isinstance(right, Page):
        return pages(machine, sign, left, right)
    if sign in ("==", "!="):
        same = _same(machine, left, right)
        return flag(same if sign == "==" else not same)
    raise machine.unread(f"the operator {sign} of what is no number")


def _same(machine: Run, left: Any, right: Any) -> bool:
    """Whether two pointers are the same; the number 0 is the null pointer."""
    one, two = (None if isinstance(each, Int) and each.value == 0 else each for each in (left, right))
    if isinstance(one, Int | ListNode) or isinstance(two, Int | ListNode):
        raise machine.unread("two things are compared that may be the same in C")
    if isinstance(one, AreaOf | PcpList | Named) and type(one) is type(two):
        return bool(one == two)
    return one is two


def whole(machine: Run, value: Any) -> Any:
    """The value; of an order that is not known yet, the one that it is on this path."""
    return Int(INT, value.known(machine.path)) if isinstance(value, OrderAt) else value


def _ordered(machine: Run, sign: str, left: Any, right: Any) -> Any:
    """The order of a block, compared with a known one; or as a number."""
    block, other, turned = (
        (left, right, sign) if isinstance(left, OrderAt) else (right, left, SWAPPED.get(sign, sign))
    )
    if sign not in COMPARISONS or not isinstance(other, Int) or not isinstance(other.value, int):
        return binary(machine, sign, whole(machine, left), whole(machine, right))
    orders = range(len(block.truths))
    number = Int(LONG, other.value)
    found = block.among(each for each in orders if truth_of(turned, Int(LONG, each), number))
    return flag(_or_of_none(machine, block, found, turned, number))


def _or_of_none(
    machine: Run, block: OrderAt, found: bool | z3.BoolRef, sign: str, number: Int
) -> bool | z3.BoolRef:
    """What was found; or, where the page starts no free block, what any number may compare to."""
    some = block.among(range(len(block.truths)))
    path = machine.path
    if (
        some is True
        or found is True
        or (not isinstance(some, bool) and path is not None and path.knows(some))
    ):
        return found
    if path is None:
        raise Undefined("the order of a page that starts no free block is asked for")
    anything = compare(path, sign, Int(LONG, block.anything), number)
    return z3.Or(found, z3.And(z3.Not(some), anything))


def _count(machine: Run, sign: str, left: Any, right: Any) -> Int:
    """nr_free, compared with 0."""
    area, other = (left, right) if isinstance(left, FreeCount) else (right, left)
    sign = sign if isinstance(left, FreeCount) else SWAPPED.get(sign, sign)
    if not isinstance(other, Int) or other.value != 0 or sign not in ("==", "!=", ">"):
        raise machine.unread(f"nr_free {sign} what is not 0")
    none = none_free(machine, area.area)
    if sign == "==":
        return flag(none)
    return flag((not none) if isinstance(none, bool) else z3.Not(none))


def pages(machine: Run, sign: str, left: Any, right: Any) -> Any:
    """Pointers to pages: steps, distances, comparisons."""
    if isinstance(left, Page) and isinstance(right, Page):
        one, two = left.pfn, right.pfn
        if sign == "-":
            return Int(
                LONG,
                one - two if isinstance(one, int) and isinstance(two, int) else simple(term(one) - term(two)),
            )
        if sign in COMPARISONS:
            return flag(_order(sign, left, right))
        raise machine.unread(f"the operator {sign} of two pages")
    if sign in ("==", "!="):
        return flag(sign == "!=")  # a page is never the null pointer, nor any other object
    if sign == "+" and isinstance(right, Page):
        left, right = right, left
    if not isinstance(left, Page) or not isinstance(right, Int) or sign not in ("+", "-"):
        raise machine.unread(f"the operator {sign} of a page")
    by = right.value
    if isinstance(by, int) and not right.kind.signed and by > LONG.most:
        by -= 1 << 64  # a distance that is counted downwards
    if sign == "-":
        by = -by if isinstance(by, int) else simple(-term(by))
    return left.moved(by)


def _order(sign: str, left: Page, right: Page) -> bool | z3.BoolRef:
    if isinstance(left.pfn, int) and isinstance(right.pfn, int):
        return truth_of(sign, Int(LONG, left.pfn), Int(LONG, right.pfn))
    distance = simple(term(left.pfn) - term(right.pfn))
    if isinstance(distance, int):
        return truth_of(sign, Int(LONG, distance), Int(LONG, 0))
    return truth_of(sign, Int(ULONG, left.pfn), Int(ULONG, right.pfn))


def truth_of(sign: str, left: Int, right: Int) -> bool | z3.BoolRef:
    """Whether the comparison is true."""
    return compare(None, sign, left, right)
