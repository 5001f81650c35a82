//! `Snapshot.with_layers`: the layers of a stack that come, go and are exchanged, all at once.

use std::collections::HashSet;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use veltrix_core as kernel;
use veltrix_core::{LayerVersion, StackChange};

use crate::classes::layer::Layer;
use crate::classes::layer_arguments::{
    check_is_of_no_dimension, declared, generation_argument, layer_argument, position,
};
use crate::interop::alloc::shown;
use crate::interop::error::{type_error, value_error};
use crate::interop::ffi;
use crate::interop::imports;
use crate::state::opaques::joined;
use crate::state::snapshot::{Parent, Snapshot};

/// What is asked for, as a caller gives it.
pub struct Asked<'a, 'py> {
    pub layers: &'a Bound<'py, PyTuple>,
    pub without: Option<&'a Bound<'py, PyAny>>,
    pub dimensions: Option<&'a Bound<'py, PyAny>>,
    pub generation: Option<&'a Bound<'py, PyAny>>,
}

/// The snapshot of another stack. Its generation is one higher if the content changes, and at least the one asked for.
pub fn published(
    py: Python<'_>,
    snapshot: &Snapshot,
    parent: &Parent<'_>,
    asked: &Asked<'_, '_>,
) -> PyResult<Snapshot> {
    let below = parent.kernel;
    let given = given(asked.layers)?;
    let mut change = StackChange { without: gone(py, below, asked.without, &given)?, ..StackChange::default() };
    let before = snapshot.dimensions.bind(py);
    let dimensions = asked.dimensions.map(|given| declared(given, before.get().bounds)).transpose()?;
    if let (Some(dimensions), Some(schema)) = (&dimensions, before.get().schema.get()) {
        let _ = dimensions.get().schema.set(schema.clone_ref(py));
    }
    let least = asked.generation.map_or(Ok(1), generation_argument)?;
    let scopes = dimensions.as_ref().unwrap_or(before).get().declared.bind(py);
    for layer in given.iter().filter(|layer| below.topmost(Some(name(layer))).is_none()) {
        check_is_of_no_dimension(name(layer), scopes)?;
    }
    let mut added = None;
    for layer in &given {
        let (version, opaques) = layer.get().on_table(py, below.segments());
        match below.topmost(Some(name(layer))) {
            Some(at) => change.replaced.push((at, version)),
            None => change.on_top.push(version),
        }
        added = joined(py, added.as_ref(), opaques)?;
    }
    let is_same = dimensions.as_ref().map_or(Ok(true), |_| have_same_scopes(before.get().declared.bind(py), scopes))?;
    below.make_roots();
    let derived = py.detach(|| kernel::Snapshot::with_layers(below, &change)).map(|derived| {
        let counted = derived.generation.max(below.generation + u64::from(!is_same));
        derived.with_generation(counted.max(least))
    });
    let mut new = snapshot.derived(py, parent, derived, added)?;
    match dimensions {
        Some(dimensions) => new.dimensions = dimensions.unbind(),
        None => new.publish_over(snapshot),
    }
    Ok(new)
}

fn name<'a>(layer: &'a Bound<'_, Layer>) -> &'a str {
    &layer.get().version.loaded.name
}

/// Layers that a caller gives, none of them twice.
fn given<'py>(layers: &Bound<'py, PyTuple>) -> PyResult<Vec<Bound<'py, Layer>>> {
    let given = layers.iter().map(|layer| layer_argument(&layer).cloned()).collect::<PyResult<Vec<_>>>()?;
    let mut names = HashSet::new();
    // A layer that is alone needs no set of names.
    for layer in given.iter().filter(|_| given.len() > 1) {
        if !names.insert(name(layer)) {
            return Err(value_error(layer.py(), format!("layer {} is given twice", quoted(layer.py(), name(layer))?)));
        }
    }
    Ok(given)
}

/// Where the layers stand that are left out.
fn gone(
    py: Python<'_>,
    below: &kernel::Snapshot,
    names: Option<&Bound<'_, PyAny>>,
    given: &[Bound<'_, Layer>],
) -> PyResult<Vec<usize>> {
    let Some(names) = names else { return Ok(Vec::new()) };
    if names.is_instance_of::<PyString>() {
        return Err(type_error(py, format!("without is an iterable of names, not {}", imports::type_name(names))));
    }
    let mut gone = Vec::new();
    for left_out in names.try_iter()? {
        let at = position(py, below, Some(&left_out?))?;
        let found = &*below.stack[at].loaded.name;
        let problem = if given.iter().any(|layer| name(layer) == found) {
            "given and left out"
        } else if gone.contains(&at) {
            "left out twice"
        } else {
            gone.push(at);
            continue;
        };
        return Err(value_error(py, format!("layer {} is {problem}", quoted(py, found)?)));
    }
    Ok(gone)
}

fn quoted(py: Python<'_>, name: &str) -> PyResult<String> {
    shown(&ffi::new_str(py, name)?)
}

/// Whether the same can be chosen, and each choice puts the same definitions on top.
fn have_same_scopes<'py>(old: &Bound<'py, PyTuple>, new: &Bound<'py, PyTuple>) -> PyResult<bool> {
    let py = old.py();
    let exchanged = imports::exchanged_layers(py)?.call1((old, new))?;
    if exchanged.is_none() {
        return Ok(false);
    }
    let version = |layer: Bound<'py, PyAny>| -> PyResult<LayerVersion> {
        let layer = layer_argument(&layer)?.get();
        // Made here, so that no thread that is detached makes it when the process forks.
        layer.version.root();
        Ok(layer.version.clone())
    };
    let mut pairs = Vec::new();
    for pair in exchanged.try_iter()? {
        let pair = pair?.cast_into::<PyTuple>()?;
        pairs.push((version(pair.get_item(0)?)?, version(pair.get_item(1)?)?));
    }
    Ok(py.detach(|| kernel::same_definitions(&pairs)))
}
