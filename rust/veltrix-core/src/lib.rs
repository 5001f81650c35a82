//! The kernel of Veltrix: layers in, a flat immutable snapshot out.
//!
//! ```text
//! documents ──► layers ──► resolve ──► base ──► snapshot ──► lookup
//!   formats     tree        rule       base     snapshot ◄── delta
//!               layer       resolve             derive · diff · explain · digest
//!               patch
//! ```
//! The modules stand in the order in which data flows; each one knows only those above it.
#![forbid(unsafe_code)]

pub mod hash;
pub mod path;
pub mod interner;
pub mod value;
pub mod tree;
pub mod formats;
pub mod layer;
pub mod hamt;
pub mod edit_log;
pub mod rule;
pub mod patch;
pub mod layer_version;
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
pub mod read_cache;

pub use layer::Layer;
pub use snapshot::Snapshot;
