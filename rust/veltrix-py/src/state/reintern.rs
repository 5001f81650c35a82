//! What snapshots are derived from.
//!
//! A segment stays in its table for as long as the table is used. So the names that overlays of one long-lived snapshot
//! bring, each of them dropped after a request, would add up. Once they are many, the snapshot resolves its layers anew
//! on a table of its own, and what is derived from it then starts there; what it holds itself stays as it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use veltrix_core as kernel;

use crate::convert::kernel_error::kernel_error;
use crate::state::value_cache::ValueCache;

/// A kernel's snapshot, and what was read from its base.
pub struct Parent<'a> {
    pub kernel: &'a Arc<kernel::Snapshot>,
    pub cache: &'a Arc<ValueCache>,
}

type Anew = (Arc<kernel::Snapshot>, Arc<ValueCache>);

/// A snapshot's own content on a table of its own, if that was needed.
#[derive(Default)]
pub struct Reinterned(Mutex<Option<Anew>>);

impl Reinterned {
    /// The content of a snapshot whose table is worn on one that is not.
    #[cold]
    pub fn of(&self, py: Python<'_>, worn: &kernel::Snapshot) -> PyResult<Anew> {
        let known = self.lock().clone();
        if let Some(known) = known.filter(|(kernel, _)| !kernel.base.needs_reintern()) {
            return Ok(known);
        }
        let kernel = worn.reinterned().map_err(|error| kernel_error(py, worn.segments(), error))?;
        let cache = Arc::new(ValueCache::new(kernel.base.entries().len()));
        let anew = (Arc::new(kernel), cache);
        // The one before goes when the lock is free again: what it lets go may run code.
        let before = self.lock().replace(anew.clone());
        drop(before);
        Ok(anew)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Anew>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
