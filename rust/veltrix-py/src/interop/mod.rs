//! CPython and the process: C calls, classes of the package, memory, panics, forks.

pub mod ffi;
pub mod str_access;
pub mod alloc;
pub mod imports;
pub mod error;
pub mod panic;
pub mod fork;
