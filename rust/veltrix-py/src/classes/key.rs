//! The class `Key`.

use pyo3::prelude::*;
use pyo3::types::PyType;
use pyo3::{PyTraverseError, PyVisit};

use crate::classes::methods::read_only;
use crate::interop::alloc::{Text, shown};
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::interop::imports;

/// A handle on one value of a snapshot: `key.value` is read at the speed of an attribute.
///
/// Specified in docs/semantics.md#objects-of-declared-types.
///
/// Example:
///     >>> port = snapshot.key("server.port", int)
///     >>> port.path, port.value
///     ('server.port', 8080)
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Key {
    pub path: String,
    /// The value, or an object of the type that was given.
    #[pyo3(get)]
    pub value: Py<PyAny>,
}

#[pymethods]
impl Key {
    /// The canonical text of the whole path.
    #[getter]
    fn path(&self) -> Text<&str> {
        Text(&self.path)
    }

    fn __setattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Key"))
    }

    fn __delattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Key"))
    }

    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        imports::generic_alias(class.py())?.call1((class, item))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<Text<String>> {
        Ok(Text(format!("<veltrix.Key {}>", shown(&ffi::new_str(py, &self.path)?)?)))
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        Err(type_error(slf.py(), "cannot pickle 'Key' object"))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.value)
    }
}
