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

pub mod hash;
pub mod path;
pub mod segments;
pub mod value;
pub mod layer;
pub mod formats;
pub mod record;
pub mod trie;
pub mod recent;
pub mod rule;
pub mod patch;
pub mod stacked;
pub mod error;
pub mod index;
pub mod base;
pub mod resolve;
pub mod delta;
pub mod snapshot;
pub mod diff;
pub mod derive;
pub mod edit;
pub mod explain;
pub mod digest;
pub mod front;
