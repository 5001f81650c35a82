//! Documents: bytes in, a layer with positions out.
//!
//! ```text
//! bytes ──► text (UTF-8, no BOM) ──► toml | json | yaml | dotenv ──events──► DocumentBuilder ──► layer
//! ```
//! The formats only know syntax. What all documents share (depth, duplicate keys, operators, limits)
//! stands once, in [`document`].

mod cursor;
pub mod document;
mod document_error;
mod dotenv;
mod json;
mod position;
mod toml;
mod toml_scalar;
mod toml_tables;
pub mod yaml;
pub mod yaml_compose;
pub mod yaml_nodes;
mod yaml_parser;
mod yaml_scalar;

use std::sync::Arc;

use crate::interner::Interner;
use crate::limits::DOCUMENT_LIMIT;
use crate::tree::{Position, Tree};
use document::DocumentBuilder;
pub use document_error::DocumentError;
use document_error::SURROGATE;
use position::position_of;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML 1.0.
    Toml,
    /// JSON, RFC 8259.
    Json,
    /// YAML 1.2, core schema.
    Yaml,
    /// Lines of `NAME=value`.
    Env,
}

impl Format {
    /// All formats, by the names that callers give them.
    pub const NAMED: [(&str, Self); 4] =
        [("toml", Self::Toml), ("json", Self::Json), ("yaml", Self::Yaml), ("env", Self::Env)];

    /// The format of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|&(_, format)| format)
    }

    /// What a message calls them: `'toml', … or 'env'`.
    pub fn names() -> String {
        let [first @ .., (last, _)] = &Self::NAMED;
        let first: Vec<String> = first.iter().map(|(name, _)| format!("'{name}'")).collect();
        format!("{} or '{last}'", first.join(", "))
    }
}

/// Reads a document into a layer on this table of segments.
pub fn parse(format: Format, bytes: &[u8], segments: Arc<Interner>) -> Result<Tree, DocumentError> {
    if bytes.len() > DOCUMENT_LIMIT {
        let reason = "a document of more than 16 MiB".into();
        return Err(DocumentError { limit: true, reason, position: None, path: None });
    }
    let text = decode(bytes)?;
    let document = DocumentBuilder::new(segments);
    match format {
        Format::Toml => toml::parse(text, document),
        Format::Json => json::parse(text, document),
        Format::Yaml => yaml::parse(text, document),
        Format::Env => dotenv::parse(text, document),
    }
}

/// The text after an optional byte order mark.
fn decode(bytes: &[u8]) -> Result<&str, DocumentError> {
    let start = Position { line: 1, column: 1 };
    let wide = match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [0, 0, 0, _, ..] | [_, 0, 0, 0, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, _, ..] | [_, 0, ..] => Some("UTF-16"),
        _ => None,
    };
    if let Some(name) = wide {
        return Err(DocumentError::syntax(format!("not UTF-8 (looks like {name})"), start));
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(body).map_err(|error| {
        let good = error.valid_up_to();
        let reason = match body[good..] {
            [0xED, 0xA0..=0xBF, ..] => SURROGATE,
            _ => "not UTF-8",
        };
        DocumentError::syntax(reason, position_of(body, good))
    })
}
