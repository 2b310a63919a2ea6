"""Laws of the lifted values: each operator is that of Python's ints, and what is not lifted raises."""

import operator
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import z3

from specs.prover.method.labels import FREE, LIVE, label
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.lifted_type import LiftedType
from specs.prover.method.paths import Path
from specs.prover.method.world import World
from specs.prover.models.core.live import Live, LiveOrder
from specs.prover.models.core.stage import world

LIMIT = 1 << 64
NEAR = [2**k + d for k in (0, 1, 2, 10, 11, 32, 52, 63, 64) for d in (-1, 0, 1)]
BOUNDARY = sorted({n for n in NEAR if 0 <= n < LIMIT} | {5, 0x5555_5555_5555_5555, LIMIT - 2})
BITS = (operator.and_, operator.or_, operator.xor)
SUMS = (operator.add, operator.sub)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
Operator = Callable[[Any, Any], Any]

LIFTED = {
    *("__and__", "__or__", "__xor__", "__add__", "__sub__", "__mod__", "__floordiv__"),
    *("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"),
}
REFUSED = {
    *("__abs__", "__bool__", "__ceil__", "__float__", "__floor__", "__format__", "__hash__", "__index__"),
    *("__int__", "__invert__", "__neg__", "__pos__", "__round__", "__trunc__"),
    *("__divmod__", "__lshift__", "__mul__", "__pow__", "__rshift__", "__truediv__"),
    *("__radd__", "__rand__", "__rdivmod__", "__rfloordiv__", "__rlshift__", "__rmod__", "__rmul__"),
    *("__ror__", "__rpow__", "__rrshift__", "__rshift__", "__rsub__", "__rtruediv__", "__rxor__"),
}
ANY_OBJECT = {*dir(object), "__getnewargs__"} - LIFTED - REFUSED
"""Of any object: it says nothing of the number.  ``str`` and ``repr`` show an address, as tools want."""


class Owing:
    """A path on which every condition is constant."""

    def __init__(self) -> None:
        self.owed: list[bool] = []

    def decide(self, condition: z3.BoolRef) -> bool:
        simple = z3.simplify(condition)
        assert z3.is_true(simple) or z3.is_false(simple)
        return bool(z3.is_true(simple))

    def owe(self, tag: str, goal: z3.BoolRef, says: str) -> None:
        assert tag == "no-wrap"
        self.owed.append(self.decide(goal))

    def page(self, value: int) -> LiftedPfn:
        return LiftedPfn(self, z3.BitVecVal(value, 64))


def value_of(lifted: LiftedPfn | int) -> int:
    if type(lifted) is int:
        return lifted
    assert isinstance(lifted, LiftedPfn)
    number = z3.simplify(lifted.term)
    assert isinstance(number, z3.BitVecNumRef)
    return int(number.as_long())


def pairs() -> Iterator[tuple[int, int]]:
    """Every two boundaries, and random numbers of random lengths."""
    yield from ((left, right) for left in BOUNDARY for right in BOUNDARY)
    numbers = random.Random(1)
    yield from (
        (numbers.getrandbits(numbers.randint(1, 64)), numbers.getrandbits(numbers.randint(1, 64)))
        for _ in range(900)
    )


def test_sums_and_differences_owe_exactly_that_nothing_wraps() -> None:
    wrapped = 0
    for left, right in pairs():
        for change in SUMS:
            for constant in (False, True):
                path, exact = Owing(), change(left, right)
                other = right if constant else path.page(right)
                assert value_of(change(path.page(left), other)) == exact % LIMIT
                assert path.owed == [0 <= exact < LIMIT]
                wrapped += path.owed == [False]
    assert wrapped > 500


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("apply", [*BITS, *COMPARISONS])
def test_bits_and_comparisons_are_those_of_ints(apply: Operator, constant: bool) -> None:
    path = Owing()
    for left, right in pairs():
        result = apply(path.page(left), right if constant else path.page(right))
        exact = apply(left, right)
        assert (bool(result) if isinstance(result, LiftedBool) else value_of(result)) == exact
    assert path.owed == []


@pytest.mark.parametrize("compare", COMPARISONS)
def test_a_comparison_may_begin_with_the_constant(compare: Operator) -> None:
    path = Owing()
    for left in BOUNDARY:
        for right in BOUNDARY:
            assert bool(compare(left, path.page(right))) is compare(left, right)


