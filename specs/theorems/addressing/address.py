"""What ``verified_buddy.addressing.address`` computes: for every address of 64 bits, in any layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.lifted import truth
from specs.prover.method.paths import Owed, Path
from specs.prover.models.addresses import ANY_ADDRESS, TAG, LiftedAddress, bits, every_path, of_addresses

MODULE = "verified_buddy.addressing.address"
V, X = z3.BitVec("v", 64), z3.BitVec("x", 64)
OFFSET, BASE, MEMMAP = z3.BitVec("page_offset", 64), z3.BitVec("phys_base", 64), z3.BitVec("vmemmap", 64)
IMAGE = bits(2**64 - 2**31)
"""Where the image is mapped."""
MEMORY, ROOM = 2**46, 2**30
"""How much memory is mapped, and how much room the image has."""


def layout(subject: Subject, path: Path) -> Any:
    """Any layout whose maps do not reach each other."""
    path.assume(z3.ULE(OFFSET, IMAGE - bits(MEMORY)), z3.ULE(BASE, bits(2**52 - ROOM)))
    path.assume(z3.ULT(MEMMAP, bits(2**64 - 2**40)))
    page_offset, phys_base, vmemmap = (LiftedAddress(path, each) for each in (OFFSET, BASE, MEMMAP))
    return subject.addressing.address.Layout(page_offset, phys_base, vmemmap)


def answer_of(subject: Subject, call: Callable[..., Any], *arguments: object) -> Any:
    """The answer's term, or None if the call is rejected."""
    try:
        return call(*arguments).term
    except subject.errors.BuddyError:
        return None


def _to_physical(subject: Subject, path: Path) -> None:
    it, where = subject.addressing.address, layout(subject, path)
    got = answer_of(subject, it.pa, LiftedAddress(path, V), where)
    in_image = z3.And(z3.UGE(V, IMAGE), z3.ULT(V - IMAGE, bits(ROOM)))
    in_map = z3.And(z3.UGE(V, OFFSET), z3.ULT(V - OFFSET, bits(MEMORY)))
    if got is None:
        path.owe(TAG, z3.Not(z3.Or(in_image, in_map)), "what is in neither map has no physical address")
        return
    path.owe(TAG, z3.Or(in_image, in_map), "what has a physical address is in one of the maps")
    meant = z3.If(in_image, V - IMAGE + BASE, V - OFFSET)
    path.owe(TAG, got == meant, "it lies as far in memory as in its map; the image from phys_base on")


def _there_and_back(subject: Subject, name: str, path: Path) -> None:
    it, where = subject.addressing.address, layout(subject, path)
    in_image = z3.And(z3.UGE(X, BASE), z3.ULT(X - BASE, bits(ROOM)))
    seen = z3.ULT(X, bits(MEMORY)) if name == "va" else in_image
    there = answer_of(subject, getattr(it, name), LiftedAddress(path, X), where)
    if there is None:
        path.owe(TAG, z3.Not(seen), f"{name} rejects what is outside of its map")
        return
    path.owe(TAG, seen, f"{name} is of its map alone")
    back = answer_of(subject, it.pa, LiftedAddress(path, there), where)
    same = z3.BoolVal(False) if back is None else back == X
    path.owe(TAG, same, f"{name} and back is the same physical address")


def _back_and_there(subject: Subject, path: Path) -> None:
    it, where = subject.addressing.address, layout(subject, path)
    path.assume(z3.UGE(V, OFFSET), z3.ULT(V - OFFSET, bits(MEMORY)))
    physical = it.pa(LiftedAddress(path, V), where)
    path.owe(TAG, it.va(physical, where).term == V, "pa and back is the same address of the direct map")


def _linear(subject: Subject, _: int) -> Iterator[Owed]:
    for run in (_to_physical, _back_and_there):
        yield from every_path(partial(run, subject), "a look at the maps")
    for name in ("va", "image_va"):
        yield from every_path(partial(_there_and_back, subject, name), "a look at the maps")


