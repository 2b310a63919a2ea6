/* SPDX-License-Identifier: MIT */
/* A toy: a zoned buddy allocator as a textbook would write it. */

#define FPI_NONE 0
#define FPI_SKIP_REPORT_NOTIFY 1
#define FPI_TO_TAIL 2

/* Whose blocks a type may take, the best first; the number of types ends a row. */
static int fallbacks[MIGRATE_TYPES][3] = {
	[MIGRATE_UNMOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },
	[MIGRATE_RECLAIMABLE] = { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_TYPES },
	[MIGRATE_MOVABLE] = { MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE, MIGRATE_TYPES },
};

/* Three lists for each small order, and one of all that is unmovable or reclaimable, and huge. */
static inline unsigned int order_to_pindex(int migratetype, int order)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	if (order > PAGE_ALLOC_COSTLY_ORDER)
		return migratetype == MIGRATE_MOVABLE ? NR_LOWORDER_PCP_LISTS + 1 : NR_LOWORDER_PCP_LISTS;
#endif
	return migratetype + order * MIGRATE_PCPTYPES;
}

static inline int pindex_to_order(unsigned int pindex)
{
	if (pindex < NR_LOWORDER_PCP_LISTS)
		return pindex / MIGRATE_PCPTYPES;
	return pageblock_order;
}

/* Whether the pair's parent would find its own buddy free. */
static inline bool buddy_merge_likely(unsigned long pfn, unsigned long buddy_pfn, struct page *page,
				      unsigned int order)
{
	unsigned long parent = pfn < buddy_pfn ? pfn : buddy_pfn;
	struct page *head;

	if (order + 2 >= MAX_ORDER)
		return false;
	head = page - (pfn - parent);
	return find_buddy_page_pfn(head, parent, order + 1, NULL) ? true : false;
}

static inline void __free_one_page(struct page *page, unsigned long pfn, struct zone *zone,
				   unsigned int order, int type, fpi_t fpi_flags)
{
	unsigned long other_pfn = 0, base;
	struct page *other;

	if (type != MIGRATE_ISOLATE)
		__mod_zone_freepage_state(zone, 1 << order, type);
	for (; order + 1 < MAX_ORDER; order++) {
		other = find_buddy_page_pfn(page, pfn, order, &other_pfn);
		if (other == NULL)
			break;
		if (order >= pageblock_order) {
			int theirs = get_pageblock_migratetype(other);
			bool free_to = migratetype_is_mergeable(type) &&
				       migratetype_is_mergeable(theirs);

			if (!free_to && theirs != type)
				break;
		}
		del_page_from_free_list(other, zone, order);
		base = pfn & other_pfn;
		page -= pfn - base;
		pfn = base;
	}

	if ((fpi_flags & FPI_TO_TAIL) || buddy_merge_likely(pfn, other_pfn, page, order))
		add_to_free_list_tail(page, zone, order, type);
	else
		add_to_free_list(page, zone, order, type);
	set_buddy_order(page, order);
}

/* The lower half is kept, and halved again; the upper halves are free. */
static inline void expand(struct zone *zone, struct page *page, int low, int high, int migratetype)
{
	for (high = high - 1; high >= low; high--) {
		struct page *upper = page + (1UL << high);

		set_buddy_order(upper, high);
		add_to_free_list(upper, zone, high, migratetype);
	}
}

struct page *__rmqueue_smallest(struct zone *zone, unsigned int order, int migratetype)
{
	unsigned int have = order;

	while (have < MAX_ORDER) {
		struct page *block = get_page_from_free_area(&zone->free_area[have], migratetype);

		if (block) {
			del_page_from_free_list(block, zone, have);
			set_pcppage_migratetype(block, migratetype);
			expand(zone, block, order, have, migratetype);
			return block;
		}
		have++;
	}
	return NULL;
}

/* From the first page to the last, both within. */
static int move_freepages(struct zone *zone, unsigned long start_pfn, unsigned long end_pfn,
			  int migratetype, int *movable)
{
	unsigned long pfn, step;
	int pages_moved = 0;

	for (pfn = start_pfn; pfn <= end_pfn; pfn += step) {
		struct page *here = pfn_to_page(pfn);

		step = 1;
		if (PageBuddy(here)) {
			unsigned int size = buddy_order(here);

			step = 1UL << size;
			move_to_free_list(here, zone, size, migratetype);
			pages_moved += 1 << size;
		} else if (movable && (PageLRU(here) || __PageMovable(here))) {
			*movable += 1;
		}
	}
	return pages_moved;
}

