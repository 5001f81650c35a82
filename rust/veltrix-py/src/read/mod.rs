//! Reading a snapshot or a view.

pub mod reading;
pub mod type_slots;
pub mod explain;
