"""Runs the core's functions on symbolic page frame numbers, and proves what every path owes."""
