//! Documents: bytes in, a layer with positions out.

use crate::layer::Position;

/// Why a document was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// Whether a limit was passed (`LimitError`) rather than a rule of the format broken (`ParseError`).
    pub limit: bool,
    /// Lower case, says what was expected; never a value.
    pub reason: String,
    /// Where, if known.
    pub position: Option<Position>,
}
