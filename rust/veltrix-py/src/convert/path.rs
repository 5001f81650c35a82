//! Paths as Python writes them: text, a tuple, or a `Name`.

use std::sync::Arc;

use pyo3::exceptions::PyUnicodeEncodeError;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};
use veltrix_core::path::{self, Problem, Step, push_index, push_segment};
use veltrix_core::{Interner, SegmentId};

use crate::convert::builtin_type::{BuiltinType, builtin_type};
use crate::interop::alloc::{Int, Text, shown};
use crate::interop::error::{raise, type_error};
use crate::interop::ffi;
use crate::interop::imports;
use crate::interop::panic::guarded;

/// The largest index and one.
const INDEX_LIMIT: u64 = 1_000_000_000_000_000_000;

/// The steps of any spelling of a path.
pub fn steps(path: &Bound<'_, PyAny>) -> PyResult<Vec<Step<'static>>> {
    if builtin_type(path) == BuiltinType::Str {
        return text_steps(path.cast::<PyString>()?);
    }
    if let Ok(text) = path.cast::<PyString>() {
        let plain = crate::convert::mapping_items::plain_key(path)?.cast_into::<PyString>()?;
        if text.is_instance(imports::name(path.py())?)? {
            return tuple_steps(&ffi::new_tuple(path.py(), [plain.into_any()])?);
        }
        return text_steps(&plain);
    }
    if let Ok(tuple) = path.cast::<PyTuple>() {
        return tuple_steps(tuple);
    }
    let kind = imports::type_name(path);
    Err(type_error(path.py(), format!("a path is a str or a tuple of str and int, not {kind}")))
}

fn text_steps(text: &Bound<'_, PyString>) -> PyResult<Vec<Step<'static>>> {
    let py = text.py();
    let Some(plain) = ffi::text(text)? else {
        let at: i64 = match ffi::encoded(text, c"strict") {
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(py) => {
                ffi::attribute(error.value(py), c"start")?.extract()?
            }
            Err(error) => return Err(error),
            Ok(_) => 0,
        };
        return Err(raise(imports::path_error(py), (text, Int(at + 1), Text("lone surrogate"))));
    };
    match path::parse(plain) {
        Ok(steps) => Ok(steps.into_iter().map(owned).collect()),
        Err(fault) => {
            let reason = match fault.problem {
                Problem::EmptyPath => "empty path".to_owned(),
                Problem::EmptySegment => "empty segment".to_owned(),
                Problem::Unexpected(character) => {
                    format!("unexpected {}", shown(&ffi::new_str(py, &character.to_string())?)?)
                }
                Problem::UnclosedQuote => "unclosed quote".to_owned(),
                Problem::UnknownEscape => "unknown escape".to_owned(),
                Problem::AfterQuote => "expected '.' or '[' after a quoted segment".to_owned(),
                Problem::ExpectedIndex => "expected an index".to_owned(),
                Problem::NegativeIndex => "negative index".to_owned(),
                Problem::IndexTooLarge => "index too large".to_owned(),
                Problem::IndexWithoutName => "index without a name".to_owned(),
                Problem::UnclosedIndex => "unclosed index".to_owned(),
            };
            Err(raise(imports::path_error(py), (text, Int(fault.column.cast_signed() as i64), Text(reason))))
        }
    }
}

fn owned(step: Step<'_>) -> Step<'static> {
    match step {
        Step::Name(name) => Step::Name(name.into_owned().into()),
        Step::Index(index) => Step::Index(index),
    }
}

fn tuple_steps(tuple: &Bound<'_, PyTuple>) -> PyResult<Vec<Step<'static>>> {
    let py = tuple.py();
    let plain = tuple.iter().map(|segment| plain_segment(&segment)).collect::<PyResult<Vec<_>>>()?;
    let whole = ffi::new_tuple(py, plain.clone())?;
    let fault = |reason: &str| raise(imports::path_error(py), (&whole, py.None(), Text(reason)));
    match plain.first() {
        None => return Err(fault("empty path")),
        Some(first) if !first.is_instance_of::<PyString>() => return Err(fault("index without a name")),
        Some(_) => {}
    }
    plain
        .iter()
        .map(|segment| {
            if let Ok(name) = segment.cast::<PyString>() {
                let name = ffi::text(name)?.ok_or_else(|| fault("lone surrogate"))?;
                return Ok(Step::Name(name.to_owned().into()));
            }
            if segment.lt(Int(0))? {
                return Err(fault("negative index"));
            }
            match segment.extract::<u64>() {
                Ok(index) if index < INDEX_LIMIT => Ok(Step::Index(index)),
                _ => Err(fault("index too large")),
            }
        })
        .collect()
}

fn plain_segment<'py>(segment: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if segment.is_instance_of::<PyString>() {
        return crate::convert::mapping_items::plain_key(segment);
    }
    if segment.is_instance_of::<PyInt>() && !segment.is_instance_of::<pyo3::types::PyBool>() {
        return ffi::attribute(&segment.py().get_type::<PyInt>(), c"__index__")?.call1((segment,));
    }
    let kind = imports::type_name(segment);
    Err(type_error(segment.py(), format!("a path segment is a str or an int, not {kind}")))
}

/// The canonical text of steps.
pub fn text(steps: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Name(name) => push_segment(&mut text, name),
            Step::Index(index) => push_index(&mut text, *index),
        }
    }
    text
}

