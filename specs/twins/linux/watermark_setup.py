"""Broken twins of the figures from which the watermarks come."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.watermark_setup"
LEAST = "max(HIGHMEM_LEAST, min(managed // 1024, HIGHMEM_MOST)) if highmem else share"
MARKS = "return Watermarks(least, least + step, least + 2 * step, least + 3 * step)"
KBYTES = "return max(LEAST_KBYTES, min(isqrt(16 * lowmem_kbytes), MOST_KBYTES))"
STEP = "step = max(share // 4, managed * scale_factor // 10000)"
ABOVE = "sum(managed[zone + 1 : index + 1])"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"watermark-setup-{name}", MODULE, old, new)


TWINS = (
    _twin("low-is-two-steps-up", MARKS, MARKS.replace("least + step", "least + 2 * step")),
    _twin("promo-is-high", MARKS, MARKS.replace("3 * step", "2 * step")),
    _twin("smaller-step", STEP, STEP.replace("max", "min")),
    _twin("scales-by-a-thousand", STEP, STEP.replace("10000", "1000")),
    _twin("whole-share-is-a-step", STEP, STEP.replace("share // 4", "share")),
    _twin("share-of-kilobytes", "min_free_kbytes // PAGE_KBYTES * managed", "min_free_kbytes * managed"),
    _twin(
        "rounds-too-early",
        "PAGE_KBYTES * managed // lowmem",
        "PAGE_KBYTES // lowmem_managed_total * managed // lowmem",
    ),
    _twin("highmem-has-a-share", LEAST, "share"),
    _twin("highmem-without-a-least", LEAST, "min(managed // 1024, HIGHMEM_MOST) if highmem else share"),
    _twin("no-most", KBYTES, "return max(LEAST_KBYTES, isqrt(16 * lowmem_kbytes))"),
    _twin("no-least", KBYTES, "return min(isqrt(16 * lowmem_kbytes), MOST_KBYTES)"),
    _twin(
        "root-rounds-up", KBYTES, KBYTES.replace("isqrt(16 * lowmem_kbytes)", "isqrt(16 * lowmem_kbytes + 1)")
    ),
    _twin("reserve-counts-itself", ABOVE, "sum(managed[zone : index + 1])"),
    _twin("reserve-of-the-column-below", ABOVE, "sum(managed[zone + 1 : index])"),
    _twin("reserve-of-one-zone", ABOVE, "(managed[index] if index > zone else 0)"),
    _twin("reserve-ratio", "(256, 256, 32, 0, 0)", "(256, 32, 32, 0, 0)"),
    _twin("reserve-of-empty-zones", "    if ratio == 0 or managed[zone] == 0:\n", "    if ratio == 0:\n"),
    _twin("huge-pages-lower-it", "return max(kbytes, PAGE_KBYTES * min(", "return (PAGE_KBYTES * min("),
    _twin("huge-pages-take-all", "min(per_zone * populated, lowmem_pages // 20)", "per_zone * populated"),
)
