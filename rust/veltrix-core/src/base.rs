//! The base: the flat, immutable result of resolving a whole stack.
//!
//! ```text
//!   entry     0 root   1 "db"   2 "host"  3 "port"  4 "log"  5 "level"
//!   parent    -        0        1         1         0        4
//!   value     end 6    end 4    layer 2,  layer 0,  end 6    layer 1,
//!                               node 7    node 3             node 12
//!   index     hash of the whole path ──► entry (open addressing, a tag of the hash beside the number)
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

/// One resolved path; 16 bytes.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The last segment of the path.
    pub segment: SegmentId,
    /// The entry of the mapping that it stands in.
    pub parent: EntryId,
    /// For a leaf: the node that won, in its tree. For a mapping: the entry behind all beneath it.
    pub link: u32,
    /// For a leaf: the number of that tree.
    pub tree: u16,
    /// [`Kind::Mapping`], or the kind of the leaf.
    pub kind: Kind,
}

/// The flat result of resolving a stack.
#[derive(Debug)]
pub struct Base {
    entries: Box<[Entry]>,
    index: Index,
    trees: Box<[Arc<Layer>]>,
    segments: Arc<Segments>,
}

impl Base {
    /// A base from its entries.
    pub fn new(entries: Vec<Entry>, trees: Vec<Arc<Layer>>, segments: Arc<Segments>) -> Self {
        let index = Index::new(&entries, &segments);
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

    /// The entry behind all beneath an entry.
    #[inline]
    pub fn end(&self, id: EntryId) -> EntryId {
        let entry = self.entry(id);
        if entry.kind == Kind::Mapping { entry.link } else { id + 1 }
    }

    /// The tree and node that hold a leaf's value.
    #[inline]
    pub fn leaf(&self, id: EntryId) -> (&Arc<Layer>, NodeId) {
        let entry = self.entry(id);
        (&self.trees[entry.tree as usize], entry.link)
    }

    /// The entry itself if it is a mapping's, [`NO_ENTRY`] else.
    pub fn mapping(&self, id: EntryId) -> EntryId {
        let is_mapping = self.entries.get(id as usize).is_some_and(|entry| entry.kind == Kind::Mapping);
        if is_mapping { id } else { NO_ENTRY }
    }

    /// The trees that hold the values.
    pub fn trees(&self) -> &[Arc<Layer>] {
        &self.trees
    }

    /// Bytes that the base itself takes, beside its layers.
    pub fn size(&self) -> usize {
        size_of_val(&*self.entries) + size_of_val(&*self.index.slots)
    }

    /// The first entry under this path hash that `matches` accepts.
    #[inline]
    pub fn find(&self, hash: u64, mut matches: impl FnMut(&Self, EntryId) -> bool) -> Option<EntryId> {
        self.index.find(hash, |id| matches(self, id))
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
        let end = self.end(id);
        let mut next = id + 1;
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let current = next;
                next = self.end(current);
                current
            })
        })
    }

    /// The root entry, before its end is known.
    pub(crate) const fn root() -> Entry {
        Entry { segment: NO_SEGMENT, parent: NO_ENTRY, link: 1, tree: 0, kind: Kind::Mapping }
    }
}

/// Hash of the whole path ──► entry, open addressing, half full. A slot is 32 bits: the number of an entry and one in as
/// many as the numbers need, a tag of the hash in the others; 0 is empty.
#[derive(Debug)]
struct Index {
    slots: Box<[u32]>,
    /// The bits that hold the number.
    number: u32,
}

/// Entries that are put into an index together.
const BLOCK: usize = 64;

impl Index {
    /// The index of entries in pre-order.
    fn new(entries: &[Entry], segments: &Segments) -> Self {
        let number = u32::MAX.checked_shr((entries.len() as u32).leading_zeros()).unwrap_or(0);
        let mut index = Self { slots: vec![0; entries.len() * 2].into_boxed_slice(), number };
        // The hashes of the segments that were met, 0 for the others: beside each other they are found sooner.
        let mut known = vec![0_u64; segments.len()];
        // A path's hash follows from its parent's, so that those of the open mappings suffice.
        let mut open: Vec<(EntryId, u64)> = Vec::new();
        let (mut parent, mut above) = (0, ROOT_HASH);
        let mut hashes = [ROOT_HASH; BLOCK];
        index.put(0, &hashes[..1]);
        let mut id = 1;
        for block in entries[1..].chunks(BLOCK) {
            let first = id;
            for (entry, hash) in block.iter().zip(&mut hashes) {
                while parent != entry.parent {
                    (parent, above) = open.pop().unwrap_or((entry.parent, ROOT_HASH));
                }
                let mut segment = known[entry.segment as usize];
                if segment == 0 {
                    segment = segments.get(entry.segment).hash;
                    known[entry.segment as usize] = segment;
                }
                *hash = path_hash(above, segment);
                if entry.kind == Kind::Mapping {
                    open.push((parent, above));
                    (parent, above) = (id, *hash);
                }
                id += 1;
            }
            index.put(first, &hashes[..block.len()]);
        }
        index
    }

    /// Puts entries from `first` on where their hashes lead. Those that find the slot taken come last: so the first round
    /// needs no branch on what the slots hold, and the processor need not wait for them.
    #[inline]
    fn put(&mut self, first: EntryId, hashes: &[u64]) {
        let (mut late, mut count) = ([(0, 0); BLOCK], 0);
        for (&hash, id) in hashes.iter().zip(first + 1..) {
            let (at, packed) = (self.first(hash), ((hash >> 32) as u32 & !self.number) | id);
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
    #[inline]
    fn find(&self, hash: u64, mut matches: impl FnMut(EntryId) -> bool) -> Option<EntryId> {
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
