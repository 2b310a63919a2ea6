"""Calls of the kernel's own functions, and what the model makes of them."""
