//! What a layer on top of a snapshot changes: found once, and shared by all scopes that choose the layer.
//!
//! ```text
//!   layer eu      ──► changes ──┐
//!   layer winter  ──► changes ──┴──► the delta of the snapshot, and these ──► a scope
//! ```
//! A layer mostly gives plain values to paths where values stand, or to new ones, in mappings that are there or that it
//! brings. What it changes so is found by going down it and the base side by side, and such changes of several layers are
//! put together: the highest that gives a path a value wins. Anything else that it says, an operator say, may change what
//! another layer of the scope gave, and is derived from all layers in each scope: it, and what stands below it. A scope in
//! which a new path is a value to one layer and a mapping to another is derived as a whole.

use std::sync::Arc;

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::{Delta, PathChange, PathState};
use crate::derivation::Derived;
use crate::derive::{limit, most_on_top};
use crate::error::Error;
use crate::hash::{ROOT_HASH, path_hash};
use crate::host_value::HostValue;
use crate::interner::SegmentId;
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::resolve::check_count;
use crate::snapshot::{Found, Snapshot, at_entry};
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// What a layer on top of one snapshot changes.
#[derive(Debug)]
pub struct LayerChanges {
    tree: Arc<Tree>,
    plain: Vec<(u64, Arc<PathChange>)>,
    /// What has to be derived, and where its definition stands.
    others: Vec<(Box<[SegmentId]>, NodeId)>,
}

/// A walk down a layer and the base of a snapshot, side by side.
struct SideBySide<'a> {
    snapshot: &'a Snapshot,
    tree: &'a Arc<Tree>,
    path: Vec<SegmentId>,
    plain: Vec<(u64, Arc<PathChange>)>,
    others: Vec<(Box<[SegmentId]>, NodeId)>,
}

impl SideBySide<'_> {
    /// Goes down a mapping that both have.
    fn go(&mut self, node: NodeId, hash: u64, entry: EntryId) {
        let (base, delta) = (&*self.snapshot.base, self.snapshot.delta.as_ref());
        let mut holds_new = false;
        for child in self.tree.children(node) {
            let segment = self.tree.node(child).segment;
            let below = path_hash(hash, base.segments().get(segment).hash);
            let known = base.named_child(entry, below, segment);
            self.path.push(segment);
            let found = known.map_or(Found::Missing, |known| at_entry(base, delta, below, known));
            match (self.tree.node(child).kind, found, known) {
                (_, _, None) if delta.is_some_and(|delta| delta.lists(below)) => self.leave(child),
                (Kind::Mapping, Found::Mapping(known), _) if known != NO_ENTRY => self.go(child, below, known),
                (kind, Found::Leaf(..) | Found::Missing, _) if kind.is_value() => {
                    holds_new |= matches!(found, Found::Missing);
                    self.note_value(below, known.unwrap_or(NO_ENTRY), child);
                }
                (Kind::Mapping, Found::Missing, None) => {
                    let so_far = self.plain.len();
                    if self.go_new(child, below).is_some() {
                        holds_new = true;
                    } else {
                        self.plain.truncate(so_far);
                        self.leave(child);
                    }
                }
                _ => self.leave(child),
            }
            self.path.pop();
        }
        if holds_new {
            self.note_mapping(hash, entry);
        }
    }

    /// Goes down a mapping that the snapshot does not have; `None` where it does not hold plain values alone, or nothing:
    /// whether it stays empty is for other layers to say. The path is then as it was.
    fn go_new(&mut self, node: NodeId, hash: u64) -> Option<()> {
        let depth = self.path.len();
        let mut is_plain = true;
        let mut is_empty = true;
        for child in self.tree.children(node) {
            let segment = self.tree.node(child).segment;
            let below = path_hash(hash, self.snapshot.base.segments().get(segment).hash);
            is_plain &= self.snapshot.delta.as_ref().is_none_or(|delta| !delta.lists(below));
            self.path.push(segment);
            match self.tree.node(child).kind {
                Kind::Mapping => is_plain &= self.go_new(child, below).is_some(),
                kind if kind.is_value() => self.note_value(below, NO_ENTRY, child),
                _ => is_plain = false,
            }
            self.path.truncate(depth);
            is_empty = false;
        }
        self.note_mapping(hash, NO_ENTRY);
        (is_plain && !is_empty).then_some(())
    }

    fn note_value(&mut self, hash: u64, entry: EntryId, node: NodeId) {
        self.note(hash, entry, PathState::Leaf(Arc::clone(self.tree), node));
    }

    fn note_mapping(&mut self, hash: u64, entry: EntryId) {
        self.note(hash, entry, PathState::Mapping { empty: false });
    }

    fn note(&mut self, hash: u64, entry: EntryId, state: PathState) {
        let change = PathChange { path: self.path.as_slice().into(), entry, state, value: HostValue::default() };
        self.plain.push((hash, Arc::new(change)));
    }

    /// Leaves a definition to be derived.
    fn leave(&mut self, node: NodeId) {
        self.others.push((self.path.as_slice().into(), node));
    }
}

