"""What a request asks for, bit by bit."""

from __future__ import annotations

from typing import Final

ATOMIC: Final = 0x200
