//! The class `Snapshot`.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::limits::{MAX_LAYERS, MAX_SCOPE_BYTES, MAX_SCOPES, SCOPE_BYTES, SCOPED_VALUE_BYTES};
use veltrix_core::{Conflicts, Definition, MappingPath, ROOT_HASH, TreeBuilder, siblings};

use crate::classes::key::Key;
use crate::classes::layer::layers;
use crate::classes::layer_arguments::position;
use crate::classes::mapping_views::{ItemsView, KeysView, ValuesView, reversed_names};
use crate::classes::methods::reading_methods;
use crate::classes::overrides::{checker, nested, overrides};
use crate::classes::scope::{cache_info, scoped};
use crate::classes::with_layers::{Asked, published};
use crate::convert::from_python::DataReader;
use crate::convert::origin::text_argument;
use crate::convert::path;
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::{raise, type_error};
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::read::reading::{Place, Reading};
use crate::read::settings::settings;
use crate::state::dimensions::Dimensions;
use crate::state::known_overlay::{KnownPaths, known_overlay};
use crate::state::small_overlay::{SmallOverlay, overlay_by_path, small_overlay};
use crate::state::snapshot::{OVERLAY, OVERRIDE, Snapshot, overlay_layer};

impl Snapshot {
    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> PyResult<R>) -> PyResult<R> {
        let mapping = MappingPath { hash: ROOT_HASH, entry: 0, path: Arc::default() };
        guarded(slf.py(), || read(Reading { owner: slf, place: Place::Path(&mapping) }))
    }

    /// The snapshot with one more layer on top, of this data.
    fn overlaid_with<'py>(
        slf: &Bound<'py, Self>,
        data: &Bound<'py, PyAny>,
        name: Cow<'static, str>,
    ) -> PyResult<Bound<'py, Self>> {
        let (py, snapshot) = (slf.py(), slf.get());
        let mut overlay = SmallOverlay::default();
        let below = snapshot.under_overlay(py, &mut overlay)?;
        if below.stack.len() + overlay.layers() <= MAX_LAYERS && small_overlay(below, &mut overlay, data)? {
            return Bound::new(py, snapshot.overlaid(py, below, overlay, name));
        }
        Self::deriving(slf, |py, snapshot, parent| {
            let (layer, added) = overlay_layer(py, parent.kernel.segments(), data, name.into_owned())?;
            let overlaid = parent.kernel.with_layers_on_top(std::slice::from_ref(&layer));
            Bound::new(py, snapshot.derived(py, parent, overlaid, added)?)
        })
    }
}

/// The name of a layer as it was given, or the usual one.
fn layer_name(name: Given<'_>, usual: &'static str) -> PyResult<Cow<'static, str>> {
    let given = name.0.map(|name| text_argument("a layer's name", &name)).transpose()?;
    Ok(given.map_or(Cow::Borrowed(usual), Cow::Owned))
}

