//! Python data to definitions, and values back to Python.

use std::collections::BTreeMap;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyDict, PyFloat, PyInt, PyList,
    PyMapping, PyString, PyTime, PyTimeAccess, PyTuple, PyTzInfo, PyTzInfoAccess,
};
use veltrix_core::layer::{Layer, NodeId, TreeBuilder};
use veltrix_core::path::{push_index, push_segment};
use veltrix_core::record::Place;
use veltrix_core::segments::{NO_SEGMENT, SegmentId};
use veltrix_core::value::{Date, Kind, Scalar, Time};

use crate::error::{raise, too_deep};
use crate::python;
use crate::raw::{self, Exact};

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
        let mut odd = false;
        let read = raw::each(data, |key, value| {
            let Ok(key) = key.cast_exact::<PyString>() else {
                odd = key.is_instance_of::<PyString>();
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
        if odd {
            // A key of a subclass of `str` may have the text of another key: once more, with plain keys.
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

/// A `datetime`, `date` or `time` of exactly that type whose offset, if any, is a plain one.
fn moment<'a>(data: &Bound<'_, PyAny>) -> PyResult<Option<Scalar<'a>>> {
    if let Ok(datetime) = data.cast_exact::<PyDateTime>() {
        let Zone::Plain(offset) = zone_of(datetime.get_tzinfo())? else { return Ok(None) };
        let time = Time {
            hour: datetime.get_hour(),
            minute: datetime.get_minute(),
            second: datetime.get_second(),
            microsecond: datetime.get_microsecond(),
            offset,
            fold: datetime.get_fold(),
        };
        return Ok(Some(Scalar::DateTime(date(datetime), time)));
    }
    if let Ok(plain) = data.cast_exact::<PyDate>() {
        return Ok(Some(Scalar::Date(date(plain))));
    }
    if let Ok(time) = data.cast_exact::<PyTime>() {
        let Zone::Plain(offset) = zone_of(time.get_tzinfo())? else { return Ok(None) };
        return Ok(Some(Scalar::Time(Time {
            hour: time.get_hour(),
            minute: time.get_minute(),
            second: time.get_second(),
            microsecond: time.get_microsecond(),
            offset,
            fold: time.get_fold(),
        })));
    }
    Ok(None)
}

fn date(date: &impl PyDateAccess) -> Date {
    Date { year: date.get_year().unsigned_abs() as u16, month: date.get_month(), day: date.get_day() }
}

/// The zone of a time.
enum Zone {
    /// None, or an offset in microseconds.
    Plain(Option<i64>),
    /// More than an offset.
    Other,
}

fn zone_of(zone: Option<Bound<'_, PyTzInfo>>) -> PyResult<Zone> {
    let Some(zone) = zone else { return Ok(Zone::Plain(None)) };
    let py = zone.py();
    let plain = py.import("datetime")?.getattr("timezone")?;
    if !zone.get_type().is(&plain) || zone.call_method0("__getinitargs__")?.len()? != 1 {
        return Ok(Zone::Other);
    }
    let delta = zone.call_method1("utcoffset", (py.None(),))?;
    let delta = delta.cast::<PyDelta>()?;
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    Ok(Zone::Plain(Some(seconds * 1_000_000 + i64::from(delta.get_microseconds()))))
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

/// Whether a value holds no opaque object.
pub fn is_plain(tree: &Layer, node: NodeId) -> bool {
    tree.nodes()[node as usize..tree.node(node).end as usize].iter().all(|node| node.kind != Kind::Opaque)
}

/// The name of a file as text; bytes in it that are no UTF-8 are written with a backslash.
pub fn file_name(file: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(name) = file.cast::<PyString>() else {
        return Err(PyTypeError::new_err(format!("a file's name is a str, not {}", python::type_name(file))));
    };
    let text = name.call_method1("encode", ("utf-8", "backslashreplace"))?;
    Ok(String::from_utf8_lossy(text.cast::<PyBytes>()?.as_bytes()).into_owned())
}

/// How values come out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Immutable: tuples, and `FrozenMapping` for mappings inside lists.
    Frozen,
    /// Lists and dicts that the caller owns.
    Thawed,
    /// As data for a layer: lists and dicts, operators as their objects.
    Data,
}

/// A node as a Python object.
pub fn object<'py>(
    py: Python<'py>,
    tree: &Layer,
    node: NodeId,
    opaques: Option<&Py<PyDict>>,
    style: Style,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(scalar) = tree.scalar(node) {
        return self::scalar(py, scalar, opaques);
    }
    let kind = tree.node(node).kind;
    match kind {
        Kind::List => {
            let items = tree.children(node).map(|item| object(py, tree, item, opaques, style));
            let items = items.collect::<PyResult<Vec<_>>>()?;
            Ok(match style {
                Style::Thawed => PyList::new(py, items)?.into_any(),
                Style::Frozen | Style::Data => PyTuple::new(py, items)?.into_any(),
            })
        }
        Kind::Mapping => {
            let dict = PyDict::new(py);
            for child in tree.children(node) {
                let name = &tree.segments().get(tree.node(child).segment).text;
                dict.set_item(&**name, object(py, tree, child, opaques, style)?)?;
            }
            if style == Style::Frozen { python::frozen_mapping(py)?.call1((dict,)) } else { Ok(dict.into_any()) }
        }
        Kind::Delete => Ok(python::delete(py)?.clone()),
        _ => {
            let held = object(py, tree, node + 1, opaques, style)?;
            let class = match kind {
                Kind::Append => python::append(py)?,
                Kind::Prepend => python::prepend(py)?,
                _ => python::replace(py)?,
            };
            class.call1((held,))
        }
    }
}

fn scalar<'py>(py: Python<'py>, scalar: Scalar<'_>, opaques: Option<&Py<PyDict>>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match scalar {
        Scalar::Null => py.None().into_bound(py),
        Scalar::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        Scalar::Int(value) => value.into_pyobject(py)?.into_any(),
        Scalar::BigInt(digits) => integer(py, digits)?,
        Scalar::Float(value) if value.is_nan() => python::nan(py)?.clone(),
        Scalar::Float(value) => PyFloat::new(py, value).into_any(),
        Scalar::Str(text) => PyString::new(py, text).into_any(),
        Scalar::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        Scalar::Date(date) => PyDate::new(py, date.year.into(), date.month, date.day)?.into_any(),
        Scalar::DateTime(date, time) => {
            let zone = zone(py, time.offset)?;
            PyDateTime::new_with_fold(
                py,
                date.year.into(),
                date.month,
                date.day,
                time.hour,
                time.minute,
                time.second,
                time.microsecond,
                zone.as_ref(),
                time.fold,
            )?
            .into_any()
        }
        Scalar::Time(time) => {
            let zone = zone(py, time.offset)?;
            PyTime::new_with_fold(py, time.hour, time.minute, time.second, time.microsecond, zone.as_ref(), time.fold)?
                .into_any()
        }
        Scalar::Opaque(handle) => match opaques {
            Some(opaques) => match opaques.bind(py).get_item(handle)? {
                Some(object) => object,
                None => py.None().into_bound(py),
            },
            None => py.None().into_bound(py),
        },
    })
}

