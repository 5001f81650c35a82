//! What is handed over for longer than a read: objects of a type, and the values of keys.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use veltrix_core::path::Step;
use veltrix_core::{NO_SEGMENT, SegmentId, diff};

use crate::convert::path;
use crate::interop::alloc::texts;
use crate::interop::imports;
use crate::read::reading::Reading;
use crate::state::snapshot::Snapshot;

impl<'py> Reading<'_, 'py> {
    /// `self.bind(kind, path)`.
    pub fn bind(&self, kind: &Bound<'py, PyAny>, path: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        imports::bind(self.py())?.call1((self.owner, self.names_above()?, kind, path))
    }

    /// The canonical text of a path, and its value; the default, if one is given, where nothing stands.
    pub fn key(
        &self,
        wanted: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(String, Bound<'py, PyAny>)> {
        let steps = path::steps(wanted)?;
        let whole: Vec<Step<'_>> = self.above().into_iter().chain(steps).collect();
        let value = match default {
            Some(default) => self.find(wanted)?.unwrap_or(default),
            None => self.get_item(wanted)?,
        };
        Ok((path::text(&whole), value))
    }

    /// The same, with the value as an object of a type.
    pub fn typed_key(
        &self,
        wanted: &Bound<'py, PyAny>,
        kind: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(String, Bound<'py, PyAny>)> {
        let py = self.py();
        let default = default.unwrap_or_else(|| py.Ellipsis().into_bound(py));
        imports::key_value(py)?.call1((self.owner, self.names_above()?, wanted, kind, default))?.extract()
    }

    /// Whether what stands at a path is known to be the same in another snapshot. Beside one base that is a look at what
    /// was changed; across bases it is not known.
    pub fn shares(&self, other: &Bound<'py, Snapshot>, wanted: &Bound<'py, PyTuple>) -> PyResult<bool> {
        let (ours, theirs) = (self.kernel()?, other.get().kernel(self.py())?);
        if !Arc::ptr_eq(&ours.base, &theirs.base) {
            return Ok(false);
        }
        let steps = if wanted.is_empty() { Vec::new() } else { path::steps(wanted)? };
        let names: Vec<SegmentId> = steps
            .iter()
            .map_while(|step| match step {
                Step::Name(name) => Some(ours.segments().find(name).unwrap_or(NO_SEGMENT)),
                Step::Index(_) => None,
            })
            .collect();
        let touches = |path: &[SegmentId]| path.starts_with(&names) || names.starts_with(path);
        Ok(!diff(ours, theirs).iter().any(|difference| touches(&difference.path)))
    }

    /// The names that lead to this mapping.
    fn names_above(&self) -> PyResult<Bound<'py, PyTuple>> {
        let table = self.snapshot().below().segments();
        texts(self.py(), self.mapping().path.iter().map(|&id| &*table.get(id).text))
    }
}
