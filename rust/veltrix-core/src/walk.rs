//! The walk down a stack of layers: what one path resolves to, without a base.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::{ConflictSide, Error};
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::resolve::extend;
use crate::rule::{Conflicts, Mergeable as _, Verdict, judge};
use crate::tree::{NodeId, Tree, TreeBuilder};
use crate::value::Kind;

/// What a walk down the layers ends at.
pub enum Outcome<'a> {
    /// Nothing.
    Absent,
    /// One node's value.
    Leaf(&'a Arc<Tree>, NodeId),
    /// A list to be made: the definitions, how many of them extend, and what they extend.
    Extended(Vec<Definition<'a>>, usize, Option<usize>),
    /// The definitions that count, highest first.
    Mapping(Vec<Definition<'a>>),
}

/// The names that definitions of one mapping give, highest definition first, in the order of first appearance.
pub fn merged_names(definitions: &[Definition<'_>]) -> impl Iterator<Item = SegmentId> {
    let alone = definitions.len() == 1;
    let mut seen = HashSet::new();
    let names = definitions.iter().rev().copied().flat_map(Definition::names);
    names.filter(move |&name| alone || seen.insert(name))
}

/// Resolves one path from a stack: how many of its segments were walked, and what stands there. A walk that meets a
/// value, or nothing, before the end of the path stops there.
pub fn walk<'a>(
    stack: &'a [LayerVersion],
    conflicts: Conflicts,
    path: &[SegmentId],
) -> Result<(usize, Outcome<'a>), Error> {
    let mut definitions: Vec<Definition<'a>> = stack.iter().rev().map(LayerVersion::root).collect();
    for (depth, &segment) in path.iter().enumerate() {
        let below = definitions.into_iter().filter_map(|definition| definition.child(segment)).collect();
        match decide(stack, conflicts, &path[..=depth], below)? {
            Outcome::Mapping(counted) => definitions = counted,
            other => return Ok((depth + 1, other)),
        }
    }
    Ok((path.len(), Outcome::Mapping(definitions)))
}

/// Judges the definitions of one path, highest first.
pub fn decide<'a>(
    stack: &'a [LayerVersion],
    conflicts: Conflicts,
    path: &[SegmentId],
    mut definitions: Vec<Definition<'a>>,
) -> Result<Outcome<'a>, Error> {
    Ok(match judge(&definitions, conflicts) {
        Verdict::Absent => Outcome::Absent,
        Verdict::Leaf(at) => match definitions[at].value() {
            Definition::Node(tree, node) => Outcome::Leaf(tree, node),
            mapping @ Definition::Patched(_) => Outcome::Mapping(vec![mapping]),
        },
        Verdict::Mapping(count) => {
            definitions.truncate(count);
            Outcome::Mapping(definitions)
        }
        Verdict::Extended { extensions, onto } => Outcome::Extended(definitions, extensions, onto),
        Verdict::Conflict(upper, lower) => {
            let [upper, lower] = [upper, lower].map(|at| Box::new(side(stack, path, definitions[at])));
            return Err(Error::Conflict { path: path.to_vec(), upper, lower });
        }
    })
}

/// The list that list operators make.
pub fn made_list(
    segments: &Arc<Interner>,
    definitions: &[Definition<'_>],
    extensions: usize,
    onto: Option<usize>,
) -> (Arc<Tree>, u32) {
    let parts: Vec<_> = definitions[..extensions]
        .iter()
        .chain(onto.map(|at| &definitions[at]))
        .filter_map(|definition| match (*definition, definition.value()) {
            (Definition::Node(tree, node), Definition::Node(_, list)) => {
                Some((tree.node(node).kind, Arc::clone(tree), list))
            }
            _ => None,
        })
        .collect();
    let mut made = TreeBuilder::new(Arc::clone(segments));
    made.open(NO_SEGMENT, Kind::List);
    let node = extend(&mut made, &parts, extensions);
    (Arc::new(made.finish()), node)
}

fn side(stack: &[LayerVersion], path: &[SegmentId], definition: Definition<'_>) -> ConflictSide {
    let word = definition.word();
    let owner = stack.iter().rev().find(|layer| layer.definition(path).is_some_and(|own| own.same(definition)));
    let (layer, origin) =
        owner.map_or_else(Default::default, |layer| (layer.loaded.name.clone(), layer.origin(definition)));
    ConflictSide { layer, word, origin }
}
