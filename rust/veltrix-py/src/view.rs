//! The class `View`.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::snapshot::Spot;

use crate::key::Key;
use crate::methods::reading_methods;
use crate::python;
use crate::reading::Reading;
use crate::snapshot::Snapshot;

/// A read-only mapping over one inner mapping of a snapshot.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct View {
    pub snapshot: Py<Snapshot>,
    pub spot: Spot,
}

impl View {
    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> R) -> R {
        let view = slf.get();
        read(Reading { owner: view.snapshot.bind(slf.py()), spot: &view.spot })
    }
}

reading_methods!(View, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let (py, view) = (slf.py(), slf.get());
        let table = view.snapshot.get().below().segments();
        let path = PyTuple::new(py, view.spot.path.iter().map(|&id| &*table.get(id).text))?;
        let restore = py.import("veltrix._restore")?.getattr("restore_view")?;
        Ok((restore, (&view.snapshot, path).into_pyobject(py)?))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.snapshot)
    }
});

/// The view that was pickled.
#[pyfunction]
#[pyo3(signature = (snapshot, path))]
pub fn restore_view<'py>(snapshot: &Bound<'py, PyAny>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if path.len()? == 0 { Ok(snapshot.clone()) } else { snapshot.get_item(path) }
}
