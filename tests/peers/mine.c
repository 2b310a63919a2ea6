/*
 * What the recipes in C call "yours": a first fit over a map of pages, behind each of their interfaces.  Right as
 * it stands; with -DWRONG a block is handed out twice.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 17 };

static uint8_t used[MOST]; /* order + 1 at the first page of a block, 255 at the others */
static unsigned long first, pages;
static unsigned top;

static int pool(unsigned long start, unsigned long count, unsigned max_order)
{
	if (count > MOST)
		return -1;
	first = start;
	pages = count;
	top = max_order;
	memset(used, 0, count);
	return 0;
}

static long get(unsigned order)
{
	unsigned long size = 1ul << (order & 63), page = (first + size - 1) / size * size;

	if (order > top)
		return -1;
	for (; page + size <= first + pages; page += size)
		if (!used[page - first] && (size == 1 || !memcmp(used + (page - first), used + (page - first) + 1, size - 1))) {
			memset(used + (page - first), 255, size);
#ifndef WRONG
			used[page - first] = order + 1;
#else
			used[page - first] = order == 1 ? 0 : order + 1;
#endif
			return page;
		}
	return -1;
}

static int put(unsigned long page, unsigned order)
{
	if (page < first || page - first >= pages || used[page - first] != order + 1)
		return -1;
	memset(used + (page - first), 0, 1ul << order);
	return 0;
}

/* Bytes: the smallest block is of 64. */
static char *arena;

int my_init(void *memory, size_t bytes)
{
	arena = memory;
	return pool(0, bytes / 64, (unsigned)__builtin_ctzll(bytes / 64));
}

void *my_alloc(size_t bytes)
{
	long page = get((unsigned)__builtin_ctzll(bytes / 64));

	return page < 0 ? NULL : arena + page * 64;
}

void my_free(void *block)
{
	unsigned long page = ((char *)block - arena) / 64;

	if (page < pages && used[page] && used[page] != 255)
		put(page, used[page] - 1u);
}

/* Pages: with an offset, and with tables in the first. */
int my_pool(unsigned long count, unsigned max_order)
{
	return pool(0, count, max_order);
}

long my_setup(unsigned long start, unsigned long count, unsigned max_order)
{
	unsigned long kept = 1 + count / 4096;

	return kept >= count || pool(start + kept, count - kept, max_order) ? -1 : (long)kept;
}

long my_get(unsigned order)
{
	return get(order);
}

int my_put(unsigned long page, unsigned order)
{
	return put(page, order);
}
