//! In what one tree of definitions differs from another: both are walked in step.
//!
//! A file that was read again mostly says what it said, in the same order. So the children of two mappings are compared
//! one beside the other, and nothing is looked up or allocated for as long as their names agree.

use crate::interner::SegmentId;
use crate::same_value::identical;
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// One difference of two trees.
#[derive(Debug)]
pub enum TreeChange {
    /// A definition came, went or changed: its node in either tree.
    Definition { path: Box<[SegmentId]>, old: Option<NodeId>, new: Option<NodeId> },
    /// A mapping of both trees has other children, or another order of them; the differences of the children come first.
    Names { path: Box<[SegmentId]> },
}

/// In what `new` differs from `old`, a tree of the same table; `None` where that is more than `left` definitions,
/// from which they are counted off.
pub fn tree_diff(old: &Tree, new: &Tree, left: &mut usize) -> Option<Vec<TreeChange>> {
    let mut walk = Walk { old, new, path: Vec::new(), left, changes: Vec::new() };
    walk.mappings(0, 0)?;
    Some(walk.changes)
}

struct Walk<'a> {
    old: &'a Tree,
    new: &'a Tree,
    path: Vec<SegmentId>,
    /// How many more definitions may differ.
    left: &'a mut usize,
    changes: Vec<TreeChange>,
}

impl Walk<'_> {
    /// Compares what two mappings define.
    fn mappings(&mut self, before: NodeId, after: NodeId) -> Option<()> {
        let (old, new) = (self.old, self.new);
        let (mut theirs, mut ours) = (old.children(before), new.children(after));
        let (first, second) = loop {
            match (theirs.next(), ours.next()) {
                (None, None) => return Some(()),
                (Some(x), Some(y)) if old.node(x).segment == new.node(y).segment => self.child(x, y)?,
                parted => break parted,
            }
        };
        for x in first.into_iter().chain(theirs) {
            let name = old.node(x).segment;
            match new.child(after, name) {
                Some(y) => self.child(x, y)?,
                None => self.differs(name, Some(x), None)?,
            }
        }
        for y in second.into_iter().chain(ours) {
            let name = new.node(y).segment;
            if old.child(before, name).is_none() {
                self.differs(name, None, Some(y))?;
            }
        }
        self.count(1)?;
        self.changes.push(TreeChange::Names { path: self.path.as_slice().into() });
        Some(())
    }

    /// Compares two definitions of one name.
    #[inline]
    fn child(&mut self, before: NodeId, after: NodeId) -> Option<()> {
        let node = self.old.node(before);
        if node.kind == Kind::Mapping && self.new.node(after).kind == Kind::Mapping {
            self.path.push(node.segment);
            self.mappings(before, after)?;
            self.path.pop();
            return Some(());
        }
        if identical(self.old, before, self.new, after) {
            return Some(());
        }
        self.differs(node.segment, Some(before), Some(after))
    }

    fn differs(&mut self, name: SegmentId, old: Option<NodeId>, new: Option<NodeId>) -> Option<()> {
        let definitions = |tree: &Tree, node: Option<NodeId>| {
            node.map_or(0, |node| match tree.node(node).kind {
                Kind::Mapping | Kind::Replace => (tree.node(node).end - node) as usize,
                _ => 1,
            })
        };
        self.count(definitions(self.old, old).max(definitions(self.new, new)))?;
        let path = self.path.iter().copied().chain([name]).collect();
        self.changes.push(TreeChange::Definition { path, old, new });
        Some(())
    }

    fn count(&mut self, definitions: usize) -> Option<()> {
        *self.left = self.left.checked_sub(definitions)?;
        Some(())
    }
}
