//! `Snapshot.overlay` and `Snapshot.override`: one more layer on top, given by names or by paths.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyDict;
use veltrix_core::limits::MAX_LAYERS;

use crate::classes::overrides::{checker, nested, overrides};
use crate::convert::origin::text_argument;
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::state::known_overlay::{KnownPaths, known_overlay};
use crate::state::small_overlay::{SmallOverlay, overlay_by_path, small_overlay};
use crate::state::snapshot::{OVERLAY, OVERRIDE, Snapshot, overlay_layer};

/// The snapshot with one more layer on top, whose keys are names.
pub fn overlaid<'py>(
    slf: &Bound<'py, Snapshot>,
    data: &Bound<'py, PyAny>,
    name: Given<'py>,
) -> PyResult<Bound<'py, Snapshot>> {
    if !imports::is_mapping(data)? {
        let kind = imports::type_name(data);
        return Err(type_error(slf.py(), format!("overlay data is a mapping, not {kind}")));
    }
    let name = layer_name(name, OVERLAY)?;
    overlaid_with(slf, data, name)
}

/// The snapshot with one more layer on top, whose definitions are given by path.
pub fn overridden<'py>(
    slf: &Bound<'py, Snapshot>,
    values: &Bound<'py, PyAny>,
    allowed: Option<&Bound<'py, PyAny>>,
    name: Given<'py>,
) -> PyResult<Bound<'py, Snapshot>> {
    let py = slf.py();
    if !imports::is_mapping(values)? {
        let kind = imports::type_name(values);
        return Err(type_error(py, format!("override values are a mapping, not {kind}")));
    }
    let check = allowed.map(checker).transpose()?;
    let name = layer_name(name, OVERRIDE)?;
    let (snapshot, below) = (slf.get(), slf.get().below());
    let has_room = below.stack.len() < MAX_LAYERS;
    if let (None, Ok(values)) = (&check, values.cast_exact::<PyDict>())
        && has_room
        && let Some(overlay) = guarded(py, || {
            known_overlay(snapshot, values.len(), |paths| ffi::each(values, |path, value| paths.put(&path, &value)))
        })?
    {
        return Bound::new(py, snapshot.overlaid(py, below, overlay, name));
    }
    let pairs = overrides(values, check.as_ref())?;
    if pairs.is_empty() {
        return Ok(slf.clone());
    }
    if has_room
        && let Some(overlay) = guarded(py, || {
            let put_all =
                |paths: &mut KnownPaths<'_>| pairs.iter().try_for_each(|(path, value)| paths.put(path, value));
            known_overlay(snapshot, pairs.len(), put_all)
        })?
    {
        return Bound::new(py, snapshot.overlaid(py, below, overlay, name));
    }
    let mut overlay = SmallOverlay::default();
    let below = slf.get().under_overlay(py, &mut overlay)?;
    if below.stack.len() + overlay.layers() <= MAX_LAYERS
        && guarded(py, || overlay_by_path(below, &mut overlay, &pairs))?
    {
        // The next override of these paths is a known one.
        Snapshot::reading(slf, |root| pairs.iter().try_for_each(|(path, _)| root.learn_path(path)))?;
        return Bound::new(py, slf.get().overlaid(py, below, overlay, name));
    }
    let data = guarded(py, || nested(py, &pairs))?;
    overlaid_with(slf, data.as_any(), name)
}

/// The snapshot with one more layer on top, of this data.
fn overlaid_with<'py>(
    slf: &Bound<'py, Snapshot>,
    data: &Bound<'py, PyAny>,
    name: Cow<'static, str>,
) -> PyResult<Bound<'py, Snapshot>> {
    let (py, snapshot) = (slf.py(), slf.get());
    let mut overlay = SmallOverlay::default();
    let below = snapshot.under_overlay(py, &mut overlay)?;
    if below.stack.len() + overlay.layers() <= MAX_LAYERS && small_overlay(below, &mut overlay, data)? {
        return Bound::new(py, snapshot.overlaid(py, below, overlay, name));
    }
    Snapshot::deriving(slf, |py, snapshot, parent| {
        let (layer, added) = overlay_layer(py, parent.kernel.segments(), data, name.into_owned())?;
        let overlaid = parent.kernel.with_layers_on_top(std::slice::from_ref(&layer));
        Bound::new(py, snapshot.derived(py, parent, overlaid, added)?)
    })
}

/// The name of a layer as it was given, or the usual one.
fn layer_name(name: Given<'_>, usual: &'static str) -> PyResult<Cow<'static, str>> {
    let given = name.0.map(|name| text_argument("a layer's name", &name)).transpose()?;
    Ok(given.map_or(Cow::Borrowed(usual), Cow::Owned))
}
