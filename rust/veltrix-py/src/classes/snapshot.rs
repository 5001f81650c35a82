//! The class `Snapshot`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::edit::Refusal;
use veltrix_core::error::ConflictSide;
use veltrix_core::hash::ROOT_HASH;
use veltrix_core::layer::Origin;
use veltrix_core::patch::Definition;
use veltrix_core::rule::{Conflicts, Mergeable as _};
use veltrix_core::snapshot::Spot;
use veltrix_core::tree::TreeBuilder;

use crate::classes::difference::Difference;
use crate::classes::key::Key;
use crate::classes::layer::Layer;
use crate::classes::layer_arguments::{layer_argument, position};
use crate::classes::methods::reading_methods;
use crate::classes::scope::scoped;
use crate::convert::from_python::DataReader;
use crate::convert::kernel_error::{conflict, kernel_error, path_text};
use crate::convert::origin::text_argument;
use crate::convert::path;
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::{raise, type_error};
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::read::reading::Reading;
use crate::state::small_overlay::SmallOverlay;
use crate::state::snapshot::{OVERLAY, Snapshot, of_generation, overlay_layer};

impl Snapshot {
    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> PyResult<R>) -> PyResult<R> {
        let spot = Spot { hash: ROOT_HASH, entry: 0, path: Arc::default() };
        guarded(slf.py(), || read(Reading { owner: slf, spot: &spot }))
    }
}

reading_methods!(Snapshot, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let kernel = snapshot.kernel(py)?;
            let layers = kernel.stack.iter().map(|version| {
                let opaques = snapshot.opaques().map(|opaques| opaques.clone_ref(py));
                Ok(Bound::new(py, Layer { version: version.clone(), opaques })?.into_any())
            });
            let layers = ffi::new_tuple(py, layers.collect::<PyResult<Vec<_>>>()?)?.into_any();
            let conflicts = match kernel.conflicts {
                Conflicts::Error => "error",
                Conflicts::Replace => "replace",
            };
            let conflicts = ffi::new_str(py, conflicts)?.into_any();
            let generation = ffi::new_int(py, kernel.generation.cast_signed())?.into_any();
            let dimensions = snapshot.dimensions.bind(py).clone().into_any();
            let state = ffi::new_tuple(py, [layers, conflicts, dimensions, generation])?;
            ffi::new_tuple(py, [imports::restore_snapshot(py)?.clone(), state.into_any()])
        })
    }

    /// The snapshot with one more layer on top, of the same generation.
    #[pyo3(signature = (data, name = Given(None)), text_signature = "($self, data, name='overlay')")]
    fn overlay<'py>(slf: &Bound<'py, Self>, data: &Bound<'py, PyAny>, name: Given<'py>) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        if !imports::is_mapping(data)? {
            let kind = imports::type_name(data);
            return Err(type_error(py, format!("overlay data is a mapping, not {kind}")));
        }
        let name = name.0.map(|name| text_argument("a layer's name", &name)).transpose()?;
        if snapshot.small_overlay.is_none()
            && let Some(small_overlay) = SmallOverlay::new(snapshot.below(), data, ROOT_HASH)?
        {
            return Ok(snapshot.overlaid(py, small_overlay, name));
        }
        Self::deriving(slf, |py, snapshot, parent| {
            let name = name.unwrap_or_else(|| OVERLAY.to_owned());
            let (layer, added) = overlay_layer(py, parent.kernel.segments(), data, name)?;
            let overlaid = of_generation(parent.kernel, parent.kernel.with_layer(&layer, None));
            snapshot.derived(py, parent, overlaid, added)
        })
    }

    /// The snapshot with a definition put into one of its layers, the topmost by default.
    #[pyo3(signature = (path, value, *, layer = None))]
    fn set<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let read = DataReader::new(py, TreeBuilder::of_one(Arc::clone(table)), &names, None).read(value)?;
            match kernel.set(at, &names, &Arc::new(read.tree)) {
                Ok(set) => snapshot.derived(py, parent, Ok(set), read.opaques),
                Err(Refusal::Kernel(error)) => Err(kernel_error(py, table, error)),
                Err(Refusal::InTheWay(stop)) => {
                    let version = &kernel.stack[at];
                    let reached = &names[..stop.depth];
                    let side = |word, origin| ConflictSide { layer: version.loaded.name.clone(), word, origin };
                    let upper = side("mapping", Origin { source: "set".into(), ..Origin::default() });
                    let found = version.definition(reached);
                    let lower = found.map_or_else(|| upper.clone(), |found| side(found.word(), version.origin(found)));
                    Err(conflict(py, &path_text(table, reached), &upper, &lower))
                }
            }
        })
    }

    /// The snapshot without one layer's own definition; what lies beneath shines through.
    #[pyo3(signature = (path, *, layer = None))]
    fn delete<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let version = &kernel.stack[at];
            for depth in 0..names.len() {
                if version.definition(&names[..=depth]).is_none() {
                    let siblings = version.definition(&names[..depth]).map_or_else(Vec::new, Definition::names);
                    let siblings = texts(py, siblings.iter().map(|&id| &*table.get(id).text))?;
                    let key = Text(&*table.get(names[depth]).text);
                    let (whole, prefix) = (Text(path_text(table, &names)), Text(path_text(table, &names[..depth])));
                    return Err(raise(imports::missing_key_error(py), (whole, prefix, key, siblings)));
                }
            }
            snapshot.derived(py, parent, kernel.delete(at, &names), None)
        })
    }

    /// The snapshot with a layer in the place of the topmost of its name, or on top.
    #[pyo3(signature = (layer))]
    fn with_layer<'py>(slf: &Bound<'py, Self>, layer: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let layer = layer_argument(layer)?.get().reinterned(py, kernel.segments());
            let at = kernel.stack.iter().rposition(|known| known.loaded.name == layer.version.loaded.name);
            let derived = kernel.with_layer(&layer.version, at);
            snapshot.derived(py, parent, derived, layer.opaques)
        })
    }

    /// The snapshot without the topmost layer of a name.
    #[pyo3(signature = (name))]
    fn without_layer<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let derived = parent.kernel.without_layer(position(py, parent.kernel, Some(name))?);
            snapshot.derived(py, parent, derived, None)
        })
    }

    /// What was added, removed and changed since another snapshot.
    #[pyo3(signature = (old))]
    fn diff(slf: &Bound<'_, Self>, old: &Bound<'_, PyAny>) -> PyResult<Difference> {
        let Ok(other) = old.cast::<Self>() else {
            let kind = imports::type_name(old);
            return Err(type_error(slf.py(), format!("diff() takes a Snapshot, not {kind}")));
        };
        guarded(slf.py(), || Difference::new(slf, other))
    }

    /// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
    #[pyo3(signature = (**choices))]
    fn scope<'py>(slf: &Bound<'py, Self>, choices: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, Self>> {
        scoped(slf, choices)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(opaques) = self.opaques() {
            visit.call(opaques)?;
        }
        if let Some(scopes) = self.scopes.get() {
            visit.call(scopes)?;
        }
        visit.call(&self.dimensions)
    }
});
