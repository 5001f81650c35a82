//! The base: the flat, immutable result of resolving a whole stack.
//!
//! ```text
//!   entry     0 root   1 "db"   2 "host"  3 "port"  4 "log"  5 "level"
//!   parent    -        0        1         1         0        4
//!   value     end 6    end 4    layer 2,  layer 0,  end 6    layer 1,
//!                               node 7    node 3             node 12
//!   index     hash of the whole path ──► entry: mappings, and leaves of wide mappings
//! ```
//! Entries stand in pre-order, so that "all below" is one range of numbers and iteration skips from `end` to `end`.
//! Values are not copied: an entry names the node of the layer that won.
//!
//! Most leaves stand in narrow mappings, whose few entries lie beside each other. They are found by looking through
//! them once the mapping is found, so that resolving need not put them into the index.

use std::ops::Range;
use std::sync::Arc;

use crate::hash::segment_hash;
use crate::index::Index;
use crate::interner::{Interner, NO_SEGMENT, ROOT_HASH, SegmentId, path_hash};
use crate::path::PathHash;
use crate::tree::{NodeId, Tree};
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
    /// For a leaf: the node that won, in its tree. For a mapping: the entry after all that stand below it.
    pub link: u32,
    /// For a leaf: the number of that tree.
    pub tree: u16,
    /// [`Kind::Mapping`], or the kind of the leaf.
    pub kind: Kind,
}

/// The flat result of resolving a stack.
#[derive(Debug)]
pub struct Base {
    entries: Arc<[Entry]>,
    index: Index,
    /// Wide mappings with the numbers of their children, sorted by entry.
    wide: Box<[(EntryId, u32)]>,
    trees: Box<[Arc<Tree>]>,
    /// How many nodes the trees have.
    nodes: usize,
    segments: Arc<Interner>,
}

impl Base {
    /// A base from its entries, those of them that are mappings, and the trees that they name.
    pub fn new(entries: &[Entry], mappings: &[EntryId], trees: Vec<Arc<Tree>>, segments: Arc<Interner>) -> Self {
        let (indexed, wide) = indexed(entries, mappings, &segments);
        let index = Index::new(entries.len(), &indexed);
        let nodes = trees.iter().map(|tree| tree.nodes().len()).sum();
        Self { entries: entries.into(), index, wide: wide.into(), trees: trees.into(), nodes, segments }
    }

    /// The names of its paths, without its values.
    pub fn names(&self) -> BaseNames {
        BaseNames { entries: Arc::clone(&self.entries), segments: Arc::clone(&self.segments) }
    }

