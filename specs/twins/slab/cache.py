"""Broken twins of a slab cache."""

from __future__ import annotations

from specs.ledger.subject import Twin

RELEASE = """        if not slab.in_use and len(self.partial) >= self.min_partial:
            if"""
TAIL = """        elif was_full:
            self.partial[slab.pfn] = slab
"""
TWINS = (
    Twin(
        "slab-partial-never-used",
        "slab.cache",
        "self.partial.popitem(last=False)[1] if self.partial else self.new_slab(gfp_mask)",
        "self.new_slab(gfp_mask)",
    ),
    Twin(
        "slab-partial-from-the-tail",
        "slab.cache",
        "self.partial.popitem(last=False)",
        "self.partial.popitem()",
    ),
    Twin(
        "slab-partial-at-the-head",
        "slab.cache",
        TAIL,
        f"{TAIL}            self.partial.move_to_end(slab.pfn, last=False)\n",
    ),
    Twin("slab-never-partial", "slab.cache", TAIL, ""),
    Twin("slab-released-in-use", "slab.cache", RELEASE, RELEASE.replace("not slab.in_use and ", "")),
    Twin("slab-keeps-one-more", "slab.cache", RELEASE, RELEASE.replace(">=", ">")),
    Twin("slab-never-released", "slab.cache", RELEASE, RELEASE.replace("not slab.in_use", "False")),
    Twin(
        "slab-active-is-released", "slab.cache", "        if slab is self.active:\n            return\n", ""
    ),
    Twin(
        "slab-released-twice",
        "slab.cache",
        "        self.pages.free(slab.pfn, slab.order)\n",
        "        self.pages.free(slab.pfn, slab.order)\n        self.pages.free(slab.pfn, slab.order)\n",
    ),
    Twin(
        "slab-released-stays-listed",
        "slab.cache",
        "                del self.partial[slab.pfn]\n",
        "                pass\n",
    ),
    Twin(
        "slab-released-with-the-usual-order",
        "slab.cache",
        "free(slab.pfn, slab.order)",
        "free(slab.pfn, self.order)",
    ),
    Twin(
        "slab-released-page-by-page", "slab.cache", "free(slab.pfn, slab.order)", "free(slab.pfn, ORDERS[0])"
    ),
    Twin(
        "slab-fallback-not-tried",
        "slab.cache",
        "            pfn = self.pages.alloc(order, flags)\n",
        "            pfn = None\n",
    ),
    Twin("slab-fallback-of-the-usual-order", "slab.cache", "            order = self.least_order\n", ""),
    Twin("slab-first-try-is-plain", "slab.cache", "first_try_flags(flags, order, self.least_order)", "flags"),
    Twin(
        "slab-double-free-unseen", "slab.cache", "if index not in slab.in_use:", "if index >= slab.objects:"
    ),
    Twin("slab-foreign-object-is-nobodys", "slab.cache", "if page in self.slab_pages else", "if False else"),
    Twin(
        "slab-pages-stay-marked",
        "slab.cache",
        "        self.slab_pages.difference_update(slab.pages())\n",
        "",
    ),
    Twin("slab-address-of-any-type", "slab.cache", "type(address) is not int or not 0", "not 0"),
    Twin("slab-shrink-keeps-the-active", "slab.cache", "        self.deactivate()\n", ""),
    Twin(
        "slab-shrink-keeps-the-empty",
        "slab.cache",
        "for slab in reversed(slabs):\n            if not slab.in_use:",
        "for slab in ():\n            if not slab.in_use:",
    ),
    Twin(
        "slab-shrink-emptiest-first",
        "slab.cache",
        "key=lambda slab: len(slab.free_list)",
        "key=lambda slab: -len(slab.free_list)",
    ),
    Twin("slab-shrink-first-of-equals", "slab.cache", "for slab in reversed(used) if", "for slab in used if"),
    Twin("slab-shrink-sorts-all", "slab.cache", "PROMOTED: Final = 32", "PROMOTED: Final = 32_768"),
    Twin(
        "slab-flushed-to-the-tail",
        "slab.cache",
        "            self.partial.move_to_end(slab.pfn, last=False)\n",
        "",
    ),
    Twin("slab-destroyed-in-use", "slab.cache", "if in_use > 0:", "if in_use > 1:"),
    Twin(
        "slab-sequence-of-any-kind",
        "slab.cache",
        "sorted(sequence) == list(range(objects))",
        "len(sequence) == objects",
    ),
    Twin("slab-sequence-ignored", "slab.cache", "self.size, self.sequence)", "self.size)"),
    Twin(
        "slab-cache-of-any-mask",
        "slab.cache",
        "        if of_cache & ~OF_CACHE != 0:\n            raise InvalidGfp(of_cache)\n",
        "",
    ),
    Twin("slab-cache-of-any-size", "slab.cache", "(size, LEAST_SIZE, MAX_SIZE)", "(size, 1, MAX_SIZE)"),
)
