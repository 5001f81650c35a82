//! The interner: the names of keys, interned to `u32` while a layer is built.
//!
//! Layers of one stack share a table, so that resolving compares numbers. The table is append-only: known segments are
//! found and read without a lock for as long as the table lives, only a new one is put in behind a lock.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::path::{is_plain, push_name};

pub use crate::hash::{ROOT_HASH, path_hash, segment_hash};

/// The number of a segment in its table.
pub type SegmentId = u32;

/// Stands where a node has no name: the root, the items of a list, the value inside an operator.
pub const NO_SEGMENT: SegmentId = u32::MAX;

/// A table of this weight for each node in use is replaced for the layers to come.
const GARBAGE_FACTOR: usize = 4;
/// Tables up to this weight are never replaced; small where assertions are on, so that tests meet others.
const SMALL_TABLE: usize = if cfg!(debug_assertions) { 1 << 8 } else { 1 << 16 };
/// Bytes of text that weigh as much as a segment does by itself.
const HEAVY: usize = 64;

/// One name, with what is asked of it again and again.
#[derive(Debug)]
pub struct Segment {
    /// The name itself.
    pub text: Box<str>,
    /// Its seeded hash, the ingredient of path hashes.
    pub hash: u64,
    /// Whether it can stand in a path without quotes.
    pub plain: bool,
}

/// An append-only table of segments.
#[derive(Debug)]
pub struct Interner {
    list: boxcar::Vec<Segment>,
    /// Open addressing, each index twice the size of the one before, at most half full: the upper half of the hash
    /// beside the number and one; 0 is an empty slot. An index that was left stays, so that whoever reads it reads on.
    indexes: [OnceLock<Box<[AtomicU64]>>; INDEXES],
    current: AtomicUsize,
    /// How many segments are in the current index.
    length: AtomicUsize,
    /// How many segments there are, long ones counted more than once.
    weight: AtomicUsize,
    /// The weight of what it was filled with when it took another table's place.
    filled: AtomicUsize,
    in_use: AtomicUsize,
}

/// Slots of the first index; few where assertions are on, so that small cases meet one that grew.
const FIRST_INDEX: usize = if cfg!(debug_assertions) { 4 } else { 64 };
const INDEXES: usize = 27;

static CURRENT: LazyLock<Mutex<Arc<Interner>>> = LazyLock::new(|| Mutex::new(Arc::new(Interner::new())));

/// Whoever adds a segment holds it, in whichever table: one for all, so that a fork can wait for it.
static ADDING: Mutex<()> = Mutex::new(());

/// As long as the guard lives, no thread is in the middle of adding a segment.
pub fn pause() -> MutexGuard<'static, ()> {
    ADDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The table that new layers are built on.
pub fn current() -> Arc<Interner> {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    let used = current.in_use.load(Ordering::Relaxed);
    let weight = current.weight.load(Ordering::Relaxed);
    if weight > SMALL_TABLE && weight / GARBAGE_FACTOR > used {
        *current = Arc::new(Interner::new());
    }
    Arc::clone(&current)
}

/// The table for a stack of layers on these tables, the lowest first: the one for new layers if any is on it, else the
/// highest's.
pub fn common<'a>(tables: impl DoubleEndedIterator<Item = &'a Arc<Interner>> + Clone) -> Arc<Interner> {
    let current = current();
    if tables.clone().any(|table| Arc::ptr_eq(table, &current)) {
        return current;
    }
    tables.into_iter().next_back().map_or(current, Arc::clone)
}

impl Interner {
    /// An empty table.
    pub fn new() -> Self {
        let indexes: [OnceLock<Box<[AtomicU64]>>; INDEXES] = std::array::from_fn(|_| OnceLock::new());
        let _ = indexes[0].set(empty_index(FIRST_INDEX));
        Self {
            list: boxcar::Vec::new(),
            indexes,
            current: AtomicUsize::new(0),
            length: AtomicUsize::new(0),
            weight: AtomicUsize::new(0),
            filled: AtomicUsize::new(0),
            in_use: AtomicUsize::new(0),
        }
    }

    /// How many segments were ever interned here.
    pub fn len(&self) -> usize {
        self.list.count()
    }

    /// Whether nothing was interned yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The segment with this number.
    #[inline]
    pub fn get(&self, id: SegmentId) -> &Segment {
        &self.list[id as usize]
    }

    /// The number of `text`, new or known.
    pub fn intern(&self, text: &str) -> SegmentId {
        let hash = segment_hash(text.as_bytes());
        self.find_hashed(hash, text).unwrap_or_else(|| self.add(hash, text))
    }

    /// The number of `text` if it is known here.
    pub fn find(&self, text: &str) -> Option<SegmentId> {
        self.find_hashed(segment_hash(text.as_bytes()), text)
    }