    /// Whether its layers need less than half of what its table holds.
    pub fn needs_reintern(&self) -> bool {
        self.segments.needs_reintern(self.nodes)
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
    pub const fn segments(&self) -> &Arc<Interner> {
        &self.segments
    }

    /// The entry after all below an entry.
    #[inline]
    pub fn end(&self, id: EntryId) -> EntryId {
        end(&self.entries, id)
    }

    /// The tree and node that hold a leaf's value.
    #[inline]
    pub fn leaf(&self, id: EntryId) -> (&Arc<Tree>, NodeId) {
        let entry = self.entry(id);
        (&self.trees[entry.tree as usize], entry.link)
    }

    /// The entry itself if it is a mapping's, [`NO_ENTRY`] else.
    pub fn mapping(&self, id: EntryId) -> EntryId {
        let is_mapping = self.entries.get(id as usize).is_some_and(|entry| entry.kind == Kind::Mapping);
        if is_mapping { id } else { NO_ENTRY }
    }

    /// The trees that hold the values.
    pub fn trees(&self) -> &[Arc<Tree>] {
        &self.trees
    }

    /// Bytes that the base itself takes, beside its layers.
    pub fn size(&self) -> usize {
        size_of_val(&*self.entries) + size_of_val(&*self.wide) + self.index.size()
    }

    /// The entry of a path whose names below `from`, from the last to the first, are these.
    #[inline]
    pub fn find<'a, N>(&self, from: EntryId, hash: PathHash, mut names: N) -> Option<EntryId>
    where
        N: Iterator<Item = &'a str> + Clone,
    {
        let name = names.next()?;
        let mapping = match names.clone().next() {
            None => from,
            Some(_) => self.index.find(hash.above, |entry| self.is_text(entry, from, names.clone()))?,
        };
        let segments = &self.segments;
        let is_named = |segment| *segments.get(segment).text == *name;
        self.child(mapping, hash.whole(), || segments.find_hashed(hash.name, name), is_named)
    }

    /// The hash of a path from the root, and its entry if there is one.
    pub fn at(&self, path: &[SegmentId]) -> (u64, Option<EntryId>) {
        let Some((&last, before)) = path.split_last() else { return (ROOT_HASH, Some(0)) };
        let name = |id| self.segments.get(id).hash;
        let above = before.iter().fold(ROOT_HASH, |hash, &id| path_hash(hash, name(id)));
        let mapping =
            if before.is_empty() { Some(0) } else { self.index.find(above, |entry| self.is_path(entry, before)) };
        let hash = path_hash(above, name(last));
        (hash, mapping.and_then(|mapping| self.named_child(mapping, hash, last)))
    }

    /// The child of a mapping with this name, whose path has this hash.
    #[inline]
    pub fn named_child(&self, mapping: EntryId, hash: u64, name: SegmentId) -> Option<EntryId> {
        self.child(mapping, hash, || Some(name), |segment| segment == name)
    }

    /// The child of a mapping with this text as its name.
    #[expect(clippy::inline_always, reason = "an overlay looks up each of its keys so")]
    #[inline(always)]
    pub fn text_child(&self, mapping: EntryId, hash: PathHash, name: &str) -> Option<EntryId> {
        let is_named = |segment| *self.segments.get(segment).text == *name;
        self.child(mapping, hash.whole(), || self.segments.find_hashed(hash.name, name), is_named)
    }

    /// The child of a mapping whose path has this hash: by the number of its name, or by what says whether it is the name.
    #[expect(clippy::inline_always, reason = "an overlay looks up each of its keys so")]
    #[inline(always)]
    fn child(
        &self,
        mapping: EntryId,
        hash: u64,
        number: impl FnOnce() -> Option<SegmentId>,
        is_named: impl Fn(SegmentId) -> bool,
    ) -> Option<EntryId> {
        let inside = mapping + 1..self.end(mapping);
        if is_narrow(&inside) {
            let segment = number()?;
            let entries = &self.entries[inside.start as usize..inside.end as usize];
            let at = entries.iter().position(|entry| entry.segment == segment && entry.parent == mapping)?;
            return Some(inside.start + at as EntryId);
        }
        self.index.find(hash, |entry| {
            let entry = self.entry(entry);
            entry.parent == mapping && is_named(entry.segment)
        })
    }

    /// How far a text of plain names leads through mappings: the last of them, and where in the text the name begins that
    /// it does not have; `None` where a value or the whole path stands.
    pub fn last_mapping(&self, text: &str) -> Option<(EntryId, usize)> {
        let (mut mapping, mut above, mut start) = (0, ROOT_HASH, 0);
        loop {
            let length = text[start..].find('.');
            let name = &text[start..][..length.unwrap_or(text.len() - start)];
            let hash = PathHash { above, name: segment_hash(name.as_bytes()) };
            let Some(child) = self.text_child(mapping, hash, name) else { return Some((mapping, start)) };
            if self.entry(child).kind != Kind::Mapping {
                return None;
            }
            (mapping, above) = (child, hash.whole());
            start += length? + 1;
        }
    }

    /// Whether an entry's path is this one.
    pub fn is_path(&self, mut entry: EntryId, path: &[SegmentId]) -> bool {
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
    pub fn path(&self, id: EntryId) -> Vec<SegmentId> {
        path(&self.entries, id)
    }

    /// The entries that stand directly in a mapping.
    pub fn children(&self, id: EntryId) -> impl Iterator<Item = EntryId> + '_ {
        children(&self.entries, id)
    }

    /// The entries that stand directly in a mapping whose path has this hash, with the hashes of their paths.
    pub fn hashed_children(&self, id: EntryId, hash: u64) -> impl Iterator<Item = (EntryId, u64)> + '_ {
        self.children(id).map(move |child| (child, path_hash(hash, self.segments.get(self.entry(child).segment).hash)))
    }

    /// Calls `visit` with the hash of the path of an entry, which is this, and of all below it.
    pub fn each_hash(&self, id: EntryId, hash: u64, visit: &mut impl FnMut(u64)) {
        visit(hash);
        self.hashed_children(id, hash).for_each(|(child, hash)| self.each_hash(child, hash, visit));
    }

