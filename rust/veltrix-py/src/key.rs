//! The class `Key`.

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use pyo3::{PyTraverseError, PyVisit};

/// A handle on one value: `key.value` is read at the speed of an attribute.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Key {
    pub path: String,
    #[pyo3(get)]
    pub value: Py<PyAny>,
}

#[pymethods]
impl Key {
    #[getter]
    fn path(&self) -> &str {
        &self.path
    }

    fn __setattr__(_slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyAttributeError::new_err("a Key is read-only"))
    }

    fn __delattr__(_slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(PyAttributeError::new_err("a Key is read-only"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<veltrix.Key {}>", PyString::new(py, &self.path).repr()?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.value)
    }
}
