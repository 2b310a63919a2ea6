"""A condition made of all paths of a function says of numbers what the function does."""

from __future__ import annotations

from random import Random

import pytest
import z3

from specs.ledger.subject import running
from specs.prover.method.lifted import BITS, LiftedCount
from specs.prover.method.merged import merged
from specs.prover.method.paths import Path
from verified_buddy.linux.alloc_flags import MIN_RESERVE, NON_BLOCK, OOM
from verified_buddy.linux.watermark import reduced_mark

FREE, MARK = z3.BitVecs("free mark", BITS)


def above_what_is_left(free: int, mark: int, flags: int) -> bool:
    """A comparison that forks, after arithmetic that the code makes."""
    if free > reduced_mark(mark, flags):
        return True
    return min(free, mark) == 3


@pytest.mark.parametrize("flags", [0, MIN_RESERVE, MIN_RESERVE | NON_BLOCK, OOM, OOM | MIN_RESERVE])
def test_a_merged_condition_is_true_where_the_function_says_so(flags: int) -> None:
    def run(path: Path) -> bool:
        free, mark = (LiftedCount(path, term) for term in (FREE, MARK))
        return above_what_is_left(free, mark, flags)  # type: ignore[arg-type]  # lifted

    condition, draw = merged(run), Random(20261125)
    answers = set()
    for _ in range(300):
        mark = draw.choice((0, 3, draw.randrange(1 << 52)))
        free = draw.choice((3, mark, max(reduced_mark(mark, flags) + draw.randrange(-1, 2), 0)))
        numbers = [(term, z3.BitVecVal(value, BITS)) for term, value in ((FREE, free), (MARK, mark))]
        said = z3.simplify(z3.substitute(condition.true, *numbers))
        assert z3.is_true(said) == above_what_is_left(free, mark, flags), (free, mark)
        assert all(z3.is_true(z3.simplify(z3.substitute(goal, *numbers))) for _, goal, _ in condition.owed)
        answers.add(z3.is_true(said))
    assert answers == {False, True}


def test_a_path_that_ends_in_an_error_is_owed_not_to_be() -> None:
    def run(path: Path) -> bool:
        if LiftedCount(path, FREE) > 5:
            raise ZeroDivisionError
        return True

    tags = {tag: goal for tag, goal, _ in merged(run).owed}
    assert z3.is_false(z3.simplify(z3.substitute(tags["impossible"], (FREE, z3.BitVecVal(6, BITS)))))
    assert running().linux.watermark.reduced_mark is reduced_mark