impl Snapshot {
    /// What a layer on top changes; `None` where it is patched.
    pub fn layer_changes(&self, layer: &LayerVersion) -> Option<LayerChanges> {
        let Definition::Node(tree, 0) = layer.root() else { return None };
        let mut walk = SideBySide { snapshot: self, tree, path: Vec::new(), plain: Vec::new(), others: Vec::new() };
        walk.go(0, ROOT_HASH, 0);
        let SideBySide { plain, others, .. } = walk;
        Some(LayerChanges { tree: Arc::clone(tree), plain, others })
    }

    /// The snapshot with layers on top whose changes are known; `None` where they cannot be put together.
    pub fn with_changes_on_top(
        &self,
        layers: &[LayerVersion],
        changes: &[Arc<LayerChanges>],
    ) -> Result<Option<Self>, Error> {
        let stack: Arc<[LayerVersion]> = self.stack.iter().chain(layers).cloned().collect();
        check_count(&stack)?;
        let derived = layers.iter().zip(changes).filter(|(_, changes)| !changes.others.is_empty());
        if derived.map(|(layer, _)| layer.size()).sum::<usize>() > most_on_top(self.base.entries().len()) {
            return Ok(None);
        }
        let mut all = Vec::with_capacity(changes.iter().map(|layer| layer.plain.len()).sum());
        for (number, layer) in changes.iter().enumerate() {
            let of_layer = layer.plain.iter().enumerate();
            all.extend(of_layer.map(|(at, (hash, _))| (Delta::order(*hash), number as u32, at as u32)));
        }
        all.sort_unstable();
        let change = |&(_, number, at): &(u64, u32, u32)| &changes[number as usize].plain[at as usize];
        let mut listed = Vec::with_capacity(all.len());
        for same in all.chunk_by(|one, other| one.0 == other.0) {
            let Some((highest, lower)) = same.split_last() else { continue };
            let (hash, top) = change(highest);
            let is_mapping = |change: &PathChange| matches!(change.state, PathState::Mapping { .. });
            // Two paths of one hash, or a value and a mapping at one path.
            let differs = |lower: &PathChange| lower.path != top.path || is_mapping(lower) != is_mapping(top);
            if lower.iter().any(|lower| differs(&change(lower).1)) {
                return Ok(None);
            }
            listed.push((*hash, Arc::clone(top)));
        }
        let mut delta = self.delta.clone().unwrap_or_default();
        if delta.list(listed).is_err() {
            return Ok(None);
        }
        if delta.len() > limit(self.base.entries().len()) {
            return Ok(None);
        }
        self.derived_from(delta, stack, Derived::OnTop, |derivation| {
            changes.iter().try_for_each(|layer| {
                let mut others = layer.others.iter();
                others.try_for_each(|(path, node)| {
                    derivation.compare(&mut path.to_vec(), None, Some(Definition::Node(&layer.tree, *node)))
                })
            })
        })
        .map(Some)
    }
}
