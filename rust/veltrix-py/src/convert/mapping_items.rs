//! The items of mappings of any class, with plain keys.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::convert::builtin_type::{BuiltinType, builtin_type};
use crate::interop::ffi;
use crate::interop::imports;

/// A copy of a dict, with plain keys.
pub fn plain_copy<'py>(dict: &Bound<'py, PyDict>) -> PyResult<Bound<'py, PyDict>> {
    // Making a dict may collect garbage, which may run code that changes this one: only the copy is looked at.
    let (copy, mut plain) = (dict.copy()?, true);
    ffi::each(&copy, |key, _| {
        plain &= builtin_type(&key) == BuiltinType::Str;
        Ok(())
    })?;
    if plain { Ok(copy) } else { plain_items(&copy) }
}

/// The items of any mapping as a dict with plain keys.
pub fn plain_items<'py>(mapping: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let dict = ffi::new_dict(mapping.py())?;
    for pair in ffi::attribute(mapping, c"items")?.call0()?.try_iter()? {
        let (key, value) = unpacked(&pair?)?;
        dict.set_item(plain_key(&key)?, value)?;
    }
    Ok(dict)
}

/// Both items of a pair, which may be anything that Python unpacks into two.
pub fn unpacked<'py>(pair: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    if let Ok(tuple) = pair.cast_exact::<PyTuple>()
        && tuple.len() == 2
    {
        return Ok((tuple.get_item(0)?, tuple.get_item(1)?));
    }
    imports::unpack_pair(pair.py())?.call1((pair,))?.extract()
}

/// A key with `str` subclasses made plain; anything else as it is.
pub fn plain_key<'py>(key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if builtin_type(key) == BuiltinType::Other && key.is_instance_of::<PyString>() {
        return ffi::attribute(&key.py().get_type::<PyString>(), c"__str__")?.call1((key,));
    }
    Ok(key.clone())
}
