"""Broken twins of the figures of slab caches."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("slab-order-wastes-a-half", "slab.layout", "(16, 8, 4)", "(16, 8, 4, 2)"),
    Twin("slab-order-wastes-a-quarter-at-once", "slab.layout", "(16, 8, 4)", "(4,)"),
    Twin("slab-order-wastes-less", "slab.layout", "% size <= slab_bytes", "% size < slab_bytes"),
    Twin("slab-order-wants-one-as-well", "slab.layout", "while wanted > 1", "while wanted > 0"),
    Twin("slab-order-of-the-largest", "slab.layout", "range(order_for_bytes(objects * size),", "range(0,"),
    Twin(
        "slab-order-has-no-limit",
        "slab.layout",
        "return order if order <= MAX_ORDER else None",
        "return order",
    ),
    Twin("slab-order-one-too-large", "slab.layout", "<< order < size", "<< order <= size"),
    Twin("slab-min-objects-by-cpus", "slab.layout", "(cpus.bit_length() + 1)", "(cpus + 1)"),
    Twin("slab-min-objects-one-bit-less", "slab.layout", "(cpus.bit_length() + 1)", "cpus.bit_length()"),
    Twin(
        "slab-min-objects-of-possible-cpus", "slab.layout", "present if present > 1 else possible", "possible"
    ),
    Twin(
        "slab-objects-rounded-up",
        "slab.layout",
        "return (PAGE_SIZE << order) // size",
        "return ((PAGE_SIZE << order) + size - 1) // size",
    ),
    Twin(
        "slab-bytes-are-linear", "slab.layout", "return PAGE_SIZE << order", "return PAGE_SIZE * (order + 1)"
    ),
    Twin(
        "slab-min-partial-of-one-bit-more",
        "slab.layout",
        "(size.bit_length() - 1) // 2",
        "size.bit_length() // 2",
    ),
    Twin("slab-min-partial-may-be-none", "slab.layout", ", PARTIAL_LEAST)", ", 0)"),
)
