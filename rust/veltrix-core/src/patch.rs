//! Patches: what was set or deleted in a layer since it was loaded, without copying it.
//!
//! A patch is a tree of mappings beside the tree that was loaded: a mapping of a patch holds only what changed in it and
//! refers to the mapping `below` for the rest. [`Definition`] is a cursor over both, so that nothing else needs to know.

use std::sync::Arc;

use crate::hamt::Hamt;
use crate::interner::SegmentId;
use crate::rule;
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// A mapping of a layer in which something changed.
#[derive(Clone, Debug, Default)]
pub struct PatchedMapping {
    /// The mapping that it was before, if it was one.
    pub(crate) below: Option<(Arc<Tree>, NodeId)>,
    /// Whether the mapping stands inside `replace`.
    pub(crate) replace: bool,
    changes: Hamt<ChildChange>,
    /// The index that the next new child gets.
    next: u32,
}

/// What became of one child; `index` is given to children that stand after those of `below`.
#[derive(Clone, Debug)]
enum ChildChange {
    Removed,
    Value { tree: Arc<Tree>, index: Option<u32> },
    Mapping { mapping: Arc<PatchedMapping>, index: Option<u32> },
}

impl ChildChange {
    const fn index(&self) -> Option<u32> {
        match self {
            Self::Removed => None,
            Self::Value { index, .. } | Self::Mapping { index, .. } => *index,
        }
    }
}

/// A definition of some path in one layer.
#[derive(Clone, Copy, Debug)]
pub enum Definition<'a> {
    /// A node of the layer, or of a value that was set.
    Node(&'a Arc<Tree>, NodeId),
    /// A patched mapping.
    Patched(&'a Arc<PatchedMapping>),
}

impl rule::Mergeable for Definition<'_> {
    #[inline]
    fn kind(&self) -> Kind {
        match self {
            Self::Node(tree, node) => tree.node(*node).kind,
            Self::Patched(mapping) if mapping.replace => Kind::Replace,
            Self::Patched(_) => Kind::Mapping,
        }
    }

    fn held(&self) -> Kind {
        match self {
            Self::Node(tree, node) => tree.node(*node + 1).kind,
            Self::Patched(_) => Kind::Mapping,
        }
    }
}

