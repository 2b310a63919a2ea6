// What the recipe in C++ calls "yours".
#pragma once
#include <cstdint>
#include <new>
#include <stdexcept>
#include <vector>

namespace mine {

class Buddy {
public:
	Buddy(std::uint64_t start, std::uint64_t pages, unsigned top) : first(start), top(top)
	{
		if (pages > 5000)
			throw std::invalid_argument("too many pages");
		used.resize(pages);
	}

	std::uint64_t allocate(unsigned order)
	{
		std::uint64_t size = 1ull << order, end = first + used.size();

		for (auto page = (first + size - 1) / size * size; page + size <= end; page += size)
			if (is_free(page, size)) {
				mark(page, size, order + 1);
				return page;
			}
		throw std::bad_alloc();
	}

	bool release(std::uint64_t page, unsigned order)
	{
		if (page < first || page - first >= used.size() || used[page - first] != order + 1)
			return false;
		mark(page, 1ull << order, 0);
		return true;
	}

private:
	bool is_free(std::uint64_t page, std::uint64_t size) const
	{
		for (std::uint64_t each = 0; each < size; each++)
			if (used[page - first + each])
				return false;
		return true;
	}

	void mark(std::uint64_t page, std::uint64_t size, unsigned as)
	{
		for (std::uint64_t each = 0; each < size; each++)
			used[page - first + each] = as;
	}

	std::uint64_t first;
	unsigned top;
	std::vector<unsigned> used;
};

} // namespace mine
