//! A named layer: its definitions, where they come from, what is secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::interner::SegmentId;
use crate::tree::{NodeId, Position, Tree};

/// Where definitions of a layer come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The word for the kind of source: `mapping`, `file`, `environment`, …
    pub source: String,
    /// The document, if there is one.
    pub file: Option<String>,
    /// The variable, if there is one.
    pub variable: Option<String>,
    /// Line and column, if known.
    pub position: Option<Position>,
}

/// What a layer marks as secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// Nothing.
    Nothing,
    /// Every leaf that the layer defines.
    Everything,
    /// These paths and all below them, in the whole stack.
    Paths(Vec<Box<[SegmentId]>>),
}

/// A named layer.
#[derive(Debug)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its definitions; the root is a mapping.
    pub tree: Arc<Tree>,
    /// Where they come from, unless `origins` says otherwise for a node.
    pub origin: Origin,
    /// Nodes that come from an origin of their own.
    pub origins: BTreeMap<NodeId, Origin>,
    /// What is secret.
    pub secret: Secret,
}

impl Layer {
    /// Where a node of this layer comes from.
    pub fn origin(&self, node: NodeId) -> Origin {
        self.origins.get(&node).cloned().unwrap_or_else(|| Origin {
            position: self.tree.position(node).or(self.origin.position),
            ..self.origin.clone()
        })
    }

    /// The same layer with its segments in the table of `tree`, which is its tree there, with `origins`.
    #[must_use]
    pub fn reinterned(&self, tree: Tree, origins: BTreeMap<NodeId, Origin>) -> Self {
        let secret = match &self.secret {
            Secret::Paths(paths) => Secret::Paths(
                paths
                    .iter()
                    .map(|path| {
                        path.iter().map(|&id| tree.segments().intern(&self.tree.segments().get(id).text)).collect()
                    })
                    .collect(),
            ),
            other => other.clone(),
        };
        Self { name: self.name.clone(), tree: Arc::new(tree), origin: self.origin.clone(), origins, secret }
    }
}