impl Definition<'_> {
    /// The definition seen through `replace`, `append` and `prepend`: the value it holds.
    #[must_use]
    pub fn value(self) -> Self {
        match self {
            Self::Node(tree, node) if tree.node(node).kind.is_operator() && tree.node(node).kind != Kind::Delete => {
                Self::Node(tree, node + 1)
            }
            other => other,
        }
    }

    /// The definition of a child, if this is a mapping (or a `replace` that holds one).
    pub fn child(self, segment: SegmentId) -> Option<Self> {
        match self.value() {
            Self::Node(tree, node) if tree.node(node).kind == Kind::Mapping => {
                tree.child(node, segment).map(|child| Self::Node(tree, child))
            }
            Self::Node(..) => None,
            Self::Patched(mapping) => mapping.child(segment).map(|(child, _)| child),
        }
    }

    /// How many definitions that are no mapping there are at its path and below it.
    pub fn count(self) -> usize {
        match self.value() {
            Self::Node(tree, node) if tree.node(node).kind == Kind::Mapping => {
                tree.children(node).map(|child| Self::Node(tree, child).count()).sum()
            }
            Self::Node(..) => 1,
            Self::Patched(_) => self.names().into_iter().filter_map(|name| self.child(name)).map(Self::count).sum(),
        }
    }

    /// The names of the children in their order.
    pub fn names(self) -> Vec<SegmentId> {
        match self.value() {
            Self::Node(tree, node) if tree.node(node).kind == Kind::Mapping => {
                tree.children(node).map(|child| tree.node(child).segment).collect()
            }
            Self::Node(..) => Vec::new(),
            Self::Patched(mapping) => {
                let mut names = mapping.below().map(Definition::names).unwrap_or_default();
                let mut behind = Vec::new();
                let mut moved = Vec::new();
                mapping.changes.for_each(&mut |key, change| match change.index() {
                    Some(index) => {
                        behind.push((index, key as SegmentId));
                        moved.push(key as SegmentId);
                    }
                    None if matches!(change, ChildChange::Removed) => moved.push(key as SegmentId),
                    None => {}
                });
                if !moved.is_empty() {
                    moved.sort_unstable();
                    names.retain(|name| moved.binary_search(name).is_err());
                }
                behind.sort_unstable();
                names.extend(behind.into_iter().map(|(_, name)| name));
                names
            }
        }
    }

    /// Whether two definitions are the very same node.
    pub fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Node(a, left), Self::Node(b, right)) => Arc::ptr_eq(a, b) && left == right,
            (Self::Patched(a), Self::Patched(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

/// Why a definition could not be put into a layer: the value at this depth of the path is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTheWay {
    /// How many segments of the path lead to it.
    pub depth: usize,
}

impl PatchedMapping {
    fn below(&self) -> Option<Definition<'_>> {
        self.below.as_ref().map(|(tree, node)| Definition::Node(tree, *node))
    }

    /// How many of its children changed.
    pub(crate) const fn len(&self) -> usize {
        self.changes.len()
    }

    /// A patch over a definition that is a mapping or holds one; `None` for anything else.
    pub(crate) fn over(definition: Definition<'_>) -> Option<Self> {
        match definition {
            Definition::Patched(mapping) => Some(Self::clone(mapping)),
            Definition::Node(tree, node) => {
                let replace = tree.node(node).kind == Kind::Replace;
                let inner = if replace { node + 1 } else { node };
                (tree.node(inner).kind == Kind::Mapping).then(|| Self {
                    below: Some((Arc::clone(tree), inner)),
                    replace,
                    ..Self::default()
                })
            }
        }
    }

    /// Calls `visit` with every tree that its definitions stand in, some of them more than once.
    pub(crate) fn each_tree(&self, visit: &mut dyn FnMut(&Tree)) {
        self.changes.for_each(&mut |_, change| match change {
            ChildChange::Removed => {}
            ChildChange::Value { tree, .. } => visit(tree),
            ChildChange::Mapping { mapping, .. } => mapping.each_tree(visit),
        });
        if let Some((tree, _)) = &self.below {
            visit(tree);
        }
    }

    /// Puts a definition at `path`, the first `depth` segments of which lead to this mapping.
    pub(crate) fn put(&mut self, path: &[SegmentId], depth: usize, tree: &Arc<Tree>) -> Result<(), InTheWay> {
        let segment = path[depth];
        if depth + 1 < path.len()
            && let Some(ChildChange::Mapping { .. }) = self.changes.get(u64::from(segment))
            && let Some(ChildChange::Mapping { mapping, .. }) = self.changes.get_mut(u64::from(segment))
        {
            return Arc::make_mut(mapping).put(path, depth + 1, tree);
        }
        let known = self.child(segment);
        // A child that stands already keeps its index; a new one stands after all others.
        let index = known.map_or(Some(self.next + 1), |(_, index)| index);
        let new = known.is_none();
        let change = if depth + 1 == path.len() {
            ChildChange::Value { tree: Arc::clone(tree), index }
        } else {
            let mut mapping = match known {
                Some((definition, _)) => Self::over(definition).ok_or(InTheWay { depth: depth + 1 })?,
                None => Self::default(),
            };
            mapping.put(path, depth + 1, tree)?;
            ChildChange::Mapping { mapping: Arc::new(mapping), index }
        };
        self.next += u32::from(new);
        self.changes.insert(u64::from(segment), change);
        Ok(())
    }

    /// The definition of a child, and its index if it stands after those of `below`.
    fn child(&self, segment: SegmentId) -> Option<(Definition<'_>, Option<u32>)> {
        match self.changes.get(u64::from(segment)) {
            Some(ChildChange::Removed) => None,
            Some(ChildChange::Value { tree, index }) => Some((Definition::Node(tree, 0), *index)),
            Some(ChildChange::Mapping { mapping, index }) => Some((Definition::Patched(mapping), *index)),
            None => Some((self.below()?.child(segment)?, None)),
        }
    }

    /// Takes the definition at `path` out, the first `depth` segments of which lead to this mapping.
    pub(crate) fn take(&mut self, path: &[SegmentId], depth: usize) {
        let segment = path[depth];
        if depth + 1 == path.len() {
            self.changes.insert(u64::from(segment), ChildChange::Removed);
            return;
        }
        let Some((definition, index)) = self.child(segment) else { return };
        let Some(mut mapping) = Self::over(definition) else { return };
        mapping.take(path, depth + 1);
        self.changes.insert(u64::from(segment), ChildChange::Mapping { mapping: Arc::new(mapping), index });
    }
}
