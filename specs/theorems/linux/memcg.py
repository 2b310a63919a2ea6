"""What ``verified_buddy.linux.memcg`` keeps in stock, and what a single attempt to charge does to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product
from typing import Any

import z3

from specs.ledger.domain import Domain
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model.memcg import BATCH
from specs.prover.method.labels import Term
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.paths import Path
from specs.prover.method.row import Proof
from specs.theorems.linux.page_counter import count, lemmas, once, term

MEMCG, CHARGE = "verified_buddy.linux.memcg", "verified_buddy.linux.memcg_charge"
NAMES = ("root", "mine", "other")
USAGE = {name: z3.BitVec(f"usage_{name}", 64) for name in NAMES}
LIMITS = {name: z3.BitVec(f"max_{name}", 64) for name in NAMES}
HELD, PAGES = z3.BitVec("held", 64), z3.BitVec("pages", 64)
NONE = z3.BitVecVal(0, 64)
CACHED = (None, "mine", "other")
SIZES = (1, 2, BATCH - 1, BATCH, BATCH + 1, 512)
ATTEMPTS = tuple(product(CACHED, [(size, batch) for size in SIZES for batch in {size, max(size, BATCH)}]))


class Scene:
    """A root and two groups below it, and a stock that holds pages of one of them, or of nobody."""

    def __init__(self, subject: Subject, path: Path, cached: str | None) -> None:
        memcg = subject.linux.memcg
        self.path = path
        self.groups: dict[str, Any] = {"root": memcg.MemCgroup("root")}
        for name in NAMES[1:]:
            self.groups[name] = memcg.MemCgroup(name, self.groups["root"])
        for name, group in self.groups.items():
            group.memory.usage = count(path, USAGE[name])
            group.memory.max = count(path, LIMITS[name])
        self.stock: Any = memcg.Stock()
        self.held = NONE
        if cached is not None:
            self.held = HELD
            self.stock.cached = self.groups[cached]
            self.stock.pages = LiftedCount(path, HELD)
            path.assume(HELD >= 0, HELD <= BATCH, USAGE[cached] >= HELD)
        path.assume(USAGE["root"] >= USAGE["mine"] + USAGE["other"])
        self.cached = cached

    def now(self, name: str) -> Term:
        """What the group uses now."""
        return term(self.groups[name].memory.usage)

    def in_stock(self, name: str) -> Term:
        """What the stock holds for the group now."""
        return term(self.stock.pages) if self.stock.cached is self.groups[name] else NONE

    def before(self, name: str) -> Term:
        """What the stock held for the group."""
        return self.held if self.cached == name else NONE

    def owe(self, goal: z3.BoolRef | bool, says: str) -> None:
        """What must hold."""
        self.path.owe("stock", goal if isinstance(goal, z3.BoolRef) else z3.BoolVal(goal), says)

    def owe_used(self, more: Term | int) -> None:
        """Beside what is in stock, the first group uses so many more, the other as many as before."""
        for name, change in (("mine", more), ("other", 0)):
            used = USAGE[name] - self.before(name) + change
            self.owe(
                self.now(name) - self.in_stock(name) == used, f"{name}: usage is what is held and in stock"
            )
        stocked = self.before("mine") + self.before("other")
        held = self.in_stock("mine") + self.in_stock("other")
        whole = self.now("root") - held == USAGE["root"] - stocked + more
        self.owe(whole, "root: usage is what is held below it and in stock")
        self.owe(z3.And(held >= 0, held <= BATCH), "a stock holds at most a batch")
        self.owe(self.stock.cached is not None or term(self.stock.pages) == 0, "a stock of nobody is empty")

    def owe_unchanged(self, says: str) -> None:
        """No counter has changed."""
        for name in NAMES:
            self.owe(self.now(name) == USAGE[name], f"{says}: {name}")


def _consume(subject: Subject, at: int, path: Path) -> None:
    scene = Scene(subject, path, CACHED[at])
    taken = scene.stock.consume(scene.groups["mine"], count(path, PAGES))
    enough = PAGES <= HELD if scene.cached == "mine" else z3.BoolVal(False)
    scene.owe(enough == taken, "a stock gives what it has of the group's, if that is enough")
    scene.owe_used(PAGES if taken else 0)
    scene.owe_unchanged("what comes from the stock changes no counter")


def _refill(subject: Subject, at: int, path: Path) -> None:
    scene = Scene(subject, path, CACHED[at])
    path.assume(USAGE["mine"] >= scene.before("mine") + PAGES)
    scene.stock.refill(scene.groups["mine"], count(path, PAGES))
    scene.owe_used(-PAGES)
    held = scene.before("mine") + PAGES
    left = z3.If(held > BATCH, NONE, held)
    scene.owe(
        term(scene.stock.pages) == left,
        "what comes is added, and a stock that is over-full is emptied whole",
    )
    scene.owe(
        z3.Or(left == 0, z3.BoolVal(scene.stock.cached is scene.groups["mine"])), "a stock knows whose it is"
    )


def _drain(subject: Subject, at: int, path: Path) -> None:
    scene = Scene(subject, path, CACHED[at])
    scene.stock.drain()
    scene.owe_used(0)
    scene.owe(scene.stock.cached is None, "a stock that is emptied is nobody's")


def _attempt(subject: Subject, at: int, path: Path) -> None:
    cached, (pages, batch) = ATTEMPTS[at]
    scene = Scene(subject, path, cached)
    over = subject.linux.memcg_charge.attempt(scene.groups["mine"], scene.stock, pages, batch)
    stocked = pages <= HELD if cached == "mine" else z3.BoolVal(False)
    fits = {name: USAGE[name] + batch <= LIMITS[name] for name in NAMES[:2]}
    charged = z3.Or(stocked, z3.And(*fits.values()))
    scene.owe(charged == (over is None), "a charge comes from the stock, or within all limits")
    scene.owe_used(pages if over is None else 0)
    if over is not None:
        lowest = "root" if over is scene.groups["root"] else "mine"
        scene.owe(z3.Not(fits[lowest]), "what refuses is over its limit")
        scene.owe(fits["mine"] if lowest == "root" else True, "and no lower one is")
        scene.owe_unchanged("what is refused changes no counter")
        scene.owe(term(scene.stock.pages) == scene.held, "nor the stock")
        return
    kept = scene.now("mine") == USAGE["mine"]
    scene.owe(z3.Implies(stocked, kept), "what comes from the stock changes no counter")
    if cached != "mine":
        scene.owe(scene.now("mine") == USAGE["mine"] + batch, "else the whole batch is charged")
        left = scene.in_stock("mine") == batch - pages
        scene.owe(left if batch > pages else True, "and its surplus is in stock")


def proof(run: Callable[[Subject, int, Path], None], variants: int) -> Proof:
    """A proof for each variant."""
    return Proof(lemmas=partial(lemmas, [run], variants), tops=once)


STARTS = "a root and two groups below it, with any usage and limits, and a stock of one of these or of nobody"
COUNTS = "numbers of pages: all from 0 to the highest limit there is"
STOCK = Domain(STARTS, COUNTS, sizes=("a stock of at most 64 pages",))
ROWS = (
    Theorem(
        "memcg-stock-consume",
        "A stock gives pages of the group whose they are, if it has enough, and no counter changes.",
        (f"{MEMCG}.Stock.consume",),
        "z3",
        proof(_consume, len(CACHED)),
        ("memcg-stock-of-another", "memcg-stock-gives-what-it-has-not"),
        domain=STOCK,
    ),
    Theorem(
        "memcg-stock-refill",
        "Pages that go to a stock stay charged, at most 64 of them: a stock of another group, and one that "
        "would hold more, is uncharged whole.",
        (f"{MEMCG}.Stock.refill", f"{MEMCG}.Stock.drain"),
        "z3",
        proof(_refill, len(CACHED)),
        ("memcg-stock-keeps-too-many", "memcg-stock-mixes-groups", "memcg-stock-drains-partly"),
        domain=STOCK,
    ),
    Theorem(
        "memcg-stock-drain",
        "Whose pages a stock holds uses as many fewer when it is emptied, and so do all above.",
        (f"{MEMCG}.Stock.drain",),
        "z3",
        proof(_drain, len(CACHED)),
        ("memcg-stock-drains-partly", "memcg-stock-drains-and-keeps"),
        domain=STOCK,
    ),
    Theorem(
        "memcg-batch",
        "A charge comes from the stock, and then changes no counter; or the whole batch is charged within "
        "all limits, and its surplus goes to the stock; or nothing changes, and the lowest group that is in "
        "the way is told.",
        (f"{CHARGE}.attempt", f"{MEMCG}.MemCgroup.owner_of"),
        "z3",
        proof(_attempt, len(ATTEMPTS)),
        ("memcg-surplus-is-lost", "memcg-owner-is-the-leaf", "memcg-stock-of-another"),
        domain=Domain(
            STARTS,
            COUNTS,
            sizes=(*STOCK.sizes, f"requests of {', '.join(map(str, SIZES))} pages, by 64 or exactly"),
        ),
    ),
)
