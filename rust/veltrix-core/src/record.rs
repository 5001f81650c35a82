//! A named layer: its definitions, where they come from, what is secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::layer::{Layer, NodeId, Position};
use crate::segments::SegmentId;

/// Where definitions of a layer come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
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
    /// These paths and all beneath them, in the whole stack.
    Paths(Vec<Box<[SegmentId]>>),
}

/// A named layer.
#[derive(Debug)]
pub struct Record {
    /// Its name.
    pub name: String,
    /// Its definitions; the root is a mapping.
    pub tree: Arc<Layer>,
    /// Where they come from, unless `places` says otherwise for a node.
    pub place: Place,
    /// Nodes that come from a place of their own.
    pub places: BTreeMap<NodeId, Place>,
    /// What is secret.
    pub secret: Secret,
}

impl Record {
    /// Where a node of this layer comes from.
    pub fn place(&self, node: NodeId) -> Place {
        self.places.get(&node).cloned().unwrap_or_else(|| Place {
            position: self.tree.position(node).or(self.place.position),
            ..self.place.clone()
        })
    }

    /// The same layer with its segments in the table of `tree`, which is its tree there, with `places`.
    #[must_use]
    pub fn rebased(&self, tree: Layer, places: BTreeMap<NodeId, Place>) -> Self {
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
        Self { name: self.name.clone(), tree: Arc::new(tree), place: self.place.clone(), places, secret }
    }
}
