//! The plain types of Python data.

use pyo3::ffi;
use pyo3::prelude::*;

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

/// Which plain type an object is exactly. Plain types are static objects of the interpreter, which is why their addresses
/// tell.
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
