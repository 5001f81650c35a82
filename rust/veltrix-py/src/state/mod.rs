//! What the Python classes hold.

pub mod listing;
pub mod value_cache;
pub mod small_overlay;
pub mod opaques;
pub mod dimensions;
pub mod scope_cache;
pub mod slot;
pub mod snapshot;
pub mod known_overlay;
pub mod current;
pub mod view;
pub mod view_pool;