/// So many digits of an integer are turned into text, or back, at once: `str` and `int` refuse too many.
const DIGITS: usize = 600;

/// The digits of an integer of any size.
fn decimal(number: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = number.py();
    let block = 10_i32.into_pyobject(py)?.pow(DIGITS, py.None())?;
    let mut rest = number.abs()?;
    let mut blocks = Vec::new();
    while rest.is_truthy()? {
        let (above, digits): (Bound<'_, PyAny>, Bound<'_, PyAny>) = rest.divmod(&block)?.extract()?;
        blocks.push(digits.str()?.to_str()?.to_owned());
        rest = above;
    }
    let mut text = String::from(if number.lt(0)? { "-" } else { "" });
    for (at, block) in blocks.iter().rev().enumerate() {
        let width = if at == 0 { 0 } else { DIGITS };
        text.push_str(&format!("{block:0>width$}"));
    }
    Ok(text)
}

/// The integer of these digits.
fn integer<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let int = py.get_type::<PyInt>();
    let digits = text.trim_start_matches('-');
    let mut number = 0_i32.into_pyobject(py)?.into_any();
    for start in (0..digits.len()).step_by(DIGITS) {
        let block = &digits[start..digits.len().min(start + DIGITS)];
        let power = 10_i32.into_pyobject(py)?.pow(block.len(), py.None())?;
        number = number.mul(power)?.add(int.call1((block,))?)?;
    }
    if digits.len() < text.len() { number.neg() } else { Ok(number) }
}

fn zone(py: Python<'_>, offset: Option<i64>) -> PyResult<Option<Bound<'_, PyTzInfo>>> {
    let Some(offset) = offset else { return Ok(None) };
    let seconds = offset.div_euclid(1_000_000);
    let delta = PyDelta::new(py, 0, seconds as i32, offset.rem_euclid(1_000_000) as i32, true)?;
    let zone = py.import("datetime")?.getattr("timezone")?.call1((delta,))?;
    Ok(Some(zone.cast_into::<PyTzInfo>()?))
}
