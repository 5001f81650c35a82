//! The limits of input; `_limits.py` of the package says the same.

/// The most segments of a path.
pub const MAX_DEPTH: usize = 64;
/// The longest key of a document, in bytes.
pub const KEY_LIMIT: usize = 1 << 20;
/// The longest text of one value, in bytes.
pub const VALUE_LIMIT: usize = 8 << 20;
/// The largest document, in bytes.
pub const DOCUMENT_LIMIT: usize = 16 << 20;
/// The most digits of an integer in a text.
pub const DIGIT_LIMIT: usize = 4300;
/// How many names beside a missing one an error keeps.
pub const SIBLINGS: usize = 1_000;
