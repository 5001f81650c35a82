//! The kernel of Veltrix: layers in, a flat immutable snapshot out.
//!
//! ```text
//! documents ──► layers ──► resolve ──► base ──► snapshot ──► lookup
//!   formats     tree        rule       base     snapshot ◄── delta
//!               layer       resolve             derive · diff · explain · digest
//!               patch
//! ```
//! The modules stand in the order in which data flows; each one knows only those above it. What a host needs is named
//! here, beside the path grammar, the document formats and the interner.
#![forbid(unsafe_code)]

pub mod limits;
mod hash;
pub mod path;
pub mod interner;
mod sorted_paths;
mod value;
mod tree;
mod same_value;
mod tree_diff;
pub mod formats;
mod layer;
mod hamt;
mod host_value;
mod edit_log;
mod rule;
mod patch;
mod layer_version;
mod error;
mod index;
mod base;
mod base_diff;
mod resolve;
mod path_filter;
mod delta;
mod walk;
mod snapshot;
mod reintern;
mod lookup;
mod equality;
mod overlay_places;
mod small_overlay;
mod overlay_data;
mod diff;
mod derivation;
mod on_top;
mod derive;
mod layer_changes;
mod carried_scope;
mod edit;
mod explain;
mod digest;
mod read_cache;
mod recent;

pub use base::{BaseNames, EntryId, NO_ENTRY};
pub use carried_scope::CarriedScope;
pub use delta::{Delta, Listing, PathState};
pub use derive::StackChange;
pub use diff::{Difference, Leaf, What, diff};
pub use digest::canonical;
pub use equality::{Child, equal};
pub use error::{ConflictSide, Error};
pub use explain::{ExplainedDefinition, ExplainedValue, Explanation, Role};
pub use hash::{ROOT_HASH, path_tag};
pub use host_value::{HostValue, give_back_with};
pub use interner::{Interner, NO_SEGMENT, SegmentId};
pub use layer::{Layer, Origin, Secret};
pub use layer_changes::LayerChanges;
pub use layer_version::{LayerVersion, same_definitions};
pub use lookup::{Beside, Target, siblings};
pub use overlay_data::OverlayEvent;
pub use patch::Definition;
pub use path_filter::PathFilter;
pub use read_cache::{Known, ReadCache, Wanted};
pub use recent::{Recent, hash_of_parts};
pub use reintern::{Reinterned, forked};
pub use rule::{Conflicts, Mergeable};
pub use small_overlay::{Overlaid, OverlaidPath, Overlay, SmallOverlay, Standing};
pub use snapshot::{Found, MappingPath, Snapshot};
pub use sorted_paths::SortedPaths;
pub use tree::{NodeId, Position, Tree, TreeBuilder};
pub use value::{Date, Kind, Scalar, Time};
