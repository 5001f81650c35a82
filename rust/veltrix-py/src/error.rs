//! The kernel's errors as the Python classes of `veltrix.errors`.

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use veltrix_core::error::{Error, Side};
use veltrix_core::formats::DocumentError;
use veltrix_core::path::push_name;
use veltrix_core::record::Place;
use veltrix_core::segments::{SegmentId, Segments};

use crate::python;

/// An instance of a class as the error to raise.
pub fn raise<'py>(class: PyResult<&Bound<'py, PyAny>>, arguments: impl PyCallArgs<'py>) -> PyErr {
    match class.and_then(|class| class.call1(arguments)) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// The canonical text of a path of names.
pub fn path_text(segments: &Segments, path: &[SegmentId]) -> String {
    let mut text = String::with_capacity(path.len() * 12);
    push_path(&mut text, segments, path);
    text
}

/// Appends the canonical text of a path of names.
pub fn push_path(text: &mut String, segments: &Segments, path: &[SegmentId]) {
    for (depth, &id) in path.iter().enumerate() {
        let segment = segments.get(id);
        if depth > 0 {
            text.push('.');
        }
        push_name(text, &segment.text, segment.plain);
    }
}

/// An `Origin`.
pub fn origin<'py>(py: Python<'py>, layer: &str, place: &Place) -> PyResult<Bound<'py, PyAny>> {
    let (line, column) =
        place.position.map_or((None, None), |at| (Some(at.line), (at.column > 0).then_some(at.column)));
    python::origin(py)?.call1((layer, &place.source, place.file.as_deref(), line, column, place.variable.as_deref()))
}

/// The error for what the kernel refuses.
pub fn kernel_error(py: Python<'_>, segments: &Segments, error: Error) -> PyErr {
    match error {
        Error::Conflict { path, upper, lower } => conflict(py, &path_text(segments, &path), &upper, &lower),
        Error::TooManyLayers => raise(python::limit_error(py), ("more than 65534 layers",)),
    }
}

/// A `ConflictError`.
pub fn conflict(py: Python<'_>, path: &str, upper: &Side, lower: &Side) -> PyErr {
    let sides =
        origin(py, &upper.layer, &upper.place).and_then(|above| Ok((above, origin(py, &lower.layer, &lower.place)?)));
    match sides {
        Ok((above, beneath)) => raise(python::conflict_error(py), (path, upper.word, above, lower.word, beneath)),
        Err(error) => error,
    }
}

/// The error for a document that was refused.
pub fn document_error(py: Python<'_>, file: Option<&str>, error: DocumentError) -> PyErr {
    let class = if error.limit { python::limit_error(py) } else { python::parse_error(py) };
    let (line, column) = error.position.map_or((None, None), |at| (Some(at.line), Some(at.column)));
    raise(class, (error.reason, file, line, column, error.path))
}

/// `LimitError.too_deep(path)`.
pub fn too_deep(py: Python<'_>, path: &str) -> PyErr {
    match python::limit_error(py).and_then(|class| class.call_method1("too_deep", (path,))) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// The error for no layer of a name.
pub fn no_layer(names: &[&str], name: &Bound<'_, PyAny>) -> PyErr {
    if names.is_empty() {
        return PyValueError::new_err("the snapshot has no layers");
    }
    let text = || -> PyResult<String> {
        let known = PyList::new(name.py(), names)?;
        let known = known.iter().map(|known| Ok(known.repr()?.to_string())).collect::<PyResult<Vec<_>>>()?;
        Ok(format!("no layer named {}; the layers are {}", name.repr()?, known.join(", ")))
    };
    text().map_or_else(|error| error, PyValueError::new_err)
}