def test_masks_and_divisions_are_those_of_ints() -> None:
    path = Owing()
    pages = [*BOUNDARY, *(left for left, _ in pairs())][:1500]
    for count, page in enumerate(pages):
        order = count % 64
        lifted, size = path.page(page), 1 << order
        if order < 64:
            assert value_of(lifted & -min(size, 1 << 63)) == page & -min(size, 1 << 63)
        assert value_of(lifted & (size - 1)) == page & (size - 1)
        assert value_of(lifted % size) == page % size
        assert value_of(lifted // size) == page // size
    assert path.owed == []


def test_what_is_nothing_at_all_is_plain() -> None:
    for plain in (Owing().page(9) & 0, Owing().page(9) % 1):
        assert type(plain) is int
        assert plain == 0


def test_every_method_of_an_int_is_lifted_or_refused() -> None:
    assert {name for name in dir(int) if name.startswith("__")} <= LIFTED | REFUSED | ANY_OBJECT
    assert set(vars(LiftedPfn)) >= LIFTED
    own = {name for name in vars(LiftedPfn) if name.startswith("__") and callable(getattr(LiftedPfn, name))}
    assert own <= LIFTED | REFUSED | {"__init__"}
    for name in own & REFUSED:
        with pytest.raises(TypeError):
            getattr(LiftedPfn, name)(Owing().page(4), *([""] if name == "__format__" else []))
    for name in dir(int):
        if not name.startswith("__"):
            with pytest.raises(AttributeError):
                getattr(Owing().page(4), name)


@pytest.mark.parametrize("operand", [True, False, None, 1.0, "1", b"1", (), -1, LIMIT, 1j])
@pytest.mark.parametrize("apply", [*BITS, *SUMS, *COMPARISONS])
def test_operands_that_are_no_page_numbers_are_refused(apply: Operator, operand: object) -> None:
    if apply is operator.and_ and operand == -1 and type(operand) is int:
        assert value_of(apply(Owing().page(4), operand)) == 4
        return
    with pytest.raises(TypeError):
        apply(Owing().page(4), operand)


UNLIFTED: tuple[Operator, ...] = (
    *(operator.lshift, operator.rshift, operator.mul, operator.truediv, operator.pow, operator.matmul),
    *(divmod, operator.getitem, operator.contains, round),
)
CONSTANT_FIRST: tuple[Operator, ...] = (*UNLIFTED, *BITS, *SUMS, operator.mod, operator.floordiv)


@pytest.mark.parametrize("apply", UNLIFTED)
def test_other_operators_are_refused(apply: Operator) -> None:
    for other in (0, 2, Owing().page(2)):
        with pytest.raises(TypeError):
            apply(Owing().page(4), other)


@pytest.mark.parametrize("apply", CONSTANT_FIRST)
def test_a_constant_in_front_is_refused(apply: Operator) -> None:
    with pytest.raises(TypeError):
        apply(2, Owing().page(4))


@pytest.mark.parametrize("by", [0, 3, -2, True, 1.0, None, LIMIT, Owing().page(2)])
def test_only_powers_of_two_that_are_page_numbers_divide(by: object) -> None:
    for divide in (operator.mod, operator.floordiv):
        with pytest.raises(TypeError):
            divide(Owing().page(4), by)


@pytest.mark.parametrize(
    "use",
    [
        *(operator.invert, operator.neg, operator.pos, operator.index, abs, bool, float, int, complex, hash),
        *(round, range, chr, bytes, list, sum, [0].__getitem__, {0: 1}.get, {0}.__contains__, "x".__mul__),
        *(lambda page, spec=spec: format(page, spec) for spec in ("", "x", "d")),
        lambda page: f"{page}",
        lambda page: f"{page:x}",
        lambda page: f"{page % 2}",
        lambda page: "%d" % page,  # noqa: UP031 # the old way is refused too
        lambda page: page & -(1 << 63) - 1,
        lambda page: pow(page, 2, 5),
        lambda page: hash(page == page),
        lambda page: not page,
        lambda page: 1 if page else 2,
    ],
)
def test_whatever_is_not_lifted_raises_type_error(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(Owing().page(4))


def test_conditions_are_equal_as_bools_are() -> None:
    path = Owing()
    for left in (False, True):
        for right in (False, True):
            one, two = (LiftedBool(path, z3.BoolVal(value)) for value in (left, right))
            assert bool(one == two) is (left == right)
            assert bool(one == right) is (left == right)
            assert bool(left == two) is (left == right)
            assert (one != two) is (left != right)
            assert (one != right) is (left != right)
            assert (not one) is (not left)


@pytest.mark.parametrize("operand", [0, 1, None, "True", 1.0])
def test_conditions_are_compared_with_conditions_only(operand: object) -> None:
    for compare in (operator.eq, operator.ne):
        with pytest.raises(TypeError):
            compare(LiftedBool(Owing(), z3.BoolVal(True)), operand)


@pytest.mark.parametrize(
    "use",
    [
        *(
            operator.invert,
            operator.neg,
            operator.pos,
            operator.index,
            abs,
            float,
            int,
            hash,
            [0].__getitem__,
        ),
        *(
            lambda condition, apply=apply: apply(condition, True)
            for apply in (*BITS, *SUMS, *UNLIFTED, operator.lt, operator.le, operator.gt, operator.ge)
        ),
    ],
)
def test_conditions_are_no_numbers(use: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError):
        use(LiftedBool(Owing(), z3.BoolVal(True)))


def zone_world() -> World:
    return world(Path(), 3)


@pytest.mark.parametrize(
    "use",
    [
        *(bool, hash, int, operator.index, operator.neg),
        *(lambda value, apply=apply: apply(value, True) for apply in (*COMPARISONS, *BITS, *SUMS)),
        *(lambda value, apply=apply: apply(value, None) for apply in COMPARISONS),
    ],
)
def test_types_and_live_orders_are_passed_on_or_compared_with_an_order(use: Callable[[Any], object]) -> None:
    page = z3.BitVec("p", 64)
    for value in (LiftedType(z3.BitVec("t", 3)), LiveOrder(zone_world(), page)):
        with pytest.raises(TypeError):
            use(value)


@pytest.mark.parametrize("order", [-1, 4, 16, 1.0, "1"])
def test_live_orders_are_compared_with_orders_of_the_zone_only(order: object) -> None:
    with pytest.raises(TypeError):
        bool(LiveOrder(zone_world(), z3.BitVec("p", 64)) == order)


def test_a_live_order_is_the_one_that_was_looked_up() -> None:
    for there in range(4):
        of = zone_world()
        page = z3.BitVecVal(8, 64)
        of.state = of.state.give(page, there, label(LIVE, 0, there))
        live = Live(of)
        got, popped = live.get(LiftedPfn(of.path, page)), live.pop(LiftedPfn(of.path, page))
        of.state = of.state.give(page, 0, label(FREE, 0, 0))
        for order in range(4):
            assert bool(got == order) is bool(popped == order) is (order == there)
            assert bool(got != order) is (order != there)
        assert LiftedPfn(of.path, page) not in live
