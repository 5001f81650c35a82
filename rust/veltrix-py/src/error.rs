//! The kernel's errors as the Python classes of `veltrix.errors`.

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use veltrix_core::error::{Error, Side};
use veltrix_core::formats::DocumentError;
use veltrix_core::path::push_name;
use veltrix_core::record::Place;
use veltrix_core::resolve::MAX_LAYERS;
use veltrix_core::segments::{SegmentId, Segments};

use crate::make::{Int, Text, shown, value_error};
use crate::{python, raw};

/// An instance of a class as the error to raise.
pub fn raise<'py>(class: PyResult<&Bound<'py, PyAny>>, arguments: impl PyCallArgs<'py>) -> PyErr {
    raise_made(class.and_then(|class| class.call1(arguments)))
}

fn raise_made(made: PyResult<Bound<'_, PyAny>>) -> PyErr {
    match made.and_then(|error| Ok(error.cast_into::<PyBaseException>()?)) {
        Ok(error) => raw::raised(&error),
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
    let line = place.position.map(|at| Int(at.line.into()));
    let column = place.position.filter(|at| at.column > 0).map(|at| Int(at.column.into()));
    let (file, variable) = (place.file.as_deref().map(Text), place.variable.as_deref().map(Text));
    python::origin(py)?.call1((Text(layer), Text(&place.source), file, line, column, variable))
}

/// The error for what the kernel refuses.
pub fn kernel_error(py: Python<'_>, segments: &Segments, error: Error) -> PyErr {
    match error {
        Error::Conflict { path, upper, lower } => conflict(py, &path_text(segments, &path), &upper, &lower),
        Error::TooManyLayers => raise(python::limit_error(py), (Text(format!("more than {MAX_LAYERS} layers")),)),
    }
}

/// A `ConflictError`.
pub fn conflict(py: Python<'_>, path: &str, upper: &Side, lower: &Side) -> PyErr {
    let sides =
        origin(py, &upper.layer, &upper.place).and_then(|above| Ok((above, origin(py, &lower.layer, &lower.place)?)));
    match sides {
        Ok((above, beneath)) => {
            raise(python::conflict_error(py), (Text(path), Text(upper.word), above, Text(lower.word), beneath))
        }
        Err(error) => error,
    }
}

/// The error for a document that was refused.
pub fn document_error(py: Python<'_>, file: Option<&str>, error: DocumentError) -> PyErr {
    let class = if error.limit { python::limit_error(py) } else { python::parse_error(py) };
    let line = error.position.map(|at| Int(at.line.into()));
    let column = error.position.map(|at| Int(at.column.into()));
    raise(class, (Text(error.reason), file.map(Text), line, column, error.path.map(Text)))
}

/// `LimitError.too_deep(path)`.
pub fn too_deep(py: Python<'_>, path: &str) -> PyErr {
    raise_made(
        python::limit_error(py)
            .and_then(|class| raw::attribute(class, c"too_deep"))
            .and_then(|make| make.call1((Text(path),))),
    )
}

/// The error for no layer of a name.
pub fn no_layer(names: &[&str], name: &Bound<'_, PyAny>) -> PyErr {
    let py = name.py();
    if names.is_empty() {
        return value_error(py, "the snapshot has no layers");
    }
    let text = || -> PyResult<String> {
        let known = names.iter().map(|known| shown(&raw::new_str(py, known)?)).collect::<PyResult<Vec<_>>>()?;
        Ok(format!("no layer named {}; the layers are {}", shown(name)?, known.join(", ")))
    };
    text().map_or_else(|error| error, |text| value_error(py, text))
}
