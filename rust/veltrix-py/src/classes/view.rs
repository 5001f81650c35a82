//! The class `View`.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::classes::key::Key;
use crate::classes::layer::layers;
use crate::classes::mapping_views::{ItemsView, KeysView, ValuesView, reversed_names};
use crate::classes::methods::reading_methods;
use crate::interop::alloc::{Int, texts};
use crate::interop::error::type_error;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::read::reading::{Place, Reading};
use crate::state::snapshot::Snapshot;
use crate::state::view::View;

impl View {
    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> PyResult<R>) -> PyResult<R> {
        let view = slf.get();
        guarded(slf.py(), || read(Reading { owner: view.snapshot.bind(slf.py()), place: Place::View(view) }))
    }
}

reading_methods!(View, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, view) = (slf.py(), slf.get());
        let table = view.snapshot.get().below().segments();
        let path = texts(py, view.mapping().path.iter().map(|&id| &*table.get(id).text))?;
        let snapshot = view.snapshot.bind(py).clone().into_any();
        imports::reduced(imports::restore_view(py)?, [snapshot, path.into_any()])
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.snapshot)
    }
});

/// The view that was pickled.
#[pyfunction]
#[pyo3(signature = (snapshot, path))]
pub fn restore_view<'py>(snapshot: &Bound<'py, PyAny>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = path.py();
    if !snapshot.is_instance_of::<Snapshot>() {
        let kind = imports::type_name(snapshot);
        return Err(type_error(py, format!("a view is of a veltrix.Snapshot, not {kind}")));
    }
    let view = snapshot.get_item(path)?;
    if !view.is_instance_of::<View>() {
        return Err(type_error(py, format!("a view is of a mapping, not {}", imports::type_name(&view))));
    }
    Ok(view)
}
