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

/// The UTF-8 of an exact `str`; `None` where it holds a lone surrogate.
#[inline]
pub fn text<'a>(string: &'a Bound<'_, PyString>) -> Option<&'a str> {
    let object = string.as_ptr();
    // SAFETY: `string` is a `str`; a compact ASCII one has one byte a character behind its header, and neither moves nor
    // changes while it is borrowed.
    unsafe {
        if ffi::PyUnicode_IS_COMPACT_ASCII(object) != 0 {
            let length = ffi::PyUnicode_GET_LENGTH(object).cast_unsigned();
            let bytes = std::slice::from_raw_parts(ffi::PyUnicode_DATA(object).cast::<u8>(), length);
            return Some(std::str::from_utf8_unchecked(bytes));
        }
    }
    string.to_str().ok()
}

/// The integer if it fits 64 bits.
pub fn small_int(object: &Bound<'_, PyAny>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `object` is an exact `int`, for which this raises nothing.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}

/// A reference to an object that [`release`] gives back, as a number.
pub fn hold(object: &Bound<'_, PyAny>) -> usize {
    object.clone().into_ptr() as usize
}

/// Gives back what [`hold`] gave; nothing for 0.
pub fn release(py: Python<'_>, held: usize) {
    if held != 0 {
        // SAFETY: the number is a strong reference from `hold` that nobody gave back yet.
        drop(unsafe { Bound::from_owned_ptr(py, held as *mut ffi::PyObject) });
    }
}

/// Whether a held exact `str` has the text of another one.
pub fn same_text(held: usize, key: &Bound<'_, PyString>) -> bool {
    // SAFETY: the number stands for a held exact `str`, and `key` is attached.
    unsafe { same_str(held as *mut ffi::PyObject, key.as_ptr()) }
}

/// Whether two exact `str` objects have one text.
///
/// # Safety
/// Both are valid exact `str` objects, and the thread is attached.
#[inline]
pub unsafe fn same_str(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> bool {
    if left == right {
        return true;
    }
    // SAFETY: both are exact `str` objects (the caller's promise), so that length, kind and data are theirs.
    unsafe {
        let length = ffi::PyUnicode_GET_LENGTH(left);
        let kind = ffi::PyUnicode_KIND(left);
        if length != ffi::PyUnicode_GET_LENGTH(right) || kind != ffi::PyUnicode_KIND(right) {
            return false;
        }
        let bytes = length.cast_unsigned() * kind as usize;
        let (a, b) = (ffi::PyUnicode_DATA(left).cast::<u8>(), ffi::PyUnicode_DATA(right).cast::<u8>());
        same_bytes(a, b, bytes)
    }
}

/// Whether two runs of bytes are the same; eight at a time, the last eight overlapping, as keys are short.
///
/// # Safety
/// Both point to at least `length` readable bytes.
#[inline]
unsafe fn same_bytes(a: *const u8, b: *const u8, length: usize) -> bool {
    // SAFETY: every read lies within `length` bytes of its start.
    unsafe {
        if length < 8 {
            return (0..length).all(|at| *a.add(at) == *b.add(at));
        }
        let word = |from: *const u8, at: usize| from.add(at).cast::<u64>().read_unaligned();
        let mut at = 0;
        while at + 8 <= length {
            if word(a, at) != word(b, at) {
                return false;
            }
            at += 8;
        }
        word(a, length - 8) == word(b, length - 8)
    }
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
