//! What is asked of a stack of layers at the boundary.

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core as kernel;

use crate::classes::layer::Layer;
use crate::convert::kernel_error::no_layer;
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::interop::imports;

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
