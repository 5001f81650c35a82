//! A layer as one snapshot has it: as it was loaded, and what was changed in it since.
//!
//! ```text
//!   layer as it was loaded ──► patch, a tree of what was put in and taken out ──► exchanges of one value for another
//! ```
//! A configuration that lives changes one value after the other. Such a change is noted by the hash of its path, the last few
//! in a short list and those before in a map, which costs less than the way down a patch. What is noted is worked into the
//! patch when it is much, or when something other than the next exchange asks for the layer; what comes then starts from there.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::edit_log::EditLog;
use crate::hamt::Hamt;
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::layer::{Layer, Origin, Secret};
use crate::patch::{Definition, InTheWay, PatchedMapping};
use crate::rule::Mergeable as _;
use crate::same_value::same_value;
use crate::tree::{NodeId, Tree, TreeBuilder};
use crate::value::Kind;

/// So many exchanges stand in the list, and about so many in all before they are worked into the patch; few where assertions
/// are on, so that tests reach what comes after them.
const LATEST: usize = if cfg!(debug_assertions) { 3 } else { 16 };
const NOTED: usize = if cfg!(debug_assertions) { 8 } else { 4096 };

/// One layer of a stack.
#[derive(Clone, Debug)]
pub struct LayerVersion {
    /// The layer as it was loaded.
    pub loaded: Arc<Layer>,
    changes: Option<Arc<Changes>>,
}

/// What was changed in a layer.
#[derive(Debug, Default)]
struct Changes {
    /// The root mapping without what is only noted.
    patch: Option<Arc<PatchedMapping>>,
    /// What was noted, by the hashes of the paths, without the last of it.
    earlier: Hamt<Arc<Exchange>>,
    noted: EditLog<Exchange, LATEST>,
    /// The root mapping with all changes, made when it is asked for.
    root: OnceLock<Arc<PatchedMapping>>,
}

/// A whole value that took the place of another one.
#[derive(Clone, Debug)]
struct Exchange {
    path: Arc<[SegmentId]>,
    tree: Arc<Tree>,
}

impl Changes {
    /// What is noted under the hash of a path.
    fn exchange(&self, hash: u64) -> Option<&Exchange> {
        self.noted.get(hash).or_else(|| self.earlier.get(hash).map(|exchange| &**exchange))
    }
}

impl LayerVersion {
    /// A layer as it was loaded.
    pub const fn new(loaded: Arc<Layer>) -> Self {
        Self { loaded, changes: None }
    }

    /// A layer that says nothing.
    pub fn empty(segments: &Arc<Interner>) -> Self {
        let mut nothing = TreeBuilder::of_one(Arc::clone(segments));
        nothing.open(NO_SEGMENT, Kind::Mapping);
        nothing.close();
        Self::new(Arc::new(Layer {
            name: String::new(),
            tree: Arc::new(nothing.finish()),
            origin: Origin::default(),
            origins: BTreeMap::new(),
            secret: Secret::Nothing,
        }))
    }

    fn patched(&self, root: PatchedMapping) -> Self {
        let changes = Changes { patch: Some(Arc::new(root)), ..Changes::default() };
        Self { loaded: Arc::clone(&self.loaded), changes: Some(Arc::new(changes)) }
    }

    /// Whether anything was changed in it since it was loaded.
    pub const fn is_changed(&self) -> bool {
        self.changes.is_some()
    }

