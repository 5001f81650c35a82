//! The read cache: keys that were read before, with what they lead to.
//!
//! ```text
//!   tables   [ 16 slots ] [ 32 slots ] [ 64 slots ] …        each published once, never changed but by adding
//!   current  ───────────────────────────►
//!   slot     key · value · tag of the key's hash and of where the path starts · entry · top of the path's hash
//! ```
//! Readers take no lock: they load `current`, probe that table, and trust a slot once its key is there, which is stored
//! last. A writer, alone behind a lock, fills an empty slot, or copies all into the next table and moves `current` on.
//! Tables that were left stay until the cache goes, so that a reader in one of them reads on; all of them together are
//! less than twice the last. Keys and values are numbers here: the host gives them meaning and owns what they stand for.

use std::sync::PoisonError;

#[cfg(feature = "loom")]
use loom::sync::{
    Mutex,
    atomic::{AtomicU32, AtomicUsize, Ordering},
};
#[cfg(not(feature = "loom"))]
use std::sync::{
    Mutex,
    atomic::{AtomicU32, AtomicUsize, Ordering},
};

use std::ops::Range;
use std::sync::OnceLock;

use crate::base::EntryId;

/// Slots of the first table; each next one has twice as many. Few where assertions are on, so that small cases meet one
/// that grew.
const FIRST: usize = if cfg!(any(feature = "loom", debug_assertions)) { 2 } else { 16 };
const TABLES: usize = if cfg!(feature = "loom") { 3 } else { 28 };

/// What a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The host's value, or 0 where it is to be made at each read.
    pub value: usize,
    /// The entry of the base, if it is one's.
    pub entry: EntryId,
    /// The upper half of the path's hash.
    pub path_tag: u32,
}

/// A place in the table: a key of the host's, and what it leads to.
#[derive(Debug, Default)]
pub struct CacheSlot {
    key: AtomicUsize,
    value: AtomicUsize,
    tag: AtomicU32,
    entry: AtomicU32,
    path_tag: AtomicU32,
}

/// A key as it is looked up.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The host's hash of the key; keys that are the same have one hash.
    pub hash: u64,
    /// The entry at which the path starts.
    pub from: EntryId,
}

/// An append-only table that readers share with one writer at a time.
#[derive(Debug)]
pub struct ReadCache {
    current: AtomicUsize,
    tables: [OnceLock<Box<[CacheSlot]>>; TABLES],
    length: Mutex<usize>,
    /// No more keys than this are taken in.
    limit: usize,
}

impl Wanted {
    /// What a slot keeps of it; the position follows from it alone, so that tables grow without the host's hash. Of one
    /// key, two starts never have one tag, as the factor is odd: tag and key say all.
    #[inline]
    const fn tag(self) -> u32 {
        ((self.hash >> 32) as u32 ^ self.hash as u32).wrapping_add(self.from.wrapping_mul(0x9E37_79B1))
    }
}

/// The slots on the way of a key that have its tag, one after the other.
#[derive(Debug)]
pub struct Probe<'a> {
    slots: &'a [CacheSlot],
    at: usize,
    tag: u32,
}

impl<'a> Iterator for Probe<'a> {
    type Item = &'a CacheSlot;

    #[expect(clippy::inline_always, reason = "a call costs a read 16 instructions of 240")]
    #[inline(always)]
    fn next(&mut self) -> Option<&'a CacheSlot> {
        let mask = self.slots.len().wrapping_sub(1);
        // A table is never full, so that an empty slot ends every probe.
        loop {
            let slot = self.slots.get(self.at & mask)?;
            if slot.key.load(Ordering::Acquire) == 0 {
                return None;
            }
            self.at = self.at.wrapping_add(1);
            if slot.tag.load(Ordering::Relaxed) == self.tag {
                return Some(slot);
            }
        }
    }
}

impl CacheSlot {
    /// The key, which was put in last: whoever sees it sees what it leads to.
    #[inline]
    pub fn key(&self) -> usize {
        self.key.load(Ordering::Acquire)
    }

    /// What the key leads to.
    #[inline]
    pub fn known(&self) -> Known {
        Known {
            value: self.value.load(Ordering::Relaxed),
            entry: self.entry.load(Ordering::Relaxed),
            path_tag: self.path_tag.load(Ordering::Relaxed),
        }
    }
}

impl ReadCache {
    /// An empty cache that takes in at most `limit` keys.
    pub fn new(limit: usize) -> Self {
        let tables: [OnceLock<Box<[CacheSlot]>>; TABLES] = std::array::from_fn(|_| OnceLock::new());
        let _ = tables[0].set(table(FIRST));
        Self { current: AtomicUsize::new(0), tables, length: Mutex::new(0), limit }
    }

    /// What a key leads to; `same` says whether a stored key is the wanted one.
    #[inline]
    pub fn find(&self, wanted: Wanted, mut same: impl FnMut(usize) -> bool) -> Option<Known> {
        self.probe(wanted).find(|slot| same(slot.key())).map(CacheSlot::known)
    }

