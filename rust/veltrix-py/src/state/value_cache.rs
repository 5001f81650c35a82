//! A read cache that owns Python keys and values.

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core::{EntryId, Known, ReadCache, Wanted};

use crate::interop::ffi;

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

/// Keys that were read, and their values. Only plain immutable values are kept: an object that may refer to others, and
/// so to the snapshot itself, would be hidden from the garbage collector here.
pub struct ValueCache {
    table: ReadCache,
    misses: AtomicUsize,
}

impl ValueCache {
    /// An empty cache beside `entries` entries; other spellings of their paths have room too, but not without end.
    pub fn new(entries: usize) -> Self {
        Self { table: ReadCache::new(entries * 2 + SPELLINGS + MISSES), misses: AtomicUsize::new(0) }
    }

    /// The table itself, for the slots.
    #[inline]
    pub const fn table(&self) -> &ReadCache {
        &self.table
    }

    /// Whether one more absent key would be remembered.
    #[inline]
    pub fn has_room_for_miss(&self) -> bool {
        self.misses.load(Ordering::Relaxed) < MISSES
    }

    /// Remembers, within bounds, that nothing stands where a key leads.
    pub fn keep_miss(&self, key: &Bound<'_, PyString>, from: EntryId, hash: u64) -> PyResult<()> {
        if key.len()? <= LONGEST_MISS && self.has_room_for_miss() && self.keep(key, from, hash, ABSENT, None)? {
            self.misses.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps what a key leads to, and says whether it was not there yet; `value` is `None` where it is to be made at each
    /// read.
    pub fn keep(
        &self,
        key: &Bound<'_, PyString>,
        from: EntryId,
        hash: u64,
        entry: EntryId,
        value: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let wanted = Wanted { hash: key.hash()?.cast_unsigned() as u64, from };
        let stored = ffi::hold(key.as_any());
        let known = Known { value: value.map_or(0, ffi::hold), entry, path_tag: (hash >> 32) as u32 };
        let is_new = self.table.insert(wanted, stored, known, |other| ffi::same_text(other, key));
        if !is_new {
            ffi::release(key.py(), stored);
            ffi::release(key.py(), known.value);
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
            let slots = self.table.slots();
            for start in (0..slots).step_by(BATCH) {
                let batch = start..slots.min(start + BATCH);
                // Nobody else knows the cache any more and no lock of ours is held, so that others may run meanwhile, as
                // they may while any object goes. What was held is plain, so that giving it back runs no code.
                let held = if start == 0 { self.table.held(batch) } else { py.detach(|| self.table.held(batch)) };
                for object in held {
                    ffi::release(py, object);
                }
            }
        });
    }
}
