//! Python data to definitions.

use std::collections::BTreeMap;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyMapping, PyString, PyTuple};
use veltrix_core::layer::{Layer, NodeId, TreeBuilder};
use veltrix_core::path::{push_index, push_segment};
use veltrix_core::record::Place;
use veltrix_core::segments::{NO_SEGMENT, SegmentId};
use veltrix_core::value::{Kind, Scalar};

use crate::error::{raise, too_deep};
use crate::python;
use crate::raw::{self, Exact};
use crate::scalars::{decimal, moment};

/// The most segments that a path can have.
pub const MAX_DEPTH: usize = 64;
const SURROGATE: &str = "the text holds a lone surrogate, which UTF-8 cannot carry";

/// One step of the path to the data being read.
#[derive(Clone, Copy)]
enum Step {
    Name(SegmentId),
    Index(u64),
}

/// Reads Python data into a tree.
pub struct Reader<'py> {
    py: Python<'py>,
    builder: TreeBuilder,
    path: Vec<Step>,
    /// Every opaque object that the tree refers to, by its handle.
    opaques: Option<Bound<'py, PyDict>>,
    origins: Option<Bound<'py, PyDict>>,
    places: BTreeMap<NodeId, Place>,
}

/// What a [`Reader`] has read.
pub struct Read {
    pub tree: Layer,
    pub opaques: Option<Py<PyDict>>,
    pub places: BTreeMap<NodeId, Place>,
}

impl<'py> Reader<'py> {
    /// A reader of data that stands at a path, which counts for the depth limit.
    pub fn new(
        py: Python<'py>,
        builder: TreeBuilder,
        above: &[SegmentId],
        origins: Option<Bound<'py, PyDict>>,
    ) -> Self {
        let path = above.iter().map(|&segment| Step::Name(segment)).collect();
        Self { py, builder, path, opaques: None, origins, places: BTreeMap::new() }
    }

