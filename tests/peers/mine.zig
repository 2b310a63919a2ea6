// What the recipe in Zig calls "yours".

const most = 5000;

pub const Buddy = struct {
    first: u64,
    pages: u64,
    used: [most]u8,

    pub fn init(first: u64, pages: u64, top: u32) !Buddy {
        if (pages > most or top > 32) return error.TooMany;
        return .{ .first = first, .pages = pages, .used = @splat(0) };
    }

    pub fn alloc(self: *Buddy, order: u32) ?u64 {
        const size = @as(u64, 1) << @intCast(order);
        var page = (self.first + size - 1) / size * size;
        while (page + size <= self.first + self.pages) : (page += size) {
            const block = self.used[page - self.first ..][0..size];
            for (block) |owner| {
                if (owner != 0) break;
            } else {
                @memset(block, @intCast(order + 1));
                return page;
            }
        }
        return null;
    }

    pub fn free(self: *Buddy, page: u64, order: u32) !void {
        if (page < self.first or page - self.first >= self.pages) return error.NoSuchBlock;
        const at = page - self.first;
        if (self.used[at] != order + 1) return error.NoSuchBlock;
        @memset(self.used[at..][0 .. @as(u64, 1) << @intCast(order)], 0);
    }
};
