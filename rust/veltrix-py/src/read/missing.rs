//! A `MissingKeyError`, made of what is needed to say later where and beside what a key is missing.
//!
//! Most of these errors are caught and never shown. So what their text needs is found out when it is asked for: from the
//! names of the base alone, which hold no value and do not change.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use veltrix_core::path::{Step, plain_hash};
use veltrix_core::{BaseNames, Beside, EntryId, Found, Kind, MappingPath, NO_ENTRY, Target, siblings};

use crate::convert::path;
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::{raise, raise_made};
use crate::interop::ffi;
use crate::interop::imports;
use crate::interop::panic::guarded;
use crate::read::reading::{Place, Reading};

/// Where a text of plain names leads nowhere; called, it gives the arguments of the error, and iterated, the names beside
/// the missing one.
#[pyclass(frozen)]
pub struct MissingPlace {
    names: BaseNames,
    /// The mapping where the text starts.
    from: EntryId,
    key: Option<Py<PyString>>,
    /// So many of its names lead to something: to this mapping, or to a value of no entry here.
    depth: usize,
    reached: EntryId,
    /// How many items that value has.
    items: Option<usize>,
}

#[pymethods]
impl MissingPlace {
    fn __call__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        guarded(slf.py(), || Self::arguments(slf))
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let place = slf.get();
        guarded(slf.py(), || {
            let there = (place.reached != NO_ENTRY).then(|| siblings(place.names.children(place.reached)));
            Ok(texts(slf.py(), there.into_iter().flatten())?.try_iter()?.into_any())
        })
    }
}

impl MissingPlace {
    /// What the error is made of.
    fn arguments<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, place) = (slf.py(), slf.get());
        let key = place.key.as_ref().map_or(Ok(None), |key| ffi::text(key.bind(py)))?.unwrap_or_default();
        let name = |name| Step::Name(Cow::Borrowed(name));
        let above: Vec<Step<'_>> = place.names.path(place.from).map(name).collect();
        let whole: Vec<Step<'_>> = above.iter().cloned().chain(key.split('.').map(name)).collect();
        let reached = above.len() + place.depth;
        let items = match place.items {
            Some(items) => ffi::new_int(py, items.cast_signed() as i64)?.into_any(),
            None => py.None().into_bound(py),
        };
        let (text, prefix) =
            (ffi::new_str(py, &path::text(&whole))?, ffi::new_str(py, &path::text(&whole[..reached]))?);
        let name = path::step_object(py, &whole[reached])?;
        ffi::new_tuple(py, [text.into_any(), prefix.into_any(), name, slf.clone().into_any(), items])
    }
}

impl<'py> Reading<'_, 'py> {
    /// The `MissingKeyError` for a path that leads nowhere.
    pub fn missing_at(&self, wanted: &Bound<'py, PyAny>) -> PyResult<PyErr> {
        if let Ok(key) = wanted.cast_exact::<PyString>()
            && let Some(place) = self.missing_place(key)?
        {
            let py = self.py();
            let place = ffi::new_tuple(py, [Bound::new(py, place)?.into_any()])?;
            return Ok(raise_made(ffi::new_uninitialised(imports::missing_key_error(py)?, &place)));
        }
        Ok(self.missing(&path::steps(wanted)?))
    }

    /// Where the plain names of a text lead nowhere, if the base alone can say so later.
    fn missing_place(&self, key: &Bound<'py, PyString>) -> PyResult<Option<MissingPlace>> {
        let Some(text) = ffi::text(key)? else { return Ok(None) };
        let (snapshot, kernel) = (self.snapshot(), self.snapshot().below());
        let (mut hash, mut reached, mut depth) = (self.hash(), self.entry(), 0);
        if reached == NO_ENTRY || plain_hash(text, hash).is_none() {
            return Ok(None);
        }
        let mut items = None;
        for name in text.split('.') {
            if reached == NO_ENTRY {
                break;
            }
            if !snapshot.is_clean(reached, || hash) {
                return Ok(None);
            }
            let Some(step) = plain_hash(name, hash) else { return Ok(None) };
            match kernel.child(reached, step, name) {
                Found::Missing => return Ok(Some(self.place(key, depth, reached, None))),
                Found::Mapping(NO_ENTRY) => return Ok(None),
                Found::Mapping(entry) => reached = entry,
                Found::Leaf(..) if snapshot.small_overlay.is_some() => return Ok(None),
                Found::Leaf(tree, node, _) => {
                    items = (tree.node(node).kind == Kind::List).then(|| tree.children(node).count());
                    reached = NO_ENTRY;
                }
            }
            (hash, depth) = (step.whole(), depth + 1);
        }
        let is_inside = reached == NO_ENTRY && text.split('.').nth(depth).is_some();
        Ok(is_inside.then(|| self.place(key, depth, NO_ENTRY, items)))
    }

    fn place(&self, key: &Bound<'py, PyString>, depth: usize, reached: EntryId, items: Option<usize>) -> MissingPlace {
        let names = self.snapshot().below().base.names();
        MissingPlace { names, from: self.entry(), key: Some(key.clone().unbind()), depth, reached, items }
    }

    /// The `MissingKeyError` for steps that lead nowhere.
    pub fn missing(&self, steps: &[Step<'_>]) -> PyErr {
        let attempt = || -> PyResult<PyErr> {
            let py = self.py();
            let depth = match self.kernel()?.look_up(self.mapping(), steps) {
                Target::Missing { depth } => depth,
                Target::Leaf { .. } | Target::Mapping(_) => steps.len() - 1,
            };
            let above = self.above();
            let whole: Vec<Step<'_>> = above.iter().cloned().chain(steps.iter().cloned()).collect();
            let reached = above.len() + depth;
            // The error is given names only: the mapping itself would show its values, and keep the snapshot.
            let (siblings, items) = match self.kernel()?.beside(self.mapping(), &steps[..depth]) {
                Beside::Mapping(mapping) => (self.beside(&mapping)?, None),
                Beside::Names(names) => (texts(py, names)?.into_any(), None),
                Beside::Items(items) => (ffi::new_tuple(py, [])?.into_any(), Some(Int(items.cast_signed() as i64))),
                Beside::Nothing => (ffi::new_tuple(py, [])?.into_any(), None),
            };
            let key = path::step_object(py, &steps[depth])?;
            let (whole, prefix) = (Text(path::text(&whole)), Text(path::text(&whole[..reached])));
            Ok(raise(imports::missing_key_error(py), (whole, prefix, key, siblings, items)))
        };
        attempt().unwrap_or_else(|error| error)
    }

    /// The names in a mapping, to be looked at when somebody asks for them.
    fn beside(&self, mapping: &MappingPath) -> PyResult<Bound<'py, PyAny>> {
        let below = self.snapshot().below();
        if !self.snapshot().is_clean(mapping.entry, || mapping.hash) {
            return Ok(Reading { owner: self.owner, place: Place::Path(mapping) }.names()?.into_any());
        }
        let (names, from, reached) = (below.base.names(), mapping.entry, mapping.entry);
        Ok(Bound::new(self.py(), MissingPlace { names, from, key: None, depth: 0, reached, items: None })?.into_any())
    }
}
