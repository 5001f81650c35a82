//! The class `Difference`.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::diff::{self, Leaf, What};
use veltrix_core::segments::{SegmentId, Segments};

use crate::error::push_path;
use crate::guard::guarded;
use crate::make::{Text, type_error};
use crate::methods::read_only;
use crate::output::{self, Style};
use crate::snapshot::Snapshot;
use crate::{python, raw};

/// What changed between two snapshots, by path; true if anything did.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Difference(Mutex<State>);

/// A difference is found at once, and its dicts are made for whom looks at them.
enum State {
    Found(Arc<Found>),
    Made(Dicts),
}

/// What was added, removed and changed.
type Dicts = [Py<PyDict>; 3];

struct Found {
    newer: Py<Snapshot>,
    older: Py<Snapshot>,
    differences: Vec<diff::Difference>,
}

impl Difference {
    /// The difference of a snapshot from an older one.
    pub fn new(newer: &Bound<'_, Snapshot>, older: &Bound<'_, Snapshot>) -> PyResult<Self> {
        let py = newer.py();
        let differences = diff::diff(newer.get().kernel(py)?, older.get().kernel(py)?);
        let (newer, older) = (newer.clone().unbind(), older.clone().unbind());
        Ok(Self(Mutex::new(State::Found(Arc::new(Found { newer, older, differences })))))
    }

    /// Held for a moment each, in which no Python code runs.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn dicts<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyDict>; 3]> {
        let found = match &*self.state() {
            State::Made(dicts) => return Ok(attached(py, dicts)),
            State::Found(found) => Arc::clone(found),
        };
        let dicts = guarded(py, || found.dicts(py))?;
        let mut state = self.state();
        // Whoever was first, another thread or what making the dicts ran, has shown its dicts already.
        if let State::Found(_) = &*state {
            *state = State::Made(dicts.map(Bound::unbind));
        }
        match &*state {
            State::Made(dicts) => Ok(attached(py, dicts)),
            State::Found(_) => unreachable!("it was replaced"),
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
            State::Made(dicts) => attached(py, dicts).map(|dict| dict.len()),
            State::Found(found) => {
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

    /// The values of the leaves that only the newer snapshot has.
    #[getter]
    fn added<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let [added, _, _] = self.dicts(py)?;
        Ok(added)
    }

    /// The values of the leaves that only the older snapshot has.
    #[getter]
    fn removed<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let [_, removed, _] = self.dicts(py)?;
        Ok(removed)
    }

    /// The old and the new value of each leaf that both have, and that differs.
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
        python::reduced(python::restore_difference(py)?, self.dicts(py)?.map(Bound::into_any))
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let [added, removed, changed] = slf.get().dicts(py)?;
        let kept = |dict| python::keeping_folds(py)?.call1((dict, protocol));
        python::reduced(python::restore_difference(py)?, [kept(added)?, kept(removed)?, kept(changed)?])
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &*self.state() {
            State::Found(found) => {
                visit.call(&found.newer)?;
                visit.call(&found.older)
            }
            State::Made(dicts) => dicts.iter().try_for_each(|dict| visit.call(dict)),
        }
    }
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
        let kind = python::type_name(part);
        Err(type_error(part.py(), format!("a difference is made of dicts, not {kind}")))
    };
    Ok(Difference(Mutex::new(State::Made([dict(added)?, dict(removed)?, dict(changed)?]))))
}

impl Found {
    fn dicts<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyDict>; 3]> {
        let (newer, older) = (self.newer.bind(py), self.older.bind(py));
        let table = newer.get().below().segments();
        let paths = Paths::new(table, self.differences.iter().map(|difference| &*difference.path));
        let (added, removed, changed) = (raw::new_dict(py)?, raw::new_dict(py)?, raw::new_dict(py)?);
        for (path, at) in paths.sorted() {
            let path = raw::new_str(py, path)?;
            match &self.differences[at].what {
                What::Added(new) => added.set_item(&path, value(newer, &path, new)?)?,
                What::Removed(old) => removed.set_item(&path, value(older, &path, old)?)?,
                What::Changed { old, new } => {
                    let both = [value(older, &path, old)?, value(newer, &path, new)?];
                    changed.set_item(&path, raw::new_tuple(py, both)?)?;
                }
            }
        }
        Ok([added, removed, changed])
    }
}

/// The texts of many paths, one behind the other in one buffer.
struct Paths {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl Paths {
    fn new<'a>(table: &Segments, paths: impl ExactSizeIterator<Item = &'a [SegmentId]>) -> Self {
        let mut text = String::with_capacity(paths.len() * 32);
        let mut ranges = Vec::with_capacity(paths.len());
        for path in paths {
            let start = text.len();
            push_path(&mut text, table, path);
            ranges.push(start..text.len());
        }
        Self { text, ranges }
    }

    /// The texts in their order, with their numbers.
    fn sorted(&self) -> impl Iterator<Item = (&str, usize)> {
        let texts = || self.ranges.iter().map(|range| &self.text.as_bytes()[range.clone()]);
        let first = texts().next().unwrap_or_default();
        let common = |text: &[u8]| first.iter().zip(text).take_while(|(a, b)| a == b).count();
        let shared = texts().map(common).min().unwrap_or(0);
        // The first bytes in which any two differ decide nearly all comparisons, as one number.
        let key = |text: &[u8]| {
            let mut bytes = [0; 16];
            let rest = &text[shared..];
            let length = rest.len().min(16);
            bytes[..length].copy_from_slice(&rest[..length]);
            u128::from_be_bytes(bytes)
        };
        let mut ordered: Vec<_> = texts().enumerate().map(|(at, text)| (key(text), text, at)).collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, _, at)| (&self.text[self.ranges[at].clone()], at))
    }
}

/// A leaf of a snapshot as a Python object; an empty mapping as its view.
fn value<'py>(owner: &Bound<'py, Snapshot>, path: &Bound<'py, PyString>, leaf: &Leaf) -> PyResult<Bound<'py, PyAny>> {
    match leaf {
        Leaf::Value(tree, node) => output::object(owner.py(), tree, *node, owner.get().opaques(), Style::Frozen),
        Leaf::Empty => owner.as_any().get_item(path),
    }
}
