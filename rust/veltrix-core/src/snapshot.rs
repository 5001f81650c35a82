//! A snapshot: a base, the changes against it, and the stack that both come from.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::{Base, EntryId, NO_ENTRY};
use crate::delta::{Delta, PathChange, PathState};
use crate::error::Error;
use crate::host_value::HostValue;
use crate::interner::{Interner, ROOT_HASH, SegmentId, path_hash};
use crate::layer_version::LayerVersion;
use crate::path::PathHash;
use crate::path_filter::PathFilter;
use crate::resolve::resolve;
use crate::rule::Conflicts;
use crate::tree::{NodeId, Tree};
use crate::value::Kind;
use crate::walk::{Outcome, merged_names, walk};

/// An immutable result of resolving a stack.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What most of it resolves to.
    pub base: Arc<Base>,
    /// The layers, lowest first.
    pub stack: Arc<[LayerVersion]>,
    /// What differs from the base.
    pub delta: Option<Delta>,
    /// What happens where mappings and other values meet.
    pub conflicts: Conflicts,
    /// Rises by one with every change of the content.
    pub generation: u64,
}

/// What stands at a path.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// Nothing.
    Missing,
    /// A value, and its entry in the base if it is the base's.
    Leaf(&'a Arc<Tree>, NodeId, EntryId),
    /// A mapping, and its entry in the base if there is one.
    Mapping(EntryId),
}

/// A mapping of a snapshot, from which paths start.
#[derive(Clone, Debug)]
pub struct MappingPath {
    /// The hash of its path.
    pub hash: u64,
    /// Its entry in the base, if there is one.
    pub entry: EntryId,
    /// Its path.
    pub path: Arc<[SegmentId]>,
}

/// A path as far as a base and the changes against it know it.
pub struct Location<'a> {
    /// What stands there.
    pub found: Found<'a>,
    /// The hash of the path.
    pub hash: u64,
    /// Its entry in the base, hidden or not, if there is one.
    pub entry: EntryId,
}

impl Snapshot {
    /// Resolves a stack.
    pub fn new(stack: Arc<[LayerVersion]>, segments: &Arc<Interner>, conflicts: Conflicts) -> Result<Self, Error> {
        let base = Arc::new(base_of(&stack, segments, conflicts)?);
        Ok(Self { base, stack, delta: None, conflicts, generation: 1 })
    }

    /// The same snapshot resolved again on a table of its own, which holds what its layers name and nothing else.
    pub fn reinterned(&self) -> Result<Self, Error> {
        let segments = Arc::new(Interner::new());
        let stack: Arc<[LayerVersion]> = self.stack.iter().map(|layer| layer.reinterned(&segments)).collect();
        segments.mark_filled();
        let base = Arc::new(base_of(&stack, &segments, self.conflicts)?);
        Ok(Self { base, stack, delta: None, ..self.clone() })
    }

    /// Whether its layers need less than half of what its table holds.
    pub fn needs_reintern(&self) -> bool {
        self.base.needs_reintern()
    }

    /// The paths that may differ from the base; none for a snapshot that is its base.
    pub fn filter(&self) -> &PathFilter {
        self.delta.as_ref().map_or(&PathFilter::NOTHING, Delta::filter)
    }

    /// Whether the path of this hash is listed as another one than in the base.
    #[inline]
    pub fn lists(&self, hash: u64) -> bool {
        self.delta.as_ref().is_some_and(|delta| delta.lists(hash))
    }

    /// The entry of the base whose path has this hash, found as `entry` unless the path is listed as another one.
    pub fn base_entry(&self, hash: u64, entry: EntryId) -> EntryId {
        self.delta.as_ref().and_then(|delta| delta.get(hash)).map_or(entry, |change| change.entry)
    }

    /// The hash of a path.
    pub(crate) fn hash_of(&self, path: &[SegmentId]) -> u64 {
        hash_of(self.segments(), path)
    }

    /// Whether an entry of the base is a list's, so that a path that leads to it may go on to an item.
    #[inline]
    pub fn is_list(&self, entry: EntryId) -> bool {
        self.base.entries().get(entry as usize).is_some_and(|entry| entry.kind == Kind::List)
    }

    /// Where the host keeps what it makes of the value that is listed under a hash, and the entry of the base that has the
    /// path, if that is a value's.
    pub fn kept_value(&self, hash: u64) -> Option<(&HostValue, EntryId)> {
        let change = self.delta.as_ref()?.get(hash)?;
        let kind = self.base.entries().get(change.entry as usize)?.kind;
        let is_value = matches!(change.state, PathState::Leaf(..)) && kind != Kind::Mapping;
        is_value.then_some((&change.value, change.entry))
    }

    /// The same content as one of this generation.
    #[must_use]
    pub fn with_generation(self, generation: u64) -> Self {
        Self { generation, ..self }
    }

