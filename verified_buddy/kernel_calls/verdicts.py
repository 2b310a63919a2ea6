"""What a file of kernel-calls came to, for people and for programs."""

from __future__ import annotations

from rich.text import Text

from verified_buddy.kernel_calls.check import CallsVerdict


def facts(verdict: CallsVerdict) -> dict[str, object]:
    """What the JSON of such a file has besides."""
    return {
        "programs": verdict.programs,
        "calls": verdict.operations,
        "calls_agreed": verdict.agreed,
        "breaks_off": verdict.breaks_off or None,
    }


def as_line(verdict: CallsVerdict) -> Text:
    """How much agreed, in words."""
    programs = f"{verdict.programs} program{'' if verdict.programs == 1 else 's'}"
    more = f"; it breaks off: {verdict.breaks_off}" if verdict.breaks_off else ""
    return Text(
        f"{verdict.trace}: {programs}, {verdict.agreed:,} of {verdict.operations:,} calls agree{more}"
    )
