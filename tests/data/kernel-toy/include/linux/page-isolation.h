/* SPDX-License-Identifier: MIT */
/* A toy: whether pageblocks are out of use. */

static inline bool is_migrate_isolate(int mt)
{
	return mt == MIGRATE_ISOLATE;
}

static inline bool is_migrate_isolate_page(struct page *page)
{
	int mt = get_pageblock_migratetype(page);

	return is_migrate_isolate(mt);
}

static inline bool has_isolate_pageblock(struct zone *zone)
{
	return zone->nr_isolate_pageblock > 0;
}
