//! Lookup: where the steps of a path lead, from a mapping of a snapshot into its values.

use std::sync::Arc;

use crate::base::EntryId;
use crate::interner::SegmentId;
use crate::limits::{LONGEST_SIBLING, SIBLINGS};
use crate::path::Step;
use crate::snapshot::{Found, MappingPath, Snapshot, hash_of};
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// What a path leads to.
#[derive(Debug)]
pub enum Target<'a> {
    /// A value, or what stands inside of one; the entry and the path hash are those of the whole value.
    Leaf {
        /// The tree of the value.
        tree: &'a Arc<Tree>,
        /// Its node.
        node: NodeId,
        /// The entry of the whole value in the base, if it is the base's.
        entry: EntryId,
        /// The hash of the path of the whole value.
        hash: u64,
    },
    /// A mapping.
    Mapping(MappingPath),
    /// Nothing: so many steps lead to something.
    Missing {
        /// How many.
        depth: usize,
    },
}

/// What stands where a step leads nowhere.
#[derive(Debug)]
pub enum Beside<'a> {
    /// A mapping.
    Mapping(MappingPath),
    /// A mapping in a list, with the [`siblings`] in it.
    Names(Vec<&'a str>),
    /// A list of so many items.
    Items(usize),
    /// Any other value.
    Nothing,
}

impl Snapshot {
    /// Where steps lead from a mapping.
    pub fn look_up(&self, from: &MappingPath, steps: &[Step<'_>]) -> Target<'_> {
        let mut path = from.path.to_vec();
        for (depth, step) in steps.iter().enumerate() {
            let Step::Name(name) = step else { return Target::Missing { depth } };
            let Some(id) = self.segments().find(name) else { return Target::Missing { depth } };
            path.push(id);
            match self.find_path(&path) {
                Found::Missing => return Target::Missing { depth },
                Found::Mapping(_) => {}
                Found::Leaf(tree, node, entry) => {
                    return match inside(tree, node, steps, depth + 1) {
                        Ok(node) => Target::Leaf { tree, node, entry, hash: hash_of(self.segments(), &path) },
                        Err(depth) => Target::Missing { depth },
                    };
                }
            }
        }
        self.mapping_at(&path).map_or(Target::Missing { depth: steps.len() }, Target::Mapping)
    }

    /// What an error may say of what steps lead to.
    pub fn beside(&self, from: &MappingPath, steps: &[Step<'_>]) -> Beside<'_> {
        match self.look_up(from, steps) {
            Target::Mapping(mapping) => Beside::Mapping(mapping),
            Target::Leaf { tree, node, .. } if tree.node(node).kind == Kind::Mapping => {
                let name = |child| &*tree.segments().get(tree.node(child).segment).text;
                Beside::Names(siblings(tree.children(node).map(name)).collect())
            }
            Target::Leaf { tree, node, .. } if tree.node(node).kind == Kind::List => {
                Beside::Items(tree.children(node).count())
            }
            Target::Leaf { .. } | Target::Missing { .. } => Beside::Nothing,
        }
    }

    /// The segments from the root of a path of plain names that leads from a mapping to something.
    pub fn plain_path(&self, from: &MappingPath, text: &str) -> Option<Vec<SegmentId>> {
        let below = text.split('.').map(|name| self.segments().find(name));
        from.path.iter().map(|&id| Some(id)).chain(below).collect()
    }

    /// The steps of the path of a mapping.
    pub fn steps(&self, of: &MappingPath) -> Vec<Step<'_>> {
        of.path.iter().map(|&id| Step::Name((&*self.segments().get(id).text).into())).collect()
    }
}

/// What the error of a missing name keeps of the names beside it.
pub fn siblings<'a>(names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let is_short = |name: &&str| name.len() <= LONGEST_SIBLING || name.chars().count() <= LONGEST_SIBLING;
    names.take(SIBLINGS).filter(is_short)
}

/// What steps from `depth` on lead to inside a value, or how many of the steps lead to something.
pub fn inside(tree: &Tree, mut node: NodeId, steps: &[Step<'_>], depth: usize) -> Result<NodeId, usize> {
    for (at, step) in steps.iter().enumerate().skip(depth) {
        let found = match (step, tree.node(node).kind) {
            (Step::Index(index), Kind::List) => {
                usize::try_from(*index).ok().and_then(|index| tree.children(node).nth(index))
            }
            (Step::Name(name), Kind::Mapping) => {
                tree.children(node).find(|&child| *tree.segments().get(tree.node(child).segment).text == **name)
            }
            _ => None,
        };
        node = found.ok_or(at)?;
    }
    Ok(node)
}
