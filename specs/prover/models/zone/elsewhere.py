"""The other zones of a machine, of which anything may be so; or what is, where they are known."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from specs.prover.method.labels import Term, Truth, pfn
from specs.prover.method.scene import Listed


def zone_of_page(page: Term) -> Term:
    """To which other zone the page belongs, if it lies outside this one; 0 if to none."""
    return z3.Function("zone_of", z3.BitVecSort(64), z3.BitVecSort(8))(page)


def free_elsewhere(zone: Term, page: Term, order: int) -> Truth:
    """Whether a free block of the order is listed at the page in that other zone."""
    return elsewhere_map(order)(zone, page) == 1


def elsewhere_map(order: int) -> z3.FuncDeclRef:
    """By zone and page: whether a free block of the order is listed there."""
    sorts = z3.BitVecSort(8), z3.BitVecSort(64), z3.BitVecSort(1)
    return z3.Function(f"elsewhere{order}", *sorts)


def elsewhere_maps(
    zones: Sequence[tuple[int, int, Sequence[Listed]]], top: int
) -> list[tuple[z3.FuncDeclRef, z3.ExprRef]]:
    """What ``zone_of_page`` and ``free_elsewhere`` are where the other zones are known."""
    page, other = z3.Var(0, z3.BitVecSort(64)), z3.Var(1, z3.BitVecSort(64))
    number = z3.Var(0, z3.BitVecSort(8))
    belongs = z3.BitVecVal(0, 8)
    free = dict.fromkeys(range(top + 1), z3.BitVecVal(0, 1))
    for zone, (low, high, listed) in enumerate(zones, 1):
        inside = z3.And(z3.ULE(pfn(low), page), z3.ULT(page, pfn(high)))
        belongs = z3.If(inside, z3.BitVecVal(zone, 8), belongs)
        for block in listed:
            there = z3.And(number == zone, other == pfn(block.start))
            free[block.order] = z3.If(there, z3.BitVecVal(1, 1), free[block.order])
    maps = [(zone_of_page(pfn(0)).decl(), belongs)]
    return maps + [(elsewhere_map(order), told) for order, told in free.items()]
