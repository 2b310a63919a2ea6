"""Traces of a Linux kernel's page allocator: text of tracefs, ``perf script`` or ``trace-cmd report``."""
