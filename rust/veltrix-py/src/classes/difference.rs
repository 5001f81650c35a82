//! The class `Difference`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core as kernel;
use veltrix_core::{Leaf, SortedPaths, What};

use crate::classes::methods::read_only;
use crate::convert::to_python::{self, Style};
use crate::interop::alloc::Text;
use crate::interop::error::type_error;
use crate::interop::ffi;
use crate::interop::imports;
use crate::interop::panic::guarded;
use crate::state::snapshot::Snapshot;

/// What changed between two snapshots, by path; true if anything did.
///
/// Specified in docs/semantics.md#difference-and-digest.
///
/// Example:
///     >>> difference = veltrix.diff(snapshot, snapshot.set("server.port", 80))
///     >>> difference.changed, bool(difference)
///     ({'server.port': (8080, 80)}, True)
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Difference(Mutex<DifferenceState>);

/// A difference is found at once; its dicts are made when one of them is first looked at.
enum DifferenceState {
    Found(Arc<FoundDifference>),
    Made(Dicts),
}

/// What was added, removed and changed.
type Dicts = [Py<PyDict>; 3];

struct FoundDifference {
    newer: Py<Snapshot>,
    older: Py<Snapshot>,
    differences: Vec<kernel::Difference>,
}

impl Difference {
    /// The difference of a snapshot from an older one.
    pub fn new(newer: &Bound<'_, Snapshot>, older: &Bound<'_, Snapshot>) -> PyResult<Self> {
        let py = newer.py();
        let (new, old) = (newer.get().kernel(py)?, older.get().kernel(py)?);
        let is_quick = Arc::ptr_eq(&new.base, &old.base);
        let differences = if is_quick { kernel::diff(new, old) } else { detached(py, new, old) };
        let (newer, older) = (newer.clone().unbind(), older.clone().unbind());
        Ok(Self(Mutex::new(DifferenceState::Found(Arc::new(FoundDifference { newer, older, differences })))))
    }

    /// Each time it is held for a moment in which no Python code runs.
    fn state(&self) -> MutexGuard<'_, DifferenceState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dicts<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyDict>; 3]> {
        let found = match &*self.state() {
            DifferenceState::Made(dicts) => return Ok(attached(py, dicts)),
            DifferenceState::Found(found) => Arc::clone(found),
        };
        let dicts = guarded(py, || found.dicts(py))?;
        let mut state = self.state();
        // Whoever was first, another thread or what making the dicts ran, has shown its dicts already.
        if let DifferenceState::Found(_) = &*state {
            *state = DifferenceState::Made(dicts.map(Bound::unbind));
        }
        match &*state {
            DifferenceState::Made(dicts) => Ok(attached(py, dicts)),
            DifferenceState::Found(_) => unreachable!("it was replaced"),
        }
    }

    fn equals(&self, other: &Bound<'_, Self>) -> PyResult<bool> {
        let py = other.py();
        let (ours, theirs) = (self.dicts(py)?, other.get().dicts(py)?);
        for (one, other) in ours.iter().zip(&theirs) {
            if !one.eq(other)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// How many paths were added, removed and changed.
    fn counts(&self, py: Python<'_>) -> [usize; 3] {
        match &*self.state() {
            DifferenceState::Made(dicts) => attached(py, dicts).map(|dict| dict.len()),
            DifferenceState::Found(found) => {
                let mut counts = [0; 3];
                for difference in &found.differences {
                    counts[match difference.what {
                        What::Added(_) => 0,
                        What::Removed(_) => 1,
                        What::Changed { .. } => 2,
                    }] += 1;
                }
                counts
            }
        }
    }
}

fn attached<'py>(py: Python<'py>, dicts: &Dicts) -> [Bound<'py, PyDict>; 3] {
    dicts.each_ref().map(|dict| dict.bind(py).clone())
}

