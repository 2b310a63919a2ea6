"""Broken twins of what an address is."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "addressing.address"
TWINS = (
    Twin(
        "address-phys-base-subtracted",
        MODULE,
        "va - START_KERNEL_MAP + layout.phys_base",
        "va - START_KERNEL_MAP - layout.phys_base",
    ),
    Twin("address-image-from-zero", MODULE, "pa - layout.phys_base + START", "pa + START"),
    Twin(
        "address-direct-map-without-end",
        MODULE,
        "elif layout.page_offset <= va < layout.page_offset + layout.direct_bytes:",
        "elif layout.page_offset <= va:",
    ),
    Twin(
        "address-image-without-end",
        MODULE,
        "        if va - START_KERNEL_MAP < layout.image_bytes:\n",
        "        if va >= START_KERNEL_MAP:\n",
    ),
    Twin("address-pages-of-8-kib", MODULE, "Pfn(pa >> PAGE_SHIFT)", "Pfn(pa >> (PAGE_SHIFT + 1))"),
    Twin(
        "address-descriptors-of-32-bytes",
        MODULE,
        "DESCRIPTOR_SHIFT: Final = 6",
        "DESCRIPTOR_SHIFT: Final = 5",
    ),
    Twin(
        "address-descriptor-anywhere",
        MODULE,
        "    if offset & ((1 << DESCRIPTOR_SHIFT) - 1) != 0:\n        raise NotADescriptor(address)\n",
        "",
    ),
    Twin(
        "address-canonical-by-one-bit",
        MODULE,
        "return address < half or address >= (1 << ADDRESS_BITS) - half",
        "return address < half or address & half != 0",
    ),
    Twin(
        "address-sign-is-lost",
        MODULE,
        "low if low < 1 << (bits - 1) else low +",
        "low if low < 1 << bits else low +",
    ),
    Twin("address-canonical-half-too-large", MODULE, "half = 1 << (bits - 1)", "half = 1 << bits"),
    Twin("address-bool-is-one", MODULE, "type(address) is not int or", "not isinstance(address, int) or"),
)
