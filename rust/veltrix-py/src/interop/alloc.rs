//! Objects made for Python by code that may run out of memory.
//!
//! PyO3 turns a Rust `&str` or number into an object by itself and panics where CPython has no memory left. Wrapped in
//! [`Text`] or [`Int`] they become the same objects, or CPython's `MemoryError`.

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};

use crate::interop::ffi;

/// A text that becomes a `str`.
#[derive(Clone, Copy)]
pub struct Text<T>(pub T);

impl<'py, T: AsRef<str>> IntoPyObject<'py> for Text<T> {
    type Target = PyString;
    type Output = Bound<'py, PyString>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        ffi::new_str(py, self.0.as_ref())
    }
}

/// A number that becomes an `int`.
#[derive(Clone, Copy)]
pub struct Int(pub i64);

impl<'py> IntoPyObject<'py> for Int {
    type Target = PyInt;
    type Output = Bound<'py, PyInt>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        ffi::new_int(py, self.0)
    }
}

/// A tuple of texts.
pub fn texts<'py, 'a>(py: Python<'py>, texts: impl IntoIterator<Item = &'a str>) -> PyResult<Bound<'py, PyTuple>> {
    let texts = texts.into_iter().map(|text| ffi::new_str(py, text).map(Bound::into_any));
    ffi::new_tuple(py, texts.collect::<PyResult<Vec<_>>>()?)
}

/// `repr(object)`.
pub fn shown<T>(object: &Bound<'_, T>) -> PyResult<String> {
    let bytes = ffi::encoded(&object.as_any().repr()?, c"backslashreplace")?;
    Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
}
