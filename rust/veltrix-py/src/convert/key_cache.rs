//! The names of keys that were met before, found by the address of the very same `str` object.

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core::SegmentId;

/// Few where assertions are on, so that keys of small cases drive each other out.
const SLOTS: usize = if cfg!(debug_assertions) { 8 } else { 1024 };
/// A parser makes one object of all equal keys of a document, so that few keys of a large tree are new. The keys of a
/// tree below this many nodes are not worth the table.
const WORTHWHILE: u32 = if cfg!(debug_assertions) { 4 } else { 64 };

/// Keys and their names: one slot for each address, the newest key wins. A key that stands here is held, so that no other
/// object can get its address.
#[derive(Default)]
pub struct KeyCache<'py> {
    slots: Vec<Option<(Bound<'py, PyString>, SegmentId)>>,
}

impl<'py> KeyCache<'py> {
    /// The name of the key at this address, if it is known.
    #[inline]
    pub fn find(&self, address: usize) -> Option<SegmentId> {
        match self.slots.get(slot(address)) {
            Some(Some((key, name))) if key.as_ptr() as usize == address => Some(*name),
            _ => None,
        }
    }

    /// Remembers a key of a tree that has so many nodes by now.
    pub fn keep(&mut self, key: &Bound<'py, PyString>, name: SegmentId, nodes: u32) {
        if self.slots.is_empty() {
            if nodes < WORTHWHILE {
                return;
            }
            self.slots.resize(SLOTS, None);
        }
        self.slots[slot(key.as_ptr() as usize)] = Some((key.clone(), name));
    }
}

/// Objects stand at multiples of 16; the multiplication brings all other bits to the top.
#[inline]
const fn slot(address: usize) -> usize {
    ((address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SLOTS.ilog2())) as usize
}
