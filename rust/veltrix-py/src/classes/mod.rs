//! One file for each Python class, and its methods.

pub mod key;
pub mod layer;
pub mod layer_arguments;
pub mod mapping_views;
pub mod methods;
pub mod view;
pub mod difference;
pub mod overrides;
pub mod overlays;
pub mod snapshot;
pub mod current;
pub mod scope;
pub mod scope_slot;
pub mod with_layers;
pub mod resolve;
