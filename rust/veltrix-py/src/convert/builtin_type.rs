//! The plain types of Python data.

use pyo3::ffi;
use pyo3::prelude::*;

/// The plain types, distinguished by their type object alone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BuiltinType {
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
pub fn builtin_type(object: &Bound<'_, PyAny>) -> BuiltinType {
    let kind = object.get_type_ptr();
    if kind == &raw mut ffi::PyUnicode_Type {
        BuiltinType::Str
    } else if kind == &raw mut ffi::PyLong_Type {
        BuiltinType::Int
    } else if kind == &raw mut ffi::PyDict_Type {
        BuiltinType::Dict
    } else if kind == &raw mut ffi::PyFloat_Type {
        BuiltinType::Float
    } else if kind == &raw mut ffi::PyBool_Type {
        BuiltinType::Bool
    } else if object.is_none() {
        BuiltinType::None
    } else if kind == &raw mut ffi::PyList_Type {
        BuiltinType::List
    } else if kind == &raw mut ffi::PyTuple_Type {
        BuiltinType::Tuple
    } else if kind == &raw mut ffi::PyBytes_Type {
        BuiltinType::Bytes
    } else {
        BuiltinType::Other
    }
}
