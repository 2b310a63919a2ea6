/* SPDX-License-Identifier: MIT */
/* A toy: whole pageblocks are claimed, or single blocks stolen. */

#define FPI_NONE 0
#define FPI_SKIP_REPORT_NOTIFY 1
#define FPI_TO_TAIL 2

/* Whose blocks a type may take, the best first. */
static int fallbacks[MIGRATE_PCPTYPES][2] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE },
};

enum rmqueue_mode { RMQUEUE_NORMAL, RMQUEUE_CMA, RMQUEUE_CLAIM, RMQUEUE_STEAL };

/* Whoever lists or unlists a block tells how many pages come or go. */
static inline void account_freepages(struct zone *zone, int pages, int type)
{
	if (!is_migrate_isolate(type)) {
		__mod_zone_page_state(zone, NR_FREE_PAGES, pages);
		if (type == MIGRATE_HIGHATOMIC)
			WRITE_ONCE(zone->nr_free_highatomic, zone->nr_free_highatomic + pages);
	}
}

static inline void del_page_from_free_list(struct page *page, struct zone *zone, unsigned int order, int type)
{
	int pages = 1 << order;

	account_freepages(zone, -pages, type);
	__del_page_from_free_list(page, zone, order, type);
}

static inline void move_to_free_list(struct page *page, struct zone *zone, unsigned int order, int was,
				     int type)
{
	int pages = 1 << order;

	account_freepages(zone, pages, type);
	account_freepages(zone, -pages, was);
	list_move_tail(&page->buddy_list, &zone->free_area[order].free_list[type]);
}

/* The lower half is kept, and halved again; the pages of the upper halves are told. */
static inline unsigned int expand(struct zone *zone, struct page *page, int low, int high, int type)
{
	unsigned int told = 0;

	for (high = high - 1; high >= low; high--) {
		struct page *upper = page + (1UL << high);

		set_buddy_order(upper, high);
		__add_to_free_list(upper, zone, high, type, false);
		told += 1U << high;
	}
	return told;
}

static inline void page_del_and_expand(struct zone *zone, struct page *page, int low, int high, int type)
{
	del_page_from_free_list(page, zone, high, type);
	account_freepages(zone, expand(zone, page, low, high, type), type);
}

struct page *__rmqueue_smallest(struct zone *zone, unsigned int order, int type)
{
	unsigned int have = order;
	struct page *block = NULL;

	while (have < NR_PAGE_ORDERS && block == NULL) {
		block = get_page_from_free_area(&zone->free_area[have], type);
		if (block)
			page_del_and_expand(zone, block, order, have, type);
		have++;
	}
	return block;
}

/* A buddy of another type merges if both may; then its pageblock is of the freed one's type. */
static inline void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone,
				   unsigned int order, int type, fpi_t fpi_flags)
{
	unsigned long other_pfn = 0, base;
	struct page *other;
	bool tail = fpi_flags & FPI_TO_TAIL;

	account_freepages(zone, 1 << order, type);
	for (; order + 1 < NR_PAGE_ORDERS; order++) {
		int theirs = type;

		other = find_buddy_page_pfn(page, pfn, order, &other_pfn);
		if (other == NULL)
			break;
		if (order >= pageblock_order)
			theirs = get_pageblock_migratetype(other);
		if (theirs != type) {
			if (!migratetype_is_mergeable(theirs) || !migratetype_is_mergeable(type))
				break;
			__del_page_from_free_list(other, zone, order, theirs);
			change_pageblock_range(other, order, type);
		} else {
			__del_page_from_free_list(other, zone, order, type);
		}
		base = pfn & other_pfn;
		page -= pfn - base;
		pfn = base;
	}
	if (!tail)
		tail = buddy_merge_likely(pfn, other_pfn, page, order);
	__add_to_free_list(page, zone, order, type, tail);
	set_buddy_order(page, order);
}

/* What is in a pageblock; false if part of it is another zone's. */
static bool prep_move_freepages_block(struct zone *zone, struct page *page, unsigned long *first,
				      int *num_free, int *num_movable)
{
	unsigned long low = pageblock_start_pfn(page_to_pfn(page));
	unsigned long high = low + pageblock_nr_pages - 1, pfn, step;

	if (!(zone_spans_pfn(zone, low) && zone_spans_pfn(zone, high)))
		return false;
	*first = low;
	if (num_free == NULL)
		return true;
	*num_movable = *num_free = 0;
	for (pfn = low; pfn <= high; pfn += step) {
		struct page *here = pfn_to_page(pfn);

		step = 1;
		if (!PageBuddy(here)) {
			if (__PageMovable(here) || PageLRU(here))
				*num_movable += 1;
		} else {
			step = 1UL << buddy_order(here);
			*num_free += step;
		}
	}
	return true;
}

