//! A small overlay: a few values over a snapshot, kept beside it instead of being derived.
//!
//! An overlay qualifies if all it does is give other plain values to at most [`CAPACITY`] leaves that have an entry in
//! the base. It is then read as the snapshot is, after a scan of its entries; whatever else is asked of it is answered by
//! the snapshot of the whole stack. The values are the host's.

use std::iter::once;

use crate::base::{Base, EntryId};
use crate::delta::Delta;
use crate::hash::{ROOT_HASH, segment_hash};
use crate::path::PathHash;
use crate::snapshot::{Found, Snapshot, at_entry};
use crate::value::Kind;

/// The most values that a small overlay has; few where assertions are on, so that tests meet more.
pub const CAPACITY: usize = if cfg!(debug_assertions) { 3 } else { 8 };

/// The values of a small overlay.
#[derive(Debug)]
pub struct SmallOverlay<V> {
    entries: [EntryId; CAPACITY],
    values: [Option<V>; CAPACITY],
    length: usize,
    filter: u64,
}

/// A path of the snapshot that a small overlay may go through, or give another value to.
#[derive(Clone, Copy, Debug)]
pub struct OverlaidPath {
    entry: EntryId,
    hash: u64,
}

impl OverlaidPath {
    /// The path of the root.
    pub const ROOT: Self = Self { entry: 0, hash: ROOT_HASH };
}

/// What a small overlay is put over: two pointers, which a walk down a mapping keeps at hand.
#[derive(Clone, Copy, Debug)]
pub struct Overlaid<'a> {
    base: &'a Base,
    delta: Option<&'a Delta>,
}

impl<'a> Overlaid<'a> {
    /// A snapshot to put a small overlay over.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { base: &snapshot.base, delta: snapshot.delta.as_ref() }
    }

    /// The path of a child of a mapping, and whether that is a mapping and no value; `None` where nothing stands, and for
    /// a list of the base: a cache of what was read knows keys of its items by its entry.
    #[inline]
    pub fn child(self, mapping: OverlaidPath, name: &str) -> Option<(OverlaidPath, bool)> {
        let hash = PathHash { above: mapping.hash, name: segment_hash(name.as_bytes()) };
        let entry = self.base.find(mapping.entry, hash, once(name))?;
        let hash = hash.whole();
        let kind = self.base.entry(entry).kind;
        if kind == Kind::List {
            return None;
        }
        let is_mapping = match self.delta {
            None => kind == Kind::Mapping,
            Some(_) => match at_entry(self.base, self.delta, hash, entry) {
                Found::Missing => return None,
                Found::Leaf(..) => false,
                Found::Mapping(_) => true,
            },
        };
        Some((OverlaidPath { entry, hash }, is_mapping))
    }
}

impl<V> Default for SmallOverlay<V> {
    fn default() -> Self {
        Self { entries: [0; CAPACITY], values: [const { None }; CAPACITY], length: 0, filter: 0 }
    }
}

impl<V> SmallOverlay<V> {
    /// Whether it gives no value.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bits of its paths, as in a delta's filter.
    #[inline]
    pub const fn filter(&self) -> u64 {
        self.filter
    }

    /// Gives another value to a path of a value; `false` if there is no room.
    #[inline]
    pub fn put(&mut self, path: OverlaidPath, value: impl FnOnce() -> V) -> bool {
        if self.length == CAPACITY {
            return false;
        }
        self.entries[self.length] = path.entry;
        self.values[self.length] = Some(value());
        self.length += 1;
        self.filter |= 1 << (path.hash >> 58);
        true
    }

    /// The value that it gives to an entry.
    #[inline]
    pub fn find(&self, entry: EntryId) -> Option<&V> {
        let entries = self.entries.iter().zip(&self.values).take(self.length);
        entries.filter(|(known, _)| **known == entry).find_map(|(_, value)| value.as_ref())
    }

    /// The entries to which it gives values, with these.
    pub fn iter(&self) -> impl Iterator<Item = (EntryId, &V)> {
        let entries = self.entries.iter().zip(&self.values).take(self.length);
        entries.filter_map(|(&entry, value)| Some((entry, value.as_ref()?)))
    }
}
