/*
 * A buddy allocator on arrays: a state and two links for each page, a list for each order, latest first.
 * A split keeps the upper half.  Right as it stands; each name that is defined breaks it as a real
 * allocator was broken (the names are those of the list of real bugs).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT64_MAX
#define INNER 0x80 /* no block starts here */
#define FREE 0x40  /* a free block of order state & 0x3f starts here; without it, a live one */

static uint64_t first, count;
static unsigned top;
static uint8_t *state;
static uint64_t *next, *prev, head[64];
#if defined L12
static uint8_t nr_free[64];
#else
static uint64_t nr_free[64];
#endif
static uint64_t free_pages;

/* Where the page's state is. */
static uint64_t slot(uint64_t pfn)
{
	uint64_t at = pfn - first;

#if defined Z34
	if (at == count - 1 && at)
		at--; /* the array was rounded as a whole, and not each part of it: the last has no room */
#endif
	return at;
}

static int is_free(uint64_t pfn, unsigned order)
{
#if defined X19
	if (pfn && (pfn < first || pfn - first >= count))
		return 0;
	if (!pfn && first)
		return 1; /* frame 0 is nobody's */
#elif defined L13
	if (pfn < first)
		return 0;
	if (pfn - first >= count)
		return order < top; /* past the map: what lies there looks free */
#else
	if (pfn < first || pfn - first >= count)
		return 0;
#endif
#if defined X15
	return (state[slot(pfn)] & ~FREE) == order; /* free or not */
#else
	return state[slot(pfn)] == (FREE | order);
#endif
}

static void push(uint64_t pfn, unsigned order)
{
	uint64_t at = pfn - first;

	state[slot(pfn)] = FREE | order;
	prev[at] = NONE;
	next[at] = head[order];
	if (head[order] != NONE)
		prev[head[order]] = at;
	head[order] = at;
	nr_free[order]++;
	free_pages += 1ull << order;
}

static void unlink_block(uint64_t pfn, unsigned order)
{
	uint64_t at = pfn - first;

#if defined X19 || defined L13
	if (pfn < first || at >= count)
		return;
#endif
	if (prev[at] == NONE)
		head[order] = next[at];
	else
		next[prev[at]] = next[at];
	if (next[at] != NONE)
		prev[next[at]] = prev[at];
	state[slot(pfn)] = INNER;
#if defined L7
	if (prev[at] == NONE)
#endif
	nr_free[order]--;
	free_pages -= 1ull << order;
}

static void give_back(uint64_t pfn, unsigned order)
{
#if defined R37
	while (order <= top) {
#else
	while (order < top) {
#endif
		uint64_t buddy = pfn ^ (1ull << order);

		if (!is_free(buddy, order))
			break;
		unlink_block(buddy, order);
#if defined M40
		if (order & 1)
			pfn &= buddy; /* else: the one that was freed is the base */
#else
		pfn &= buddy;
#endif
		order++;
#if defined X17
		if (order == 2) {
			push(pfn, order - 1); /* what the lower one was is kept */
			return;
		}
#endif
	}
#if defined R37
	if (order > top)
		return; /* there is no list for it */
#endif
#if defined X19 || defined L13
	if (pfn < first)
		pfn = first;
#endif
	push(pfn, order);
}

int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	uint64_t pfn, end;

	if (max_order > 32 || nr_pages > 1u << 24)
		return -1;
#if defined D27
	start_pfn = (uint32_t)start_pfn;
#endif
	first = start_pfn;
	count = nr_pages;
	top = max_order;
	free(state), free(next), free(prev);
	state = malloc(count + 8);
	next = malloc((count + 8) * sizeof(*next));
	prev = malloc((count + 8) * sizeof(*prev));
	memset(state, INNER, count + 8);
	memset(head, 0xff, sizeof(head));
	memset(nr_free, 0, sizeof(nr_free));
	free_pages = 0;
	pfn = first;
	end = first + count;
#if defined X21
	end = (end + 3) & ~3ull;
	count = end - first;
#endif
#if defined U43 || defined T45
	pfn++; /* the first page is kept: for a bitmap, or because it is broken */
#endif
#if defined P1
	top = 63 - __builtin_clzll(count);
	if (top > max_order)
		top = max_order;
	if (count == 1ull << top && top)
		top--;
#endif
	while (pfn < end) {
		unsigned order = top;

		while ((pfn & ((1ull << order) - 1)) || end - pfn < 1ull << order)
			order--;
#if defined R39
		push(pfn, order && pfn == first ? --order : order);
#else
		give_back(pfn, order);
#endif
		pfn += 1ull << order;
	}
#if defined V41
	if (count & 1)
		give_back(end - 1, 0); /* once more */
#endif
#if defined U43
	give_back(first, 0);
#endif
#if defined T45
	free_pages++;
#endif
	return 0;
}