/// A step as Python shows it.
pub fn step_object<'py>(py: Python<'py>, step: &Step<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match step {
        Step::Name(name) => ffi::new_str(py, name)?.into_any(),
        Step::Index(index) => ffi::new_int(py, index.cast_signed())?.into_any(),
    })
}

/// A path of names alone, on a table of segments.
pub fn settable(py: Python<'_>, table: &Interner, wanted: &Bound<'_, PyAny>) -> PyResult<Arc<[SegmentId]>> {
    if let Ok(text) = wanted.cast_exact::<PyString>()
        && let Some(names) = ffi::text(text)?.and_then(|text| table.known_path(text))
    {
        return Ok(names);
    }
    let steps = steps(wanted)?;
    let names = steps.iter().map(|step| match step {
        Step::Name(name) => Some(table.intern(name)),
        Step::Index(_) => None,
    });
    names.collect::<Option<_>>().ok_or_else(|| {
        raise(
            imports::path_error(py),
            (Text(text(&steps)), py.None(), Text("a list's item cannot be set alone; give the whole list")),
        )
    })
}

/// The segments of a path: a text is parsed, a tuple only checked, a `Name` is one segment.
///
/// Specified in docs/semantics.md#paths.
///
/// Args:
///     path: A text, or a tuple of `str` and `int`.
///
/// Raises:
///     PathError: The path is malformed.
///     TypeError: It is neither a `str` nor a tuple of `str` and `int`.
///
/// Example:
///     >>> kernel.parse_path('logging."my.module"[0]')
///     ('logging', 'my.module', 0)
#[pyfunction]
#[pyo3(signature = (path))]
pub fn parse_path<'py>(path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let py = path.py();
    let steps = guarded(py, || steps(path))?;
    ffi::new_tuple(py, steps.iter().map(|step| step_object(py, step)).collect::<PyResult<Vec<_>>>()?)
}

/// The canonical text of a path: quoted only where it must be.
///
/// Specified in docs/semantics.md#paths.
///
/// Args:
///     path: The segments, a tuple of `str` and `int`.
///
/// Raises:
///     PathError: The path is empty, or begins with an index, or has an index below 0 or beyond 18 digits.
///     TypeError: It is no tuple of `str` and `int`.
///
/// Example:
///     >>> kernel.format_path(("logging", "my.module", 0))
///     'logging."my.module"[0]'
#[pyfunction]
#[pyo3(signature = (path))]
pub fn format_path(path: &Bound<'_, PyAny>) -> PyResult<Text<String>> {
    let Ok(tuple) = path.cast::<PyTuple>() else {
        let kind = imports::type_name(path);
        return Err(type_error(path.py(), format!("a path to format is a tuple, not {kind}")));
    };
    guarded(path.py(), || Ok(Text(text(&tuple_steps(tuple)?))))
}