int move_freepages_block(struct zone *zone, struct page *page, int migratetype, int *movable)
{
	unsigned long here = page_to_pfn(page);
	unsigned long first = pageblock_start_pfn(here);
	unsigned long last = pageblock_end_pfn(here) - 1;

	if (movable != NULL)
		*movable = 0;
	if (!zone_spans_pfn(zone, last))
		return 0;
	if (!zone_spans_pfn(zone, first))
		return move_freepages(zone, here, last, migratetype, movable);
	return move_freepages(zone, first, last, migratetype, movable);
}

static void change_pageblock_range(struct page *pageblock_page, int start_order, int migratetype)
{
	int many = 1 << (start_order - pageblock_order), each;

	for (each = 0; each < many; each++)
		set_pageblock_migratetype(pageblock_page + each * pageblock_nr_pages, migratetype);
}

static bool can_steal_fallback(unsigned int order, int start_mt)
{
	bool is_large = order >= pageblock_order / 2;

	return is_large || start_mt != MIGRATE_MOVABLE || page_group_by_mobility_disabled;
}

/* Which type's block of the order a request takes, -1 if none; and whether its pageblock comes along. */
int find_suitable_fallback(struct free_area *area, unsigned int order, int migratetype,
			   bool only_stealable, bool *can_steal)
{
	int other, at = 0;
	bool whole = can_steal_fallback(order, migratetype);

	if (area->nr_free == 0 || (only_stealable && !whole))
		return -1;
	*can_steal = whole;
	while ((other = fallbacks[migratetype][at]) != MIGRATE_TYPES) {
		if (!free_area_empty(area, other))
			return other;
		at++;
	}
	return -1;
}

static void steal_suitable_fallback(struct zone *zone, struct page *page, unsigned int alloc_flags,
				    int wanted, bool whole_block)
{
	unsigned int size = buddy_order(page);
	int was = get_pageblock_migratetype(page);
	int moved = 0, movable = 0, alike = 0;

	if (!is_migrate_highatomic(was)) {
		if (size >= pageblock_order) {
			change_pageblock_range(page, size, wanted);
		} else {
			boost_watermark(zone);
			if (whole_block)
				moved = move_freepages_block(zone, page, wanted, &movable);
		}
	}
	if (moved == 0) {
		move_to_free_list(page, zone, size, wanted);
		return;
	}
	if (wanted == MIGRATE_MOVABLE)
		alike = movable;
	else if (was == MIGRATE_MOVABLE)
		alike = pageblock_nr_pages - moved - movable;
	if (2 * (moved + alike) < pageblock_nr_pages)
		return;
	set_pageblock_migratetype(page, wanted);
}

/* From the largest block down; a movable request that brings no pageblock takes the smallest. */
static bool __rmqueue_fallback(struct zone *zone, int order, int start_migratetype, unsigned int alloc_flags)
{
	int at = MAX_ORDER, least = order, type = -1;
	bool whole;

	if ((alloc_flags & ALLOC_NOFRAGMENT) && order < pageblock_order)
		least = pageblock_order;
	while (at > least && type < 0) {
		at--;
		type = find_suitable_fallback(&zone->free_area[at], at, start_migratetype, false, &whole);
	}
	if (type < 0)
		return false;

	if (start_migratetype == MIGRATE_MOVABLE && at > order && !whole) {
		for (at = order; at < MAX_ORDER; at++) {
			type = find_suitable_fallback(&zone->free_area[at], at, start_migratetype,
						      false, &whole);
			if (type >= 0)
				break;
		}
	}
	steal_suitable_fallback(zone, get_page_from_free_area(&zone->free_area[at], type), alloc_flags,
				start_migratetype, whole);
	return true;
}

static struct page *__rmqueue(struct zone *zone, unsigned int order, int migratetype,
			      unsigned int alloc_flags)
{
	struct page *found;

	do {
		found = __rmqueue_smallest(zone, order, migratetype);
	} while (!found && __rmqueue_fallback(zone, order, migratetype, alloc_flags));
	return found;
}

struct page *rmqueue_buddy(struct zone *preferred_zone, struct zone *zone, unsigned int order,
			   unsigned int flags, int migratetype)
{
	struct page *found = NULL;
	unsigned long irq;

	spin_lock_irqsave(&zone->lock, irq);
	if (flags & ALLOC_HIGHATOMIC)
		found = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
	if (found)
		goto out;
	found = __rmqueue(zone, order, migratetype, flags);
	if (!found && ((flags & ALLOC_OOM) || (flags & ALLOC_NON_BLOCK)))
		found = __rmqueue_smallest(zone, order, MIGRATE_HIGHATOMIC);
out:
	if (found)
		__mod_zone_freepage_state(zone, -(1 << order), get_pcppage_migratetype(found));
	spin_unlock_irqrestore(&zone->lock, irq);
	return found;
}

