//! Small overlays out of Python data, and back.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use veltrix_core as kernel;
use veltrix_core::{Overlaid, OverlaidPath, Snapshot};

use crate::convert::builtin_type::{BuiltinType, builtin_type};
use crate::interop::alloc::Text;
use crate::interop::ffi;
use crate::interop::panic::guarded;

/// A small overlay that gives Python objects.
pub type SmallOverlay = kernel::SmallOverlay<Py<PyAny>>;

/// The small overlay of this data, if it qualifies.
pub fn small_overlay(below: &Snapshot, data: &Bound<'_, PyAny>) -> PyResult<Option<SmallOverlay>> {
    let Ok(data) = data.cast_exact::<PyDict>() else { return Ok(None) };
    let mut overlay = SmallOverlay::default();
    let fits = guarded(data.py(), || collect(&mut overlay, Overlaid::new(below), data, OverlaidPath::ROOT))?;
    Ok((fits && !overlay.is_empty()).then_some(overlay))
}

fn collect(
    overlay: &mut SmallOverlay,
    below: Overlaid<'_>,
    data: &Bound<'_, PyDict>,
    mapping: OverlaidPath,
) -> PyResult<bool> {
    let mut fits = !data.is_empty();
    ffi::each(data, |key, value| {
        if fits {
            fits = take(overlay, below, &key, &value, mapping)?;
        }
        Ok(())
    })?;
    Ok(fits)
}

fn take(
    overlay: &mut SmallOverlay,
    below: Overlaid<'_>,
    key: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    mapping: OverlaidPath,
) -> PyResult<bool> {
    let Ok(key) = key.cast_exact::<PyString>() else { return Ok(false) };
    let Some(name) = ffi::text(key)? else { return Ok(false) };
    let Some((path, is_mapping)) = below.child(mapping, name) else { return Ok(false) };
    let is_plain = match builtin_type(value) {
        BuiltinType::Dict if is_mapping => return collect(overlay, below, value.cast::<PyDict>()?, path),
        BuiltinType::Str => ffi::text(value.cast::<PyString>()?)?.is_some(),
        BuiltinType::Float => !value.extract::<f64>()?.is_nan(),
        BuiltinType::None | BuiltinType::Bool | BuiltinType::Int | BuiltinType::Bytes => true,
        BuiltinType::Dict | BuiltinType::List | BuiltinType::Tuple | BuiltinType::Other => false,
    };
    Ok(!is_mapping && is_plain && overlay.put(path, || value.clone().unbind()))
}

/// A small overlay as the data that it was made of.
pub fn overlay_data<'py>(py: Python<'py>, overlay: &SmallOverlay, below: &Snapshot) -> PyResult<Bound<'py, PyDict>> {
    let root = ffi::new_dict(py)?;
    let table = below.segments();
    for (entry, value) in overlay.iter() {
        let mut mapping = root.clone();
        let path = below.base.path(entry);
        let Some((last, above)) = path.split_last() else { continue };
        for &name in above {
            let name = ffi::new_str(py, &table.get(name).text)?;
            let known = mapping.get_item(&name)?;
            mapping = if let Some(inner) = known {
                inner.cast_into::<PyDict>()?
            } else {
                let inner = ffi::new_dict(py)?;
                mapping.set_item(name, &inner)?;
                inner
            };
        }
        mapping.set_item(Text(&*table.get(*last).text), value)?;
    }
    Ok(root)
}