    /// The index of the topmost layer of a name; of the topmost of all without one.
    pub fn topmost(&self, name: Option<&str>) -> Option<usize> {
        match name {
            None => self.stack.len().checked_sub(1),
            Some(name) => self.stack.iter().rposition(|layer| *layer.loaded.name == *name),
        }
    }

    /// The names of the layers, the lowest first.
    pub fn layer_names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.stack.iter().map(|layer| &*layer.loaded.name)
    }

    /// The table that names the segments.
    pub fn segments(&self) -> &Arc<Interner> {
        self.base.segments()
    }

    /// The root.
    pub fn root(&self) -> MappingPath {
        MappingPath { hash: ROOT_HASH, entry: 0, path: Arc::default() }
    }

    /// The mapping of an entry of the base.
    pub fn mapping(&self, entry: EntryId) -> MappingPath {
        MappingPath { hash: self.base.hash(entry), entry, path: self.base.path(entry).into() }
    }

    /// What stands at the path with this hash whose names below a mapping, from the last to the first, `names` gives;
    /// `path` is asked for the mapping's path where that decides.
    #[inline]
    pub fn find<'n, 'p, N>(
        &self,
        from: EntryId,
        path: impl FnOnce() -> &'p [SegmentId],
        hash: PathHash,
        names: N,
    ) -> Found<'_>
    where
        N: Iterator<Item = &'n str> + Clone,
    {
        if let Some(delta) = &self.delta
            && let Some(change) = delta.get(hash.whole())
            && self.is_text(&change.path, path(), names.clone())
        {
            return changed(&self.base, change);
        }
        if from == NO_ENTRY {
            return Found::Missing;
        }
        match self.base.find(from, hash, names) {
            Some(entry) => self.in_base(entry),
            None => Found::Missing,
        }
    }

    /// What stands at a plain name in a mapping of the base whose children are the base's; `hash` is that of the path.
    pub fn child(&self, mapping: EntryId, hash: PathHash, name: &str) -> Found<'_> {
        let entry = self.base.find(mapping, hash, name.rsplit('.'));
        entry.map_or(Found::Missing, |entry| at_entry(&self.base, self.delta.as_ref(), hash.whole(), entry))
    }

    /// What stands at a path from the root.
    pub fn find_path(&self, path: &[SegmentId]) -> Found<'_> {
        locate(&self.base, self.delta.as_ref(), path).found
    }

    fn in_base(&self, entry: EntryId) -> Found<'_> {
        in_base(&self.base, self.delta.as_ref(), entry)
    }

    fn is_text<'n>(&self, path: &[SegmentId], above: &[SegmentId], names: impl Iterator<Item = &'n str>) -> bool {
        let mut rest = path;
        for name in names {
            let Some((&last, before)) = rest.split_last() else { return false };
            if *self.segments().get(last).text != *name {
                return false;
            }
            rest = before;
        }
        rest == above
    }

    /// Whether the children of a mapping are those of its base entry, in their order; `hash` is that of its path.
    #[inline]
    pub fn is_clean(&self, entry: EntryId, hash: impl FnOnce() -> u64) -> bool {
        let listed = |delta: &Delta| delta.get(hash()).is_some_and(|change| change.entry == entry);
        entry != NO_ENTRY && !self.delta.as_ref().is_some_and(listed)
    }

    /// The names of the children of a mapping, in their order.
    pub fn names(&self, mapping: &MappingPath) -> Vec<SegmentId> {
        if self.is_clean(mapping.entry, || mapping.hash) {
            let children = self.base.children(mapping.entry);
            return children.map(|child| self.base.entry(child).segment).collect();
        }
        let Ok(Outcome::Mapping(definitions)) = self.walk(&mapping.path) else { return Vec::new() };
        let mut path = mapping.path.to_vec();
        let present = |&name: &SegmentId| {
            path.push(name);
            let present = !matches!(self.find_path(&path), Found::Missing);
            path.pop();
            present
        };
        merged_names(&definitions).filter(present).collect()
    }

    /// Makes what layers make when they are asked: so that no thread that is detached makes it while the process forks.
    pub fn make_roots(&self) {
        self.stack.iter().for_each(|layer| _ = layer.root());
    }

    /// How many children a mapping has.
    pub fn count(&self, mapping: &MappingPath) -> usize {
        let clean = self.is_clean(mapping.entry, || mapping.hash);
        if clean { self.base.count(mapping.entry) } else { self.names(mapping).len() }
    }

    /// The children of a mapping with what stands there, in their order.
    pub fn children(&self, mapping: &MappingPath) -> Vec<(SegmentId, Found<'_>)> {
        if self.is_clean(mapping.entry, || mapping.hash) {
            let (base, delta) = (&*self.base, self.delta.as_ref());
            let named = |child| base.entry(child).segment;
            let Some(_) = delta else {
                return base.children(mapping.entry).map(|child| (named(child), in_base(base, None, child))).collect();
            };
            let children = base.hashed_children(mapping.entry, mapping.hash);
            return children.map(|(child, hash)| (named(child), at_entry(base, delta, hash, child))).collect();
        }
        let mut path = mapping.path.to_vec();
        self.names(mapping)
            .into_iter()
            .map(|name| {
                path.push(name);
                let found = self.find_path(&path);
                path.pop();
                (name, found)
            })
            .collect()
    }

    /// The mapping that is this child of another one.
    pub fn below(&self, mapping: &MappingPath, name: SegmentId, entry: EntryId) -> MappingPath {
        let path = mapping.path.iter().copied().chain([name]).collect();
        MappingPath { hash: path_hash(mapping.hash, self.segments().get(name).hash), entry, path }
    }

    /// The mapping at a path, or `None` where there is none.
    pub fn mapping_at(&self, path: &[SegmentId]) -> Option<MappingPath> {
        match self.find_path(path) {
            Found::Mapping(entry) => {
                Some(MappingPath { hash: hash_of(self.segments(), path), entry, path: path.into() })
            }
            Found::Missing | Found::Leaf(..) => None,
        }
    }

    /// The handles of all opaque values that it, or its base, may still give.
    pub fn opaques(&self) -> HashSet<u64> {
        let mut handles: HashSet<u64> = self.base.trees().iter().flat_map(|tree| tree.opaques()).collect();
        for layer in &*self.stack {
            layer.each_tree(&mut |tree| handles.extend(tree.opaques()));
        }
        handles
    }

    /// Resolves one path from the layers alone.
    pub fn walk(&self, path: &[SegmentId]) -> Result<Outcome<'_>, Error> {
        walk(&self.stack, self.conflicts, path).map(|(_, outcome)| outcome)
    }

    /// Whether a path is secret.
    pub fn is_secret(&self, path: &[SegmentId]) -> bool {
        self.stack.iter().any(|layer| layer.hides(path, layer.has_leaf_on(path)))
    }
}

