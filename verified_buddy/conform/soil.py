"""Memory that C is handed next is full of nonsense, here and in a program of C: it is not always zero."""

from __future__ import annotations

from ctypes import CDLL, c_size_t, c_void_p, memset
from typing import Final

NONSENSE: Final = 0xA5
SIZES: Final = range(16, 1025, 16)
"""Of blocks, in bytes."""
BLOCKS: Final = 7
"""So many of each."""
C: Final = f"""\
static void soil(void) /* memory is not always zero */
{{
	static void *blocks[{BLOCKS}];

	for (unsigned size = {SIZES.start}; size < {SIZES.stop}; size += {SIZES.step}) {{
		for (int i = 0; i < {BLOCKS}; i++)
			blocks[i] = memset(malloc(size), {NONSENSE}, size);
		for (int i = 0; i < {BLOCKS}; i++)
			free(blocks[i]);
	}}
}}
"""


def soil() -> None:
    """Allocate, fill and free blocks of all small sizes: the allocator of C hands them out again."""
    libc = CDLL(None)
    malloc, free = libc.malloc, libc.free
    malloc.restype, malloc.argtypes, free.restype, free.argtypes = c_void_p, [c_size_t], None, [c_void_p]
    for size in SIZES:
        blocks = [malloc(size) for _ in range(BLOCKS)]
        for block in blocks:
            memset(block, NONSENSE, size)
            free(block)
