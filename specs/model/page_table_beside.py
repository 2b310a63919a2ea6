"""Page tables beside a plain list of what is mapped: the same call to both, and what then differs."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, NamedTuple

from specs.model.addressing import Mapped, Shape


class Wrong(Exception):
    """What differs."""


class Pool:
    """Pages for tables: the lowest first, as long as there is a budget; each comes back once."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self.numbers = sorted(numbers)
        self.out: list[int] = []
        self.budget: int | None = None
        """How many more are given; None if all are."""

    def alloc(self) -> int | None:
        """A page that nobody has."""
        if self.budget == 0 or not self.numbers:
            return None
        if self.budget is not None:
            self.budget -= 1
        self.out.append(self.numbers.pop(0))
        return self.out[-1]

    def free(self, number: int) -> None:
        """A page comes back."""
        if number not in self.out:
            raise Wrong(f"page {number} is given back, and was not taken")
        self.out.remove(number)
        self.numbers = sorted([*self.numbers, number])


class Call(NamedTuple):
    """A page to be mapped, or to be unmapped if there is nowhere to map it to."""

    va: Any
    pa: Any = None
    level: Any = 1
    flags: Any = 1
    tables: Any = 7
    budget: int | None = None
    """How many pages there are for new tables."""

    def __str__(self) -> str:
        va, pa = (f"{each:#x}" if type(each) is int else repr(each) for each in (self.va, self.pa))
        if self.pa is None:
            return f"unmap({va})"
        left = "" if self.budget is None else f", with {self.budget} pages for tables"
        return f"map({va}, {pa}, {self.level!r}, flags={self.flags!r}, table_flags={self.tables!r}){left}"


class Beside:
    """Tables, the pool that they take pages from, and the list that says what must be mapped."""

    def __init__(self, module: Any, error: type[Exception], shape: Shape, numbers: Iterable[int]) -> None:
        self.error = error
        self.mapped, self.pool = Mapped(shape), Pool(numbers)
        pages = module.TablePages(self.pool.alloc, self.pool.free)
        self.pages = module.TablePages
        self.table = module.PageTable(pages, module.Geometry(*shape))

    def copied(self) -> Beside:
        """The same state, which goes its own way."""
        other = copy.copy(self)
        other.mapped, other.pool = copy.copy(self.mapped), copy.copy(self.pool)
        other.pool.numbers, other.pool.out = self.pool.numbers.copy(), self.pool.out.copy()
        other.mapped.pages, other.mapped.tables = self.mapped.pages.copy(), self.mapped.tables.copy()
        other.table = copy.copy(self.table)
        other.table.pages = self.pages(other.pool.alloc, other.pool.free)
        other.table.memory = copy.copy(self.table.memory)
        other.table.memory.words = {table: words.copy() for table, words in self.table.memory.words.items()}
        return other

    def seen(self) -> tuple[object, ...]:
        """All that a call might have changed."""
        words = {table: words.copy() for table, words in self.table.memory.words.items()}
        return words, sorted(self.pool.out), self.pool.numbers.copy(), self.table.root

    def call(self, call: Call) -> str:
        """Both do it, or refuse; the name of the error.  Raises Wrong."""
        before, mapped = self.seen(), self.mapped
        if call.pa is None:
            wanted = mapped.why_not_unmap(call.va)
        else:
            wanted = mapped.why_not_map(call.va, call.pa, call.level, call.flags, call.tables)
            if not wanted and call.budget is not None:
                short = len(mapped.missing(call.va, call.level)) > call.budget
                wanted = "NoTablePage" if short else ""
        got = self._called(call)
        if got != wanted:
            raise Wrong(f"it says {got or 'nothing'}, and not {wanted or 'nothing'}")
        if got:
            if self.seen() != before:
                raise Wrong(f"{got}, and something has changed")
        elif call.pa is None:
            mapped.unmap(call.va)
        else:
            mapped.map(call.va, call.pa, call.level, call.flags, call.tables)
        return got

    def _called(self, call: Call) -> str:
        self.pool.budget = call.budget
        try:
            if call.pa is None:
                self.table.unmap(call.va)
            else:
                self.table.map(call.va, call.pa, call.level, call.flags, call.tables)
        except self.error as error:
            return type(error).__name__
        finally:
            self.pool.budget = None
        return ""

    def compare(self, addresses: Iterable[int]) -> None:
        """Every one of the addresses leads where it should, with its rights; each table has one owner."""
        for address in addresses:
            page = self.mapped.find(address)
            wanted = None
            if page is not None:
                wanted = page.to + address - page.start, page.level, page.flags, self.mapped.rights(page)
            try:
                got = tuple(self.table.translate(address))
            except self.error as error:
                if type(error).__name__ != "NotMapped":
                    raise
                got = None
            if got != wanted:
                raise Wrong(f"{address:#x} leads to {got}, and not to {wanted}")
        self.owned()

    def owned(self) -> None:
        """Every page that was taken is a table: the root, or one that one entry points to; none is empty."""
        words = self.table.memory.words
        pointed: list[int] = []
        waiting = [(self.table.root, self.mapped.shape.levels)]
        while waiting:
            table, level = waiting.pop()
            pointed.append(table)
            below = [word for word in words[table].values() if level > 1 and word // 128 % 2 == 0]
            waiting += [(word % 2**52 // 4096, level - 1) for word in below]
        if sorted(pointed) != sorted(self.pool.out) or set(pointed) != set(words):
            raise Wrong(f"tables in {sorted(pointed)}, pages taken {sorted(self.pool.out)}")
        if len(pointed) != 1 + len(self.mapped.tables):
            raise Wrong(f"{len(pointed)} tables, and not {1 + len(self.mapped.tables)}")
        if sorted(self.table.tables()) != sorted(pointed):
            raise Wrong(f"tables() says {self.table.tables()}, and not {sorted(pointed)}")
        leaves = [(va, level, entry.frame, entry.flags) for va, level, entry in self.table.leaves()]
        wanted = sorted((page.start, page.level, page.to, page.flags) for page in self.mapped.pages)
        if leaves != wanted:
            raise Wrong(f"leaves() says {leaves}, and not {wanted}")

    def end(self) -> None:
        """All tables go back, each once, and nothing more can be asked for."""
        self.table.destroy()
        if self.pool.out or self.table.memory.words or self.table.tables() or list(self.table.leaves()):
            raise Wrong(f"pages {self.pool.out} were not given back")
        for ask in (
            lambda: self.table.map(0, 0),
            lambda: self.table.unmap(0),
            lambda: self.table.translate(0),
            lambda: self.table.walk(0),
            self.table.destroy,
        ):
            try:
                ask()
            except self.error as error:
                if type(error).__name__ == "TablesGone":
                    continue
            raise Wrong("tables that are gone are asked for something")
