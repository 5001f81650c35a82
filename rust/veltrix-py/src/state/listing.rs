//! The children of a mapping as Python objects, kept for the next time that they are iterated.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
use veltrix_core::{EntryId, SegmentId};

/// The names of the children of one mapping, and their values.
pub struct Listing {
    pub names: Py<PyTuple>,
    /// The values of the base, unless one of them is not plain: the collector does not look in here.
    pub values: PyOnceLock<Option<Py<PyTuple>>>,
}

/// Which mapping it is: one of the base with its own children, or any other.
#[derive(PartialEq, Eq, Hash)]
pub enum ListingKey {
    Entry(EntryId),
    Path(Arc<[SegmentId]>),
}

impl Listing {
    pub fn new(names: Bound<'_, PyTuple>) -> Self {
        Self { names: names.unbind(), values: PyOnceLock::new() }
    }
}