/* Up to so many blocks onto a CPU's list; how many came. */
static int rmqueue_bulk(struct zone *zone, unsigned int order, unsigned long count,
			struct list_head *onto, int migratetype, unsigned int alloc_flags)
{
	int i, allocated = 0;

	for (i = 0; i < count; i++) {
		struct page *block = __rmqueue(zone, order, migratetype, alloc_flags);

		if (block == NULL)
			break;
		allocated += 1;
		list_add_tail(&block->pcp_list, onto);
	}
	__mod_zone_page_state(zone, NR_FREE_PAGES, -(allocated << order));
	return allocated;
}

struct page *__rmqueue_pcplist(struct zone *zone, unsigned int order, int migratetype,
			       unsigned int alloc_flags, struct per_cpu_pages *cpu, struct list_head *of)
{
	struct page *head;

	if (list_empty(of)) {
		int blocks = READ_ONCE(cpu->batch);

		if (blocks >= 2)
			blocks = max(2, blocks >> order);
		cpu->count += rmqueue_bulk(zone, order, blocks, of, migratetype, alloc_flags) << order;
		if (list_empty(of))
			return NULL;
	}
	head = list_first_entry(of, struct page, pcp_list);
	cpu->count -= 1 << order;
	list_del(&head->pcp_list);
	return head;
}

static struct page *rmqueue_pcplist(struct zone *preferred_zone, struct zone *zone, unsigned int order,
				    int migratetype, unsigned int alloc_flags)
{
	struct per_cpu_pages *mine = pcp_spin_trylock(zone->per_cpu_pageset);
	struct list_head *of;

	if (mine == NULL)
		return NULL;
	mine->free_factor = mine->free_factor / 2;
	of = &mine->lists[order_to_pindex(migratetype, order)];
	return __rmqueue_pcplist(zone, order, migratetype, alloc_flags, mine, of);
}

/* Drain the lists by turns, until so many pages are gone. */
static void free_pcppages_bulk(struct zone *zone, int count, struct per_cpu_pages *cpu, int pindex)
{
	int lowest = 0, highest = NR_PCP_LISTS - 1;
	bool asks = has_isolate_pageblock(zone);

	if (count > cpu->count)
		count = cpu->count;
	pindex--;
	while (count >= 1) {
		struct list_head *list;
		int size, nr_pages;

		do {
			pindex++;
			if (pindex > highest)
				pindex = lowest;
			list = &cpu->lists[pindex];
			if (list_empty(list)) {
				highest -= pindex == highest;
				lowest += pindex == lowest;
			} else {
				break;
			}
		} while (true);

		size = pindex_to_order(pindex);
		nr_pages = 1 << size;
		do {
			struct page *oldest = list_last_entry(list, struct page, pcp_list);
			int type = get_pcppage_migratetype(oldest);

			list_del(&oldest->pcp_list);
			cpu->count = cpu->count - nr_pages;
			count = count - nr_pages;
			if (asks)
				type = get_pageblock_migratetype(oldest);
			__free_one_page(oldest, page_to_pfn(oldest), zone, size, type, FPI_NONE);
		} while (!list_empty(list) && count >= 1);
	}
}

/* How many pages a drain takes: all, one, or a batch that doubles while nothing is asked for. */
static int nr_pcp_free(struct per_cpu_pages *cpu, int high, int batch, bool free_high)
{
	int spare = high - batch, wanted;

	if (free_high)
		return cpu->count;
	if (spare < 0)
		return 1;
	wanted = batch << cpu->free_factor;
	if (cpu->free_factor < CONFIG_PCP_BATCH_SCALE_MAX && spare > wanted)
		cpu->free_factor += 1;
	return min(max(wanted, batch), spare);
}

static int nr_pcp_high(struct per_cpu_pages *cpu, struct zone *zone, bool free_high)
{
	int most = READ_ONCE(cpu->high);

	if (free_high)
		return 0;
	if (most == 0)
		return 0;
	if (test_bit(ZONE_RECLAIM_ACTIVE, &zone->flags))
		most = min(most, 4 * READ_ONCE(cpu->batch));
	return most;
}

