//! `Snapshot.scope`: the choice of layers by dimensions, and the snapshots that were chosen last.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::classes::layer::Layer;
use crate::classes::layer_arguments::layer_argument;
use crate::interop::alloc::shown;
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::state::opaques::joined;
use crate::state::snapshot::{Parent, Snapshot};

/// How many scoped snapshots one snapshot keeps.
const SCOPES: usize = 128;

/// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
pub fn scoped<'py>(slf: &Bound<'py, Snapshot>, choices: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, Snapshot>> {
    let (py, snapshot) = (slf.py(), slf.get());
    let dimensions = snapshot.dimensions.bind(py);
    let names: Vec<Bound<'py, PyAny>> =
        dimensions.iter().map(|dimension| ffi::attribute(&dimension, c"name")).collect::<PyResult<Vec<_>>>()?;
    let choices = choices.map_or_else(|| ffi::new_dict(py), |choices| Ok(choices.clone()))?;
    let declared = ffi::new_tuple(py, names.iter().cloned())?;
    for choice in choices.try_iter()? {
        let choice = choice?;
        if !declared.contains(&choice)? {
            let known = names.iter().map(shown).collect::<PyResult<Vec<_>>>()?;
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let text = format!("unknown dimension {}; declared are {known}", shown(&choice)?);
            return Err(type_error(py, text));
        }
    }
    let mut chosen = Vec::new();
    for (dimension, name) in dimensions.iter().zip(&names) {
        let layer = ffi::attribute(&dimension, c"choose")?.call1((choices.get_item(name)?,))?;
        if !layer.is_none() {
            chosen.push(layer_argument(&layer)?.clone());
        }
    }
    if chosen.is_empty() {
        return Ok(slf.clone());
    }
    let empty = ffi::new_dict(py)?.unbind();
    let known = snapshot.scopes.get_or_init(|| empty).bind(py);
    let key = ffi::new_tuple(py, chosen.iter().map(|layer| layer.clone().into_any()))?;
    let result = if let Some(found) = known.get_item(&key)? {
        known.del_item(&key)?;
        found.cast_into::<Snapshot>()?
    } else {
        Bound::new(py, Snapshot::deriving(slf, |py, snapshot, parent| topped(py, snapshot, parent, &chosen))?)?
    };
    known.set_item(&key, &result)?;
    if known.len() > SCOPES
        && let Some(oldest) = known.try_iter()?.next()
    {
        known.del_item(oldest?)?;
    }
    Ok(result)
}

/// The snapshot with chosen layers on top, of the same generation.
fn topped(py: Python<'_>, snapshot: &Snapshot, parent: &Parent<'_>, layers: &[Bound<'_, Layer>]) -> PyResult<Snapshot> {
    let below = parent.kernel;
    let mut chosen = Vec::with_capacity(layers.len());
    let mut added = None;
    for layer in layers {
        let (version, opaques) = layer.get().on_table(py, below.segments());
        chosen.push(version);
        added = joined(py, added.as_ref(), opaques)?;
    }
    snapshot.derived(py, parent, below.with_layers_on_top(&chosen), added)
}
