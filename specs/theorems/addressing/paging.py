"""What ``verified_buddy.addressing.paging`` computes: for every address and every entry of 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import z3

from specs.exhaustive import addressing
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model import addressing as meant
from specs.prover.method.lifted import truth
from specs.prover.method.paths import Owed, Path
from specs.prover.models.addresses import ANY_ADDRESS, TAG, LiftedAddress, bits, every_path, of_addresses
from specs.theorems.addressing.address import V, answer_of, extended

MODULE = "verified_buddy.addressing.paging"
FRAME, FLAGS, WORD = z3.BitVec("frame", 64), z3.BitVec("flags", 64), z3.BitVec("word", 64)
TABLE = z3.BitVec("table", 64)
PLACES = tuple(z3.BitVec(f"index{level}", 64) for level in (4, 3, 2, 1))
INSIDE = z3.BitVec("inside", 64)
WORDS = tuple(z3.BitVec(f"word{level}", 64) for level in (4, 3, 2, 1))
BOTH = (False, True)


def _split(subject: Subject, path: Path) -> None:
    it, address = subject.addressing.paging, LiftedAddress(path, V)
    through = it.indices(address)
    wanted = (z3.Extract(high, high - 8, V) for high in (47, 38, 29, 20))
    right = z3.And(*(each.term == z3.ZeroExt(55, one) for each, one in zip(through, wanted, strict=True)))
    path.owe(TAG, right, "bits 47..39, 38..30, 29..21 and 20..12 choose the entries, from the root down")
    for level, low in meant.OFFSET_BITS.items():
        offset = it.offset_in(address, level).term
        path.owe(TAG, offset == z3.ZeroExt(64 - low, z3.Extract(low - 1, 0, V)), "the rest is the offset")
    joined = it.join(through, it.offset_in(address, 1)).term
    path.owe(TAG, joined == extended(V, 48), "split and join is the same address, if it is canonical")


def _join(subject: Subject, path: Path) -> None:
    it = subject.addressing.paging
    path.assume(*(z3.ULT(each, bits(512)) for each in PLACES), z3.ULT(INSIDE, bits(4096)))
    joined = it.join([LiftedAddress(path, each) for each in PLACES], LiftedAddress(path, INSIDE))
    path.owe(TAG, extended(joined.term, 48) == joined.term, "what is joined is canonical")
    again = z3.And(*(mine.term == each for mine, each in zip(it.indices(joined), PLACES, strict=True)))
    path.owe(TAG, again, "join and split are the same entries")
    path.owe(TAG, it.offset_in(joined, 1).term == INSIDE, "join and split are the same offset")


def _entry_address(subject: Subject, path: Path) -> None:
    path.assume(z3.ULT(TABLE, bits(2**40)), z3.ULT(PLACES[0], bits(512)))
    found = subject.addressing.paging.entry_address(
        *(LiftedAddress(path, each) for each in (TABLE, PLACES[0]))
    )
    path.owe(
        TAG, found.term == TABLE * 4096 + PLACES[0] * 8, "entry n of a table is 8 * n bytes after its start"
    )


def _indices(subject: Subject, _: int) -> Iterator[Owed]:
    for run in (_split, _join, _entry_address):
        yield from every_path(partial(run, subject), "a look at an address")


def mask(numbers: tuple[int, ...]) -> z3.BitVecRef:
    """Those bits of an entry."""
    return bits(sum(2**number for number in numbers))


def none_of(term: z3.BitVecRef, numbers: z3.BitVecRef) -> z3.BoolRef:
    """Whether it has none of the bits."""
    return term & numbers == bits(0)


def _encoded(subject: Subject, level: int, leaf: bool, pat: bool, path: Path) -> None:
    it = subject.addressing.paging
    entry = it.Entry(LiftedAddress(path, FRAME), LiftedAddress(path, FLAGS), leaf, pat)
    size = 2 ** (meant.OFFSET_BITS[level] if leaf else 12)
    may_be = z3.BoolVal((level < 4 if leaf else level > 1) and (leaf or not pat))
    frame = z3.And(z3.ULT(FRAME, bits(2**52)), none_of(FRAME, bits(size - 1)))
    fits = z3.And(may_be, frame, none_of(FLAGS, ~mask(meant.FLAG_BITS)))
    word = answer_of(subject, it.encode, entry, level)
    if word is None:
        path.owe(TAG, z3.Not(fits), "an entry that fits is not rejected")
        return
    path.owe(TAG, fits, "an entry that does not fit is rejected")
    large = leaf and level > 1
    own = bits(2**7 * large + (2 ** (12 if large else 7) if pat else 0))
    path.owe(
        TAG, word == FRAME + FLAGS + own, "address, flags, the bit of a huge page and the PAT bit: no more"
    )
    told = it.decode(LiftedAddress(path, word), level)
    path.owe(TAG, told.frame.term == FRAME, "an entry tells its address again")
    path.owe(TAG, told.flags.term == FLAGS, "an entry tells its flags again")
    path.owe(TAG, z3.BoolVal((told.leaf, told.pat) == (leaf, pat)), "an entry tells whether it maps a page")


def _decoded(subject: Subject, level: int, path: Path) -> None:
    it, word = subject.addressing.paging, LiftedAddress(path, WORD)
    leaf = z3.BoolVal(True) if level == 1 else z3.Extract(7, 7, WORD) == 1
    unused = bits(2 ** meant.OFFSET_BITS[level] - 2**13 if level > 1 else 0)
    wrong = z3.And(leaf, z3.Or(z3.BoolVal(level == 4), z3.Not(none_of(WORD, unused))))
    try:
        entry = it.decode(word, level)
    except subject.errors.InvalidEntry:
        path.owe(TAG, wrong, "only what has a bit that must be 0 is rejected")
        return
    path.owe(TAG, z3.Not(wrong), "what has a bit that must be 0 is rejected")
    path.owe(TAG, it.encode(entry, level).term == WORD, "decode and encode is the same entry")
    if entry.leaf:
        path.owe(TAG, entry.frame.term == it.frame_of(word, level).term, "frame_of is the page's address")
    else:
        path.owe(TAG, it.table_of(word).term * 4096 == entry.frame.term, "table_of is the table's page")


def _entries(subject: Subject, _: int) -> Iterator[Owed]:
    for level in (1, 2, 3, 4):
        for leaf, pat in product(BOTH, BOTH):
            yield from every_path(partial(_encoded, subject, level, leaf, pat), "an entry")
        yield from every_path(partial(_decoded, subject, level), "an entry")


def _along(subject: Subject, many: int, path: Path) -> None:
    words = WORDS[:many]
    rights = subject.addressing.paging.effective([LiftedAddress(path, each) for each in words]).term
    for number, every in ((1, True), (2, True), (63, False)):
        have = [z3.Extract(number, number, each) for each in words]
        joined = have[0]
        for each in have[1:]:
            joined = joined & each if every else joined | each
        says = "if every entry has it" if every else "if any entry has it"
        path.owe(
            TAG, z3.Extract(number, number, rights) == joined, f"bit {number} is set {says}, and only then"
        )
    path.owe(TAG, none_of(rights, ~mask((1, 2, 63))), "there are no other rights")


def _rights(subject: Subject, _: int) -> Iterator[Owed]:
    for many in range(1, 5):
        yield from every_path(partial(_along, subject, many), "rights along a walk")


def _access(subject: Subject, write: bool, user: bool, fetch: bool, path: Path) -> None:
    it = subject.addressing.paging
    writable, users, never = (z3.Extract(number, number, FLAGS) == 1 for number in (1, 2, 63))
    for smep, smap in product(BOTH, BOTH):
        kept = smep if fetch else smap
        wanted = z3.And(
            z3.Or(z3.BoolVal(not write), writable),
            z3.Or(z3.BoolVal(not fetch), z3.Not(never)),
            users if user else z3.Or(z3.BoolVal(not kept), z3.Not(users)),
        )
        said = it.allows(LiftedAddress(path, FLAGS), it.Access(write, user, fetch), smep=smep, smap=smap)
        path.owe(TAG, truth(said) == wanted, "an access is allowed as the rights say")


def _accesses(subject: Subject, _: int) -> Iterator[Owed]:
    for write, user, fetch in product(BOTH, repeat=3):
        yield from every_path(partial(_access, subject, write, user, fetch), "an access")


ROWS = (
    Theorem(
        "paging-indices",
        "The entries that an address goes through and its offset are four times 9 bits and 12: splitting and "
        "joining are inverse to each other, between canonical addresses and four indices with an offset.",
        tuple(f"{MODULE}.{name}" for name in ("indices", "index_at", "offset_in", "join", "entry_address"))
        + tuple(f"{MODULE}.Geometry.{name}" for name in ("shift", "page_bytes", "linear_bits")),
        "z3",
        of_addresses(_indices),
        (
            "paging-index-of-eight-bits",
            "paging-shift-of-eight",
            "paging-offset-of-the-level-above",
            "paging-join-from-below",
            "paging-entries-of-four-bytes",
        ),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "paging-entries",
        "An entry tells the address, the flags and the kind that it was made of, and each word that Intel "
        "allows is made of what it tells; what does not fit, or has a bit that must be 0, is rejected.",
        tuple(
            f"{MODULE}.{name}"
            for name in ("encode", "decode", "entry_error", "is_leaf", "frame_of", "table_of")
        ),
        "z3",
        of_addresses(_entries),
        (
            "paging-huge-leaf-anywhere",
            "paging-pat-is-huge",
            "paging-frame-of-40-bits",
            "paging-any-flags",
            "paging-reserved-bits-pass",
            "paging-a-leaf-in-the-root",
        ),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "paging-rights",
        "Along a walk one may write, and programs may use the page, if every entry says so; no instruction "
        "is fetched if any says so.",
        (f"{MODULE}.effective",),
        "z3",
        of_addresses(_rights),
        ("paging-rights-of-any-entry", "paging-nx-of-every-entry", "paging-rights-of-the-leaf"),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "paging-access",
        "A write needs the right to write, a fetch that NX is not set, a program the page's being a user's; "
        "the kernel is kept from what programs may use, as SMEP and SMAP say.",
        (f"{MODULE}.allows",),
        "z3",
        of_addresses(_accesses),
        ("paging-nx-inverted", "paging-kernel-writes-anywhere", "paging-smap-keeps-fetches"),
        domain=ANY_ADDRESS,
    ),
)

THEOREMS = (
    Theorem(
        name="paging-refused",
        says="Flags that are no int, have a bit that is none of theirs or are not present are refused, and "
        "so are tables of a shape that no page holds.",
        about=(
            f"{MODULE}.flags_error",
            f"{MODULE}.geometry_error",
            "verified_buddy.addressing.address.address_error",
        ),
        method="exhaustive",
        check=Checker(addressing.refused),
        rejects=("paging-flags-need-not-be-present", "paging-a-table-of-two-pages", "address-bool-is-one"),
        domain=Domain("nothing but arguments", "none", sizes=addressing.REFUSED),
        owes=said_by(addressing.refused),
    ),
)
