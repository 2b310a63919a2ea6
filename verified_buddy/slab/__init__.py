"""Caches of objects of one size, in slabs of pages: SLUB of Linux 6.1 in its minimal form."""