static void free_unref_page_commit(struct zone *zone, struct per_cpu_pages *cpu, struct page *page,
				   int migratetype, unsigned int order)
{
	unsigned int at = order_to_pindex(migratetype, order);
	bool small = order >= 1 && order < PAGE_ALLOC_COSTLY_ORDER + 1;
	bool all = small && cpu->free_factor > 0;
	int most;

	cpu->count += 1 << order;
	list_add(&page->pcp_list, &cpu->lists[at]);
	most = nr_pcp_high(cpu, zone, all);
	if (cpu->count < most)
		return;
	free_pcppages_bulk(zone, nr_pcp_free(cpu, most, READ_ONCE(cpu->batch), all), cpu, at);
}

/* Some batches at a time, so that others get at the lists in between. */
static void drain_pages_zone(unsigned int cpu, struct zone *zone)
{
	struct per_cpu_pages *mine = per_cpu_ptr(zone->per_cpu_pageset, cpu);
	int left;

	do {
		left = mine->count;
		if (left > 0) {
			int most = mine->batch << CONFIG_PCP_BATCH_SCALE_MAX;

			if (left < most)
				most = left;
			free_pcppages_bulk(zone, most, mine, 0);
			left -= most;
		}
	} while (left > 0);
}

static void reserve_highatomic_pageblock(struct head *head, struct zone *zone, unsigned int alloc_order)
{
	unsigned long most = pageblock_nr_pages + zone_managed_pages(zone) / 100;
	int was = get_pageblock_migratetype(head);

	if (zone->nr_reserved_highatomic < most && migratetype_is_mergeable(was)) {
		set_pageblock_migratetype(head, MIGRATE_HIGHATOMIC);
		move_freepages_block(zone, head, MIGRATE_HIGHATOMIC, NULL);
		zone->nr_reserved_highatomic = pageblock_nr_pages + zone->nr_reserved_highatomic;
	}
}

/* One pageblock of the reserve goes to the type that is asked for; its free blocks come along. */
static bool unreserve_highatomic_pageblock(const struct alloc_context *ac, bool force)
{
	struct zoneref *z;
	struct zone *zone;
	int order;

	for_each_zone_zonelist_nodemask(zone, z, ac->zonelist, ac->highest_zoneidx, ac->nodemask) {
		unsigned long reserved = zone->nr_reserved_highatomic;

		if (!force && reserved <= pageblock_nr_pages)
			continue;
		for (order = 0; order < MAX_ORDER; order++) {
			struct page *block;

			block = get_page_from_free_area(&zone->free_area[order], MIGRATE_HIGHATOMIC);
			if (!block)
				continue;
			if (is_migrate_highatomic_page(block)) {
				unsigned long before = zone->nr_reserved_highatomic;

				zone->nr_reserved_highatomic = before - min(before, pageblock_nr_pages);
			}
			set_pageblock_migratetype(block, ac->migratetype);
			if (move_freepages_block(zone, block, ac->migratetype, NULL) != 0)
				return true;
		}
	}
	return false;
}

/* Take a free block out, if the zone can spare it; its size, or 0. */
int __isolate_free_page(struct page *page, unsigned int order)
{
	struct zone *home = page_zone(page);
	unsigned long size = 1UL << order, at;

	if (!is_migrate_isolate_page(page)) {
		unsigned long mark = size + home->_watermark[WMARK_MIN];

		if (!zone_watermark_ok(home, 0, mark, 0, ALLOC_CMA))
			return 0;
		__mod_zone_freepage_state(home, -size, get_pageblock_migratetype(page));
	}
	del_page_from_free_list(page, home, order);
	if (order + 1 >= pageblock_order) {
		for (at = 0; at < size; at += pageblock_nr_pages) {
			if (migratetype_is_mergeable(get_pageblock_migratetype(page + at)))
				set_pageblock_migratetype(page + at, MIGRATE_MOVABLE);
		}
	}
	return size;
}

void __putback_isolated_page(struct page *page, unsigned int order, int mt)
{
	int flags = FPI_TO_TAIL + FPI_SKIP_REPORT_NOTIFY;

	__free_one_page(page, page_to_pfn(page), page_zone(page), order, mt, flags);
}

#ifdef CONFIG_MEMORY_FAILURE
/* All of a block but one page becomes free, in halves. */
static void break_down_buddy_pages(struct zone *zone, struct page *page, struct page *target, int low,
				   int high, int migratetype)
{
	struct page *spare, *kept, *middle;

	while (high-- > low) {
		middle = page + (1UL << high);
		if (target < middle) {
			kept = page;
			spare = middle;
		} else {
			kept = middle;
			spare = page;
		}
		set_buddy_order(spare, high);
		add_to_free_list(spare, zone, high, migratetype);
		page = kept;
	}
}

