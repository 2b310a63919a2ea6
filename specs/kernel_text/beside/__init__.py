"""C beside ours: the kernel's text and our zone, over plain numbers, given the same calls."""
