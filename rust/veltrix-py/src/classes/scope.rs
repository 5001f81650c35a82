//! `Snapshot.scope`: the choice of layers by dimensions, and the snapshots that were chosen last.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use veltrix_core as kernel;
use veltrix_core::limits::{SCOPE_BYTES, SCOPED_VALUE_BYTES};
use veltrix_core::{CarriedScope, EntryId, Error, LayerVersion};

use crate::classes::layer::Layer;
use crate::classes::layer_arguments::layer_argument;
use crate::interop::alloc::{Int, shown};
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::interop::imports;
use crate::state::dimensions::{Dimensions, ScopeBounds, ScopeKey, ScopePart};
use crate::state::opaques::joined;
use crate::state::scope_cache::ScopeCache;
use crate::state::snapshot::{Parent, Snapshot};

/// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
pub fn scoped<'py>(
    slf: &Bound<'py, Snapshot>,
    choices: Option<&Bound<'py, PyAny>>,
    more: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, Snapshot>> {
    let (py, snapshot) = (slf.py(), slf.get());
    let dimensions = snapshot.dimensions.bind(py).get();
    let asked = asked_for(py, choices, more)?;
    let (key, chosen) = match dimensions.key(&asked)? {
        Some(key) => (key, None),
        None => chosen_by_dimensions(dimensions, &asked).map(|(key, chosen)| (key, Some(chosen)))?,
    };
    if key.is_empty() {
        return Ok(slf.clone());
    }
    if let Some(found) = snapshot.scope_cache().find(py, &key) {
        return Ok(found.cast_into::<Snapshot>()?);
    }
    made(slf, key, chosen)
}

/// The scope of a key that is not kept yet; a dimension of a class of its own has `chosen` its layers.
pub fn made<'py>(
    slf: &Bound<'py, Snapshot>,
    key: ScopeKey,
    chosen: Option<Vec<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, Snapshot>> {
    let (py, snapshot) = (slf.py(), slf.get());
    let (dimensions, cache) = (snapshot.dimensions.bind(py).get(), snapshot.scope_cache());
    let (layers, held) = match chosen {
        None => (dimensions.layers(py, &key)?, Vec::new()),
        Some(layers) => (layers.clone(), layers.into_iter().map(Bound::unbind).collect()),
    };
    let layers = layers.iter().map(layer_argument).collect::<PyResult<Vec<_>>>()?;
    let values: usize = layers.iter().map(|layer| layer.get().values()).sum();
    let bytes = SCOPE_BYTES + SCOPED_VALUE_BYTES * values;
    let key: Arc<[ScopePart]> = (*key).into();
    let known = dimensions.is_plain().then_some(KnownScope { cache, key: &key, bytes, bounds: dimensions.bounds });
    let made = Snapshot::deriving(slf, |py, snapshot, parent| topped(py, snapshot, parent, &layers, known.as_ref()))?;
    let made = Bound::new(py, made)?.into_any();
    let kept = cache.keep(key, held, made, bytes, dimensions.bounds);
    Ok(kept.cast_into::<Snapshot>()?)
}

/// A scope whose layers have numbers: what each of them changes is shared with other scopes, and it is carried over to what is
/// published.
struct KnownScope<'a> {
    cache: &'a ScopeCache,
    key: &'a Arc<[ScopePart]>,
    bytes: usize,
    bounds: ScopeBounds,
}

impl KnownScope<'_> {
    fn derived(&self, below: &Arc<kernel::Snapshot>, chosen: &[LayerVersion]) -> Result<kernel::Snapshot, Error> {
        let carried = self.cache.carried.find(self.key);
        let scoped = match carried.and_then(|carried| below.with_carried_on_top(chosen, &carried)) {
            Some(scoped) => scoped,
            None => self.made(below, chosen)?,
        };
        if let Some(carried) = CarriedScope::of(below, &self.cache.listed(below), &scoped) {
            self.cache.carried.keep(self.key, carried, self.bytes, self.bounds);
        }
        Ok(scoped)
    }

    fn made(&self, below: &Arc<kernel::Snapshot>, chosen: &[LayerVersion]) -> Result<kernel::Snapshot, Error> {
        let known = self.key.iter().zip(chosen).map(|(&number, layer)| self.cache.changes(below, number, layer));
        match known.collect::<Option<Vec<_>>>() {
            Some(changes) => match below.with_changes_on_top(chosen, &changes)? {
                Some(scoped) => Ok(scoped),
                None => below.with_layers_on_top(chosen),
            },
            None => below.with_layers_on_top(chosen),
        }
    }
}

