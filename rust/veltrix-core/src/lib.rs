//! The kernel of Veltrix: layers in, a flat immutable snapshot out.
//!
//! ```text
//! documents ──► layers ──► resolve ──► base ──► snapshot ──► lookup
//! ```
#![forbid(unsafe_code)]

pub mod formats;
pub mod layer;
pub mod path;
pub mod segments;
pub mod value;
