//! What a Python `View` holds.

use pyo3::prelude::*;
use veltrix_core::MappingPath;

use crate::state::snapshot::Snapshot;

/// A read-only mapping over one inner mapping of a snapshot.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct View {
    pub snapshot: Py<Snapshot>,
    pub mapping: MappingPath,
}
