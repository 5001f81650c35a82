//! The kernel of Veltrix: layers in, a flat immutable snapshot out.
//!
//! ```text
//! documents ──► layers ──► resolve ──► base ──► snapshot ──► lookup
//!   formats     layer       rule       base     snapshot ◄── delta
//!               record      resolve             derive · diff · explain · digest
//!               patch
//! ```
//! The modules stand in the order in which data flows; each one knows only those above it.
#![forbid(unsafe_code)]

pub mod base;
pub mod delta;
pub mod derive;
pub mod diff;
pub mod digest;
pub mod error;
pub mod explain;
pub mod formats;
pub mod hash;
pub mod layer;
pub mod patch;
pub mod path;
pub mod record;
pub mod resolve;
pub mod rule;
pub mod segments;
pub mod snapshot;
pub mod trie;
pub mod value;
