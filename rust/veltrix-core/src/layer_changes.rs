//! What a layer on top of a snapshot changes: found once, and shared by all scopes that choose the layer.
//!
//! ```text
//!   layer eu      ──► changes ──┐
//!   layer winter  ──► changes ──┴──► the delta of the snapshot, and these ──► a scope
//! ```
//! A layer as most are gives plain values to paths where values stand, or to new ones in mappings that are there. What it
//! changes is found by going down it and the base side by side, and changes of several such layers are put together: the
//! highest that gives a path a value wins. Any other layer may change what another one of the scope gave, and nothing that
//! can be seen without that one: a deletion of what is not there yet, say. A scope with one is derived.

use std::sync::Arc;

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::{Delta, PathChange, PathState};
use crate::derive::limit;
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
pub struct LayerChanges(Vec<(u64, Arc<PathChange>)>);

/// A walk down a layer of plain values and the base of a snapshot, side by side.
struct SideBySide<'a> {
    snapshot: &'a Snapshot,
    tree: &'a Arc<Tree>,
    path: Vec<SegmentId>,
    changes: Vec<(u64, Arc<PathChange>)>,
}

impl SideBySide<'_> {
    /// Goes down a mapping that both have; `None` where the layer does more than give plain values.
    fn go(&mut self, node: NodeId, hash: u64, entry: EntryId) -> Option<()> {
        let (base, delta) = (&*self.snapshot.base, self.snapshot.delta.as_ref());
        let mut holds_new = false;
        for child in self.tree.children(node) {
            let segment = self.tree.node(child).segment;
            let below = path_hash(hash, base.segments().get(segment).hash);
            let known = base.named_child(entry, below, segment);
            self.path.push(segment);
            let found = match known {
                Some(known) => at_entry(base, delta, below, known),
                None if delta.is_some_and(|delta| delta.lists(below)) => return None,
                None => Found::Missing,
            };
            match (self.tree.node(child).kind, found, known) {
                (Kind::Mapping, Found::Mapping(known), _) if known != NO_ENTRY => self.go(child, below, known)?,
                (kind, Found::Leaf(..) | Found::Missing, _) if kind.is_value() => {
                    holds_new |= matches!(found, Found::Missing);
                    let state = PathState::Leaf(Arc::clone(self.tree), child);
                    self.note(below, known.unwrap_or(NO_ENTRY), state);
                }
                _ => return None,
            }
            self.path.pop();
        }
        if holds_new {
            self.note(hash, entry, PathState::Mapping { empty: false });
        }
        Some(())
    }

    fn note(&mut self, hash: u64, entry: EntryId, state: PathState) {
        let change = PathChange { path: self.path.as_slice().into(), entry, state, value: HostValue::default() };
        self.changes.push((hash, Arc::new(change)));
    }
}

impl Snapshot {
    /// What a layer on top changes; `None` where it does more than give plain values.
    pub fn layer_changes(&self, layer: &LayerVersion) -> Option<LayerChanges> {
        let Definition::Node(tree, 0) = layer.root() else { return None };
        let mut walk = SideBySide { snapshot: self, tree, path: Vec::new(), changes: Vec::new() };
        walk.go(0, ROOT_HASH, 0)?;
        Some(LayerChanges(walk.changes))
    }

    /// The snapshot with layers on top whose changes are known; `None` where they cannot be put together.
    pub fn with_changes_on_top(
        &self,
        layers: &[LayerVersion],
        changes: &[Arc<LayerChanges>],
    ) -> Result<Option<Self>, Error> {
        let stack: Arc<[LayerVersion]> = self.stack.iter().chain(layers).cloned().collect();
        check_count(&stack)?;
        let mut all = Vec::with_capacity(changes.iter().map(|layer| layer.0.len()).sum());
        for (number, layer) in changes.iter().enumerate() {
            let of_layer = layer.0.iter().enumerate();
            all.extend(of_layer.map(|(at, (hash, _))| (Delta::order(*hash), number as u32, at as u32)));
        }
        all.sort_unstable();
        let change = |&(_, number, at): &(u64, u32, u32)| &changes[number as usize].0[at as usize];
        let mut listed = Vec::with_capacity(all.len());
        for same in all.chunk_by(|one, other| one.0 == other.0) {
            let Some((highest, lower)) = same.split_last() else { continue };
            let (hash, top) = change(highest);
            // Two paths of one hash.
            if lower.iter().any(|lower| change(lower).1.path != top.path) {
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
        Ok(Some(Self {
            base: Arc::clone(&self.base),
            stack,
            delta: (!delta.is_empty()).then_some(delta),
            conflicts: self.conflicts,
            generation: self.generation,
        }))
    }
}
