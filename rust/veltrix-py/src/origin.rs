//! Origins as a caller gives them: every field is checked.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};
use veltrix_core::layer::Position;
use veltrix_core::record::Place;

use crate::items;
use crate::make::{Int, type_error, value_error};
use crate::{python, raw};

/// How many fields an `Origin` has.
const FIELDS: usize = 6;

/// Places of single paths.
pub struct Origins<'py> {
    /// The number of each path's place.
    numbers: Bound<'py, PyDict>,
    places: Vec<Place>,
}

impl<'py> Origins<'py> {
    /// What a mapping of paths to origins says; `None` for no mapping.
    pub fn new(given: Option<&Bound<'py, PyAny>>) -> PyResult<Option<Self>> {
        let Some(given) = given.filter(|given| !given.is_none()) else { return Ok(None) };
        let py = given.py();
        if !python::is_mapping(given)? {
            return Err(type_error(py, format!("origins are a mapping, not {}", python::type_name(given))));
        }
        let mut origins = Self { numbers: raw::new_dict(py)?, places: Vec::new() };
        for pair in raw::attribute(given, c"items")?.call0()?.try_iter()? {
            let (path, origin) = items::unpacked(&pair?)?;
            let path = names(&path)?;
            let place = place(&fields(&origin)?)?;
            origins.numbers.set_item(path, Int(origins.places.len().cast_signed() as i64))?;
            origins.places.push(place);
        }
        Ok(Some(origins))
    }

    /// Whether no path has a place of its own.
    pub const fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The place of a path.
    pub fn get(&self, path: Bound<'py, PyTuple>) -> PyResult<Option<&Place>> {
        match self.numbers.get_item(path)? {
            Some(number) => Ok(self.places.get(number.extract::<usize>()?)),
            None => Ok(None),
        }
    }
}

/// The plain path of an origin: a tuple of names; text could be meant as a name or as a path.
fn names<'py>(path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let py = path.py();
    let Ok(names) = path.cast::<PyTuple>() else {
        let kind = python::type_name(path);
        return Err(type_error(py, format!("a path of origins is a tuple of str, not {kind}")));
    };
    let plain = names.iter().map(|name| {
        if name.is_instance_of::<PyString>() {
            return items::plain_key(&name);
        }
        let kind = python::type_name(&name);
        Err(type_error(py, format!("a name in a path of origins is a str, not {kind}")))
    });
    raw::new_tuple(py, plain.collect::<PyResult<Vec<_>>>()?)
}

/// The name and the place that a pickled layer gives for itself.
pub fn layer_origin(origin: &Bound<'_, PyAny>) -> PyResult<(String, Place)> {
    let fields = fields(origin)?;
    Ok((text_argument("a layer's name", &fields.get_item(0)?)?, place(&fields)?))
}

/// What an `Origin` holds, whatever its class says.
fn fields<'py>(origin: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
    let py = origin.py();
    if !origin.get_type().is_subclass(python::origin(py)?)? {
        let kind = python::type_name(origin);
        return Err(type_error(py, format!("an origin is a veltrix.Origin, not {kind}")));
    }
    let fields = origin.cast::<PyTuple>()?.clone();
    if fields.len() != FIELDS {
        return Err(type_error(py, format!("an origin has {FIELDS} fields, not {}", fields.len())));
    }
    Ok(fields)
}

/// The place that the fields of an `Origin` say, the layer's apart.
fn place(fields: &Bound<'_, PyTuple>) -> PyResult<Place> {
    let field = |at| fields.get_item(at).map(|field| Some(field).filter(|field| !field.is_none()));
    let (file, line, column, variable) = (field(2)?, field(3)?, field(4)?, field(5)?);
    let source = text_argument("an origin's source", &fields.get_item(1)?)?;
    let file = file.as_ref().map(file_name).transpose()?;
    let place_number = |what, number: &_| number_argument(what, number, u32::MAX.into());
    let line = line.map(|line| place_number("an origin's line", &line)).transpose()?;
    let column = column.map(|column| place_number("an origin's column", &column)).transpose()?;
    if column.is_some() && line.is_none() {
        return Err(value_error(fields.py(), "an origin's column needs a line"));
    }
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let position = line.map(|line| Position { line: small(line), column: column.map_or(0, small) });
    let variable = variable.map(|variable| text_argument("an origin's variable", &variable)).transpose()?;
    Ok(Place { source, file, variable, position })
}

/// The plain text of an argument that must be a `str`.
pub fn text_argument(what: &str, text: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = text.py();
    if !text.is_instance_of::<PyString>() {
        return Err(type_error(py, format!("{what} is a str, not {}", python::type_name(text))));
    }
    match raw::text(items::plain_key(text)?.cast::<PyString>()?)? {
        Some(text) => Ok(text.to_owned()),
        None => Err(value_error(py, format!("{what} holds a lone surrogate, which UTF-8 cannot carry"))),
    }
}

/// The value of an argument that must be an `int` from 1 on.
pub fn number_argument(what: &str, number: &Bound<'_, PyAny>, last: u64) -> PyResult<u64> {
    let py = number.py();
    if !number.is_instance_of::<PyInt>() || number.is_instance_of::<PyBool>() {
        return Err(type_error(py, format!("{what} is an int, not {}", python::type_name(number))));
    }
    match raw::small_int(number).and_then(|number| u64::try_from(number).ok()) {
        Some(number) if (1..=last).contains(&number) => Ok(number),
        _ => Err(value_error(py, format!("{what} is from 1 to {last}"))),
    }
}

/// The name of a file as text; bytes in it that are no UTF-8 are written with a backslash.
pub fn file_name(file: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(name) = file.cast::<PyString>() else {
        let kind = python::type_name(file);
        return Err(type_error(file.py(), format!("a file's name is a str, not {kind}")));
    };
    let text = raw::encoded(name, c"backslashreplace")?;
    Ok(String::from_utf8_lossy(text.as_bytes()).into_owned())
}