    /// How many entries stand directly in a mapping, found without looking at all of them.
    pub fn count(&self, id: EntryId) -> usize {
        if is_narrow(&(id + 1..self.end(id))) {
            return self.children(id).count();
        }
        let at = self.wide.binary_search_by_key(&id, |&(mapping, _)| mapping);
        at.map_or(0, |at| self.wide[at].1 as usize)
    }

    /// The root entry, before its end is known.
    pub(crate) const fn root() -> Entry {
        Entry { segment: NO_SEGMENT, parent: NO_ENTRY, link: 1, tree: 0, kind: Kind::Mapping }
    }
}

/// The names of a base's paths, without its values.
#[derive(Debug)]
pub struct BaseNames {
    entries: Arc<[Entry]>,
    segments: Arc<Interner>,
}

impl BaseNames {
    /// The names on the path of an entry.
    pub fn path(&self, id: EntryId) -> impl Iterator<Item = &str> {
        path(&self.entries, id).into_iter().map(|name| &*self.segments.get(name).text)
    }

    /// The names of what stands directly in a mapping.
    pub fn children(&self, id: EntryId) -> impl Iterator<Item = &str> {
        let name = |child: EntryId| self.entries[child as usize].segment;
        children(&self.entries, id).map(move |child| &*self.segments.get(name(child)).text)
    }
}

/// The segments of an entry's path.
fn path(entries: &[Entry], mut id: EntryId) -> Vec<SegmentId> {
    let mut path = Vec::new();
    while id != 0 {
        let entry = &entries[id as usize];
        path.push(entry.segment);
        id = entry.parent;
    }
    path.reverse();
    path
}

/// The entry after all below an entry.
#[inline]
fn end(entries: &[Entry], id: EntryId) -> EntryId {
    let entry = &entries[id as usize];
    if entry.kind == Kind::Mapping { entry.link } else { id + 1 }
}

/// The entries that stand directly in a mapping.
#[inline]
fn children(entries: &[Entry], id: EntryId) -> impl Iterator<Item = EntryId> + '_ {
    let last = end(entries, id);
    let mut next = id + 1;
    std::iter::from_fn(move || {
        (next < last).then(|| {
            let current = next;
            next = end(entries, current);
            current
        })
    })
}

/// Entries below a mapping, at most so many that they are looked through: four cache lines; few where assertions are
/// on, so that small cases meet the index.
const NARROW: usize = if cfg!(debug_assertions) { 3 } else { 16 };

/// Whether all that stands below a mapping is looked through, and its leaves are not in the index.
#[inline]
fn is_narrow(inside: &Range<EntryId>) -> bool {
    inside.len() <= NARROW
}

/// Hashes of paths and their entries.
type Hashed = Vec<(u64, EntryId)>;

/// The entries that are in the index, with the hashes of their paths; and how many children each wide mapping has.
fn indexed(entries: &[Entry], mappings: &[EntryId], segments: &Interner) -> (Hashed, Vec<(EntryId, u32)>) {
    let mut indexed = Vec::with_capacity(mappings.len());
    let mut wide = Vec::with_capacity(mappings.len());
    let name = |entry: &Entry| segments.get(entry.segment).hash;
    // A path's hash follows from its parent's; mappings stand in pre-order, so that those of the open ones suffice.
    let mut open: Vec<(EntryId, u64)> = Vec::new();
    for &mapping in mappings {
        let entry = &entries[mapping as usize];
        while open.last().is_some_and(|&(parent, _)| parent != entry.parent) {
            open.pop();
        }
        let hash = open.last().map_or(ROOT_HASH, |&(_, above)| path_hash(above, name(entry)));
        open.push((mapping, hash));
        if mapping != 0 {
            indexed.push((hash, mapping));
        }
        let inside = mapping + 1..entry.link;
        if is_narrow(&inside) {
            continue;
        }
        let (mut child, mut count) = (inside.start, 0);
        while child < inside.end {
            let entry = &entries[child as usize];
            count += 1;
            if entry.kind == Kind::Mapping {
                child = entry.link;
            } else {
                indexed.push((path_hash(hash, name(entry)), child));
                child += 1;
            }
        }
        wide.push((mapping, count));
    }
    (indexed, wide)
}
