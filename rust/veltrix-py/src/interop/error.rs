//! Errors to raise, made at once.

use pyo3::PyTypeInfo;
use pyo3::call::PyCallArgs;
use pyo3::exceptions::{PyAttributeError, PyRecursionError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::interop::alloc::Text;

/// An instance of a class as the error to raise.
pub fn raise<'py>(class: PyResult<&Bound<'py, PyAny>>, arguments: impl PyCallArgs<'py>) -> PyErr {
    match class.and_then(|class| class.call1(arguments)) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// An error that is made at once: one that PyO3 makes later panics, without memory, where nothing catches it.
fn error<E: PyTypeInfo>(py: Python<'_>, text: impl AsRef<str>) -> PyErr {
    raise(Ok(py.get_type::<E>().as_any()), (Text(text),))
}

/// A `TypeError`.
pub fn type_error(py: Python<'_>, text: impl AsRef<str>) -> PyErr {
    error::<PyTypeError>(py, text)
}

/// A `ValueError`.
pub fn value_error(py: Python<'_>, text: impl AsRef<str>) -> PyErr {
    error::<PyValueError>(py, text)
}

/// An `AttributeError`.
pub fn attribute_error(py: Python<'_>, text: impl AsRef<str>) -> PyErr {
    error::<PyAttributeError>(py, text)
}

/// A `RecursionError`.
pub fn recursion_error(py: Python<'_>, text: impl AsRef<str>) -> PyErr {
    error::<PyRecursionError>(py, text)
}
