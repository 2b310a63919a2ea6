"""How many paths the core's operations have: of each order, some state walks so many, and none so many."""

from __future__ import annotations

from specs.prover.method.operations import Operation


def expected(operation: Operation, top: int) -> tuple[int, int]:
    """The paths that some state walks, and those that none does, of all variants."""
    orders = [variant.order for variant in operation.variants(top)]
    walked = sum(expected_paths(operation.name, order, top) for order in orders)
    return walked, sum(unwalked_paths(operation.name, order, top) for order in orders)


def expected_paths(operation: str, order: int, top: int) -> int:
    """How many paths the operation has for that order.

    rmqueue_smallest, take: found at one of the orders from ``order`` up, or nowhere.
    free_one_page: it merges 0, 1, .. or ``above`` times.
    add_range: the loop ends; or the cursor is aligned to some order, and a block of that or less fits.
    Zone.alloc: a page or none.  Zone.add_range: InvalidRange, Overlap, done.
    Zone.free: done, InvalidPfn, OutOfRange; WrongOrder, if there is another order (the branch is in the
    code for max_order 0 too, where nothing walks it); Misaligned, unless every page is aligned;
    MiddleOfBlock of each greater order; DoubleFree in a free block of each order.
    Zone.take: InvalidPfn, OutOfRange, True, False; Misaligned, unless every page is aligned.
    """
    above, can_misalign = top - order, order > 0
    return {
        "rmqueue_smallest": above + 2,
        "free_one_page": above + 1,
        "take": above + 2,
        "add_range": 1 + (top + 1) * (top + 2) // 2,
        "Zone.alloc": 2,
        "Zone.free": 3 + (top > 0) + can_misalign + above + (top + 1),
        "Zone.take": 4 + can_misalign,
        "Zone.add_range": 3,
    }[operation.split(",")[0]]


def unwalked_paths(operation: str, order: int, top: int) -> int:
    """How many paths of the operation no state walks.

    Zone.free: WrongOrder, if no block can have another order.
    add_range: from a cursor of each alignment, when not even one page would fit.
    """
    return {"Zone.free": int(order == top == 0), "add_range": top + 1}.get(operation, 0)
