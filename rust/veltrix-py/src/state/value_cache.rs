//! A read cache that owns Python keys and values.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core::{EntryId, Known, ReadCache, Wanted};

use crate::interop::ffi;
use crate::state::listing::{Listing, ListingKey};

/// How many absent keys a cache remembers; more are looked up in the base each time, so that hostile keys cannot grow it.
/// Few where assertions are on, as are spellings, so that small cases meet full caches.
const MISSES: usize = if cfg!(debug_assertions) { 8 } else { 1024 };
/// How many keys have room beside two for each entry.
const SPELLINGS: usize = if cfg!(debug_assertions) { 4 } else { 64 };
/// So many slots are emptied before the interpreter is left to others, at most half of them with a key; few where
/// assertions are on, so that small cases leave it.
const BATCH: usize = if cfg!(debug_assertions) { 8 } else { 1024 };
/// Absent keys beyond this length are not remembered.
const LONGEST_MISS: usize = 256;
/// The entry of a remembered absent key.
pub const ABSENT: EntryId = u32::MAX - 1;
/// In the place of a value, as all that is odd: the entry is a mapping's.
pub const MAPPING: usize = 1;
/// In the place of a value: nothing is there. Where it is known how far the key leads, there stand above these bits a place in
/// the key's text, a number of the key, and an entry: of each such key something else.
const MISSING: usize = 3;
const PLACE: u32 = 2;
const NUMBER: u32 = 12;
const ENTRY: u32 = 32;
const _: () = assert!(LONGEST_MISS + 1 < 1 << (NUMBER - PLACE) && MISSES < 1 << (ENTRY - NUMBER));
/// Marks the entry of a key that leads inside of its value.
pub const INSIDE: EntryId = 1 << 31;

/// Whether what stands in the place of a value is one, whose address is even.
#[inline]
pub const fn is_value(value: usize) -> bool {
    value & 1 == 0
}

/// How far an absent key leads: the last mapping on its way, and where in its text the name begins that this does not have.
pub type Reach = (EntryId, usize);

/// What tells an absent key of which it is known how far it leads from every other one; 0 for any other.
#[inline]
pub const fn absent_key(known: Known) -> usize {
    if known.entry == ABSENT && known.value != MISSING { known.value } else { 0 }
}

/// How far an absent key leads by what stands in the place of its value.
pub fn reach(known: Known) -> Option<Reach> {
    let entry = known.value.checked_shr(ENTRY).unwrap_or(0);
    let place = (known.value & ((1 << NUMBER) - 1)) >> PLACE;
    (known.entry == ABSENT && known.value != MISSING).then(|| (entry as EntryId, place - 1))
}

/// Keys that were read, and their values. Only plain immutable values are held: an object that may refer to others, and
/// so to the snapshot itself, would be hidden from the garbage collector here. An opaque object is known by its address
/// alone: every snapshot that asks this cache holds it, in a dict that the collector sees.
pub struct ValueCache {
    table: ReadCache,
    misses: AtomicUsize,
    /// Values that are known and not held.
    lent: Mutex<HashSet<usize>>,
    listings: Mutex<HashMap<ListingKey, Arc<Listing>>>,
}

impl ValueCache {
    /// An empty cache beside `entries` entries; other spellings of their paths have room too, but not without end.
    pub fn new(entries: usize) -> Self {
        Self {
            table: ReadCache::new(entries * 2 + SPELLINGS + MISSES),
            misses: AtomicUsize::new(0),
            lent: Mutex::default(),
            listings: Mutex::default(),
        }
    }

    /// The table itself, for the slots.
    #[inline]
    pub const fn table(&self) -> &ReadCache {
        &self.table
    }