def _pages(subject: Subject, path: Path) -> None:
    it, where, number = subject.addressing.address, layout(subject, path), LiftedAddress(path, X)
    start = answer_of(subject, it.address_of, number)
    if start is None:
        path.owe(TAG, z3.UGE(X, bits(2**40)), "a page that is rejected lies beyond 52 bits")
    else:
        path.owe(TAG, z3.And(z3.ULT(X, bits(2**40)), start == X * bits(4096)), "page n starts at n * 4096")
        within = LiftedAddress(path, start + (V & bits(4095)))
        path.owe(TAG, it.pfn_of(within).term == X, "each byte of a page is of that page")
    there = answer_of(subject, it.descriptor, number, where)
    if there is None:
        path.owe(TAG, z3.UGE(X, bits(MEMORY // 4096)), "a page without a descriptor is not mapped")
        return
    path.owe(TAG, there == MEMMAP + X * bits(64), "page n has the descriptor n, of 64 bytes")
    back = answer_of(subject, it.descriptor_pfn, LiftedAddress(path, there), where)
    same = z3.BoolVal(False) if back is None else back == X
    path.owe(TAG, same, "a descriptor is of the page that it was made for")


def _descriptors(subject: Subject, path: Path) -> None:
    it, where = subject.addressing.address, layout(subject, path)
    number = answer_of(subject, it.descriptor_pfn, LiftedAddress(path, V), where)
    inside = z3.And(z3.UGE(V, MEMMAP), z3.ULT(V - MEMMAP, bits(MEMORY // 64)))
    some = z3.And(inside, bits(0) == (V - MEMMAP) & bits(63))
    if number is None:
        path.owe(TAG, z3.Not(some), "what is no descriptor is rejected, and nothing else")
        return
    path.owe(TAG, some, "what is a descriptor is one of a page that is mapped")
    again = answer_of(subject, it.descriptor, LiftedAddress(path, number), where)
    same = z3.BoolVal(False) if again is None else again == V
    path.owe(TAG, same, "its page has that descriptor")


def _of_pages(subject: Subject, _: int) -> Iterator[Owed]:
    for run in (_pages, _descriptors):
        yield from every_path(partial(run, subject), "a look at pages")


def extended(term: z3.BitVecRef, width: int) -> z3.BitVecRef:
    """The low bits, and copies of the highest of them."""
    return z3.SignExt(64 - width, z3.Extract(width - 1, 0, term))


def _extended(subject: Subject, width: int, path: Path) -> None:
    it = subject.addressing.address
    made = it.canonical(LiftedAddress(path, V), width).term
    path.owe(TAG, made == extended(V, width), "above the translated bits are copies of the highest")
    said = truth(it.is_canonical(LiftedAddress(path, V), width)) == (extended(V, width) == V)
    path.owe(TAG, said, "an address is canonical if these bits are copies")


def _canonical(subject: Subject, _: int) -> Iterator[Owed]:
    for width in (48, 57, 16):
        yield from every_path(partial(_extended, subject, width), "a look at the upper bits")


ROWS = (
    Theorem(
        "address-maps",
        "Where the kernel maps memory, va and pa are inverse to each other, and so are image_va and pa where "
        "its image is; what lies in neither map is rejected.",
        tuple(f"{MODULE}.{name}" for name in ("va", "pa", "image_va")),
        "z3",
        of_addresses(_linear),
        (
            "address-phys-base-subtracted",
            "address-image-from-zero",
            "address-direct-map-without-end",
            "address-image-without-end",
        ),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "address-pages",
        "Page n starts at byte n * 4096, and has the descriptor of 64 bytes at vmemmap + n * 64; each byte "
        "and each descriptor is of one page, and what is no descriptor is rejected.",
        tuple(f"{MODULE}.{name}" for name in ("pfn_of", "address_of", "descriptor", "descriptor_pfn")),
        "z3",
        of_addresses(_of_pages),
        ("address-pages-of-8-kib", "address-descriptors-of-32-bytes", "address-descriptor-anywhere"),
        domain=ANY_ADDRESS,
    ),
    Theorem(
        "address-canonical",
        "An address is canonical if and only if all bits from the highest that is translated on are equal; "
        "canonical makes them so, and changes no other.",
        tuple(f"{MODULE}.{name}" for name in ("is_canonical", "canonical")),
        "z3",
        of_addresses(_canonical),
        ("address-canonical-by-one-bit", "address-sign-is-lost", "address-canonical-half-too-large"),
        domain=ANY_ADDRESS,
    ),
)