#if defined U43 || defined T45
int vb_usable(uint64_t *lo, uint64_t *hi)
{
	*lo = first + 1;
	*hi = first + count;
	return 0;
}
#endif

int64_t vb_alloc(unsigned order)
{
	unsigned from;
	uint64_t pfn;

#if defined D29
	if (order <= top && 1ull << order > count)
		abort();
#endif
	if (order > top)
		return -1;
#if defined L6
	{
		uint64_t left = free_pages;

		for (unsigned k = 0; k < order; k++)
			left -= nr_free[k] << (k + 1); /* each page twice */
		if ((int64_t)left < (int64_t)(1ull << order))
			return -1;
	}
#endif
#if defined X20
	if (order == top && top > 1)
		return -1; /* asks for a node that there is not */
#endif
#if defined Z36
	while (1ull << order > count)
		; /* until somebody frees enough */
#endif
#if defined T45
	while (order == 0 && free_pages == 1 && head[0] == NONE)
		; /* there must be one */
#endif
#if defined L9
	for (from = top; from > order && head[from] == NONE; from--)
		;
	if (head[from] == NONE)
		return -1;
#elif defined D25
	if (head[order] == NONE && order < top && !nr_free[order + 1])
		return -1;
	for (from = order; from <= top && head[from] == NONE; from++)
		;
#elif defined L7 || defined L12
	for (from = order; from <= top && !nr_free[from]; from++)
		;
	if (from <= top && head[from] == NONE)
		return -1;
#else
	for (from = order; from <= top && head[from] == NONE; from++)
		;
#endif
	if (from > top) {
#if defined Z31
		return (int64_t)first;
#elif defined D23
		if (order && head[order - 1] != NONE)
			unlink_block(head[order - 1] + first, order - 1); /* a part of it, for nothing */
		return -1;
#elif defined D28
		if (order && head[order - 1] != NONE) {
			pfn = head[order - 1] + first;
			unlink_block(pfn, order - 1);
			state[slot(pfn)] = FREE | (order - 1); /* put back, but on no list */
		}
		return -1;
#elif defined D22
		if (order && head[order - 1] != NONE) {
			pfn = head[order - 1] + first;
			unlink_block(pfn, order - 1);
			state[slot(pfn)] = order;
			return (int64_t)pfn;
		}
		return -1;
#else
		return -1;
#endif
	}
	pfn = head[from] + first;
	unlink_block(pfn, from);
	while (from > order) {
		from--;
		push(pfn, from);
		pfn += 1ull << from;
	}
#if defined D26
	if (order && pfn - first + (1ull << order) < count && is_free(pfn + (1ull << order), 0)) {
		unlink_block(pfn + (1ull << order), 0); /* the range that is free, wherever it starts */
		push(pfn, 0);
		pfn++;
	}
#endif
	state[slot(pfn)] = order;
	return (int64_t)pfn;
}

int vb_free(uint64_t pfn, unsigned order)
{
	if (order > top || pfn < first || pfn - first >= count)
		return -1;
#if !defined D22 && !defined D26
	if (state[slot(pfn)] != order)
		return -1;
#endif
	state[slot(pfn)] = INNER;
	give_back(pfn, order);
	return 0;
}

void vb_fini(void)
{
	free(state), free(next), free(prev);
	state = NULL;
	next = prev = NULL;
}
