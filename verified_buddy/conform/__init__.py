"""Drive an allocator live beside the model: search, judge, shrink, report."""
