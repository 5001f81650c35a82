//! Which operator of the package an object is.

use pyo3::prelude::*;
use veltrix_core::Kind;

use crate::interop::imports;

/// Which of the four operators an object is, if any.
pub fn operator(data: &Bound<'_, PyAny>) -> PyResult<Option<Kind>> {
    let py = data.py();
    if !data.is_instance(imports::operator(py)?)? {
        return Ok(None);
    }
    for (class, kind) in operators(py)? {
        if data.is_instance(class)? {
            return Ok(Some(kind));
        }
    }
    Ok(None)
}

/// Whether an object is an operator, and not one of a subclass.
pub fn is_own_operator(data: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(operators(data.py())?.iter().any(|(class, _)| data.get_type().is(class)))
}

fn operators(py: Python<'_>) -> PyResult<[(&Bound<'_, PyAny>, Kind); 4]> {
    Ok([
        (imports::delete_class(py)?, Kind::Delete),
        (imports::replace(py)?, Kind::Replace),
        (imports::append(py)?, Kind::Append),
        (imports::prepend(py)?, Kind::Prepend),
    ])
}
