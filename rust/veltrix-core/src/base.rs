//! The base: the flat, immutable result of resolving a whole stack.
//!
//! ```text
//!   entry     0 root   1 "db"   2 "host"  3 "port"  4 "log"  5 "level"
//!   parent    -        0        1         1         0        4
//!   end       6        4        3         4         6        6
//!   value     -        -        layer 2,  layer 0,  -        layer 1,
//!                               node 7    node 3             node 12
//!   index     hash of the whole path ──► entry (open addressing, 32 bits of the hash beside the number)
//! ```
//! Entries stand in pre-order, so that "all beneath" is one range of numbers and iteration skips from `end` to `end`.
//! Values are not copied: an entry names the node of the layer that won.

use std::sync::Arc;

use crate::layer::{Layer, NodeId};
use crate::segments::{NO_SEGMENT, ROOT_HASH, SegmentId, Segments, path_hash};
use crate::value::Kind;

/// The number of an entry; the root is 0.
pub type EntryId = u32;

/// Stands where no entry is meant.
pub const NO_ENTRY: EntryId = u32::MAX;

/// One resolved path; 20 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The last segment of the path.
    pub segment: SegmentId,
    /// The entry of the mapping that it stands in.
    pub parent: EntryId,
    /// The entry behind all beneath this one.
    pub end: EntryId,
    /// For a leaf: the node that won, in its tree.
    pub node: NodeId,
    /// For a leaf: the number of that tree.
    pub tree: u16,
    /// [`Kind::Mapping`], or the kind of the leaf.
    pub kind: Kind,
}

/// The flat result of resolving a stack.
#[derive(Debug)]
pub struct Base {
    entries: Box<[Entry]>,
    /// `hash tag << 32 | entry + 1`; 0 is an empty slot.
    index: Box<[u64]>,
    trees: Box<[Arc<Layer>]>,
    segments: Arc<Segments>,
}

impl Base {
    /// A base from its entries and the hash of each entry's path.
    pub fn new(entries: Vec<Entry>, hashes: &[u64], trees: Vec<Arc<Layer>>, segments: Arc<Segments>) -> Self {
        let size = (entries.len() + entries.len() / 2 + 2).next_power_of_two();
        let mut index = vec![0_u64; size].into_boxed_slice();
        for (id, &hash) in hashes.iter().enumerate() {
            let mut slot = hash as usize & (size - 1);
            while index[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            index[slot] = (hash >> 32 << 32) | (id as u64 + 1);
        }
        Self { entries: entries.into(), index, trees: trees.into(), segments }
    }

    /// All entries in pre-order.
    #[inline]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One entry.
    #[inline]
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id as usize]
    }

    /// The table that names the segments.
    pub const fn segments(&self) -> &Arc<Segments> {
        &self.segments
    }

    /// The tree and node that hold a leaf's value.
    #[inline]
    pub fn leaf(&self, id: EntryId) -> (&Arc<Layer>, NodeId) {
        let entry = self.entry(id);
        (&self.trees[entry.tree as usize], entry.node)
    }

    /// The trees that hold the values.
    pub fn trees(&self) -> &[Arc<Layer>] {
        &self.trees
    }

    /// Bytes that the base itself takes, beside its layers.
    pub fn size(&self) -> usize {
        size_of_val(&*self.entries) + size_of_val(&*self.index)
    }

    /// The first entry under this path hash that `matches` accepts.
    #[inline]
    pub fn find(&self, hash: u64, mut matches: impl FnMut(&Self, EntryId) -> bool) -> Option<EntryId> {
        let mask = self.index.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let packed = self.index[slot];
            if packed == 0 {
                return None;
            }
            let id = packed as u32 - 1;
            if packed >> 32 == hash >> 32 && matches(self, id) {
                return Some(id);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The entry of a path from the root, whose hash is `hash`.
    pub fn at(&self, hash: u64, path: &[SegmentId]) -> Option<EntryId> {
        if path.is_empty() {
            return Some(0);
        }
        self.find(hash, |base, entry| base.is_path(entry, path))
    }

    fn is_path(&self, mut entry: EntryId, path: &[SegmentId]) -> bool {
        for &name in path.iter().rev() {
            if entry == 0 || self.entry(entry).segment != name {
                return false;
            }
            entry = self.entry(entry).parent;
        }
        entry == 0
    }

    /// Whether an entry's path, below `from`, has these names, given from the last to the first.
    #[inline]
    pub fn is_text<'a>(&self, mut entry: EntryId, from: EntryId, names: impl Iterator<Item = &'a str>) -> bool {
        for name in names {
            if entry == from || entry == 0 || *self.segments.get(self.entry(entry).segment).text != *name {
                return false;
            }
            entry = self.entry(entry).parent;
        }
        entry == from
    }

    /// The hash of an entry's path.
    pub fn hash(&self, id: EntryId) -> u64 {
        if id == 0 {
            return ROOT_HASH;
        }
        let entry = self.entry(id);
        path_hash(self.hash(entry.parent), self.segments.get(entry.segment).hash)
    }

    /// The segments of an entry's path.
    pub fn path(&self, mut id: EntryId) -> Vec<SegmentId> {
        let mut path = Vec::new();
        while id != 0 {
            let entry = self.entry(id);
            path.push(entry.segment);
            id = entry.parent;
        }
        path.reverse();
        path
    }

    /// The entries that stand directly in a mapping.
    pub fn children(&self, id: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        let end = self.entry(id).end;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let current = next;
                next = self.entry(current).end;
                current
            })
        })
    }

    /// The root entry, before its end is known.
    pub(crate) const fn root() -> Entry {
        Entry { segment: NO_SEGMENT, parent: NO_ENTRY, end: 1, node: 0, tree: 0, kind: Kind::Mapping }
    }
}
