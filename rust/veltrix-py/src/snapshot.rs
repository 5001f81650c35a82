//! The class `Snapshot`, and `resolve`.

use std::collections::HashSet;
use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::diff::{self, Leaf};
use veltrix_core::error::{Error, Side};
use veltrix_core::layer::TreeBuilder;
use veltrix_core::patch::Stacked;
use veltrix_core::path::Step;
use veltrix_core::record::{Place, Record, Secret};
use veltrix_core::rule::{Conflicts, Definition as _};
use veltrix_core::segments::{self, SegmentId, Segments};
use veltrix_core::snapshot::{self as kernel, Spot};

use crate::convert::{self, Reader, Style};
use crate::error::{conflict, kernel_error, no_layer, path_text, raise};
use crate::key::Key;
use crate::layer::{Layer, is_mapping, text_argument};
use crate::reading::{Reading, reading_methods};
use crate::{path, python};

/// How many scoped snapshots one snapshot keeps.
const SCOPES: usize = 128;

/// The immutable result of resolving a stack of layers: a read-only mapping.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Snapshot {
    kernel: Arc<kernel::Snapshot>,
    root: Spot,
    /// Every opaque object that a layer refers to, by its handle.
    opaques: Option<Py<PyDict>>,
    dimensions: Py<PyTuple>,
    scopes: PyOnceLock<Py<PyDict>>,
}

impl Snapshot {
    fn new(kernel: kernel::Snapshot, opaques: Option<Py<PyDict>>, dimensions: Py<PyTuple>) -> Self {
        let root = kernel.root();
        Self { kernel: Arc::new(kernel), root, opaques, dimensions, scopes: PyOnceLock::new() }
    }

    pub const fn kernel(&self) -> &Arc<kernel::Snapshot> {
        &self.kernel
    }

    pub const fn opaques(&self) -> Option<&Py<PyDict>> {
        self.opaques.as_ref()
    }

    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> R) -> R {
        read(Reading { owner: slf, spot: &slf.get().root })
    }

    /// The same dimensions over another content; `added` are the opaque objects of what came.
    fn derived(
        &self,
        py: Python<'_>,
        kernel: Result<kernel::Snapshot, Error>,
        added: Option<Py<PyDict>>,
    ) -> PyResult<Self> {
        let kernel = kernel.map_err(|error| kernel_error(py, self.kernel.segments(), error))?;
        let opaques = joined(py, self.opaques.as_ref(), added)?;
        Ok(Self::new(kernel, opaques, self.dimensions.clone_ref(py)))
    }

    /// The place in the stack of the topmost layer of a name; of the topmost of all without one.
    fn position(&self, py: Python<'_>, name: Option<&Bound<'_, PyAny>>) -> PyResult<usize> {
        let names: Vec<&str> = self.kernel.stack.iter().map(|layer| &*layer.record.name).collect();
        let wanted = match name.filter(|name| !name.is_none()) {
            None if !names.is_empty() => return Ok(names.len() - 1),
            None => return Err(no_layer(&names, py.None().bind(py))),
            Some(name) => name,
        };
        let text = wanted.cast::<PyString>().ok().map(|text| text.to_string_lossy());
        let found = text.and_then(|text| names.iter().rposition(|known| **known == *text));
        found.ok_or_else(|| no_layer(&names, wanted))
    }

    /// A path of names alone, on this snapshot's table.
    fn settable(&self, py: Python<'_>, wanted: &Bound<'_, PyAny>) -> PyResult<Vec<SegmentId>> {
        let steps = path::steps(wanted)?;
        let table = self.kernel.segments();
        let names = steps.iter().map(|step| match step {
            Step::Name(name) => Some(table.intern(name)),
            Step::Index(_) => None,
        });
        names.collect::<Option<_>>().ok_or_else(|| {
            raise(python::path_error(py), (path::text(&steps), None::<usize>, "a list's item cannot be set alone"))
        })
    }

    /// The snapshot with chosen layers on top, of the same generation.
    fn topped(&self, py: Python<'_>, layers: &[Bound<'_, Layer>]) -> PyResult<Self> {
        let mut kernel = (*self.kernel).clone();
        let mut opaques = self.opaques.as_ref().map(|opaques| opaques.clone_ref(py));
        for layer in layers {
            let layer = layer.get().rebased(py, kernel.segments());
            let topped = kernel.with_layer(layer.stacked, None);
            kernel = topped.map_err(|error| kernel_error(py, self.kernel.segments(), error))?;
            opaques = joined(py, opaques.as_ref(), layer.opaques)?;
        }
        kernel.generation = self.kernel.generation;
        Ok(Self::new(kernel, opaques, self.dimensions.clone_ref(py)))
    }
}