/* A pageblock and its free blocks change the type. */
static int __move_freepages_block(struct zone *zone, unsigned long first, int old, int new)
{
	unsigned long pfn, behind = first + pageblock_nr_pages;
	int pages_moved = 0;

	for (pfn = first; pfn != behind && pfn < behind; ) {
		struct page *here = pfn_to_page(pfn);
		unsigned long step = 1;

		if (PageBuddy(here)) {
			unsigned int size = buddy_order(here);

			move_to_free_list(here, zone, size, old, new);
			step <<= size;
			pages_moved += step;
		}
		pfn += step;
	}
	set_pageblock_migratetype(pfn_to_page(first), new);
	return pages_moved;
}

/* The pageblock of a block of another type, if half of it is free or alike. */
static struct page *try_to_steal_block(struct zone *zone, struct page *page, int have, int order,
				       int wanted, unsigned int flags)
{
	int was = get_pageblock_migratetype(page), free, movable, alike = 0;
	unsigned long first;

	if (was == MIGRATE_HIGHATOMIC)
		goto none;
	if (have < pageblock_order) {
		boost_watermark(zone);
		if (!prep_move_freepages_block(zone, page, &first, &free, &movable))
			goto none;
		if (wanted == MIGRATE_MOVABLE)
			alike = movable;
		else if (was == MIGRATE_MOVABLE)
			alike = pageblock_nr_pages - free - movable;
		if (2 * (free + alike) < pageblock_nr_pages)
			goto none;
		__move_freepages_block(zone, first, was, wanted);
		return __rmqueue_smallest(zone, order, wanted);
	}
	del_page_from_free_list(page, zone, have, was);
	change_pageblock_range(page, have, wanted);
	account_freepages(zone, expand(zone, page, order, have, wanted), wanted);
	return page;
none:
	return NULL;
}

/* From the largest block down, until one brings no pageblock. */
static struct page *__rmqueue_claim(struct zone *zone, int order, int wanted, unsigned int flags)
{
	int at = NR_PAGE_ORDERS, least = order;
	bool whole;

	if (flags & ALLOC_NOFRAGMENT)
		least = max(order, pageblock_order);
	while (--at >= least) {
		struct free_area *of = &zone->free_area[at];
		int type = find_suitable_fallback(of, at, wanted, false, &whole);
		struct page *found;

		if (type < 0)
			continue;
		if (!whole)
			return NULL;
		found = try_to_steal_block(zone, get_page_from_free_area(of, type), at, order, wanted, flags);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* The smallest block; the rest of it stays what it is. */
static struct page *__rmqueue_steal(struct zone *zone, int order, int wanted)
{
	int have = order, type = -1;
	bool whole;
	struct page *found;

	while (have < NR_PAGE_ORDERS) {
		type = find_suitable_fallback(&zone->free_area[have], have, wanted, false, &whole);
		if (type >= 0)
			break;
		have++;
	}
	if (type < 0)
		return NULL;
	found = get_page_from_free_area(&zone->free_area[have], type);
	page_del_and_expand(zone, found, order, have, type);
	return found;
}

/* Own lists, a claim, a theft; who has stolen steals on. */
static struct page *__rmqueue(struct zone *zone, unsigned int order, int wanted, unsigned int flags,
			      enum rmqueue_mode *mode)
{
	struct page *found = NULL;

	switch (*mode) {
	case RMQUEUE_NORMAL:
		found = __rmqueue_smallest(zone, order, wanted);
		if (found != NULL)
			break;
		fallthrough;
	default:
		found = __rmqueue_claim(zone, order, wanted, flags);
		if (found == NULL)
			goto steal;
		*mode = RMQUEUE_NORMAL;
		break;
	case RMQUEUE_STEAL:
		goto steal;
	}
	return found;
steal:
	if (!(flags & ALLOC_NOFRAGMENT))
		found = __rmqueue_steal(zone, order, wanted);
	if (found != NULL)
		*mode = RMQUEUE_STEAL;
	return found;
}