#[pymethods]
impl Difference {
    fn __setattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Difference"))
    }

    fn __delattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Difference"))
    }

    /// The values of the leaves that only the snapshot after the change has, by path.
    #[getter]
    fn added<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let [added, _, _] = self.dicts(py)?;
        Ok(added)
    }

    /// The values of the leaves that only the snapshot before the change has, by path.
    #[getter]
    fn removed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let [_, removed, _] = self.dicts(py)?;
        Ok(removed)
    }

    /// Of each leaf that both have and that differs, by path, its values before and after.
    #[getter]
    fn changed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let [_, _, changed] = self.dicts(py)?;
        Ok(changed)
    }

    fn __bool__(&self, py: Python<'_>) -> bool {
        self.counts(py).iter().any(|&count| count > 0)
    }

    fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented().into_bound(py)) };
        Ok(PyBool::new(py, self.equals(other)?).to_owned().into_any())
    }

    fn __ne__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented().into_bound(py)) };
        Ok(PyBool::new(py, !self.equals(other)?).to_owned().into_any())
    }

    fn __repr__(&self, py: Python<'_>) -> Text<String> {
        let [added, removed, changed] = self.counts(py);
        Text(format!("<veltrix.Difference {added} added, {removed} removed, {changed} changed>"))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        imports::reduced(imports::restore_difference(py)?, self.dicts(py)?.map(Bound::into_any))
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let [added, removed, changed] = slf.get().dicts(py)?;
        let kept = |dict| imports::keeping_folds(py)?.call1((dict, protocol));
        imports::reduced(imports::restore_difference(py)?, [kept(added)?, kept(removed)?, kept(changed)?])
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &*self.state() {
            DifferenceState::Found(found) => {
                visit.call(&found.newer)?;
                visit.call(&found.older)
            }
            DifferenceState::Made(dicts) => dicts.iter().try_for_each(|dict| visit.call(dict)),
        }
    }
}

/// What was added, removed and changed from one snapshot to another.
///
/// Specified in docs/semantics.md#difference-and-digest.
///
/// Args:
///     old: The snapshot before the change.
///     new: The snapshot after it.
///
/// Raises:
///     TypeError: They are not two snapshots of this implementation.
///
/// Example:
///     >>> veltrix.diff(snapshot, snapshot.set("server.port", 80)).changed
///     {'server.port': (8080, 80)}
#[pyfunction]
#[pyo3(signature = (old, new))]
pub fn diff(old: &Bound<'_, PyAny>, new: &Bound<'_, PyAny>) -> PyResult<Difference> {
    let (old, new) = (snapshot_argument(old)?, snapshot_argument(new)?);
    guarded(old.py(), || Difference::new(new, old))
}

fn snapshot_argument<'a, 'py>(snapshot: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Snapshot>> {
    let refused =
        |_| type_error(snapshot.py(), format!("diff() takes a Snapshot, not {}", imports::type_name(snapshot)));
    snapshot.cast::<Snapshot>().map_err(refused)
}

/// The difference of these three dicts.
#[pyfunction]
#[pyo3(signature = (added, removed, changed))]
pub fn restore_difference(
    added: &Bound<'_, PyAny>,
    removed: &Bound<'_, PyAny>,
    changed: &Bound<'_, PyAny>,
) -> PyResult<Difference> {
    let dict = |part: &Bound<'_, PyAny>| {
        if let Ok(part) = part.cast::<PyDict>() {
            return Ok(part.clone().unbind());
        }
        let kind = imports::type_name(part);
        Err(type_error(part.py(), format!("a difference is made of dicts, not {kind}")))
    };
    Ok(Difference(Mutex::new(DifferenceState::Made([dict(added)?, dict(removed)?, dict(changed)?]))))
}

/// In what `new` differs from `old`, found without the interpreter lock.
#[cold]
fn detached(py: Python<'_>, new: &kernel::Snapshot, old: &kernel::Snapshot) -> Vec<kernel::Difference> {
    new.make_roots();
    old.make_roots();
    py.detach(|| kernel::diff(new, old))
}

impl FoundDifference {
    fn dicts<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyDict>; 3]> {
        let (newer, older) = (self.newer.bind(py), self.older.bind(py));
        let table = newer.get().below().segments();
        let paths = SortedPaths::new(table, self.differences.iter().map(|difference| &*difference.path));
        let (added, removed, changed) = (ffi::new_dict(py)?, ffi::new_dict(py)?, ffi::new_dict(py)?);
        for (path, at) in paths.iter() {
            let path = ffi::new_str(py, path)?;
            match &self.differences[at].what {
                What::Added(new) => added.set_item(&path, value(newer, &path, new)?)?,
                What::Removed(old) => removed.set_item(&path, value(older, &path, old)?)?,
                What::Changed { old, new } => {
                    let both = [value(older, &path, old)?, value(newer, &path, new)?];
                    changed.set_item(&path, ffi::new_tuple(py, both)?)?;
                }
            }
        }
        Ok([added, removed, changed])
    }
}

/// A leaf of a snapshot as a Python object; an empty mapping as its view.
fn value<'py>(owner: &Bound<'py, Snapshot>, path: &Bound<'py, PyString>, leaf: &Leaf) -> PyResult<Bound<'py, PyAny>> {
    match leaf {
        Leaf::Value(tree, node) => to_python::object(owner.py(), tree, *node, owner.get().opaques(), Style::Frozen),
        Leaf::Empty => owner.as_any().get_item(path),
    }
}