    /// The slots that may hold a key: those on its way that have its tag.
    #[expect(clippy::inline_always, reason = "a call costs a read 16 instructions of 240")]
    #[inline(always)]
    pub fn probe(&self, wanted: Wanted) -> Probe<'_> {
        let table = self.tables.get(self.current.load(Ordering::Acquire)).and_then(OnceLock::get);
        let slots = table.map_or(&[][..], |slots| slots);
        let tag = wanted.tag();
        Probe { slots, at: tag as usize, tag }
    }

    /// Takes in a key and what it leads to; `false` if it is there already or there is no room, and the host keeps both.
    pub fn insert(&self, wanted: Wanted, key: usize, known: Known, same: impl FnMut(usize) -> bool) -> bool {
        let mut length = self.length.lock().unwrap_or_else(PoisonError::into_inner);
        if *length >= self.limit || self.find(wanted, same).is_some() {
            return false;
        }
        let mut current = self.current.load(Ordering::Relaxed);
        let Some(mut slots) = self.tables[current].get() else { return false };
        if (*length + 1) * 2 > slots.len() {
            if current + 1 == TABLES {
                return false;
            }
            current += 1;
            slots = self.tables[current].get_or_init(|| grown(slots));
            self.current.store(current, Ordering::Release);
        }
        put(slots, wanted.tag(), key, known);
        *length += 1;
        true
    }

    /// How many slots there are, for keys that are there and for others to come.
    pub fn slots(&self) -> usize {
        self.tables[self.current.load(Ordering::Acquire)].get().map_or(0, |slots| slots.len())
    }

    /// The keys and values of some of the slots: for giving them up when the cache goes.
    pub fn held(&self, slots: Range<usize>) -> Vec<usize> {
        let table = self.tables[self.current.load(Ordering::Acquire)].get();
        let slots = table.and_then(|table| table.get(slots)).unwrap_or_default();
        let held = |slot: &CacheSlot| {
            let key = slot.key.load(Ordering::Acquire);
            (key != 0).then(|| [key, slot.value.load(Ordering::Relaxed)])
        };
        slots.iter().filter_map(held).flatten().filter(|&number| number != 0).collect()
    }
}

fn table(size: usize) -> Box<[CacheSlot]> {
    (0..size).map(|_| CacheSlot::default()).collect()
}

/// A table of twice the size with the same keys.
fn grown(from: &[CacheSlot]) -> Box<[CacheSlot]> {
    let slots = table(from.len() * 2);
    for slot in from {
        let key = slot.key.load(Ordering::Relaxed);
        if key != 0 {
            put(&slots, slot.tag.load(Ordering::Relaxed), key, slot.known());
        }
    }
    slots
}

/// Fills an empty slot; the key goes last, which makes the slot seen.
fn put(slots: &[CacheSlot], tag: u32, key: usize, known: Known) {
    let mask = slots.len() - 1;
    let mut at = tag as usize & mask;
    while slots[at].key.load(Ordering::Relaxed) != 0 {
        at = (at + 1) & mask;
    }
    let slot = &slots[at];
    slot.value.store(known.value, Ordering::Relaxed);
    slot.tag.store(tag, Ordering::Relaxed);
    slot.entry.store(known.entry, Ordering::Relaxed);
    slot.path_tag.store(known.path_tag, Ordering::Relaxed);
    slot.key.store(key, Ordering::Release);
}

#[cfg(all(test, not(feature = "loom")))]
mod tests {
    use super::{Known, ReadCache, Wanted};

    fn known(value: usize) -> Known {
        Known { value, entry: value as u32, path_tag: 7 }
    }

    #[test]
    fn holds_what_was_put_through_every_growth_and_no_more_than_its_limit() {
        let cache = ReadCache::new(1000);
        for key in 1..=2000_usize {
            let wanted = Wanted { hash: (key % 7) as u64, from: 0 };
            assert_eq!(cache.insert(wanted, key, known(key), |other| other == key), key <= 1000);
            assert!(!cache.insert(wanted, key, known(0), |other| other == key));
        }
        for key in 1..=2000_usize {
            let wanted = Wanted { hash: (key % 7) as u64, from: 0 };
            assert_eq!(cache.find(wanted, |other| other == key), (key <= 1000).then(|| known(key)));
            for from in [1, 2, u32::MAX / 2, u32::MAX] {
                assert_eq!(cache.find(Wanted { from, ..wanted }, |other| other == key), None);
            }
        }
        // All of them stand in a row, as they have few hashes.
        let parts = [0..500, 500..cache.slots()].map(|slots| cache.held(slots));
        assert!(parts.iter().all(|part| part.len() > 900));
        let mut held = parts.concat();
        held.sort_unstable();
        assert_eq!(held, (1..=1000).flat_map(|key| [key, key]).collect::<Vec<usize>>());
    }
}

#[cfg(all(test, feature = "loom"))]
mod model {
    use super::{Known, ReadCache, Wanted};
    use loom::sync::Arc;

    fn wanted(key: usize) -> Wanted {
        Wanted { hash: key as u64, from: 0 }
    }

    /// Two readers beside a writer that fills the first table and grows past it: a key is seen whole or not at all, and
    /// once seen it stays.
    #[test]
    fn a_slot_is_seen_whole_or_not_at_all() {
        loom::model(|| {
            let cache = Arc::new(ReadCache::new(8));
            let writer = {
                let cache = Arc::clone(&cache);
                loom::thread::spawn(move || {
                    for key in [1, 3] {
                        let known = Known { value: key * 10, entry: key as u32, path_tag: 5 };
                        assert!(cache.insert(wanted(key), key, known, |other| other == key));
                    }
                })
            };
            let reader = {
                let cache = Arc::clone(&cache);
                loom::thread::spawn(move || {
                    let mut seen = false;
                    for _ in 0..2 {
                        match cache.find(wanted(1), |other| other == 1) {
                            Some(known) => {
                                assert_eq!(known, Known { value: 10, entry: 1, path_tag: 5 });
                                seen = true;
                            }
                            None => assert!(!seen),
                        }
                    }
                })
            };
            writer.join().unwrap();
            reader.join().unwrap();
            assert!(cache.find(wanted(3), |other| other == 3).is_some());
        });
    }
}
