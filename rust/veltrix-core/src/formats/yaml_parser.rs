//! The parser: granit-parser's, with its limits set and its refusals put into our words.

use crate::limits::MAX_DEPTH;
use granit_parser::{ErrorKind, Event, Marker, Parser, ScanError, Span, options};

use super::document_error::{DocumentError, SURROGATE};
use crate::tree::Position;

/// The parser reads ahead by as many brackets as a key may be long, before it says how the first one begins.
const NESTING_LIMIT: usize = 2048;

/// The events of a text, those of all its documents.
pub fn events(text: &str) -> impl Iterator<Item = Result<(Event<'_>, Span), DocumentError>> {
    let limits = options! { flow_nesting_limit: NESTING_LIMIT, block_nesting_limit: NESTING_LIMIT };
    Parser::new_from_str_with_options(text, limits).map(|event| event.map_err(|error| refused(&error, text)))
}

/// A position that the parser names.
pub fn position(marker: &Marker) -> Position {
    Position { line: marker.line() as u32, column: marker.col() as u32 + 1 }
}

/// A document that is deeper than any valid one.
pub fn too_deep(position: Position) -> DocumentError {
    DocumentError::limit(format!("deeper than {MAX_DEPTH} levels"), position)
}

/// What the parser refuses, in the words that all documents share where there are such.
fn refused(error: &ScanError, text: &str) -> DocumentError {
    let position = position(error.marker());
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(position),
        ErrorKind::MissingLowSurrogate | ErrorKind::UnpairedLowSurrogate | ErrorKind::InvalidLowSurrogate => {
            DocumentError::syntax(SURROGATE, position)
        }
        // The parser calls a comma the end of the text where a value is to begin.
        ErrorKind::UnexpectedEofImplicitFlowMapping if text.chars().nth(error.marker().index()) == Some(',') => {
            DocumentError::syntax("expected a value, not ','", position)
        }
        _ => DocumentError::syntax(error.info(), position),
    }
}
