// What the recipe in Rust calls "yours".
pub struct Buddy {
    first: u64,
    used: Vec<u32>,
}

impl Buddy {
    pub fn new(first: u64, pages: u64, _top: u32) -> Option<Buddy> {
        if pages > 5000 {
            return None;
        }
        Some(Buddy { first, used: vec![0; pages as usize] })
    }

    pub fn alloc(&mut self, order: u32) -> Option<u64> {
        let size = 1u64 << order;
        let end = self.first + self.used.len() as u64;
        let mut page = self.first.div_ceil(size) * size;
        while page + size <= end {
            let at = (page - self.first) as usize;
            let block = &mut self.used[at..at + size as usize];
            if block.iter().all(|&owner| owner == 0) {
                block.fill(order + 1);
                return Some(page);
            }
            page += size;
        }
        None
    }

    pub fn free(&mut self, page: u64, order: u32) -> Result<(), ()> {
        let at = page.wrapping_sub(self.first) as usize;
        if self.used.get(at) != Some(&(order + 1)) {
            return Err(());
        }
        self.used[at..at + (1usize << order)].fill(0);
        Ok(())
    }
}
