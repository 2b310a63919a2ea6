/* SPDX-License-Identifier: MIT */
/* A toy: flags of a request, and the arithmetic of buddies. */

#define ALLOC_WMARK_MASK 0x03
#define ALLOC_OOM 0x08
#define ALLOC_NON_BLOCK 0x10
#define ALLOC_MIN_RESERVE 0x20
#define ALLOC_CPUSET 0x40
#define ALLOC_CMA 0x80
#define ALLOC_NOFRAGMENT 0x100
#define ALLOC_HIGHATOMIC 0x200
#define ALLOC_KSWAPD 0x800
#define ALLOC_RESERVES (ALLOC_OOM | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC)

/* The lower half's buddy lies above it, the upper half's below. */
static inline unsigned long __find_buddy_pfn(unsigned long page_pfn, unsigned int order)
{
	unsigned long half = 1UL << order;

	if (page_pfn & half)
		return page_pfn - half;
	return page_pfn + half;
}

/* Free, as large, and in the same zone. */
static inline bool page_is_buddy(struct page *page, struct page *other, unsigned int order)
{
	bool same_zone = page_zone_id(page) == page_zone_id(other);

	return same_zone && PageBuddy(other) && buddy_order(other) == order;
}

/* The buddy, if it is free and as large; its number is told either way. */
static inline struct page *find_buddy_page_pfn(struct page *page, unsigned long pfn, unsigned int order,
					       unsigned long *told)
{
	unsigned long number = __find_buddy_pfn(pfn, order);
	struct page *other = page - pfn + number;

	if (told != NULL)
		*told = number;
	if (!page_is_buddy(page, other, order))
		return NULL;
	return other;
}

static inline bool is_migrate_highatomic(int mt)
{
	return mt == MIGRATE_HIGHATOMIC;
}

static inline bool is_migrate_highatomic_page(struct page *page)
{
	return is_migrate_highatomic(get_pageblock_migratetype(page));
}