/// Two sets of opaque objects as one.
fn joined(py: Python<'_>, one: Option<&Py<PyDict>>, other: Option<Py<PyDict>>) -> PyResult<Option<Py<PyDict>>> {
    match (one, other) {
        (None, other) => Ok(other),
        (Some(one), None) => Ok(Some(one.clone_ref(py))),
        (Some(one), Some(other)) => {
            let both = one.bind(py).copy()?;
            both.update(other.bind(py).as_mapping())?;
            Ok(Some(both.unbind()))
        }
    }
}

fn layer_argument<'a, 'py>(layer: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Layer>> {
    layer
        .cast::<Layer>()
        .map_err(|_| PyTypeError::new_err(format!("a layer is a veltrix.Layer, not {}", python::type_name(layer))))
}

reading_methods!(Snapshot, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, snapshot) = (slf.py(), slf.get());
        let layers = snapshot.kernel.stack.iter().map(|stacked| {
            let opaques = snapshot.opaques.as_ref().map(|opaques| opaques.clone_ref(py));
            Bound::new(py, Layer { stacked: stacked.clone(), opaques })
        });
        let layers = PyTuple::new(py, layers.collect::<PyResult<Vec<_>>>()?)?;
        let conflicts = match snapshot.kernel.conflicts {
            Conflicts::Error => "error",
            Conflicts::Replace => "replace",
        };
        let restore = py.import("veltrix._restore")?.getattr("restore_snapshot")?;
        let state = (layers, conflicts, &snapshot.dimensions, snapshot.kernel.generation);
        Ok((restore, state.into_pyobject(py)?))
    }

    /// The snapshot with one more layer on top, of the same generation.
    #[pyo3(signature = (data, name = None))]
    fn overlay<'py>(
        slf: &Bound<'py, Self>,
        data: &Bound<'py, PyAny>,
        name: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        if !is_mapping(data) {
            let kind = python::type_name(data);
            return Err(PyTypeError::new_err(format!("overlay data is a mapping, not {kind}")));
        }
        let name = name.map_or_else(|| Ok("overlay".to_owned()), |name| text_argument("a layer's name", name))?;
        let builder = TreeBuilder::new(Arc::clone(snapshot.kernel.segments()));
        let read = Reader::new(py, builder, &[], None).read(data)?;
        let place = Place { source: "overlay".into(), ..Place::default() };
        let secret = Secret::Nothing;
        let record = Arc::new(Record { name, tree: Arc::new(read.tree), place, places: read.places, secret });
        let mut derived = snapshot.derived(py, snapshot.kernel.with_layer(Stacked::new(record), None), read.opaques)?;
        if let Some(kernel) = Arc::get_mut(&mut derived.kernel) {
            kernel.generation = snapshot.kernel.generation;
        }
        Ok(derived)
    }

    /// The snapshot with a definition put into one of its layers, the topmost by default.
    #[pyo3(signature = (path, value, *, layer = None))]
    fn set<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        let names = snapshot.settable(py, path)?;
        let at = snapshot.position(py, layer)?;
        let builder = TreeBuilder::new(Arc::clone(snapshot.kernel.segments()));
        let read = Reader::new(py, builder, &names, None).read(value)?;
        let stacked = &snapshot.kernel.stack[at];
        let patched = stacked.with(&names, &Arc::new(read.tree)).map_err(|stop| {
            let reached = &names[..stop.depth];
            let Some(found) = stacked.definition(reached) else { return PyValueError::new_err("no such layer") };
            let side = |word, place| Side { layer: stacked.record.name.clone(), word, place };
            let upper = side("mapping", Place { source: "set".into(), ..Place::default() });
            let lower = side(found.word(), stacked.place(found));
            conflict(py, &path_text(snapshot.kernel.segments(), reached), &upper, &lower)
        })?;
        snapshot.derived(py, snapshot.kernel.with_definition(at, patched, &names), read.opaques)
    }

    /// The snapshot without one layer's own definition; what lies beneath shines through.
    #[pyo3(signature = (path, *, layer = None))]
    fn delete<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        let names = snapshot.settable(py, path)?;
        let at = snapshot.position(py, layer)?;
        let stacked = &snapshot.kernel.stack[at];
        for depth in 0..names.len() {
            if stacked.definition(&names[..=depth]).is_none() {
                let table = snapshot.kernel.segments();
                let siblings = stacked.definition(&names[..depth]).map_or_else(Vec::new, |found| found.names());
                let siblings = PyTuple::new(py, siblings.iter().map(|&id| &*table.get(id).text))?;
                let key = &*table.get(names[depth]).text;
                let (whole, prefix) = (path_text(table, &names), path_text(table, &names[..depth]));
                return Err(raise(python::missing_key_error(py), (whole, prefix, key, siblings)));
            }
        }
        snapshot.derived(py, snapshot.kernel.with_definition(at, stacked.without(&names), &names), None)
    }

    /// The snapshot with a layer in the place of the topmost of its name, or on top.
    #[pyo3(signature = (layer))]
    fn with_layer<'py>(slf: &Bound<'py, Self>, layer: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        let layer = layer_argument(layer)?.get().rebased(py, snapshot.kernel.segments());
        let at = snapshot.kernel.stack.iter().rposition(|known| known.record.name == layer.stacked.record.name);
        snapshot.derived(py, snapshot.kernel.with_layer(layer.stacked, at), layer.opaques)
    }

    /// The snapshot without the topmost layer of a name.
    #[pyo3(signature = (name))]
    fn without_layer<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        let at = snapshot.position(py, Some(name))?;
        snapshot.derived(py, snapshot.kernel.without_layer(at), None)
    }

    /// What was added, removed and changed since another snapshot.
    #[pyo3(signature = (old))]
    fn diff<'py>(slf: &Bound<'py, Self>, old: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let Ok(other) = old.cast::<Self>() else {
            let kind = python::type_name(old);
            return Err(PyTypeError::new_err(format!("diff() takes a Snapshot, not {kind}")));
        };
        let (new, old) = (slf.get(), other.get());
        let table = new.kernel.segments();
        let mut found: Vec<(String, diff::Difference)> = diff::diff(&new.kernel, &old.kernel)
            .into_iter()
            .map(|difference| (path_text(table, &difference.path), difference))
            .collect();
        found.sort_unstable_by(|left, right| left.0.cmp(&right.0));
        let (added, removed, changed) = (PyDict::new(py), PyDict::new(py), PyDict::new(py));
        for (text, difference) in found {
            let value = |owner: &Bound<'py, Self>, leaf: Leaf| leaf_object(owner, &text, leaf);
            match (difference.old, difference.new) {
                (Some(before), Some(after)) => changed.set_item(&text, (value(other, before)?, value(slf, after)?))?,
                (None, Some(after)) => added.set_item(&text, value(slf, after)?)?,
                (Some(before), None) => removed.set_item(&text, value(other, before)?)?,
                (None, None) => {}
            }
        }
        python::difference(py)?.call1((added, removed, changed))
    }

    /// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
    #[pyo3(signature = (**choices))]
    fn scope<'py>(slf: &Bound<'py, Self>, choices: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, Self>> {
        let (py, snapshot) = (slf.py(), slf.get());
        let dimensions = snapshot.dimensions.bind(py);
        let names: Vec<Bound<'py, PyAny>> =
            dimensions.iter().map(|dimension| dimension.getattr("name")).collect::<PyResult<_>>()?;
        let choices = choices.map_or_else(|| PyDict::new(py), Clone::clone);
        let declared: HashSet<String> = names.iter().map(|name| name.extract()).collect::<PyResult<_>>()?;
        for choice in choices.keys() {
            if !declared.contains(&choice.extract::<String>()?) {
                let known = names.iter().map(|name| Ok(name.repr()?.to_string())).collect::<PyResult<Vec<_>>>()?;
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let text = format!("unknown dimension {}; declared are {known}", choice.repr()?);
                return Err(PyTypeError::new_err(text));
            }
        }
        let mut chosen = Vec::new();
        for (dimension, name) in dimensions.iter().zip(&names) {
            let layer = dimension.call_method1("choose", (choices.get_item(name)?,))?;
            if !layer.is_none() {
                chosen.push(layer_argument(&layer)?.clone());
            }
        }
        if chosen.is_empty() {
            return Ok(slf.clone());
        }
        let scopes = snapshot.scopes.get_or_init(py, || PyDict::new(py).unbind()).bind(py);
        let key = PyTuple::new(py, &chosen)?;
        let scoped = match scopes.get_item(&key)? {
            Some(known) => {
                scopes.del_item(&key)?;
                known.cast_into::<Self>()?
            }
            None => Bound::new(py, snapshot.topped(py, &chosen)?)?,
        };
        scopes.set_item(&key, &scoped)?;
        if scopes.len() > SCOPES
            && let Some(oldest) = scopes.keys().iter().next()
        {
            scopes.del_item(oldest)?;
        }
        Ok(scoped)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(opaques) = &self.opaques {
            visit.call(opaques)?;
        }
        visit.call(&self.dimensions)
    }
});

