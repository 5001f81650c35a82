//! The kernel's errors as the Python classes of `veltrix.errors`.

use pyo3::prelude::*;
use veltrix_core::formats::DocumentError;
use veltrix_core::limits::MAX_LAYERS;
use veltrix_core::{ConflictSide, Error, Interner};

use crate::convert::origin::origin_object;
use crate::interop::alloc::{Int, Text, shown};
use crate::interop::error::{raise, raise_made, value_error};
use crate::interop::ffi;
use crate::interop::imports;

/// The error for what the kernel refuses.
pub fn kernel_error(py: Python<'_>, segments: &Interner, error: Error) -> PyErr {
    match error {
        Error::Conflict { path, upper, lower } => conflict(py, &segments.path_text(&path), &upper, &lower),
        Error::TooManyLayers => raise(imports::limit_error(py), (Text(format!("more than {MAX_LAYERS} layers")),)),
    }
}

/// A `ConflictError`.
fn conflict(py: Python<'_>, path: &str, upper: &ConflictSide, lower: &ConflictSide) -> PyErr {
    let sides = origin_object(py, &upper.layer, &upper.origin)
        .and_then(|upper_origin| Ok((upper_origin, origin_object(py, &lower.layer, &lower.origin)?)));
    match sides {
        Ok((upper_origin, lower_origin)) => raise(
            imports::conflict_error(py),
            (Text(path), Text(upper.word), upper_origin, Text(lower.word), lower_origin),
        ),
        Err(error) => error,
    }
}

/// The error for a document that was refused.
pub fn document_error(py: Python<'_>, file: Option<&str>, error: DocumentError) -> PyErr {
    let class = if error.limit { imports::limit_error(py) } else { imports::parse_error(py) };
    let line = error.position.map(|at| Int(at.line.into()));
    let column = error.position.map(|at| Int(at.column.into()));
    raise(class, (Text(error.reason), file.map(Text), line, column, error.path.map(Text)))
}

/// `LimitError.too_deep(path)`.
pub fn too_deep(py: Python<'_>, path: &str) -> PyErr {
    raise_made(
        imports::limit_error(py)
            .and_then(|class| ffi::attribute(class, c"too_deep"))
            .and_then(|make| make.call1((Text(path),))),
    )
}

/// The error for no layer of a name.
pub fn no_layer(names: &[&str], name: &Bound<'_, PyAny>) -> PyErr {
    let py = name.py();
    if names.is_empty() {
        return value_error(py, "the snapshot has no layers; with_layers() adds one");
    }
    let text = || -> PyResult<String> {
        let known = names.iter().map(|known| shown(&ffi::new_str(py, known)?)).collect::<PyResult<Vec<_>>>()?;
        Ok(format!("no layer named {}; the layers are {}", shown(name)?, known.join(", ")))
    };
    text().map_or_else(|error| error, |text| value_error(py, text))
}
