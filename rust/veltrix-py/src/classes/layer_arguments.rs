//! What is asked of a stack of layers at the boundary.

use pyo3::prelude::*;
use pyo3::types::{PyIterator, PySet, PyString, PyTuple};
use veltrix_core as kernel;
use veltrix_core::limits::{MAX_SCOPE_BYTES, MAX_SCOPES};

use crate::classes::layer::Layer;
use crate::convert::kernel_error::no_layer;
use crate::convert::origin::number_argument;
use crate::interop::alloc::shown;
use crate::interop::error::{type_error, value_error};
use crate::interop::ffi;
use crate::interop::imports;
use crate::state::dimensions::{Dimensions, ScopeBounds};

/// The index in a stack of the topmost layer of a name; of the topmost of all without one.
pub fn position(py: Python<'_>, kernel: &kernel::Snapshot, name: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
    let found = match name {
        None => kernel.topmost(None),
        Some(name) => {
            let name = name.cast::<PyString>().map_or(Ok(None), ffi::text)?;
            name.and_then(|name| kernel.topmost(Some(name)))
        }
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = kernel.layer_names().collect();
        no_layer(&names, name.unwrap_or(py.None().bind(py)))
    })
}

/// A `Layer`, or the error for anything else.
pub fn layer_argument<'a, 'py>(layer: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Layer>> {
    layer
        .cast::<Layer>()
        .map_err(|_| type_error(layer.py(), format!("a layer is a veltrix.Layer, not {}", imports::type_name(layer))))
}

/// The highest number that is taken from outside; one of 64 bits leaves as much room above it.
const LAST_NUMBER: u64 = 1 << 62;

/// The number of a generation.
pub fn generation_argument(generation: &Bound<'_, PyAny>) -> PyResult<u64> {
    number_argument("a generation", generation, 1..=LAST_NUMBER)
}

/// How many scopes are kept, and of how many bytes.
pub fn bounds_argument(scopes: Option<&Bound<'_, PyAny>>, bytes: Option<&Bound<'_, PyAny>>) -> PyResult<ScopeBounds> {
    let number = |what, given: Option<&Bound<'_, PyAny>>, usual| -> PyResult<usize> {
        given.map_or(Ok(usual), |given| Ok(number_argument(what, given, 0..=LAST_NUMBER)? as usize))
    };
    let scopes = number("max_scopes", scopes, MAX_SCOPES)?;
    Ok(ScopeBounds { scopes, bytes: number("max_scope_bytes", bytes, MAX_SCOPE_BYTES)? })
}

/// Dimensions that a caller gives, none of them twice, with tables of layers.
pub fn declared<'py>(dimensions: &Bound<'py, PyAny>, bounds: ScopeBounds) -> PyResult<Bound<'py, Dimensions>> {
    let py = dimensions.py();
    let declared = ffi::new_tuple(py, dimensions.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
    let seen = PySet::empty(py)?;
    for dimension in &declared {
        if !dimension.is_instance(imports::dimension(py)?)? {
            let kind = imports::type_name(&dimension);
            return Err(type_error(py, format!("a dimension is a veltrix.Dimension, not {kind}")));
        }
        let name = ffi::attribute(&dimension, c"name")?;
        if seen.contains(&name)? {
            return Err(value_error(py, format!("dimension {} is declared twice", shown(&name)?)));
        }
        seen.add(name)?;
        for layer in table(&dimension)? {
            layer_argument(&layer?)?;
        }
    }
    Dimensions::new(&declared, bounds)
}

/// The layers that a dimension chooses from.
fn table<'py>(dimension: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyIterator>> {
    ffi::attribute(&ffi::attribute(dimension, c"layers")?, c"values")?.call0()?.try_iter()
}

/// Refuses to put on top, for everyone, what a scope is to choose.
pub fn check_is_of_no_dimension(name: &str, dimensions: &Bound<'_, PyTuple>) -> PyResult<()> {
    let py = dimensions.py();
    for dimension in dimensions {
        for layer in table(&dimension)? {
            if layer_argument(&layer?)?.get().version.loaded.name == name {
                let (layer, owner) = (shown(&ffi::new_str(py, name)?)?, shown(&ffi::attribute(&dimension, c"name")?)?);
                let text = format!("layer {layer} belongs to dimension {owner}: give dimensions= with it in its table");
                return Err(value_error(py, text));
            }
        }
    }
    Ok(())
}