/// A leaf of a snapshot as a Python object; an empty mapping as its view.
fn leaf_object<'py>(owner: &Bound<'py, Snapshot>, text: &str, leaf: Leaf) -> PyResult<Bound<'py, PyAny>> {
    match leaf {
        Leaf::Value(tree, node) => convert::object(owner.py(), &tree, node, owner.get().opaques(), Style::Frozen),
        Leaf::Empty => owner.as_any().get_item(text),
    }
}

/// A snapshot of layers, lowest first.
#[pyfunction]
#[pyo3(signature = (layers, *, conflicts = None, dimensions = None))]
pub fn resolve(
    py: Python<'_>,
    layers: &Bound<'_, PyAny>,
    conflicts: Option<&Bound<'_, PyAny>>,
    dimensions: Option<&Bound<'_, PyAny>>,
) -> PyResult<Snapshot> {
    build(py, layers, conflicts, dimensions, 1)
}

/// The snapshot that was pickled.
#[pyfunction]
#[pyo3(signature = (layers, conflicts, dimensions, generation))]
pub fn restore_snapshot(
    py: Python<'_>,
    layers: &Bound<'_, PyAny>,
    conflicts: &Bound<'_, PyAny>,
    dimensions: &Bound<'_, PyAny>,
    generation: u64,
) -> PyResult<Snapshot> {
    build(py, layers, Some(conflicts), Some(dimensions), generation)
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
        Some(word) => match word.cast::<PyString>().ok().map(|word| word.to_string_lossy()).as_deref() {
            Some("error") => Conflicts::Error,
            Some("replace") => Conflicts::Replace,
            _ => {
                let text = format!("conflicts is 'error' or 'replace', not {}", word.repr()?);
                return Err(PyValueError::new_err(text));
            }
        },
    };
    let mut given = Vec::new();
    for layer in layers.try_iter()? {
        given.push(layer_argument(&layer?)?.clone().unbind());
    }
    let dimensions = match dimensions {
        None => PyTuple::empty(py),
        Some(dimensions) => PyTuple::new(py, dimensions.try_iter()?.collect::<PyResult<Vec<_>>>()?)?,
    };
    let table = common_table(&given);
    let mut stack = Vec::with_capacity(given.len());
    let mut opaques = None;
    for layer in &given {
        let Layer { stacked, opaques: added } = layer.get().rebased(py, &table);
        stack.push(stacked);
        opaques = joined(py, opaques.as_ref(), added)?;
    }
    let stack: Arc<[Stacked]> = stack.into();
    let resolved = py.detach(|| kernel::Snapshot::new(stack, &table, conflicts));
    let mut kernel = resolved.map_err(|error| kernel_error(py, &table, error))?;
    kernel.generation = generation;
    Ok(Snapshot::new(kernel, opaques, dimensions.unbind()))
}

/// The table of segments that the most recent of the layers use.
fn common_table(layers: &[Py<Layer>]) -> Arc<Segments> {
    let current = segments::current();
    let tables = || layers.iter().map(|layer| layer.get().stacked.record.tree.segments());
    if tables().any(|table| Arc::ptr_eq(table, &current)) {
        return current;
    }
    tables().next_back().map_or(current, Arc::clone)
}
