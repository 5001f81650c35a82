//! The function `resolve`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PySet, PyString, PyTuple};
use veltrix_core as kernel;
use veltrix_core::interner;
use veltrix_core::{Conflicts, LayerVersion};

use crate::classes::layer::Layer;
use crate::classes::layer_arguments::layer_argument;
use crate::convert::kernel_error::kernel_error;
use crate::convert::origin::number_argument;
use crate::interop::alloc::shown;
use crate::interop::error::{type_error, value_error};
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::state::opaques::joined;
use crate::state::snapshot::Snapshot;

/// The snapshot of a stack of layers, the lowest first.
#[pyfunction]
#[pyo3(
    signature = (layers, *, conflicts = Given(None), dimensions = Given(None)),
    text_signature = "(layers, *, conflicts='error', dimensions=())"
)]
pub fn resolve<'py>(
    py: Python<'py>,
    layers: &Bound<'py, PyAny>,
    conflicts: Given<'py>,
    dimensions: Given<'py>,
) -> PyResult<Snapshot> {
    guarded(py, || build(py, layers, conflicts.0.as_ref(), dimensions.0.as_ref(), 1))
}

/// The highest generation that is taken from a pickle; a number of 64 bits leaves as much room above it.
const LAST_GENERATION: u64 = 1 << 62;

/// The snapshot that was pickled.
#[pyfunction]
#[pyo3(signature = (layers, conflicts, dimensions, generation))]
pub fn restore_snapshot(
    py: Python<'_>,
    layers: &Bound<'_, PyAny>,
    conflicts: &Bound<'_, PyAny>,
    dimensions: &Bound<'_, PyAny>,
    generation: &Bound<'_, PyAny>,
) -> PyResult<Snapshot> {
    let generation = number_argument("a generation", generation, LAST_GENERATION)?;
    guarded(py, || build(py, layers, Some(conflicts), Some(dimensions), generation))
}

fn build(
    py: Python<'_>,
    layers: &Bound<'_, PyAny>,
    conflicts: Option<&Bound<'_, PyAny>>,
    dimensions: Option<&Bound<'_, PyAny>>,
    generation: u64,
) -> PyResult<Snapshot> {
    let conflicts = match conflicts {
        None => Conflicts::Error,
        Some(word) => match word.cast::<PyString>().map_or(Ok(None), ffi::text)? {
            Some("error") => Conflicts::Error,
            Some("replace") => Conflicts::Replace,
            _ => {
                let text = format!("conflicts is 'error' or 'replace', not {}", shown(word)?);
                return Err(value_error(py, text));
            }
        },
    };
    let layers = layers.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let given = layers.iter().map(|layer| Ok(layer_argument(layer)?.clone().unbind()));
    let given = given.collect::<PyResult<Vec<Py<Layer>>>>()?;
    let dimensions = match dimensions {
        None => ffi::new_tuple(py, [])?,
        Some(dimensions) => ffi::new_tuple(py, dimensions.try_iter()?.collect::<PyResult<Vec<_>>>()?)?,
    };
    check_dimensions(&dimensions)?;
    let table = interner::common(given.iter().map(|layer| layer.get().version.loaded.tree.segments()));
    let mut stack = Vec::with_capacity(given.len());
    let mut opaques = None;
    for layer in &given {
        let (version, added) = layer.get().on_table(py, &table);
        stack.push(version);
        opaques = joined(py, opaques.as_ref(), added)?;
    }
    let stack: Arc<[LayerVersion]> = stack.into();
    let resolved = py.detach(|| kernel::Snapshot::new(stack, &table, conflicts));
    let mut kernel = resolved.map_err(|error| kernel_error(py, &table, error))?;
    kernel.generation = generation;
    Ok(Snapshot::new(kernel, None, opaques, dimensions.unbind()))
}

fn check_dimensions(dimensions: &Bound<'_, PyTuple>) -> PyResult<()> {
    let py = dimensions.py();
    let seen = PySet::empty(py)?;
    for dimension in dimensions {
        if !dimension.is_instance(imports::dimension(py)?)? {
            let kind = imports::type_name(&dimension);
            return Err(type_error(py, format!("a dimension is a veltrix.Dimension, not {kind}")));
        }
        let name = ffi::attribute(&dimension, c"name")?;
        if seen.contains(&name)? {
            return Err(value_error(py, format!("dimension {} is declared twice", shown(&name)?)));
        }
        seen.add(name)?;
        for layer in ffi::attribute(&ffi::attribute(&dimension, c"layers")?, c"values")?.call0()?.try_iter()? {
            layer_argument(&layer?)?;
        }
    }
    Ok(())
}