reading_methods!(Snapshot, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let kernel = snapshot.kernel(py)?;
            let layers = layers(py, snapshot)?.into_any();
            let conflicts = match kernel.conflicts {
                Conflicts::Error => "error",
                Conflicts::Replace => "replace",
            };
            let conflicts = ffi::new_str(py, conflicts)?.into_any();
            let generation = ffi::new_int(py, kernel.generation.cast_signed())?.into_any();
            let Dimensions { declared, bounds, .. } = snapshot.dimensions.get();
            let mut state = vec![layers, conflicts, declared.bind(py).clone().into_any(), generation];
            if (bounds.scopes, bounds.bytes) != (MAX_SCOPES, MAX_SCOPE_BYTES) {
                for bound in [bounds.scopes, bounds.bytes] {
                    state.push(ffi::new_int(py, bound.cast_signed() as i64)?.into_any());
                }
            }
            imports::reduced(imports::restore_snapshot(py)?, state)
        })
    }

    /// The snapshot with one more layer on top, of the same generation.
    #[pyo3(signature = (data, name = Given(None)), text_signature = "($self, data, name='overlay')")]
    fn overlay<'py>(slf: &Bound<'py, Self>, data: &Bound<'py, PyAny>, name: Given<'py>) -> PyResult<Bound<'py, Self>> {
        let py = slf.py();
        if !imports::is_mapping(data)? {
            let kind = imports::type_name(data);
            return Err(type_error(py, format!("overlay data is a mapping, not {kind}")));
        }
        let name = layer_name(name, OVERLAY)?;
        Self::overlaid_with(slf, data, name)
    }

    /// The snapshot with one more layer on top, whose definitions are given by path.
    ///
    /// `values` is a mapping from a path, in any spelling, to a value or an operator; a mapping merges with
    /// what stands there. `allowed`, an `Allowed`, says which paths are open and what each of them takes:
    /// for overrides that come from outside. `name` is the name of the layer. Without values it is this
    /// snapshot.
    ///
    ///     request = config.override({"server.port": 80, ("chat", "enabled"): False})
    ///
    /// Raises what `overlay` raises, a `PathError` for a path that cannot be set or overlaps another one,
    /// a `ValidationError` for what is not allowed, a `LimitError` for too much of it, and a `TypeError`
    /// for an argument of a wrong type.
    #[pyo3(
        name = "override",
        signature = (values, *, allowed = None, name = Given(None)),
        text_signature = "($self, values, *, allowed=None, name='override')"
    )]
    fn override_<'py>(
        slf: &Bound<'py, Self>,
        values: &Bound<'py, PyAny>,
        allowed: Option<&Bound<'py, PyAny>>,
        name: Given<'py>,
    ) -> PyResult<Bound<'py, Self>> {
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
            Self::reading(slf, |root| pairs.iter().try_for_each(|(path, _)| root.learn_path(path)))?;
            return Bound::new(py, slf.get().overlaid(py, below, overlay, name));
        }
        let data = guarded(py, || nested(py, &pairs))?;
        Self::overlaid_with(slf, data.as_any(), name)
    }

    /// The snapshot with a definition put into one of its layers, the topmost by default.
    #[pyo3(signature = (path, value, *, layer = None))]
    fn set<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Self>> {
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let read = DataReader::new(py, TreeBuilder::of_one(Arc::clone(table)), &names, None).read(value)?;
            let set = kernel.set(at, &names, &Arc::new(read.tree));
            // The object is made here, since each step on the way out would copy a snapshot that is none yet.
            let mut new = snapshot.derived(py, parent, set, read.opaques)?;
            new.publish_over(snapshot);
            Bound::new(py, new)
        })
    }

    /// The snapshot without one layer's own definition; the lower layers show again.
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
            let depth = version.defined_depth(&names);
            if depth < names.len() {
                let names_there = version.definition(&names[..depth]).map_or_else(Vec::new, Definition::names);
                let siblings = texts(py, siblings(names_there.iter().map(|&id| &*table.get(id).text)))?;
                let key = Text(&*table.get(names[depth]).text);
                let (whole, prefix) = (Text(table.path_text(&names)), Text(table.path_text(&names[..depth])));
                return Err(raise(imports::missing_key_error(py), (whole, prefix, key, siblings)));
            }
            let mut new = snapshot.derived(py, parent, kernel.delete(at, &names), None)?;
            new.publish_over(snapshot);
            Ok(new)
        })
    }

    /// The snapshot of another stack; all that changes is judged together and counts as one change.
    ///
    /// Each of `layers` takes the place of the topmost layer of its name; those of new names go on top, in
    /// the order given. `without` is an iterable of names: the topmost layer of each goes. `dimensions`,
    /// an iterable of `Dimension`, takes the place of those that are declared. `generation` is an `int`
    /// from 1 to 2**62: the new snapshot has at least that generation.
    ///
    ///     config = config.with_layers(defaults, site, without=["experiment"])
    ///
    /// Raises a `ConflictError` where the new stack has a conflict, a `LimitError` beyond 1,000 layers, a
    /// `TypeError` for an argument of a wrong type, and a `ValueError` for a layer that is named twice or is
    /// not there, for a number out of range, and for a new layer that a dimension has in its table:
    /// `dimensions` changes those.
    #[pyo3(
        signature = (*layers, without = Given(None), dimensions = None, generation = None),
        text_signature = "($self, *layers, without=(), dimensions=None, generation=None)"
    )]
    fn with_layers<'py>(
        slf: &Bound<'py, Self>,
        layers: &Bound<'py, PyTuple>,
        without: Given<'py>,
        dimensions: Option<&Bound<'py, PyAny>>,
        generation: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            published(py, snapshot, parent, &Asked { layers, without: without.0.as_ref(), dimensions, generation })
        })
    }

    /// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
    ///
    /// `choices`, a mapping, and keywords name dimensions. A choice is a `str`, or None for none; of a
    /// dimension of `many`, an iterable of `str`, or None.
    ///
    ///     config = config.scope(region="eu")
    ///
    /// Raises a `TypeError` for a dimension that is unknown or chosen twice and for a choice of a wrong
    /// type, a `ValueError` for a name that a strict dimension does not have, a `ConflictError` where the
    /// layers conflict, and a `LimitError` beyond 1,000 layers.
    #[pyo3(signature = (choices = None, /, **more))]
    fn scope<'py>(
        slf: &Bound<'py, Self>,
        choices: Option<&Bound<'py, PyAny>>,
        more: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Self>> {
        scoped(slf, choices, more)
    }

    /// How the scopes of this snapshot were found: `(hits, misses, entries, bytes)`.
    ///
    /// A miss is a scope that had to be derived; bytes are an estimate. A derived snapshot begins at 0.
    ///
    ///     config.scope_cache_info().hits
    fn scope_cache_info<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        cache_info(slf)
    }

    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        imports::generic_alias(class.py())?.call1((class, item))
    }

    /// The whole as the type that is its schema; an `AttributeError` for a snapshot without one.
    ///
    ///     port = veltrix.load("app.toml", schema=Settings).settings.server.port
    #[getter]
    fn settings<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        settings(slf)
    }

    /// Gives it a schema, which all that is derived from it has; before anybody else has the snapshot.
    fn _declare(slf: &Bound<'_, Self>, schema: Py<PyAny>) {
        let _ = slf.get().dimensions.get().schema.set(schema);
    }

    /// Whether what stands at a path is known to be the same in another snapshot, at a small price.
    fn _shares(slf: &Bound<'_, Self>, other: &Bound<'_, Self>, path: &Bound<'_, PyTuple>) -> PyResult<bool> {
        Self::reading(slf, |reading| reading.shares(other, path))
    }

    /// The schema that it was declared with, or None.
    #[getter]
    fn _schema<'py>(slf: &Bound<'py, Self>) -> Option<Bound<'py, PyAny>> {
        slf.get().dimensions.get().schema.get().map(|schema| schema.bind(slf.py()).clone())
    }

    /// What Python code of this package keeps with the snapshot, and no other snapshot has.
    #[getter]
    fn _memo<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
        let py = slf.py();
        guarded(py, || {
            let empty = ffi::new_dict(py)?.unbind();
            Ok(slf.get().memo.get_or_init(|| empty).bind(py).clone())
        })
    }

    /// About how many bytes the layers take that another snapshot has not, by the estimate of scopes.
    fn _bytes_beside(slf: &Bound<'_, Self>, other: &Bound<'_, Self>) -> PyResult<Int> {
        let py = slf.py();
        guarded(py, || {
            let (layers, others) = (&slf.get().kernel(py)?.stack, &other.get().kernel(py)?.stack);
            let own = layers.iter().filter(|layer| !others.iter().any(|other| layer.is(other)));
            let bytes: usize = own.map(|layer| SCOPE_BYTES + SCOPED_VALUE_BYTES * layer.values()).sum();
            Ok(Int(bytes.cast_signed() as i64))
        })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(opaques) = self.opaques() {
            visit.call(opaques)?;
        }
        if let Some(scopes) = self.scopes.get() {
            scopes.visit(&visit)?;
        }
        if let Some(memo) = self.memo.get() {
            visit.call(memo)?;
        }
        self.settings.traverse(|settings| visit.call(settings))?;
        visit.call(&self.dimensions)
    }

    fn __clear__(slf: &Bound<'_, Self>) {
        let snapshot = slf.get();
        if let Some(scopes) = snapshot.scopes.get() {
            scopes.clear();
        }
        drop(snapshot.settings.replace(slf.py(), None));
    }
});
