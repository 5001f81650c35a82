//! Reading a snapshot or a view.

pub mod reading;
pub mod cache_answer;
pub mod type_slots;
pub mod explain;