    /// The number of `text`, which has this hash, if it is known here.
    #[inline]
    pub fn find_hashed(&self, hash: u64, text: &str) -> Option<SegmentId> {
        let slots = self.indexes[self.current.load(Ordering::Acquire)].get()?;
        let mask = slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let packed = slots[slot].load(Ordering::Acquire);
            if packed == 0 {
                return None;
            }
            let id = packed as u32 - 1;
            if packed >> 32 == hash >> 32 && *self.get(id).text == *text {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The canonical text of a path.
    pub fn path_text(&self, path: &[SegmentId]) -> String {
        let mut text = String::with_capacity(path.len() * 12);
        self.push_path(&mut text, path);
        text
    }

    /// Appends the canonical text of a path.
    pub fn push_path(&self, text: &mut String, path: &[SegmentId]) {
        for (depth, &id) in path.iter().enumerate() {
            let segment = self.get(id);
            if depth > 0 {
                text.push('.');
            }
            push_name(text, &segment.text, segment.plain);
        }
    }

    /// The names of a path that needs no quotes and gives no index, if all are known here and they are not many.
    pub fn known_path(&self, text: &str) -> Option<Arc<[SegmentId]>> {
        let known = |name: &str| self.find(name).filter(|&name| self.get(name).plain);
        let mut names = [NO_SEGMENT; 16];
        let (mut count, mut start) = (0, 0);
        for (at, _) in text.bytes().enumerate().filter(|&(_, byte)| byte == b'.') {
            *names.get_mut(count)? = known(&text[start..at])?;
            count += 1;
            start = at + 1;
        }
        *names.get_mut(count)? = known(&text[start..])?;
        Some(names[..=count].into())
    }

    #[cold]
    fn add(&self, hash: u64, text: &str) -> SegmentId {
        let _alone = pause();
        if let Some(known) = self.find_hashed(hash, text) {
            return known;
        }
        self.weight.fetch_add(1 + text.len() / HEAVY, Ordering::Relaxed);
        let id = self.list.push(Segment { text: text.into(), hash, plain: is_plain(text) }) as SegmentId;
        let current = self.current.load(Ordering::Relaxed);
        if let Some(slots) = self.indexes[current].get() {
            put(slots, hash, id);
            let length = self.length.fetch_add(1, Ordering::Relaxed) + 1;
            if length * 2 > slots.len() && current + 1 < INDEXES {
                self.indexes[current + 1].get_or_init(|| self.grown(slots));
                self.current.store(current + 1, Ordering::Release);
            }
        }
        id
    }

    fn grown(&self, from: &[AtomicU64]) -> Box<[AtomicU64]> {
        let slots = empty_index(from.len() * 2);
        for packed in from.iter().map(|slot| slot.load(Ordering::Relaxed)).filter(|&packed| packed != 0) {
            let id = packed as u32 - 1;
            put(&slots, self.get(id).hash, id);
        }
        slots
    }

    /// Says that all it holds now is needed by the layers that were put on it in another table's place.
    pub(crate) fn mark_filled(&self) {
        self.filled.store(self.weight.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Whether most of it is not needed by a stack of so many nodes: what overlays and changes brought and left.
    pub(crate) fn needs_reintern(&self, nodes: usize) -> bool {
        let needed = nodes.max(self.filled.load(Ordering::Relaxed));
        self.weight.load(Ordering::Relaxed) > needed * 2 + SMALL_TABLE
    }

    /// Counts `nodes` of a layer as in use, until [`Self::release`].
    pub(crate) fn retain(&self, nodes: usize) {
        self.in_use.fetch_add(nodes, Ordering::Relaxed);
    }

    /// Takes back what [`Self::retain`] counted.
    pub(crate) fn release(&self, nodes: usize) {
        self.in_use.fetch_sub(nodes, Ordering::Relaxed);
    }
}

fn empty_index(size: usize) -> Box<[AtomicU64]> {
    (0..size).map(|_| AtomicU64::new(0)).collect()
}

fn put(slots: &[AtomicU64], hash: u64, id: SegmentId) {
    let mask = slots.len() - 1;
    let mut slot = hash as usize & mask;
    while slots[slot].load(Ordering::Relaxed) != 0 {
        slot = (slot + 1) & mask;
    }
    slots[slot].store((hash >> 32 << 32) | (u64::from(id) + 1), Ordering::Release);
}

impl Default for Interner {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{SMALL_TABLE, current};
    use std::sync::Arc;

    #[test]
    fn a_table_of_segments_that_nobody_uses_is_replaced() {
        let full = current();
        for number in 0..=SMALL_TABLE {
            let text = format!("segment {number}");
            let id = full.intern(&text);
            assert_eq!((full.intern(&text), full.find(&text)), (id, Some(id)));
            assert_eq!(*full.get(id).text, *text);
        }
        assert!(!Arc::ptr_eq(&full, &current()));
        assert_eq!(full.find("segment 7").map(|id| full.get(id).plain), Some(false));
    }
}
