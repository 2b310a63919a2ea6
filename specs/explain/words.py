"""All that a row says for itself, to be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from specs.explain.facts import explained
from specs.ledger.theorem import Theorem


def explanation(row: Theorem) -> str:
    """The row in words: the same facts as ``explained`` has."""
    return "\n".join(_lines(explained(row)))


def _lines(it: dict[str, Any]) -> Iterator[str]:
    yield from (it["name"], f"  {it['says']}", "")
    yield f"method: {it['method']}; the verdict if it holds: {it['verdict_if_it_holds']}"
    starts = it["starts_from"]
    yield f"starts from: {starts['states']}"
    yield from _listed(f"{each['name']}: {each['says']}" for each in starts["invariants"])
    yield from _under("for", _domain(it["domain"]))
    read = it["obligations"]["max_orders"]
    heading = f"owes (read at max_order {runs(read)}; k is any order)" if read else "owes"
    yield from _under(heading, it["obligations"]["says"])
    yield from _under("about", _placed(it["code"]))
    yield f"stated: {it['stated']}"
    yield from _under("proof", _placed(it["decided_by"]))
    assumed = [f"{', '.join(each['rows'])}: {each['why']}" for each in it["assumes"]]
    yield from _under("assumes", assumed or ["no other row"])
    if it["supposes"]:
        yield from _under("supposes", it["supposes"])
    yield from _under("rests on", it["trust"])
    twins = (f"{each['name']} (breaks {each['breaks']}; {each['source']})" for each in it["twins"])
    yield from _under("rejects", twins)
    yield f"decide it: {it['decide']}"
    yield f"export its obligations: {it['export'] or 'it has none that another solver could read'}"


def _domain(of: dict[str, Any]) -> Iterator[str]:
    if of["max_orders"]:
        yield f"max_order {runs(of['max_orders'])}"
    yield f"pages: {of['pages']}"
    if of["programs"] is not None:
        yield f"programs: {of['programs']}"
    yield from of["sizes"]


def runs(numbers: Iterable[int]) -> str:
    """Ascending numbers, each run as its ends."""
    all_of_them = list(numbers)
    starts = [number for number in all_of_them if number - 1 not in all_of_them]
    ends = [number for number in all_of_them if number + 1 not in all_of_them]
    return ", ".join(
        str(low) if low == high else f"{low}..{high}" for low, high in zip(starts, ends, strict=True)
    )


def _placed(places: Iterable[dict[str, str]]) -> Iterator[str]:
    return (f"{place['name']} ({place['at']})" for place in places)


def _under(heading: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{heading}:"
    yield from _listed(lines)


def _listed(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)
