//! Why a stack does not resolve, or a snapshot cannot be derived.

use crate::interner::SegmentId;
use crate::layer::Origin;

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictSide {
    /// The name of the layer.
    pub layer: String,
    /// The word for the type of its value.
    pub word: &'static str,
    /// Where it comes from.
    pub origin: Origin,
}

/// The errors of resolving and deriving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Two definitions of one path cannot stand together.
    Conflict {
        /// The path.
        path: Vec<SegmentId>,
        /// The higher definition.
        upper: Box<ConflictSide>,
        /// The lower one.
        lower: Box<ConflictSide>,
    },
    /// More layers than a stack may have.
    TooManyLayers,
}