    /// Reads one definition.
    pub fn read(mut self, data: &Bound<'py, PyAny>) -> PyResult<Read> {
        self.definition(NO_SEGMENT, data)?;
        if !self.builder.fits() {
            return Err(raise(python::limit_error(self.py), ("a layer of more than 4 GiB",)));
        }
        Ok(Read { tree: self.builder.finish(), opaques: self.opaques.map(Bound::unbind), places: self.places })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match *step {
                Step::Name(id) => push_segment(&mut text, &self.builder.segments().get(id).text),
                Step::Index(index) => push_index(&mut text, index),
            }
        }
        text
    }

    fn place_text(&self) -> String {
        if self.path.is_empty() { "the top level".to_owned() } else { self.text() }
    }

    fn surrogate(&self) -> PyErr {
        raise(python::parse_error(self.py), (SURROGATE, None::<&str>, None::<u32>, None::<u32>, self.place_text()))
    }

    fn check_depth(&self) -> PyResult<()> {
        if self.path.len() > MAX_DEPTH { Err(too_deep(self.py, &self.text())) } else { Ok(()) }
    }

    /// A definition: a value or an operator.
    fn definition(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.check_depth()?;
        let node = self.builder.len();
        match raw::exact(data) {
            Exact::Other => {
                if data.is_instance(python::operator(self.py)?)? {
                    self.operator(segment, data)?;
                } else if let Ok(mapping) = data.cast::<PyMapping>() {
                    self.mapping(segment, &plain_items(mapping)?, Self::definition)?;
                } else {
                    self.value(segment, data)?;
                }
            }
            Exact::Dict => self.mapping(segment, data.cast::<PyDict>()?, Self::definition)?,
            _ => self.value(segment, data)?,
        }
        if self.origins.is_some() {
            self.note_origin(node)?;
        }
        Ok(())
    }

    fn note_origin(&mut self, node: NodeId) -> PyResult<()> {
        let Some(origins) = self.origins.clone() else { return Ok(()) };
        let names = self.path.iter().map(|step| match *step {
            Step::Name(id) => &*self.builder.segments().get(id).text,
            Step::Index(_) => "",
        });
        let key = PyTuple::new(self.py, names.collect::<Vec<_>>())?;
        if let Some(origin) = origins.get_item(key)? {
            self.places.insert(node, place(&origin)?);
        }
        Ok(())
    }

    fn operator(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        if data.is(python::delete(self.py)?) {
            self.builder.delete(segment);
            return Ok(());
        }
        let held = data.getattr("value")?;
        if data.is_instance(python::replace(self.py)?)? {
            self.builder.open(segment, Kind::Replace);
            self.definition(NO_SEGMENT, &held)?;
        } else {
            let append = data.is_instance(python::append(self.py)?)?;
            self.builder.open(segment, if append { Kind::Append } else { Kind::Prepend });
            self.list(NO_SEGMENT, &held)?;
        }
        self.builder.close();
        Ok(())
    }

    fn mapping(
        &mut self,
        segment: SegmentId,
        data: &Bound<'py, PyDict>,
        child: fn(&mut Self, SegmentId, &Bound<'py, PyAny>) -> PyResult<()>,
    ) -> PyResult<()> {
        let start = self.builder.open(segment, Kind::Mapping);
        let depth = self.path.len();
        let read = raw::each(data, |key, value| {
            let Ok(key) = key.cast_exact::<PyString>() else {
                let place = self.place_text();
                let kind = python::type_name(&key);
                return Err(PyTypeError::new_err(format!("a key is a str, not {kind} (in {place})")));
            };
            let Some(text) = raw::text(key) else { return Err(self.surrogate()) };
            let name = self.builder.segments().intern(text);
            self.path.push(Step::Name(name));
            child(self, name, &value)?;
            self.path.pop();
            Ok(())
        });
        self.builder.close();
        let odd = |key: Bound<'py, PyAny>| key.is_instance_of::<PyString>() && !key.is_exact_instance_of::<PyString>();
        if read.is_err() && data.keys().into_iter().any(odd) {
            // A key of a subclass of `str` may have the text of another key: once more, with plain keys.
            self.path.truncate(depth);
            self.builder.truncate(start);
            self.places.retain(|&node, _| node < start);
            return self.mapping(segment, &plain_items(data.as_mapping())?, child);
        }
        read
    }

    fn list(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.builder.open(segment, Kind::List);
        for (index, item) in data.try_iter()?.enumerate() {
            self.path.push(Step::Index(index as u64));
            self.item(NO_SEGMENT, &item?)?;
            self.path.pop();
        }
        self.builder.close();
        Ok(())
    }

    /// An item of a list, or what stands in one.
    fn item(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.check_depth()?;
        match raw::exact(data) {
            Exact::Dict => self.mapping(segment, data.cast::<PyDict>()?, Self::item),
            Exact::Other => {
                if data.is_instance(python::operator(self.py)?)? {
                    let text = format!("an operator cannot stand inside a list (at {})", self.text());
                    return Err(PyTypeError::new_err(text));
                }
                if let Ok(mapping) = data.cast::<PyMapping>() {
                    return self.mapping(segment, &plain_items(mapping)?, Self::item);
                }
                self.value(segment, data)
            }
            _ => self.value(segment, data),
        }
    }

    /// Anything but a mapping or an operator.
    fn value(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        let scalar = match raw::exact(data) {
            Exact::None => Scalar::Null,
            Exact::Bool => Scalar::Bool(data.is_truthy()?),
            Exact::Int => {
                if let Some(value) = raw::small_int(data) {
                    Scalar::Int(value)
                } else {
                    self.builder.scalar(segment, Scalar::BigInt(&decimal(data)?));
                    return Ok(());
                }
            }
            Exact::Float => Scalar::Float(data.extract()?),
            Exact::Str => {
                let string = data.cast::<PyString>()?;
                let Some(text) = raw::text(string) else { return Err(self.surrogate()) };
                self.builder.scalar(segment, Scalar::Str(text));
                return Ok(());
            }
            Exact::Bytes => {
                self.builder.scalar(segment, Scalar::Bytes(data.cast::<PyBytes>()?.as_bytes()));
                return Ok(());
            }
            Exact::List | Exact::Tuple => return self.list(segment, data),
            Exact::Dict => return self.opaque(segment, data),
            Exact::Other if data.is_instance_of::<PyList>() => return self.list(segment, data),
            Exact::Other => match moment(data)? {
                Some(scalar) => scalar,
                None => return self.opaque(segment, data),
            },
        };
        self.builder.scalar(segment, scalar);
        Ok(())
    }

    fn opaque(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        let handle = data.as_ptr() as u64;
        self.opaques.get_or_insert_with(|| PyDict::new(self.py)).set_item(handle, data)?;
        self.builder.scalar(segment, Scalar::Opaque(handle));
        Ok(())
    }
}

/// The items of any mapping as a dict with plain keys.
fn plain_items<'py>(mapping: &Bound<'py, PyMapping>) -> PyResult<Bound<'py, PyDict>> {
    let py = mapping.py();
    let dict = PyDict::new(py);
    for pair in mapping.as_any().call_method0("items")?.try_iter()? {
        let (key, value): (Bound<'py, PyAny>, Bound<'py, PyAny>) = pair?.extract()?;
        dict.set_item(plain_key(&key)?, value)?;
    }
    Ok(dict)
}

/// A key with `str` subclasses made plain; anything else as it is.
pub fn plain_key<'py>(key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if raw::exact(key) == Exact::Other && key.is_instance_of::<PyString>() {
        return key.py().get_type::<PyString>().call_method1("__str__", (key,));
    }
    Ok(key.clone())
}

/// A `Place` from an `Origin`.
pub fn place(origin: &Bound<'_, PyAny>) -> PyResult<Place> {
    let line: Option<u32> = origin.getattr("line")?.extract()?;
    let column: Option<u32> = origin.getattr("column")?.extract()?;
    let file = origin.getattr("file")?;
    Ok(Place {
        source: origin.getattr("source")?.extract()?,
        file: if file.is_none() { None } else { Some(file_name(&file)?) },
        variable: origin.getattr("variable")?.extract()?,
        position: line.map(|line| veltrix_core::layer::Position { line, column: column.unwrap_or(0) }),
    })
}

/// The name of a file as text; bytes in it that are no UTF-8 are written with a backslash.
pub fn file_name(file: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(name) = file.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!("a file's name is a str, not {}", python::type_name(file))));
    };
    let text = name.call_method1("encode", ("utf-8", "backslashreplace"))?;
    Ok(String::from_utf8_lossy(text.cast::<PyBytes>()?.as_bytes()).into_owned())
}