    /// The value that is kept for a key.
    pub fn known<'py>(&self, key: &Bound<'py, PyString>, from: EntryId) -> PyResult<Option<Bound<'py, PyAny>>> {
        let wanted = Wanted { hash: key.hash()?.cast_unsigned() as u64, from };
        let known = self.table.find(wanted, |other| ffi::same_text(other, key)).filter(|known| is_value(known.value));
        Ok(known.map(|known| ffi::held(key.py(), known.value)))
    }

    /// The children of a mapping that were listed before.
    pub fn listing(&self, of: &ListingKey) -> Option<Arc<Listing>> {
        self.listings().get(of).map(Arc::clone)
    }

    /// Keeps the children of a mapping; gives those that another thread kept meanwhile.
    pub fn keep_listing(&self, of: ListingKey, listing: Listing) -> Arc<Listing> {
        let new = Arc::new(listing);
        Arc::clone(self.listings().entry(of).or_insert_with(|| Arc::clone(&new)))
    }

    /// Held for as long as it takes to look something up or put it in: no code of Python's runs meanwhile.
    fn listings(&self) -> MutexGuard<'_, HashMap<ListingKey, Arc<Listing>>> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more absent key would be remembered.
    #[inline]
    pub fn has_room_for_miss(&self) -> bool {
        self.misses.load(Ordering::Relaxed) < MISSES
    }

    /// Remembers, within bounds, that nothing stands where a key leads, and how far it leads, where that is known.
    pub fn keep_miss(&self, key: &Bound<'_, PyString>, from: EntryId, hash: u64, reach: Option<Reach>) -> PyResult<()> {
        let number = self.misses.load(Ordering::Relaxed) << NUMBER;
        let packed = |(entry, place): Reach| {
            Some((entry as usize).checked_shl(ENTRY)? | number | (place + 1) << PLACE | MISSING)
        };
        let value = reach.and_then(packed).unwrap_or(MISSING);
        if key.len()? <= LONGEST_MISS && self.has_room_for_miss() && self.keep(key, from, hash, ABSENT, value)? {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps the plain value of a leaf that a key leads to.
    pub fn keep_value(
        &self,
        key: &Bound<'_, PyString>,
        from: EntryId,
        hash: u64,
        entry: EntryId,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let held = ffi::hold(value);
        if !self.keep(key, from, hash, entry, held)? {
            ffi::release(key.py(), held);
        }
        Ok(())
    }

    /// Keeps the address of an opaque object that a key leads to, and that all who ask this cache hold.
    pub fn keep_lent(
        &self,
        key: &Bound<'_, PyString>,
        from: EntryId,
        hash: u64,
        entry: EntryId,
        value: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let address = value.as_ptr() as usize;
        self.lent.lock().unwrap_or_else(PoisonError::into_inner).insert(address);
        self.keep(key, from, hash, entry, address).map(|_| ())
    }

    /// Keeps the entry of a mapping that a key leads to, and says whether it was not there yet.
    pub fn keep_mapping(&self, key: &Bound<'_, PyString>, from: EntryId, hash: u64, entry: EntryId) -> PyResult<bool> {
        self.keep(key, from, hash, entry, MAPPING)
    }

    /// Keeps what a key leads to, and says whether it was not there yet.
    fn keep(
        &self,
        key: &Bound<'_, PyString>,
        from: EntryId,
        hash: u64,
        entry: EntryId,
        value: usize,
    ) -> PyResult<bool> {
        let wanted = Wanted { hash: key.hash()?.cast_unsigned() as u64, from };
        let stored = ffi::hold(key.as_any());
        let known = Known { value, entry, path_tag: (hash >> 32) as u32 };
        let is_new = self.table.insert(wanted, stored, known, |other| ffi::same_text(other, key));
        if !is_new {
            ffi::release(key.py(), stored);
        }
        Ok(is_new)
    }
}

/// Gives back an object that is kept with a value of the kernel, attached for the moment where the thread is not. Without an
/// interpreter it is left alone. It is plain, so that giving it back runs no code.
pub fn give_back(held: usize) {
    let _ = Python::try_attach(|py| ffi::release(py, held));
}

impl Drop for ValueCache {
    fn drop(&mut self) {
        // Without an interpreter to give them back to, the objects are left alone.
        let _ = Python::try_attach(|py| {
            let lent = std::mem::take(&mut *self.lent.lock().unwrap_or_else(PoisonError::into_inner));
            let slots = self.table.slots();
            for start in (0..slots).step_by(BATCH) {
                let batch = start..slots.min(start + BATCH);
                // Nobody else knows the cache any more and no lock of ours is held, so that others may run meanwhile, as
                // they may while any object goes. What was held is plain, so that giving it back runs no code.
                let held = if start == 0 { self.table.held(batch) } else { py.detach(|| self.table.held(batch)) };
                for object in held.into_iter().filter(|object| is_value(*object) && !lent.contains(object)) {
                    ffi::release(py, object);
                }
            }
            self.listings().clear();
        });
    }
}