/// How the scopes of a snapshot were found.
pub fn cache_info<'py>(slf: &Bound<'py, Snapshot>) -> PyResult<Bound<'py, PyAny>> {
    let [hits, misses, entries, bytes] = slf.get().scopes.get().map_or([0; 4], |cache| cache.statistics());
    imports::scope_cache_info(slf.py())?.call1((Int(hits), Int(misses), Int(entries), Int(bytes)))
}

/// The choices of a mapping and of keywords, none of them twice.
fn asked_for<'py>(
    py: Python<'py>,
    choices: Option<&Bound<'py, PyAny>>,
    more: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyDict>> {
    let Some(choices) = choices else { return more.map_or_else(|| ffi::new_dict(py), |more| Ok(more.clone())) };
    if let (Ok(choices), None) = (choices.cast_exact::<PyDict>(), more) {
        return Ok(choices.clone());
    }
    if !imports::is_mapping(choices)? {
        return Err(type_error(py, format!("choices are a mapping, not {}", imports::type_name(choices))));
    }
    let asked = py.get_type::<PyDict>().call1((choices,))?.cast_into::<PyDict>()?;
    for (name, choice) in more.into_iter().flatten() {
        if asked.contains(&name)? {
            return Err(type_error(py, format!("dimension {} is chosen twice", shown(&name)?)));
        }
        asked.set_item(name, choice)?;
    }
    Ok(asked)
}

/// What the dimensions themselves choose, as a key and as layers, or the error for a choice.
fn chosen_by_dimensions<'py>(
    dimensions: &Dimensions,
    asked: &Bound<'py, PyDict>,
) -> PyResult<(ScopeKey, Vec<Bound<'py, PyAny>>)> {
    let py = asked.py();
    let names = dimensions.names.bind(py);
    for name in asked.try_iter()? {
        let name = name?;
        if !names.contains(&name)? {
            let known = names.try_iter()?.map(|name| shown(&name?)).collect::<PyResult<Vec<_>>>()?;
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(type_error(py, format!("unknown dimension {}; declared are {known}", shown(&name)?)));
        }
    }
    let (mut key, mut layers) = (Vec::new(), Vec::new());
    for (number, dimension) in dimensions.declared.bind(py).iter().enumerate() {
        let choice = asked.get_item(ffi::attribute(&dimension, c"name")?)?;
        for pair in imports::chosen_by(py)?.call1((&dimension, choice))?.try_iter()? {
            let pair = pair?.cast_into::<PyTuple>()?;
            let layer = pair.get_item(1)?;
            layer_argument(&layer)?;
            let name = dimensions.number(number as EntryId, &pair.get_item(0)?);
            key.push((number, name.unwrap_or(layer.as_ptr() as usize)));
            layers.push(layer);
        }
    }
    Ok((key.into(), layers))
}

/// The snapshot with chosen layers on top, of the same generation.
fn topped(
    py: Python<'_>,
    snapshot: &Snapshot,
    parent: &Parent<'_>,
    layers: &[&Bound<'_, Layer>],
    known: Option<&KnownScope<'_>>,
) -> PyResult<Snapshot> {
    let below = parent.kernel;
    let mut chosen = Vec::with_capacity(layers.len());
    let mut added = None;
    for layer in layers {
        let (version, opaques) = layer.get().on_table(py, below.segments());
        chosen.push(version);
        added = joined(py, added.as_ref(), opaques)?;
    }
    let scoped = match known {
        Some(known) => known.derived(below, &chosen),
        None => below.with_layers_on_top(&chosen),
    };
    snapshot.derived(py, parent, scoped.map(|scoped| scoped.with_generation(below.generation)), added)
}
