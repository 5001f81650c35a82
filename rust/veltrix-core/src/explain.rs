//! Explain: every definition of a path, highest first, and what became of it.

use std::sync::Arc;

use crate::interner::SegmentId;
use crate::layer::Origin;
use crate::layer_version::LayerVersion;
use crate::lookup::inside;
use crate::patch::Definition;
use crate::path::Step;
use crate::rule::{Mergeable as _, Verdict, judge};
use crate::snapshot::Snapshot;
use crate::tree::{NodeId, Position, Tree};
use crate::value::Kind;
use crate::walk::made_list;

/// What became of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It decides.
    Wins,
    /// It gives a part.
    Merges,
    /// It does not count.
    Overridden,
}

impl Role {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wins => "wins",
            Self::Merges => "merges",
            Self::Overridden => "overridden",
        }
    }
}

/// One definition.
#[derive(Clone, Debug)]
pub struct ExplainedDefinition {
    /// Its layer.
    pub layer: String,
    /// How many segments of the path lead to it; fewer than all where a value stands in the way.
    pub depth: usize,
    /// Its kind.
    pub kind: Kind,
    /// The kind of its value, operators seen through.
    pub held: Kind,
    /// Its value; `None` for mappings and `delete`.
    pub value: Option<(Arc<Tree>, NodeId)>,
    /// Where it comes from.
    pub origin: Origin,
    /// What became of it.
    pub role: Role,
}

/// What a path resolves to.
#[derive(Clone, Debug)]
pub enum ExplainedValue {
    /// Nothing.
    Absent,
    /// A value.
    Leaf(Arc<Tree>, NodeId),
    /// A mapping.
    Mapping,
}

/// Why a path has its value.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What it resolves to.
    pub answer: ExplainedValue,
    /// Every definition, highest first.
    pub items: Vec<ExplainedDefinition>,
    /// Whether the path is secret.
    pub secret: bool,
}

impl Explanation {
    /// The index of the definition that decides, and whose origin is the path's.
    pub fn deciding(&self) -> Option<usize> {
        self.items.iter().position(|item| item.role == Role::Wins)
    }

    /// Where steps inside the value lead to a definition of its own, if one layer gave the whole value and knows.
    pub fn position_inside(&self, steps: &[Step<'_>]) -> Option<Position> {
        let ExplainedValue::Leaf(tree, node) = &self.answer else { return None };
        if self.items.iter().any(|item| item.role == Role::Merges) {
            return None;
        }
        tree.position(inside(tree, *node, steps, 0).ok()?)
    }
}

impl Snapshot {
    /// Explains a path.
    pub fn explain(&self, path: &[SegmentId]) -> Explanation {
        let mut items: Vec<(usize, ExplainedDefinition)> = Vec::new();
        for (at, layer) in self.stack.iter().enumerate().rev() {
            if let Some((depth, definition)) = nearest(layer, path) {
                items.push((at, item(layer, depth, definition)));
            }
        }
        let (answer, roles) = self.roles(path);
        for (at, item) in &mut items {
            if let Some((_, role)) = roles.iter().find(|(layer, _)| layer == at)
                && item.depth == path.len()
            {
                item.role = *role;
            }
        }
        if matches!(answer, ExplainedValue::Absent)
            && let Some((_, highest)) = items.first_mut()
        {
            highest.role = Role::Wins;
        }
        let items = items.into_iter().map(|(_, item)| item).collect();
        Explanation { answer, items, secret: self.is_secret(path) }
    }

    /// What a path resolves to, and the layers whose definitions of it count.
    fn roles(&self, path: &[SegmentId]) -> (ExplainedValue, Vec<(usize, Role)>) {
        let mut layers: Vec<usize> = (0..self.stack.len()).rev().collect();
        let mut definitions: Vec<Definition<'_>> = self.stack.iter().rev().map(LayerVersion::root).collect();
        for (depth, &segment) in path.iter().enumerate() {
            let below: Vec<(usize, Definition<'_>)> = layers
                .iter()
                .zip(&definitions)
                .filter_map(|(&layer, definition)| definition.child(segment).map(|child| (layer, child)))
                .collect();
            layers = below.iter().map(|(layer, _)| *layer).collect();
            definitions = below.into_iter().map(|(_, definition)| definition).collect();
            let last = depth + 1 == path.len();
            match judge(&definitions, self.conflicts) {
                Verdict::Mapping(count) => {
                    layers.truncate(count);
                    definitions.truncate(count);
                }
                _ if !last => return (ExplainedValue::Absent, Vec::new()),
                Verdict::Absent | Verdict::Conflict(..) => return (ExplainedValue::Absent, Vec::new()),
                Verdict::Leaf(at) => {
                    let Definition::Node(tree, node) = definitions[at].value() else { break };
                    return (ExplainedValue::Leaf(Arc::clone(tree), node), vec![(layers[at], Role::Wins)]);
                }
                Verdict::Extended { extensions, onto } => {
                    let (tree, node) = made_list(self.segments(), &definitions, extensions, onto);
                    let counted = (0..extensions).chain(onto);
                    let roles =
                        counted.map(|at| (layers[at], if at == 0 { Role::Wins } else { Role::Merges })).collect();
                    return (ExplainedValue::Leaf(tree, node), roles);
                }
            }
        }
        let roles =
            layers.iter().enumerate().map(|(at, &layer)| (layer, if at == 0 { Role::Wins } else { Role::Merges }));
        (ExplainedValue::Mapping, roles.collect())
    }
}

/// The definition of a path in a layer; where it has none, of the value or the innermost `replace` on its way.
fn nearest<'a>(layer: &'a LayerVersion, path: &[SegmentId]) -> Option<(usize, Definition<'a>)> {
    let mut definition = layer.root();
    let mut above = None;
    for (depth, &segment) in path.iter().enumerate() {
        if definition.value_kind() != Kind::Mapping {
            return Some((depth, definition));
        }
        if definition.kind() == Kind::Replace {
            above = Some((depth, definition));
        }
        let Some(child) = definition.child(segment) else { return above };
        definition = child;
    }
    Some((path.len(), definition))
}

fn item(layer: &LayerVersion, depth: usize, definition: Definition<'_>) -> ExplainedDefinition {
    let (kind, held) = (definition.kind(), definition.value_kind());
    let value = match definition.value() {
        Definition::Node(tree, node) if held != Kind::Mapping && held != Kind::Delete => Some((Arc::clone(tree), node)),
        _ => None,
    };
    ExplainedDefinition {
        layer: layer.loaded.name.clone(),
        depth,
        kind,
        held,
        value,
        origin: layer.origin(definition),
        role: Role::Overridden,
    }
}
