/*
 * A buddy allocator without blocks: one bit a page, and the highest aligned run of free pages is taken.
 * Any placement is legal at the level complete; this one never fits best.
 */
#include <stdint.h>
#include <string.h>

#define MOST 16384

static uint64_t first, count;
static unsigned top;
static uint8_t taken[MOST], live[MOST];

int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	if (nr_pages > MOST || max_order > 32)
		return -1;
	first = start_pfn;
	count = nr_pages;
	top = max_order;
	memset(taken, 0, sizeof(taken));
	memset(live, 0, sizeof(live));
	return 0;
}

int64_t vb_alloc(unsigned order)
{
	uint64_t size = 1ull << order, pfn, page;

	if (order > top || size > count)
		return -1;
	for (pfn = (first + count) & -size; pfn >= size + first;) {
		pfn -= size;
		for (page = pfn - first; page < pfn - first + size && !taken[page]; page++)
			;
		if (page == pfn - first + size) {
			memset(taken + (pfn - first), 1, size);
			live[pfn - first] = (uint8_t)(order + 1);
			return (int64_t)pfn;
		}
	}
	return -1;
}

int vb_free(uint64_t pfn, unsigned order)
{
	if (pfn < first || pfn - first >= count || live[pfn - first] != order + 1)
		return -1;
	live[pfn - first] = 0;
	memset(taken + (pfn - first), 0, 1ull << order);
	return 0;
}
