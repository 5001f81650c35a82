//! Reading a snapshot or a view.

pub mod cache_answer;
pub mod reading;
pub mod children;
pub mod missing;
pub mod whole;
pub mod handing_over;
pub mod type_slots;
pub mod current_slots;
pub mod settings;
pub mod explain;
