//! The function `resolve`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core as kernel;
use veltrix_core::interner;
use veltrix_core::{Conflicts, LayerVersion};

use crate::classes::layer::Layer;
use crate::classes::layer_arguments::{bounds_argument, declared, generation_argument, layer_argument};
use crate::convert::kernel_error::kernel_error;
use crate::interop::alloc::shown;
use crate::interop::error::value_error;
use crate::interop::ffi;
use crate::interop::imports::Given;
use crate::interop::panic::guarded;
use crate::state::dimensions::{Dimensions, ScopeBounds};
use crate::state::opaques::joined;
use crate::state::snapshot::Snapshot;

/// The snapshot of a stack of layers.
///
/// Specified in docs/semantics.md#merge and docs/semantics.md#scopes.
///
/// Args:
///     layers: `Layer` objects, the lowest precedence first.
///     conflicts: "error", or "replace": where a mapping meets another value, the higher one stands.
///     dimensions: `Dimension` objects, in which `scope` chooses.
///     generation: The number that the snapshot begins to count with, an `int` from 1 to 2**62.
///     max_scopes: How many scopes it keeps, and each snapshot that is derived from it, an `int` from 0 to
///         2**62. The one that was used longest ago goes first.
///     max_scope_bytes: How many bytes they may take, by an estimate: an `int` from 0 to 2**62.
///
/// Raises:
///     ConflictError: A mapping meets another value.
///     LimitError: There are more than 1,000 layers.
///     TypeError: An argument is of a wrong type.
///     ValueError: A number is out of its range, `conflicts` is another word, or a dimension stands twice.
///
/// Example:
///     >>> defaults = veltrix.Layer("defaults", {"server": {"host": "localhost", "port": 8080}})
///     >>> site = veltrix.Layer("site", {"server": {"host": "10.0.0.7"}})
///     >>> veltrix.resolve([defaults, site]).to_dict()
///     {'server': {'host': '10.0.0.7', 'port': 8080}}
#[pyfunction]
#[pyo3(
    signature = (
        layers, *, conflicts = Given(None), dimensions = Given(None), generation = Given(None),
        max_scopes = Given(None), max_scope_bytes = Given(None)
    ),
    text_signature = "(layers, *, conflicts='error', dimensions=(), generation=1, max_scopes=16384, max_scope_bytes=67108864)"
)]
pub fn resolve<'py>(
    py: Python<'py>,
    layers: &Bound<'py, PyAny>,
    conflicts: Given<'py>,
    dimensions: Given<'py>,
    generation: Given<'py>,
    max_scopes: Given<'py>,
    max_scope_bytes: Given<'py>,
) -> PyResult<Snapshot> {
    let generation = generation.0.as_ref().map_or(Ok(1), generation_argument)?;
    let bounds = bounds_argument(max_scopes.0.as_ref(), max_scope_bytes.0.as_ref())?;
    guarded(py, || build(py, layers, conflicts.0.as_ref(), dimensions.0.as_ref(), generation, bounds))
}

/// The snapshot that was pickled.
#[pyfunction]
#[pyo3(
    signature = (layers, conflicts, dimensions, generation, max_scopes = Given(None), max_scope_bytes = Given(None)),
    text_signature = "(layers, conflicts, dimensions, generation, max_scopes=16384, max_scope_bytes=67108864)"
)]
pub fn restore_snapshot<'py>(
    py: Python<'py>,
    layers: &Bound<'py, PyAny>,
    conflicts: &Bound<'py, PyAny>,
    dimensions: &Bound<'py, PyAny>,
    generation: &Bound<'py, PyAny>,
    max_scopes: Given<'py>,
    max_scope_bytes: Given<'py>,
) -> PyResult<Snapshot> {
    let generation = generation_argument(generation)?;
    let bounds = bounds_argument(max_scopes.0.as_ref(), max_scope_bytes.0.as_ref())?;
    guarded(py, || build(py, layers, Some(conflicts), Some(dimensions), generation, bounds))
}

fn build(
    py: Python<'_>,
    layers: &Bound<'_, PyAny>,
    conflicts: Option<&Bound<'_, PyAny>>,
    dimensions: Option<&Bound<'_, PyAny>>,
    generation: u64,
    bounds: ScopeBounds,
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
        Some(dimensions) => declared(dimensions, bounds)?,
        None => Dimensions::new(&ffi::new_tuple(py, [])?, bounds)?,
    };
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
