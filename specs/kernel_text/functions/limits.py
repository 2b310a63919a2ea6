"""Limits of the per-CPU lists, and the boost of a steal: numbers that follow from a zone's size and marks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from specs.kernel_text.edge import Edge
from specs.kernel_text.integers import INT, UINT, ULONG, Int, combine
from specs.kernel_text.units import Unit, no_zone
from specs.kernel_text.values import Named

MIN, LOW, HIGH = range(3)
"""WMARK_MIN, WMARK_LOW, WMARK_HIGH."""


def zone_of(managed: int) -> SimpleNamespace:
    """A zone of which only its size is known."""
    return SimpleNamespace(managed=managed)


def marks(edge: Edge, at: int, mark: int, boost: int) -> None:
    """The zone's marks, of which one is known, and its boost."""
    edge.given |= {
        "_watermark": [Int(ULONG, mark if each == at else 0) for each in range(4)],
        "watermark_boost": Int(ULONG, boost),
    }


def enter_batch(edge: Edge, managed: int) -> list[Any]:
    """zone_batchsize(zone)."""
    return [zone_of(managed)]


def enter_high(edge: Edge, low: int, cpus: int, batch: int) -> list[Any]:
    """zone_highsize(zone, batch, cpu_online): the low mark with no boost, and half of it as boost."""
    marks(edge, LOW, low - low // 2, low // 2)
    edge.given["cpus"] = cpus
    return [zone_of(0), Int(INT, batch), Int(INT, 0)]


def enter_boost(edge: Edge, boost: int, high: int, managed: int, *, factor: int = 15000) -> list[Any]:
    """boost_watermark(zone)."""
    marks(edge, HIGH, high, boost)
    assert edge.machine is not None
    edge.machine.constants = {**edge.machine.constants, "watermark_boost_factor": Int(INT, factor)}
    return [zone_of(managed)]


def leave_boost(edge: Edge, answer: Int) -> Any:
    """The boost that the zone has now; the answer tells whether it was touched."""
    touched = edge.machine is not None and any(name == "min" for name in edge.done)
    edge.owe(bool(answer.value) is touched, "the answer tells whether the boost was set")
    return edge.given["watermark_boost"].value


def leave_whole(edge: Edge, answer: Int) -> Any:
    """A number."""
    return answer.value


def leave_batch(edge: Edge, answer: Int) -> Any:
    """C's caller makes 1 of 0, and ours is never 0."""
    return max(leave_whole(edge, answer), 1)


def power_below(edge: Edge, value: Int) -> Int:
    """rounddown_pow_of_two()."""
    assert isinstance(value.value, int)
    edge.owe(value.value > 0, "a power of two is asked for that is no larger than a number above 0")
    return Int(ULONG, 1 << (value.value.bit_length() - 1))


def share(edge: Edge, value: Int, times: Int, parts: Int) -> Int:
    """mult_frac(): so many parts of a number, of which the whole parts are counted before the rest."""
    whole, rest = (combine(edge.path, sign, value, parts) for sign in ("/", "%"))
    of_rest = combine(edge.path, "/", combine(edge.path, "*", rest, times), parts)
    return combine(edge.path, "+", combine(edge.path, "*", whole, times), of_rest)


def near(edge: Edge, mask: Any) -> Int:
    """cpumask_weight(): how many CPUs are near the zone."""
    return Int(UINT, edge.given["cpus"])


L = "linux.pcp_limits"
NEAR = {
    "zone_to_nid": lambda edge, zone: Int(INT, 0),
    "cpumask_of_node": lambda edge, node: Named("cpus"),
    "cpumask_weight": near,
}


ON_INTS = (
    Unit(
        "zone_batchsize",
        (f"{L}.zone_batchsize",),
        enter_batch,
        leave_batch,
        zone=no_zone,
        supposes=("its caller makes 1 of 0",),
        callees={"rounddown_pow_of_two": power_below},
    ),
    Unit(
        "zone_highsize",
        (f"{L}.zone_highsize",),
        enter_high,
        leave_whole,
        zone=no_zone,
        callees=NEAR,
    ),
    Unit(
        "boost_watermark",
        ("linux.watermark.boost_after_steal",),
        enter_boost,
        leave_boost,
        zone=no_zone,
        callees={"mult_frac": share},
    ),
)
"""Units that are compared over plain numbers alone."""
