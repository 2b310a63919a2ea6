"""What a request's gfp flags allow; those that a charge asks for.

Named as in include/linux/gfp_types.h, without the leading ``__GFP_``.
"""

from __future__ import annotations

from typing import Final

HIGH: Final = 0x20
DIRECT_RECLAIM: Final = 0x400
RETRY_MAYFAIL: Final = 0x4000
NOFAIL: Final = 0x8000
NORETRY: Final = 0x10000