bool take_page_off_buddy(struct page *page)
{
	struct zone *home = page_zone(page);
	unsigned long pfn = page_to_pfn(page);
	unsigned int order = 0;

	while (order < MAX_ORDER) {
		struct page *first = page - (pfn & ((1 << order) - 1));

		if (PageBuddy(first)) {
			int size = buddy_order(first);

			if (size >= order) {
				int type = get_pageblock_migratetype(first);

				del_page_from_free_list(first, home, size);
				break_down_buddy_pages(home, first, page, 0, size, type);
				if (type != MIGRATE_ISOLATE)
					__mod_zone_freepage_state(home, -1, type);
				return true;
			}
		}
		if (page_count(first) > 0)
			return false;
		order++;
	}
	return false;
}

bool put_page_back_buddy(struct page *page)
{
	int type = get_pageblock_migratetype(page);

	if (!put_page_testzero(page))
		return false;
	__free_one_page(page, page_to_pfn(page), page_zone(page), 0, type, FPI_NONE);
	return TestClearPageHWPoison(page);
}
#endif

/* The other pages of a block are not told from those that are left; the reserve is not everybody's. */
static inline long __zone_watermark_unusable_free(struct zone *zone, unsigned int order, unsigned int alloc_flags)
{
	long others = (1 << order) - 1;

	if ((alloc_flags & ALLOC_RESERVES) == 0)
		others += zone->nr_reserved_highatomic;
	return others;
}

bool __zone_watermark_ok(struct zone *zone, unsigned int order, unsigned long mark, int highest_zoneidx,
			 unsigned int alloc_flags, long free_pages)
{
	bool urgent = alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM);
	long least = mark;
	int size;

	if (alloc_flags & ALLOC_MIN_RESERVE) {
		least -= least / 2;
		if (alloc_flags & ALLOC_NON_BLOCK)
			least -= least / 4;
	}
	if (alloc_flags & ALLOC_OOM)
		least -= least / 2;
	least += zone->lowmem_reserve[highest_zoneidx];
	free_pages -= __zone_watermark_unusable_free(zone, order, alloc_flags);
	if (least >= free_pages)
		return false;
	if (order == 0)
		return true;

	size = order;
	while (size < MAX_ORDER) {
		struct free_area *area = &zone->free_area[size];
		int type = MIGRATE_UNMOVABLE;

		size++;
		if (area->nr_free == 0)
			continue;
		do {
			if (!free_area_empty(area, type))
				return true;
			type++;
		} while (type < MIGRATE_PCPTYPES);
		if (urgent && !free_area_empty(area, MIGRATE_HIGHATOMIC))
			return true;
	}
	return false;
}

/* One page is quickly found to be spare; a boost is nothing to atomic requests. */
static inline bool zone_watermark_fast(struct zone *zone, unsigned int order, unsigned long mark,
				       int highest_zoneidx, unsigned int alloc_flags, gfp_t gfp_mask)
{
	long all = zone_page_state(zone, NR_FREE_PAGES);
	bool atomic = (gfp_mask & __GFP_ATOMIC) != 0;

	if (order == 0) {
		long others = __zone_watermark_unusable_free(zone, order, alloc_flags);
		unsigned long usable = others < all ? all - others : 0;

		if (mark + zone->lowmem_reserve[highest_zoneidx] < usable)
			return true;
	}
	if (__zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags, all))
		return true;
	if (order > 0 || !atomic || zone->watermark_boost == 0)
		return false;
	if ((alloc_flags & ALLOC_WMARK_MASK) != WMARK_MIN)
		return false;
	return __zone_watermark_ok(zone, 0, zone->_watermark[WMARK_MIN], highest_zoneidx, alloc_flags, all);
}

static inline unsigned int gfp_to_alloc_flags(gfp_t gfp_mask, unsigned int order)
{
	unsigned int found = WMARK_MIN;
	bool waits = gfp_mask & __GFP_DIRECT_RECLAIM;
	bool urgent = gfp_mask & __GFP_HIGH;

	if (waits && rt_task(current) && in_task())
		urgent = true;
	if (urgent)
		found |= ALLOC_MIN_RESERVE;
	if (gfp_mask & __GFP_KSWAPD_RECLAIM)
		found |= ALLOC_KSWAPD;
	if (waits || !urgent)
		found |= ALLOC_CPUSET;
	if (!waits && !(gfp_mask & __GFP_NOMEMALLOC)) {
		found |= ALLOC_NON_BLOCK;
		if (urgent && order >= 1)
			found |= ALLOC_HIGHATOMIC;
	}
	return found;
}
