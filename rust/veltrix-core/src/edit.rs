//! Edits: one definition put into a layer of the stack, or taken out of it.

use std::sync::Arc;

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::PathState;
use crate::derive::limit;
use crate::error::{ConflictSide, Error};
use crate::interner::{NO_SEGMENT, SegmentId};
use crate::layer_version::LayerVersion;
use crate::rule::Mergeable as _;
use crate::same_value::same_value;
use crate::snapshot::{Found, Location, Snapshot, locate};
use crate::tree::{NodeId, Tree};

impl Snapshot {
    /// The snapshot with the root of `tree` as the definition of `path` in the layer at this index of the stack.
    pub fn set(&self, layer: usize, path: &Arc<[SegmentId]>, tree: &Arc<Tree>) -> Result<Self, Error> {
        if let Some(exchanged) = self.exchanged(layer, path, tree) {
            return Ok(exchanged);
        }
        let edited = &self.stack[layer];
        let patched = edited.with(path, tree).map_err(|stop| in_the_way(edited, &path[..stop.depth]))?;
        self.with_definition(layer, &patched, path, Some(tree))
    }

    /// The snapshot without the definition of `path` that the layer at this index of the stack has.
    pub fn delete(&self, layer: usize, path: &[SegmentId]) -> Result<Self, Error> {
        self.with_definition(layer, &self.stack[layer].without(path), path, None)
    }

    /// The same as [`Self::set`] where one simple value takes the place of another: the new one wins where the old one
    /// won, and loses where it lost, so that no other layer needs to be asked. `None` where it is not so simple.
    fn exchanged(&self, layer: usize, path: &Arc<[SegmentId]>, tree: &Arc<Tree>) -> Option<Self> {
        if !tree.node(0).kind.is_simple() {
            return None;
        }
        let Location { found: Found::Leaf(current, at, in_base), hash, entry } =
            locate(&self.base, self.delta.as_ref(), path)
        else {
            return None;
        };
        let edited = &self.stack[layer];
        let (before, node) =
            if self.is_as_loaded(edited, current, at, in_base) { (current, at) } else { edited.simple(hash, path)? };
        let mut new = self.clone();
        if Arc::ptr_eq(current, before) && at == node {
            let delta = new.delta.get_or_insert_default();
            delta.put(hash, path, entry, PathState::Leaf(Arc::clone(tree), 0)).ok()?;
            if delta.len() > limit(self.base.entries().len()) {
                return None;
            }
            new.generation += u64::from(!same_value(before, node, tree, 0));
        } else if same_value(current, at, before, node) {
            // Perhaps it is this one that wins: it may have taken the place of an equal one unnoticed.
            return None;
        }
        Arc::make_mut(&mut new.stack)[layer] = edited.exchanged(hash, path, tree);
        Some(new)
    }

    /// Whether a leaf that wins is a simple definition that a layer still has as it was loaded.
    fn is_as_loaded(&self, layer: &LayerVersion, current: &Arc<Tree>, at: NodeId, in_base: EntryId) -> bool {
        let value = current.node(at);
        // What an operator holds has no name; the definition is the operator.
        in_base != NO_ENTRY
            && value.kind.is_simple()
            && value.segment != NO_SEGMENT
            && Arc::ptr_eq(current, &layer.loaded.tree)
            // The stack may hold one layer twice, and the other one may have lost the definition before the base was made.
            // Else what the base has from a layer is what that still says: had it changed since, it were listed.
            && self.stack.iter().filter(|other| Arc::ptr_eq(current, &other.loaded.tree)).count() == 1
    }
}

/// The conflict of what is to be set below a path with the value that the layer has there.
fn in_the_way(layer: &LayerVersion, path: &[SegmentId]) -> Error {
    let side = |word, origin| Box::new(ConflictSide { layer: layer.loaded.name.clone(), word, origin });
    let upper = side("mapping", LayerVersion::set_origin());
    let found = layer.definition(path);
    let lower = found.map_or_else(|| upper.clone(), |found| side(found.word(), layer.origin(found)));
    Error::Conflict { path: path.to_vec(), upper, lower }
}
