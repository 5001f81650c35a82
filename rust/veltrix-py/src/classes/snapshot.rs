//! The class `Snapshot`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::limits::{MAX_SCOPE_BYTES, MAX_SCOPES, SCOPE_BYTES, SCOPED_VALUE_BYTES};
use veltrix_core::{Conflicts, Definition, TreeBuilder, siblings};

use crate::classes::key::Key;
use crate::classes::layer::layers;
use crate::classes::layer_arguments::position;
use crate::classes::mapping_views::{ItemsView, KeysView, ValuesView, reversed_names};
use crate::classes::methods::reading_methods;
use crate::classes::overlays::{overlaid, overridden};
use crate::classes::scope::{cache_info, scoped};
use crate::classes::with_layers::{Asked, published};
use crate::convert::from_python::DataReader;
use crate::convert::path;
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::raise;
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::read::settings::settings;
use crate::state::dimensions::Dimensions;
use crate::state::snapshot::Snapshot;

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
    ///
    /// Keys of the data are names; `override` takes paths. Specified in docs/semantics.md#deriving.
    ///
    /// Args:
    ///     data: A mapping, as `Layer` takes it.
    ///     name: The name of the layer.
    ///
    /// Raises:
    ///     ConflictError: A mapping meets another value.
    ///     LimitError: The stack has 1,000 layers already, or the data is too deep.
    ///     TypeError: The data is no mapping, or a key in it or the name is no `str`.
    ///     ValueError: A text holds a lone surrogate.
    ///
    /// Example:
    ///     >>> snapshot.overlay({"server": {"port": 80}})["server.port"]
    ///     80
    #[pyo3(signature = (data, name = Given(None)), text_signature = "($self, data, name='overlay')")]
    fn overlay<'py>(slf: &Bound<'py, Self>, data: &Bound<'py, PyAny>, name: Given<'py>) -> PyResult<Bound<'py, Self>> {
        overlaid(slf, data, name)
    }

    /// The snapshot with one more layer on top, whose definitions are given by path.
    ///
    /// Without values it is this snapshot. Specified in docs/semantics.md#overrides.
    ///
    /// Args:
    ///     values: Values or operators by paths, texts or tuples; a mapping merges with what stands there.
    ///     allowed: An `Allowed`: which paths are open, and what each takes. For overrides from outside.
    ///     name: The name of the layer.
    ///
    /// Raises:
    ///     PathError: A path cannot be set, is given twice, or lies in another one.
    ///     ValidationError: `allowed` does not let it through.
    ///     LimitError: It is more than `allowed` takes, or what `overlay` refuses.
    ///     ConflictError: A mapping meets another value.
    ///     TypeError, ValueError: An argument is of a wrong type, or holds a lone surrogate.
    ///
    /// Example:
    ///     >>> snapshot.override({"server.port": 80, ("chat", "enabled"): False})["server.port"]
    ///     80
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
        overridden(slf, values, allowed, name)
    }

    /// The snapshot with a definition put into one of its layers.
    ///
    /// The generation rises by one if the content changes. Specified in docs/semantics.md#deriving.
    ///
    /// Args:
    ///     path: The path, as a text or a tuple of `str`; missing mappings on the way are made.
    ///     value: A value, or an operator such as `DELETE`.
    ///     layer: The name of the layer, the topmost of that name; without it the topmost layer of all.
    ///
    /// Raises:
    ///     ConflictError: A mapping meets another value, in that layer or in the stack.
    ///     LimitError: The path, or the value at it, is too deep.
    ///     PathError: The path is malformed, or leads into a list.
    ///     TypeError: The path, the value or a key in it is of a wrong type.
    ///     ValueError: There is no such layer.
    ///
    /// Example:
    ///     >>> snapshot.set("server.port", 80)["server.port"]
    ///     80
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
    ///
    /// To hide the lower layers, set `DELETE`. Specified in docs/semantics.md#deriving.
    ///
    /// Args:
    ///     path: The path, as a text or a tuple of `str`.
    ///     layer: The name of the layer, the topmost of that name; without it the topmost layer of all.
    ///
    /// Raises:
    ///     MissingKeyError: The layer defines nothing at the path.
    ///     ConflictError: Of what shows again, a mapping meets another value.
    ///     PathError: The path is malformed, or leads into a list.
    ///     TypeError: The path is of a wrong type.
    ///     ValueError: There is no such layer.
    ///
    /// Example:
    ///     >>> snapshot.overlay({"debug": True}).delete("debug") == snapshot
    ///     True
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
    /// Specified in docs/semantics.md#another-stack.
    ///
    /// Args:
    ///     *layers: Each takes the place of the topmost layer of its name; one of a new name goes on top.
    ///     without: Names; the topmost layer of each is left out.
    ///     dimensions: `Dimension` objects in the place of those that are declared; None keeps them.
    ///     generation: The new snapshot has at least this generation, an `int` from 1 to 2**62.
    ///
    /// Raises:
    ///     ConflictError: The new stack has a conflict.
    ///     LimitError: It has more than 1,000 layers.
    ///     TypeError: An argument is of a wrong type.
    ///     ValueError: A name is unknown, twice there, or new and a dimension's; a number is out of range.
    ///
    /// Example:
    ///     >>> site = veltrix.Layer("site", {"server": {"port": 80}})
    ///     >>> snapshot.with_layers(site)["server.port"]
    ///     80
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
    /// Scopes are kept, so that the same choices are found again. Specified in docs/semantics.md#scopes.
    ///
    /// Args:
    ///     choices: By name of a dimension a `str` or None; for one of `many` an iterable of `str`, or None.
    ///     **more: The same by keyword.
    ///
    /// Raises:
    ///     TypeError: A dimension is unknown or chosen twice, or a choice is of a wrong type.
    ///     ValueError: A strict dimension has no such choice.
    ///     ConflictError: The layers conflict.
    ///     LimitError: The stack has more than 1,000 layers.
    ///
    /// Example:
    ///     >>> region = veltrix.Dimension("region", {"eu": veltrix.Layer("eu", {"currency": "EUR"})})
    ///     >>> snapshot.with_layers(dimensions=[region]).scope(region="eu")["currency"]
    ///     'EUR'
    #[pyo3(signature = (choices = None, /, **more))]
    fn scope<'py>(
        slf: &Bound<'py, Self>,
        choices: Option<&Bound<'py, PyAny>>,
        more: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, Self>> {
        scoped(slf, choices, more)
    }

    /// How the scopes of this snapshot were found: `(hits, misses, entries, bytes)`, a named tuple.
    ///
    /// A miss had to be derived; bytes are an estimate. Specified in docs/semantics.md#scopes.
    ///
    /// Example:
    ///     >>> snapshot.scope_cache_info().hits
    ///     0
    fn scope_cache_info<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        cache_info(slf)
    }

    #[classmethod]
    fn __class_getitem__<'py>(class: &Bound<'py, PyType>, item: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        imports::generic_alias(class.py())?.call1((class, item))
    }

    /// The whole as the type that is its schema; an `AttributeError` for a snapshot without one.
    ///
    /// Specified in docs/semantics.md#objects-of-declared-types.
    ///
    /// Example:
    ///     >>> veltrix.load({"port": 80}, schema=dict[str, int]).settings
    ///     {'port': 80}
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
