//! The index of a base: hash of a whole path ──► entry.
//!
//! Open addressing, half full. A slot is 32 bits: the number of an entry and one in as many as the numbers need, a tag of
//! the hash in the others; 0 is empty.

/// Finds entries by the hashes of their paths.
#[derive(Debug)]
pub struct Index {
    slots: Box<[u32]>,
    /// The bits that hold the number.
    number: u32,
}

/// Entries that are put in together; few where assertions are on, so that small cases meet several blocks.
const BLOCK: usize = if cfg!(debug_assertions) { 3 } else { 64 };

impl Index {
    /// The index of these hashes and entries, whose numbers are below `limit`.
    pub fn new(limit: usize, indexed: &[(u64, u32)]) -> Self {
        let number = u32::MAX.checked_shr((limit as u32).leading_zeros()).unwrap_or(0);
        let mut index = Self { slots: vec![0; (indexed.len() * 2).max(1)].into_boxed_slice(), number };
        for block in indexed.chunks(BLOCK) {
            index.put(block);
        }
        index
    }

    /// Bytes that it takes.
    pub fn size(&self) -> usize {
        size_of_val(&*self.slots)
    }

    /// Puts a block where its hashes lead. Those that find the slot taken come last: so the first round needs no branch
    /// on what the slots hold, and the processor need not wait for them.
    #[inline]
    fn put(&mut self, block: &[(u64, u32)]) {
        let (mut late, mut count) = ([(0, 0); BLOCK], 0);
        for &(hash, id) in block {
            let (at, packed) = (self.first(hash), ((hash >> 32) as u32 & !self.number) | (id + 1));
            let slot = &mut self.slots[at];
            late[count] = (at, packed);
            count += usize::from(*slot != 0);
            *slot = if *slot == 0 { packed } else { *slot };
        }
        for &(mut at, packed) in &late[..count] {
            while self.slots[at] != 0 {
                at = self.next(at);
            }
            self.slots[at] = packed;
        }
    }

    /// The slot at which a probe starts, by the half of the hash that gives no tag.
    #[inline]
    const fn first(&self, hash: u64) -> usize {
        ((hash as u32 as u64 * self.slots.len() as u64) >> 32) as usize
    }

    #[inline]
    const fn next(&self, slot: usize) -> usize {
        if slot + 1 == self.slots.len() { 0 } else { slot + 1 }
    }

    /// The first entry under this hash that `matches` accepts.
    #[expect(clippy::inline_always, reason = "an overlay looks up each of its keys so")]
    #[inline(always)]
    pub fn find(&self, hash: u64, mut matches: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut slot = self.first(hash);
        loop {
            let packed = self.slots[slot];
            if packed == 0 {
                return None;
            }
            let id = (packed & self.number) - 1;
            if (packed ^ (hash >> 32) as u32) & !self.number == 0 && matches(id) {
                return Some(id);
            }
            slot = self.next(slot);
        }
    }
}
