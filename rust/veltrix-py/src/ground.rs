//! What snapshots are derived from.
//!
//! A segment stays in its table for as long as the table is used. So the names that overlays of one long-lived snapshot
//! bring, each of them dropped after a request, would add up. Once they are many, the snapshot resolves its layers anew
//! on a table of its own, and what is derived from it then starts there; what it holds itself stays as it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use veltrix_core::snapshot as kernel;

use crate::cache::Cache;
use crate::error::kernel_error;

/// A kernel's snapshot, and what was read from its base.
#[derive(Clone)]
pub struct Ground {
    pub kernel: Arc<kernel::Snapshot>,
    pub cache: Arc<Cache>,
}

/// A snapshot's own content on a table of its own, if that was needed.
#[derive(Default)]
pub struct Renewed(Mutex<Option<Ground>>);

impl Renewed {
    /// These two, or the same content on a table that is not worn.
    pub fn unworn(&self, py: Python<'_>, kernel: &Arc<kernel::Snapshot>, cache: &Arc<Cache>) -> PyResult<Ground> {
        if !kernel.base.is_worn() {
            return Ok(Ground { kernel: Arc::clone(kernel), cache: Arc::clone(cache) });
        }
        let known = self.lock().clone();
        if let Some(known) = known.filter(|known| !known.kernel.base.is_worn()) {
            return Ok(known);
        }
        let kernel = kernel.renewed().map_err(|error| kernel_error(py, kernel.segments(), error))?;
        let cache = Arc::new(Cache::new(kernel.base.entries().len()));
        let ground = Ground { kernel: Arc::new(kernel), cache };
        // The worn one goes when the lock is free again: what it lets go may run code.
        let worn = self.lock().replace(ground.clone());
        drop(worn);
        Ok(ground)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Ground>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
