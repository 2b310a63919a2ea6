"""A zone of Linux 6.1: typed pageblocks, fallback, reserve, isolation, per-CPU lists; ``zone`` has all."""
