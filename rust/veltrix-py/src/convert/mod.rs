//! Python data to the kernel's and back.

pub mod builtin_type;
pub mod operators;
pub mod from_python;
pub mod to_python;
pub mod scalars;
pub mod mapping_items;
pub mod key_cache;
pub mod origin;
pub mod path;
pub mod kernel_error;
