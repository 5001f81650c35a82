//! Segments: the names of keys, interned to `u32` while a layer is built.
//!
//! Layers of one stack share a table, so that resolving compares numbers. The table is append-only:
//! a segment number that was handed out reads without a lock for as long as the table lives.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::path::is_plain;

pub use crate::hash::{ROOT_HASH, path_hash, segment_hash};

/// The number of a segment in its table.
pub type SegmentId = u32;

/// Stands where a node has no name: the root, the items of a list, the value inside an operator.
pub const NO_SEGMENT: SegmentId = u32::MAX;

/// A table that holds this many segments for each one in use is replaced for the layers to come.
const GARBAGE_FACTOR: usize = 4;
/// Tables up to this size are never replaced.
const SMALL_TABLE: usize = 1 << 16;

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
pub struct Segments {
    list: boxcar::Vec<Segment>,
    index: Mutex<Index>,
    in_use: AtomicUsize,
}

/// Open addressing over segment numbers; a power of two of slots, at most half full.
#[derive(Debug)]
struct Index {
    slots: Vec<u32>,
    length: usize,
}

static CURRENT: LazyLock<Mutex<Arc<Segments>>> = LazyLock::new(|| Mutex::new(Arc::new(Segments::new())));

/// The table that new layers are built on.
pub fn current() -> Arc<Segments> {
    let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
    let used = current.in_use.load(Ordering::Relaxed);
    if current.len() > SMALL_TABLE && current.len() / GARBAGE_FACTOR > used {
        *current = Arc::new(Segments::new());
    }
    Arc::clone(&current)
}

impl Segments {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            list: boxcar::Vec::new(),
            index: Mutex::new(Index { slots: vec![NO_SEGMENT; 64], length: 0 }),
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
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let mask = index.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let id = index.slots[slot];
            if id == NO_SEGMENT {
                break;
            }
            let known = self.get(id);
            if known.hash == hash && &*known.text == text {
                return id;
            }
            slot = (slot + 1) & mask;
        }
        let id = self.list.push(Segment { text: text.into(), hash, plain: is_plain(text) }) as SegmentId;
        index.slots[slot] = id;
        index.length += 1;
        if index.length * 2 > index.slots.len() {
            self.grow(&mut index);
        }
        id
    }

    /// The number of `text` if it is known here.
    pub fn find(&self, text: &str) -> Option<SegmentId> {
        let hash = segment_hash(text.as_bytes());
        let index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let mask = index.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let id = index.slots[slot];
            if id == NO_SEGMENT {
                return None;
            }
            let known = self.get(id);
            if known.hash == hash && &*known.text == text {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
    }

    fn grow(&self, index: &mut Index) {
        let size = index.slots.len() * 2;
        let mut slots = vec![NO_SEGMENT; size];
        for &id in index.slots.iter().filter(|&&id| id != NO_SEGMENT) {
            let mut slot = self.get(id).hash as usize & (size - 1);
            while slots[slot] != NO_SEGMENT {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = id;
        }
        index.slots = slots;
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

impl Default for Segments {
    fn default() -> Self {
        Self::new()
    }
}
