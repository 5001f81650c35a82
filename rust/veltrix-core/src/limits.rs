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
/// Of so many names beside a missing one an error keeps those that are not too long.
pub const SIBLINGS: usize = 1_000;
/// The most characters of a name that it keeps.
pub const LONGEST_SIBLING: usize = 300;
/// The most layers of a stack.
pub const MAX_LAYERS: usize = 1_000;
/// How many scopes a snapshot keeps unless it is given another number.
pub const MAX_SCOPES: usize = 16_384;
/// How many bytes they may take, by the estimate of the next two, unless it is given another number.
pub const MAX_SCOPE_BYTES: usize = 64 << 20;
/// What a scope is taken to need for itself, in bytes.
pub const SCOPE_BYTES: usize = 1_024;
/// What it is taken to need for each value of its layers, in bytes.
pub const SCOPED_VALUE_BYTES: usize = 64;
/// The most pins inside of one another.
pub const MAX_PINS: usize = 1_000;