    /// Whether another version is this very one.
    pub fn is(&self, other: &Self) -> bool {
        let changes = |version: &Self| version.changes.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.loaded, &other.loaded) && changes(self) == changes(other)
    }

    /// Calls `visit` with every tree that its definitions stand in, some of them more than once.
    pub fn each_tree(&self, visit: &mut dyn FnMut(&Tree)) {
        visit(&self.loaded.tree);
        let Some(changes) = &self.changes else { return };
        if let Some(patch) = &changes.patch {
            patch.each_tree(visit);
        }
        changes.earlier.for_each(&mut |_, exchange| visit(&exchange.tree));
        changes.noted.iter().for_each(|(_, exchange)| visit(&exchange.tree));
    }

    /// About how many definitions it holds.
    pub fn size(&self) -> usize {
        let patch = self.changes.as_ref().and_then(|changes| changes.patch.as_ref());
        self.loaded.tree.nodes().len() + patch.map_or(0, |patch| patch.len())
    }

    /// How many values it holds: one for each definition that is no mapping, such as a list.
    pub fn values(&self) -> usize {
        self.root().count()
    }

    /// Its root mapping.
    #[inline]
    pub fn root(&self) -> Definition<'_> {
        match &self.changes {
            None => Definition::Node(&self.loaded.tree, 0),
            Some(changes) => match &changes.patch {
                Some(patch) if changes.noted.is_empty() && changes.earlier.is_empty() => Definition::Patched(patch),
                _ => Definition::Patched(changes.root.get_or_init(|| Arc::new(self.worked_in(changes)))),
            },
        }
    }

    /// The root mapping without what is only noted.
    fn root_before(&self) -> Definition<'_> {
        let patch = self.changes.as_ref().and_then(|changes| changes.patch.as_ref());
        patch.map_or(Definition::Node(&self.loaded.tree, 0), Definition::Patched)
    }

    fn worked_in(&self, changes: &Changes) -> PatchedMapping {
        let mut root = PatchedMapping::over(self.root_before()).unwrap_or_default();
        let mut work_in = |exchange: &Exchange| {
            // Where a value was, nothing is in the way of another one.
            let put = root.put(&exchange.path, 0, &exchange.tree);
            debug_assert_eq!(put, Ok(()));
        };
        changes.earlier.for_each(&mut |_, exchange| work_in(exchange));
        changes.noted.iter().for_each(|(_, exchange)| work_in(exchange));
        root
    }

    /// The definition of a path, if it has one of its own.
    pub fn definition(&self, path: &[SegmentId]) -> Option<Definition<'_>> {
        path.iter().try_fold(self.root(), |definition, &segment| definition.child(segment))
    }

    /// How many segments of a path lead to definitions of its own.
    pub fn defined_depth(&self, path: &[SegmentId]) -> usize {
        (0..path.len()).find(|&depth| self.definition(&path[..=depth]).is_none()).unwrap_or(path.len())
    }

    /// The definition of a path, whose hash is `hash`, if it is a whole value or null: what an exchange takes the place of.
    pub fn whole(&self, hash: u64, path: &[SegmentId]) -> Option<(&Arc<Tree>, NodeId)> {
        if let Some(exchange) = self.changes.as_ref().and_then(|changes| changes.exchange(hash))
            && *exchange.path == *path
        {
            return Some((&exchange.tree, 0));
        }
        match self.definition_before(path)? {
            Definition::Node(tree, node) if tree.node(node).kind.is_value() => Some((tree, node)),
            _ => None,
        }
    }

    /// Whether its definition of a path, if it has one, is a value that is not merged with others.
    pub fn merges_nothing_at(&self, path: &[SegmentId]) -> bool {
        // An exchange puts one such value in the place of another.
        self.definition_before(path).is_none_or(|found| found.kind().is_value())
    }

    /// The definition of a path without what is only noted.
    fn definition_before(&self, path: &[SegmentId]) -> Option<Definition<'_>> {
        path.iter().try_fold(self.root_before(), |definition, &segment| definition.child(segment))
    }

    /// The layer with the whole value at `path`, whose hash is `hash`, exchanged for another one, the root of `tree`.
    #[must_use]
    pub fn exchanged(&self, hash: u64, path: &Arc<[SegmentId]>, tree: &Arc<Tree>) -> Self {
        let mut new = Changes::default();
        if let Some(changes) = &self.changes {
            // Another path with this hash is not to be taken for this one.
            let is_other = |known: &Exchange| *known.path != **path;
            let is_over = changes.earlier.len() >= NOTED || changes.exchange(hash).is_some_and(is_other);
            if is_over || changes.root.get().is_some() {
                new.patch = Some(Arc::clone(changes.root.get_or_init(|| Arc::new(self.worked_in(changes)))));
            } else {
                new.patch.clone_from(&changes.patch);
                new.earlier = changes.earlier.clone();
                new.noted = changes.noted.clone();
                if !new.noted.takes(hash) {
                    for (hash, exchange) in std::mem::take(&mut new.noted).iter() {
                        new.earlier.insert(hash, Arc::new(exchange.clone()));
                    }
                }
            }
        }
        new.noted.put(hash, Exchange { path: Arc::clone(path), tree: Arc::clone(tree) });
        Self { loaded: Arc::clone(&self.loaded), changes: Some(Arc::new(new)) }
    }

    /// Whether it holds a definition that is no mapping at a path or on the way to it.
    pub fn has_leaf_on(&self, path: &[SegmentId]) -> bool {
        let mut definition = self.root();
        for &segment in path {
            if definition.value_kind() != Kind::Mapping {
                return true;
            }
            let Some(child) = definition.child(segment) else { return false };
            definition = child;
        }
        definition.value_kind() != Kind::Mapping
    }

    /// The layer with a definition put at `path`, which is not empty.
    pub fn with(&self, path: &[SegmentId], tree: &Arc<Tree>) -> Result<Self, InTheWay> {
        let mut root = PatchedMapping::over(self.root()).unwrap_or_default();
        root.put(path, 0, tree)?;
        Ok(self.patched(root))
    }

    /// The layer without its definition of `path`, which it has.
    #[must_use]
    pub fn without(&self, path: &[SegmentId]) -> Self {
        let mut root = PatchedMapping::over(self.root()).unwrap_or_default();
        root.take(path, 0);
        self.patched(root)
    }

    /// Where a definition of this layer comes from.
    pub fn origin(&self, definition: Definition<'_>) -> Origin {
        match definition {
            Definition::Node(tree, node) if Arc::ptr_eq(tree, &self.loaded.tree) => self.loaded.origin(node),
            Definition::Patched(mapping) => match &mapping.below {
                // The definition of what stands inside `replace` is the operator.
                Some((tree, node)) => self.origin(Definition::Node(tree, *node - u32::from(mapping.replace))),
                None => Self::set_origin(),
            },
            Definition::Node(..) => Self::set_origin(),
        }
    }

    /// The origin of what was set.
    pub(crate) fn set_origin() -> Origin {
        Origin { source: "set".into(), ..Origin::default() }
    }

    /// Whether this layer makes `path` secret; `defines` says whether it defines a leaf on it.
    pub fn hides(&self, path: &[SegmentId], defines: bool) -> bool {
        match &self.loaded.secret {
            Secret::Nothing => false,
            Secret::Everything => defines,
            Secret::Paths(paths) => paths.iter().any(|secret| path.starts_with(secret)),
        }
    }

    /// The layer's definitions as one tree without patches.
    #[must_use]
    pub fn flattened(&self) -> Arc<Tree> {
        if self.changes.is_none() { Arc::clone(&self.loaded.tree) } else { Arc::new(self.copied(&mut BTreeMap::new())) }
    }

    /// The layer without patches and with its segments in another table; all that it says of itself is as before.
    #[must_use]
    pub fn reinterned(&self, segments: &Arc<Interner>) -> Self {
        let (tree, origins) = if self.changes.is_none() {
            (self.loaded.tree.reinterned(segments), self.loaded.origins.clone())
        } else {
            let mut origins = BTreeMap::new();
            (self.copied(&mut origins).reinterned(segments), origins)
        };
        Self::new(Arc::new(self.loaded.reinterned(tree, origins)))
    }

    fn copied(&self, origins: &mut BTreeMap<NodeId, Origin>) -> Tree {
        let mut builder = TreeBuilder::new(Arc::clone(self.loaded.tree.segments()));
        self.copy(&mut builder, NO_SEGMENT, self.root(), origins);
        builder.finish()
    }

    fn copy(
        &self,
        builder: &mut TreeBuilder,
        segment: SegmentId,
        definition: Definition<'_>,
        origins: &mut BTreeMap<NodeId, Origin>,
    ) {
        let id = builder.len();
        match definition {
            Definition::Node(tree, node) => {
                builder.copy(segment, tree, node);
                if Arc::ptr_eq(tree, &self.loaded.tree) {
                    let own = self.loaded.origins.range(node..tree.node(node).end);
                    origins.extend(own.map(|(own, origin)| (own - node + id, origin.clone())));
                } else {
                    origins.extend((id..builder.len()).map(|set| (set, Self::set_origin())));
                }
            }
            Definition::Patched(mapping) => {
                if mapping.replace {
                    builder.open(segment, Kind::Replace);
                }
                let inner = builder.open(if mapping.replace { NO_SEGMENT } else { segment }, Kind::Mapping);
                origins.extend((id..=inner).map(|patched| (patched, self.origin(definition))));
                for name in definition.names() {
                    if let Some(child) = definition.child(name) {
                        self.copy(builder, name, child, origins);
                    }
                }
                builder.close();
                if mapping.replace {
                    builder.close();
                }
            }
        }
    }
}

/// Whether the two layers of each pair define the same: equal values, equal operators, in any order, wherever they stand.
pub fn same_definitions(pairs: &[(LayerVersion, LayerVersion)]) -> bool {
    let changes = |layer: &LayerVersion| layer.changes.as_ref().map(Arc::as_ptr);
    pairs.iter().all(|(one, other)| {
        (Arc::ptr_eq(&one.loaded, &other.loaded) && changes(one) == changes(other))
            || same_value(&one.flattened(), 0, &other.flattened(), 0)
    })
}
