//! Origins as a caller gives them, every field checked, and as a caller gets them.

use std::ops::RangeInclusive;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};
use veltrix_core::{Origin, Position};

use crate::convert::mapping_items;
use crate::interop::alloc::{Int, Text};
use crate::interop::error::{type_error, value_error};
use crate::interop::ffi;
use crate::interop::imports;

/// How many fields an `Origin` has.
const FIELDS: usize = 6;

/// Origins of single paths.
pub struct Origins<'py> {
    /// The number of each path's origin.
    numbers: Bound<'py, PyDict>,
    origins: Vec<Origin>,
}

impl<'py> Origins<'py> {
    /// What a mapping of paths to origins says; `None` for no mapping.
    pub fn new(mapping: Option<&Bound<'py, PyAny>>) -> PyResult<Option<Self>> {
        let Some(mapping) = mapping.filter(|mapping| !mapping.is_none()) else { return Ok(None) };
        let py = mapping.py();
        if !imports::is_mapping(mapping)? {
            return Err(type_error(py, format!("origins are a mapping, not {}", imports::type_name(mapping))));
        }
        let mut given = Self { numbers: ffi::new_dict(py)?, origins: Vec::new() };
        for pair in ffi::attribute(mapping, c"items")?.call0()?.try_iter()? {
            let (path, origin) = mapping_items::unpacked(&pair?)?;
            let path = names(&path)?;
            let origin = read(&fields(&origin)?)?;
            given.numbers.set_item(path, Int(given.origins.len().cast_signed() as i64))?;
            given.origins.push(origin);
        }
        Ok(Some(given))
    }

    /// Whether no path has an origin of its own.
    pub const fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// The origin of a path.
    pub fn get(&self, path: Bound<'py, PyTuple>) -> PyResult<Option<&Origin>> {
        match self.numbers.get_item(path)? {
            Some(number) => Ok(self.origins.get(number.extract::<usize>()?)),
            None => Ok(None),
        }
    }
}

/// The plain path of an origin: a tuple of names; text could be meant as a name or as a path.
fn names<'py>(path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let py = path.py();
    let Ok(names) = path.cast::<PyTuple>() else {
        let kind = imports::type_name(path);
        return Err(type_error(py, format!("a path of origins is a tuple of str, not {kind}")));
    };
    let plain = names.iter().map(|name| {
        if name.is_instance_of::<PyString>() {
            return mapping_items::plain_key(&name);
        }
        let kind = imports::type_name(&name);
        Err(type_error(py, format!("a name in a path of origins is a str, not {kind}")))
    });
    ffi::new_tuple(py, plain.collect::<PyResult<Vec<_>>>()?)
}

/// The name and the origin that a pickled layer gives for itself.
pub fn layer_origin(origin: &Bound<'_, PyAny>) -> PyResult<(String, Origin)> {
    let fields = fields(origin)?;
    Ok((text_argument("a layer's name", &fields.get_item(0)?)?, read(&fields)?))
}

/// What an `Origin` holds, whatever its class says.
fn fields<'py>(origin: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let py = origin.py();
    if !origin.get_type().is_subclass(imports::origin(py)?)? {
        let kind = imports::type_name(origin);
        return Err(type_error(py, format!("an origin is a veltrix.Origin, not {kind}")));
    }
    let fields = origin.cast::<PyTuple>()?.clone();
    if fields.len() != FIELDS {
        return Err(type_error(py, format!("an origin has {FIELDS} fields, not {}", fields.len())));
    }
    Ok(fields)
}

/// The origin that the fields of an `Origin` say, the layer's apart.
fn read(fields: &Bound<'_, PyTuple>) -> PyResult<Origin> {
    let field = |at| fields.get_item(at).map(|field| Some(field).filter(|field| !field.is_none()));
    let (file, line, column, variable) = (field(2)?, field(3)?, field(4)?, field(5)?);
    let source = text_argument("an origin's source", &fields.get_item(1)?)?;
    let file = file.as_ref().map(file_name).transpose()?;
    let number = |what, number: &_| number_argument(what, number, 1..=u32::MAX.into());
    let line = line.map(|line| number("an origin's line", &line)).transpose()?;
    let column = column.map(|column| number("an origin's column", &column)).transpose()?;
    if column.is_some() && line.is_none() {
        return Err(value_error(fields.py(), "an origin's column needs a line"));
    }
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let position = line.map(|line| Position { line: small(line), column: column.map_or(0, small) });
    let variable = variable.map(|variable| text_argument("an origin's variable", &variable)).transpose()?;
    Ok(Origin { source, file, variable, position })
}

/// The plain text of an argument that must be a `str`.
pub fn text_argument(what: &str, text: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = text.py();
    if !text.is_instance_of::<PyString>() {
        return Err(type_error(py, format!("{what} is a str, not {}", imports::type_name(text))));
    }
    match ffi::text(mapping_items::plain_key(text)?.cast::<PyString>()?)? {
        Some(text) => Ok(text.to_owned()),
        None => Err(value_error(py, format!("{what} holds a lone surrogate, which UTF-8 cannot carry"))),
    }
}

/// The value of an argument that must be an `int` of a range.
pub fn number_argument(what: &str, number: &Bound<'_, PyAny>, range: RangeInclusive<u64>) -> PyResult<u64> {
    let py = number.py();
    if !number.is_instance_of::<PyInt>() || number.is_instance_of::<PyBool>() {
        return Err(type_error(py, format!("{what} is an int, not {}", imports::type_name(number))));
    }
    match ffi::small_int(number).and_then(|number| u64::try_from(number).ok()) {
        Some(number) if range.contains(&number) => Ok(number),
        _ => Err(value_error(py, format!("{what} is from {} to {}", range.start(), range.end()))),
    }
}

/// The name of a file as text; bytes in it that are no UTF-8 are written with a backslash.
pub fn file_name(file: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(name) = file.cast::<PyString>() else {
        let kind = imports::type_name(file);
        return Err(type_error(file.py(), format!("a file's name is a str, not {kind}")));
    };
    let text = ffi::encoded(name, c"backslashreplace")?;
    Ok(String::from_utf8_lossy(text.as_bytes()).into_owned())
}

/// An `Origin`.
pub fn origin_object<'py>(py: Python<'py>, layer: &str, origin: &Origin) -> PyResult<Bound<'py, PyAny>> {
    let line = origin.position.map(|at| Int(at.line.into()));
    let column = origin.position.filter(|at| at.column > 0).map(|at| Int(at.column.into()));
    let (file, variable) = (origin.file.as_deref().map(Text), origin.variable.as_deref().map(Text));
    imports::origin(py)?.call1((Text(layer), Text(&origin.source), file, line, column, variable))
}
