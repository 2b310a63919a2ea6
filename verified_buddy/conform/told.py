"""What the work of a child came to, as JSON can hold it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verified_buddy.conform.drive import DivergedError
from verified_buddy.conform.peer import CannotDriveError, DiedError, ReplyError


def told(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The result of the work, or why it ended."""
    try:
        return work()
    except DivergedError as error:
        return {"rule": error.rule, "says": error.says}
    except ReplyError as error:
        return {"rule": "reply", "says": str(error)}
    except DiedError as error:
        return {"rule": "crash", "status": error.status}
    except CannotDriveError as error:
        return {"cannot": str(error)}
