"""Programs around the writers of docs/traces.md, which write a run of the model, or of a right allocator."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from tests.documents import blocks
from verified_buddy.pfn import Order, Pfn
from verified_buddy.zone import Zone

PAGE = "docs/traces.md"
Line = dict[str, Any]
"""A line of a trace, decoded."""


PAGES, TOP = 1000, 9
HEADER: Line = {"format": "buddy-trace", "version": 1, "start_pfn": 0, "nr_pages": PAGES, "max_order": TOP}
HEADER |= {"free_takes_order": True}


def calls() -> Iterator[Line]:
    """A run of the model: requests that are served and refused, frees that are taken, and one that is not."""
    chance, zone = random.Random(7), Zone(Order(TOP))
    zone.add_range(Pfn(0), Pfn(PAGES))
    yield {"op": "free", "pfn": 0, "order": 3, "rc": -1}
    for _ in range(60):
        if zone.live and chance.random() < 0.4:
            pfn, order = chance.choice(sorted(zone.live.items()))
            zone.free(pfn, order)
            yield {"op": "free", "pfn": pfn, "order": order, "rc": 0}
        else:
            order = Order(chance.choice((0, 1, 3, 5, 7, 8, 9)))
            yield {"op": "alloc", "order": order, "pfn": zone.alloc(order)}


RUN = tuple(calls())


def code(language: str) -> str:
    """The first block of that language: the writer."""
    return next(blocks(PAGE, language)).text


C = r"""
#include <stdint.h>
#include <stdlib.h>
#include "verified_buddy.h"
static long my_alloc(int order) { return WRONG ? 0 : vb_alloc(order); }
static int my_free(long pfn, int order) { return vb_free(pfn, order); }
@WRITER@
int main(int count, char **names)
{
	long held[1000];
	int orders[1000], n = 0;

	vb_init(0, 1000, 9);
	trace_start(names[1], 1000, 9);
	for (int turn = 0; turn < 5000; turn++) {
		if (n && rand() % 5 < 2) {
			int at = rand() % n;
			if (traced_free(held[at], orders[at]) == 0)
				n--, held[at] = held[n], orders[at] = orders[n];
		} else if (n < 1000) {
			orders[n] = rand() % 10;
			held[n] = traced_alloc(orders[n]);
			n += held[n] >= 0;
		}
	}
	traced_free(1, 9);
	fclose(trace);
	return count != 2;
}
"""


def rust() -> str:
    """The writer, driven with the run, and the page's example in a function of its own."""
    _, example = blocks(PAGE, "rust")
    lines = [f"    let mut trace = Trace::start(std::io::stdout(), {PAGES}, {TOP})?;"]
    for call in RUN:
        if call["op"] == "alloc":
            got = "None" if call["pfn"] is None else f"Some({call['pfn']})"
            lines.append(f"    trace.alloc({call['order']}, {got})?;")
        else:
            accepted = "true" if call["rc"] == 0 else "false"
            lines.append(f"    trace.free({call['pfn']}, {call['order']}, {accepted})?;")
    return (
        f"{code('rust')}\nfn my_alloc(_order: u32) -> Option<u64> {{ Some(64) }}\n"
        f"#[allow(dead_code)]\nfn example() -> Result<()> {{\n{example.text}    Ok(())\n}}\n"
        f"fn main() -> Result<()> {{\n{chr(10).join(lines)}\n    example()\n}}\n"
    )


def go() -> str:
    """A program that drives the package with the run."""
    lines = [f"\tt := trace.Start(os.Stdout, {PAGES}, {TOP})"]
    for call in RUN:
        if call["op"] == "alloc":
            lines.append(
                f"\tt.Alloc({call['order']}, {call['pfn'] or 0}, {str(call['pfn'] is not None).lower()})"
            )
        else:
            error = "nil" if call["rc"] == 0 else 'errors.New("refused")'
            lines.append(f"\tt.Free({call['pfn']}, {call['order']}, {error})")
    body = "\n".join(lines)
    return (
        f'package main\n\nimport (\n\t"errors"\n\t"os"\n\n\t"mine/trace"\n)\n\nfunc main() {{\n{body}\n}}\n'
    )


def zig() -> str:
    """The writer, driven with the run; what has a ``print`` is different in every version, so here is one."""
    lines = [f"    try start(out, {PAGES}, {TOP});"]
    for call in RUN:
        if call["op"] == "alloc":
            got = "null" if call["pfn"] is None else call["pfn"]
            lines.append(f"    try alloc(out, {call['order']}, {got});")
        else:
            lines.append(
                f"    try free(out, {call['pfn']}, {call['order']}, {str(call['rc'] == 0).lower()});"
            )
    return (
        f"{ZIG_OUT}\n{code('zig')}\npub fn main() !void {{\n    const out = Out{{}};\n"
        + "\n".join(lines)
        + "\n}\n"
    )


ZIG_OUT = """
const std = @import("std");
const Out = struct {
    pub fn print(_: Out, comptime format: []const u8, values: anytype) !void {
        std.debug.print(format, values);
    }
};
"""
