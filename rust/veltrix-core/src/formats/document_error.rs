//! Why a document was refused, and where.

use crate::tree::Position;

/// The reason for text that no UTF-8 can carry.
pub const SURROGATE: &str = "a lone surrogate, which UTF-8 cannot carry, in the text";

/// Why a document was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// Whether a limit was passed (`LimitError`) rather than a rule of the format broken (`ParseError`).
    pub limit: bool,
    /// Lower case, says what was expected; never text of the document.
    pub reason: String,
    /// Where, if known.
    pub position: Option<Position>,
    /// The canonical path that it is about, if it is about one.
    pub path: Option<String>,
}

impl DocumentError {
    /// A rule of the format or of Veltrix that the document breaks.
    pub fn syntax(reason: impl Into<String>, position: Position) -> Self {
        Self { limit: false, reason: reason.into(), position: Some(position), path: None }
    }

    /// A limit that the document passes.
    pub fn limit(reason: impl Into<String>, position: Position) -> Self {
        Self { limit: true, ..Self::syntax(reason, position) }
    }

    /// A key that stands a second time.
    pub fn duplicate(path: String, first: Position, position: Position) -> Self {
        let (line, column) = (first.line, first.column);
        let reason = format!("duplicate key (first at line {line}, column {column})");
        Self { path: Some(path), ..Self::syntax(reason, position) }
    }
}
