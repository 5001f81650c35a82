//! Objects that the kernel never looks into, by the handles under which it knows them.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::interop::ffi;

/// Those of a set that have one of these handles.
pub fn those_of<'py>(
    held: &Bound<'py, PyDict>,
    handles: impl IntoIterator<Item = u64>,
) -> PyResult<Bound<'py, PyDict>> {
    let needed = ffi::new_dict(held.py())?;
    for handle in handles {
        let handle = ffi::new_int(held.py(), handle.cast_signed())?;
        if let Some(object) = held.get_item(&handle)? {
            needed.set_item(handle, object)?;
        }
    }
    Ok(needed)
}

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
