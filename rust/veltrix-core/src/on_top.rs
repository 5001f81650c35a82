//! A layer on top of all others: one walk down its definitions and, beside it, down what the snapshot has.
//!
//! A value on top of a value, or of nothing, wins whatever lower layers say, and conflicts with none of them. So they are
//! asked only where a definition is an operator, or a mapping meets a value.

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::PathState;
use crate::derivation::{Derivation, Stop};
use crate::interner::{ROOT_HASH, SegmentId, path_hash};
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::rule::Mergeable as _;
use crate::snapshot::{Found, located};
use crate::value::Kind;
use crate::walk::Outcome;

impl Derivation<'_> {
    /// Brings in all that a layer on top of the stack defines.
    pub fn put_on_top(&mut self, layer: &LayerVersion) -> Result<(), Stop> {
        self.mapping_on_top(&mut Vec::new(), ROOT_HASH, 0, layer.root())
    }

    /// Brings in a mapping that merges with one that stands at its path.
    fn mapping_on_top(
        &mut self,
        path: &mut Vec<SegmentId>,
        hash: u64,
        entry: EntryId,
        mapping: Definition<'_>,
    ) -> Result<(), Stop> {
        let mut has_new = false;
        match mapping {
            Definition::Node(tree, node) => {
                for child in tree.children(node) {
                    let name = tree.node(child).segment;
                    has_new |= self.child_on_top(path, (hash, entry), name, Definition::Node(tree, child))?;
                }
            }
            Definition::Patched(_) => {
                for name in mapping.names() {
                    if let Some(child) = mapping.child(name) {
                        has_new |= self.child_on_top(path, (hash, entry), name, child)?;
                    }
                }
            }
        }
        // What stood keeps its place: only a new name changes the children.
        if has_new {
            self.mark(path, true);
        }
        Ok(())
    }

    /// Brings in a child of a mapping; whether it is one more.
    fn child_on_top(
        &mut self,
        path: &mut Vec<SegmentId>,
        (above, mapping): (u64, EntryId),
        name: SegmentId,
        definition: Definition<'_>,
    ) -> Result<bool, Stop> {
        let base = &self.old.base;
        let hash = path_hash(above, base.segments().get(name).hash);
        let entry = if mapping == NO_ENTRY { None } else { base.named_child(mapping, hash, name) };
        path.push(name);
        let at = located(base, Some(&self.delta), path, hash, entry);
        let (found, entry) = (at.found, at.entry);
        let is_new = match (definition, found) {
            (Definition::Node(tree, node), Found::Leaf(..) | Found::Missing) if tree.node(node).kind.is_value() => {
                let is_new = matches!(found, Found::Missing);
                self.put_at(hash, entry, path, PathState::Leaf(tree.clone(), node))?;
                is_new
            }
            (_, Found::Mapping(entry)) if definition.kind() == Kind::Mapping => {
                self.mapping_on_top(path, hash, entry, definition)?;
                false
            }
            (_, Found::Missing) if definition.kind() == Kind::Mapping => {
                self.list(path, Outcome::Mapping(vec![definition]))?;
                true
            }
            _ => {
                self.compare(path, None, Some(definition))?;
                false
            }
        };
        path.pop();
        Ok(is_new)
    }
}