/// The base of a stack. What a conflict says of a patched layer comes from the patch, which resolving has flattened.
pub fn base_of(stack: &[LayerVersion], segments: &Arc<Interner>, conflicts: Conflicts) -> Result<Base, Error> {
    resolve(stack, segments, conflicts).map_err(|error| match &error {
        Error::Conflict { path, .. } if stack.iter().any(LayerVersion::is_changed) => {
            walk(stack, conflicts, path).err().unwrap_or(error)
        }
        _ => error,
    })
}

/// Looks a path up.
pub fn locate<'a>(base: &'a Base, delta: Option<&'a Delta>, path: &[SegmentId]) -> Location<'a> {
    let (hash, entry) = base.at(path);
    located(base, delta, path, hash, entry)
}

/// What stands at a path whose hash and entry in the base, if there is one, are these.
#[inline]
pub fn located<'a>(
    base: &'a Base,
    delta: Option<&'a Delta>,
    path: &[SegmentId],
    hash: u64,
    entry: Option<EntryId>,
) -> Location<'a> {
    if let Some(change) = delta.and_then(|delta| delta.get(hash))
        && *change.path == *path
    {
        return Location { found: changed(base, change), hash, entry: change.entry };
    }
    match entry {
        Some(entry) => Location { found: in_base(base, delta, entry), hash, entry },
        None => Location { found: Found::Missing, hash, entry: NO_ENTRY },
    }
}

/// What stands at the path of an entry, whose hash is `hash`.
#[inline]
pub fn at_entry<'a>(base: &'a Base, delta: Option<&'a Delta>, hash: u64, entry: EntryId) -> Found<'a> {
    let change = delta.and_then(|delta| delta.get(hash)).filter(|change| change.entry == entry);
    change.map_or_else(|| in_base(base, delta, entry), |change| changed(base, change))
}

/// What a change says that stands at its path.
#[inline]
fn changed<'a>(base: &Base, change: &'a PathChange) -> Found<'a> {
    match &change.state {
        PathState::Absent => Found::Missing,
        PathState::Leaf(tree, node) => Found::Leaf(tree, *node, NO_ENTRY),
        PathState::Mapping { .. } => Found::Mapping(base.mapping(change.entry)),
    }
}

#[inline]
fn in_base<'a>(base: &'a Base, delta: Option<&Delta>, entry: EntryId) -> Found<'a> {
    if delta.is_some_and(|delta| delta.hides(entry)) {
        return Found::Missing;
    }
    if base.entry(entry).kind == Kind::Mapping {
        return Found::Mapping(entry);
    }
    let (tree, node) = base.leaf(entry);
    Found::Leaf(tree, node, entry)
}

/// The hash of a path.
pub fn hash_of(segments: &Interner, path: &[SegmentId]) -> u64 {
    path.iter().fold(ROOT_HASH, |hash, &id| path_hash(hash, segments.get(id).hash))
}
