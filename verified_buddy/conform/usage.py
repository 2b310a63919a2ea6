"""What ``verified-buddy conform --help`` says."""

from __future__ import annotations

from typing import Final

CONFORM: Final = """\
Drive an allocator live beside the model: search, judge, and show the shortest run that diverges.

One of --library, --command and --python says where it is; docs/conform.md has recipes.

\b
The program of --command is asked, a line each, and answers each with a line,
the same with "rc" (init, free; 0, or it is refused) or "pfn" (alloc; null is
a refusal) added:
  {"op":"init","start_pfn":0,"nr_pages":1024,"max_order":10}
  {"op":"alloc","order":3}
  {"op":"free","pfn":64,"order":3}
An init with an "rc" below 0 is of a geometry that it does not support. Its
answer to an init may add "orders" (a list), "free_takes_order", "usable"
([first, end]), and "geometries" ([[start_pfn, nr_pages, max_order], ...]):
no others are tried then.

\b
The factory of --python is called with (start_pfn, nr_pages, max_order), and
returns a pool; None, ValueError or MemoryError: it does not support these.
  pool.alloc(order)      the first page; None or MemoryError: refused
  pool.free(pfn, order)  None; any exception: refused
Optional: pool.orders, pool.free_takes_order, pool.usable, and the factory's
geometries, as above.

The exit status is 0 if it conforms, 1 if it diverges, 2 if it cannot be driven, or if time was up before
the scenarios were done ("vacuous": nothing is said then).
"""
