//! Errors to raise, made at once.

use pyo3::PyTypeInfo;
use pyo3::call::PyCallArgs;
use pyo3::exceptions::{PyAttributeError, PyBaseException, PyRecursionError, PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::interop::alloc::Text;
use crate::interop::ffi;

/// An instance of a class as the error to raise.
pub fn raise<'py>(class: PyResult<&Bound<'py, PyAny>>, arguments: impl PyCallArgs<'py>) -> PyErr {
    raise_made(class.and_then(|class| class.call1(arguments)))
}

/// An instance, if it could be made, as the error to raise.
pub fn raise_made(made: PyResult<Bound<'_, PyAny>>) -> PyErr {
    match made.and_then(|error| Ok(error.cast_into::<PyBaseException>()?)) {
        Ok(error) => ffi::raised(&error),
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
