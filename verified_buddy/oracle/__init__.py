"""Traces of any allocator, judged: read, done again by the proved code, and told where they diverge."""
