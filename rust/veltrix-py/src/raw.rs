//! Thin safe wrappers over calls of the C interface that PyO3 has no fitting one for.
//!
//! One of the two files in which `unsafe` may stand; the other one is `slots.rs`.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// Calls `visit` with every key and value of a dict. A change of the dict while it runs ends or skips, and never
/// crashes; every pair that is visited is held for the time of the call.
pub fn each<'py>(
    dict: &Bound<'py, PyDict>,
    mut visit: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let py = dict.py();
    let mut position: ffi::Py_ssize_t = 0;
    loop {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `dict` is a dict and attached; the borrowed pair is turned into owned references before anything
        // else can run.
        let (key, value) = unsafe {
            if ffi::PyDict_Next(dict.as_ptr(), &raw mut position, &raw mut key, &raw mut value) == 0 {
                return Ok(());
            }
            (Bound::from_borrowed_ptr(py, key), Bound::from_borrowed_ptr(py, value))
        };
        visit(key, value)?;
    }
}

/// Whether a key of a dict is a `str` of a subclass.
pub fn has_odd_text_key(dict: &Bound<'_, PyDict>) -> PyResult<bool> {
    let mut odd = false;
    each(dict, |key, _| {
        odd |= exact(&key) != Exact::Str && key.is_instance_of::<PyString>();
        Ok(())
    })?;
    Ok(odd)
}

/// The UTF-8 of an exact `str`; `None` where it holds a lone surrogate.
pub fn text<'a>(string: &'a Bound<'_, PyString>) -> Option<&'a str> {
    string.to_str().ok()
}

/// The integer if it fits 64 bits.
pub fn small_int(object: &Bound<'_, PyAny>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `object` is an exact `int`, for which this raises nothing.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}

/// The plain types, told apart by their type object alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Exact {
    None,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    List,
    Tuple,
    Dict,
    Other,
}

/// Which plain type an object is exactly.
pub fn exact(object: &Bound<'_, PyAny>) -> Exact {
    let kind = object.get_type_ptr();
    if kind == &raw mut ffi::PyUnicode_Type {
        Exact::Str
    } else if kind == &raw mut ffi::PyLong_Type {
        Exact::Int
    } else if kind == &raw mut ffi::PyDict_Type {
        Exact::Dict
    } else if kind == &raw mut ffi::PyFloat_Type {
        Exact::Float
    } else if kind == &raw mut ffi::PyBool_Type {
        Exact::Bool
    } else if object.is_none() {
        Exact::None
    } else if kind == &raw mut ffi::PyList_Type {
        Exact::List
    } else if kind == &raw mut ffi::PyTuple_Type {
        Exact::Tuple
    } else if kind == &raw mut ffi::PyBytes_Type {
        Exact::Bytes
    } else {
        Exact::Other
    }
}
