"""What the recipe in Python calls "yours"."""


class Buddy:
    def __init__(self, first: int, pages: int, top: int) -> None:
        if pages > 5000:
            raise ValueError("too many pages")
        self.first, self.used, self.top = first, bytearray(pages), top

    def allocate(self, order: int) -> int:
        size = 1 << order
        for page in range(-(-self.first // size) * size, self.first + len(self.used) - size + 1, size):
            at = page - self.first
            if not any(self.used[at : at + size]):
                self.used[at : at + size] = bytes([order + 1]) * size
                return page
        raise MemoryError

    def release(self, page: int, order: int) -> None:
        at = page - self.first
        if not 0 <= at < len(self.used) or self.used[at] != order + 1:
            raise ValueError("no such block")
        self.used[at : at + (1 << order)] = bytes(1 << order)
