"""Traces of any allocator, and what is said of them."""
