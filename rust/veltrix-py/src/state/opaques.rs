//! Objects that the kernel never looks into, by the handles under which it knows them.

use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Two sets of opaque objects as one.
pub fn joined(py: Python<'_>, one: Option<&Py<PyDict>>, other: Option<Py<PyDict>>) -> PyResult<Option<Py<PyDict>>> {
    match (one, other) {
        (None, other) => Ok(other),
        (Some(one), None) => Ok(Some(one.clone_ref(py))),
        (Some(one), Some(other)) => {
            let both = one.bind(py).copy()?;
            both.update(other.bind(py).as_mapping())?;
            Ok(Some(both.unbind()))
        }
    }
}
