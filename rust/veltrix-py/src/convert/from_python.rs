//! Python data to definitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList, PyString};
use veltrix_core::limits::MAX_DEPTH;
use veltrix_core::path::{push_index, push_segment};
use veltrix_core::{Kind, NO_SEGMENT, NodeId, Origin, Scalar, SegmentId, Tree, TreeBuilder};

use crate::convert::builtin_type::{BuiltinType, builtin_type};
use crate::convert::kernel_error::too_deep;
use crate::convert::key_cache::KeyCache;
use crate::convert::mapping_items::{plain_copy, plain_items};
use crate::convert::operators::{is_own_operator, operator};
use crate::convert::origin::Origins;
use crate::convert::scalars::{decimal, is_naive, moment};
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::{raise, recursion_error, type_error};
use crate::interop::ffi;
use crate::interop::imports;

/// The most operators that hold one another; only force brings one into another.
const MAX_NESTED: usize = 500;
const SURROGATE: &str = "a lone surrogate, which UTF-8 cannot carry, in the text";

/// One step of the path to the data being read.
#[derive(Clone, Copy)]
enum Step {
    Name(SegmentId),
    Index(u64),
}

/// Reads Python data into a tree.
///
/// Plain data is read where it stands: nothing can change a dict meanwhile, as none of it runs code. Whatever may
/// run code, and every mistake, ends that before any code runs; then everything is read again, each dict from a copy that
/// is made before the first of its children is looked at. Code may run where a value or a key is of any other class, and where an
/// object is made that the collector counts, as making it may collect others: so for a time with a zone, and for an
/// integer that does not fit 64 bits.
pub struct DataReader<'a, 'py> {
    py: Python<'py>,
    builder: TreeBuilder,
    /// The path at which the data stands.
    above: &'a [SegmentId],
    /// Where the reader is, from there on.
    path: Vec<Step>,
    names: KeyCache<'py>,
    /// Every opaque object that the tree refers to, by its handle.
    opaques: Option<Bound<'py, PyDict>>,
    given_origins: Option<Origins<'py>>,
    origins: BTreeMap<NodeId, Origin>,
    /// Whether dicts are read where they stand.
    in_place: bool,
}

/// What a [`DataReader`] has read.
pub struct ReadData {
    pub tree: Tree,
    pub opaques: Option<Py<PyDict>>,
    pub origins: BTreeMap<NodeId, Origin>,
}

impl<'a, 'py> DataReader<'a, 'py> {
    /// A reader of data that stands at a path, which counts for the depth limit.
    pub fn new(
        py: Python<'py>,
        builder: TreeBuilder,
        above: &'a [SegmentId],
        given_origins: Option<Origins<'py>>,
    ) -> Self {
        // Looking for the origin of a path may run the code of a key.
        let in_place = given_origins.as_ref().is_none_or(Origins::is_empty);
        Self {
            py,
            builder,
            above,
            path: Vec::new(),
            names: KeyCache::default(),
            opaques: None,
            given_origins,
            origins: BTreeMap::new(),
            in_place,
        }
    }

    /// Reads one definition.
    pub fn read(mut self, data: &Bound<'py, PyAny>) -> PyResult<ReadData> {
        if self.in_place && self.definition(NO_SEGMENT, data).is_err() {
            self.in_place = false;
            self.path.clear();
            self.builder = TreeBuilder::new(Arc::clone(self.builder.segments()));
            self.opaques = None;
        }
        if !self.in_place {
            self.definition(NO_SEGMENT, data)?;
        }
        self.finish()
    }

    /// Begins a mapping.
    pub fn open(&mut self, segment: SegmentId) {
        self.builder.open(segment, Kind::Mapping);
    }

    /// Ends the last mapping that was begun.
    pub fn close(&mut self) {
        self.builder.close();
    }

    /// Reads a value that is known to be plain.
    pub fn plain(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.in_place = false;
        self.value(segment, data)
    }

    /// What was read.
    pub fn finish(self) -> PyResult<ReadData> {
        if !self.builder.fits() {
            return Err(raise(imports::limit_error(self.py), (Text("a layer of more than 4 GiB"),)));
        }
        Ok(ReadData { tree: self.builder.finish(), opaques: self.opaques.map(Bound::unbind), origins: self.origins })
    }

    fn steps(&self) -> impl Iterator<Item = Step> {
        self.above.iter().map(|&segment| Step::Name(segment)).chain(self.path.iter().copied())
    }

    fn depth(&self) -> usize {
        self.above.len() + self.path.len()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for step in self.steps() {
            match step {
                Step::Name(id) => push_segment(&mut text, &self.builder.segments().get(id).text),
                Step::Index(index) => push_index(&mut text, index),
            }
        }
        text
    }

    fn path_or_top(&self) -> String {
        if self.depth() == 0 { "the top level".to_owned() } else { self.text() }
    }

    fn surrogate(&self) -> PyErr {
        let py = self.py;
        raise(imports::parse_error(py), (Text(SURROGATE), py.None(), py.None(), py.None(), Text(self.path_or_top())))
    }

    fn check_depth(&self) -> PyResult<()> {
        if self.depth() > MAX_DEPTH { Err(too_deep(self.py, &self.text())) } else { Ok(()) }
    }

    /// A definition: a value or an operator.
    fn definition(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.check_depth()?;
        let node = self.builder.len();
        match builtin_type(data) {
            BuiltinType::Other => {
                self.heed(data)?;
                if is_naive(data) {
                    self.value(segment, data)?;
                } else if let Some(kind) = operator(data)? {
                    self.operator(segment, kind, data)?;
                } else if imports::is_mapping(data)? {
                    self.children(segment, &plain_items(data)?, Self::definition)?;
                } else {
                    self.value(segment, data)?;
                }
            }
            BuiltinType::Dict => self.mapping(segment, data.cast::<PyDict>()?, Self::definition)?,
            _ => self.value(segment, data)?,
        }
        if self.given_origins.is_some() {
            self.note_origin(node)?;
        }
        Ok(())
    }

    fn note_origin(&mut self, node: NodeId) -> PyResult<()> {
        let Some(given_origins) = &self.given_origins else { return Ok(()) };
        let names = self.steps().map(|step| match step {
            Step::Name(id) => &*self.builder.segments().get(id).text,
            Step::Index(_) => "",
        });
        let key = texts(self.py, names)?;
        if let Some(origin) = given_origins.get(key)? {
            self.origins.insert(node, origin.clone());
        }
        Ok(())
    }

    /// Ends the reading in place where a value that is not plain may run code.
    fn heed(&self, data: &Bound<'py, PyAny>) -> PyResult<()> {
        if self.in_place && !is_naive(data) && !is_own_operator(data)? { Err(not_in_place()) } else { Ok(()) }
    }

    fn operator(&mut self, segment: SegmentId, kind: Kind, data: &Bound<'py, PyAny>) -> PyResult<()> {
        if kind == Kind::Delete {
            self.builder.delete(segment);
            return Ok(());
        }
        let held = ffi::attribute(data, c"value")?;
        self.builder.open(segment, kind);
        if kind == Kind::Replace {
            self.replacement(held)?;
        } else {
            self.list(NO_SEGMENT, &held)?;
        }
        self.builder.close();
        Ok(())
    }

    /// What a `replace` holds. Of an operator that was forced into one, only the value counts.
    fn replacement(&mut self, mut held: Bound<'py, PyAny>) -> PyResult<()> {
        for _ in 0..MAX_NESTED {
            if builtin_type(&held) != BuiltinType::Other {
                return self.definition(NO_SEGMENT, &held);
            }
            self.heed(&held)?;
            match operator(&held)? {
                None => return self.definition(NO_SEGMENT, &held),
                Some(Kind::Delete) => {
                    self.builder.null(NO_SEGMENT);
                    return Ok(());
                }
                Some(Kind::Replace) => held = ffi::attribute(&held, c"value")?,
                Some(_) => return self.list(NO_SEGMENT, &ffi::attribute(&held, c"value")?),
            }
        }
        Err(recursion_error(self.py, "maximum recursion depth exceeded"))
    }

    fn mapping(&mut self, segment: SegmentId, data: &Bound<'py, PyDict>, child: Child<'a, 'py>) -> PyResult<()> {
        if self.in_place {
            return self.children(segment, data, child);
        }
        self.children(segment, &plain_copy(data)?, child)
    }

    /// A mapping of which nothing that is read changes the dict.
    fn children(&mut self, segment: SegmentId, data: &Bound<'py, PyDict>, child: Child<'a, 'py>) -> PyResult<()> {
        self.builder.open(segment, Kind::Mapping);
        let plain = self.takes_plain_values();
        let mut pairs = ffi::Pairs::new(data);
        while let Some((name, key, value)) =
            pairs.read(|key| if plain { self.names.find(key) } else { None }, &mut self.builder)
        {
            let name = name.map_or_else(|| self.name(&key), Ok)?;
            self.path.push(Step::Name(name));
            match value.cast_exact::<PyDict>() {
                Ok(dict) if plain => self.mapping(name, dict, child)?,
                _ => child(self, name, &value)?,
            }
            self.path.pop();
        }
        self.builder.close_with(data.len());
        Ok(())
    }

    /// Whether a child of the path, and an item of that, needs no look at its depth or at the origins.
    fn takes_plain_values(&self) -> bool {
        self.depth() + 1 < MAX_DEPTH && self.given_origins.is_none()
    }

    /// The name that a key gives; the key of any other class ends the reading in place.
    fn name(&mut self, key: &Bound<'py, PyAny>) -> PyResult<SegmentId> {
        let Ok(key) = key.cast_exact::<PyString>() else {
            let path = self.path_or_top();
            let kind = imports::type_name(key);
            return Err(type_error(self.py, format!("a key is a str, not {kind} (in {path})")));
        };
        let Some(text) = ffi::text(key)? else { return Err(self.surrogate()) };
        let name = self.builder.segments().intern(text);
        self.names.keep(key, name, self.builder.len());
        Ok(name)
    }

    fn list(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.builder.open(segment, Kind::List);
        if matches!(builtin_type(data), BuiltinType::List | BuiltinType::Tuple) && self.takes_plain_values() {
            let mut next = 0;
            while let Some(item) = ffi::read_items(data, &mut next, &mut self.builder) {
                self.numbered_item(next, &item)?;
                next += 1;
            }
        } else {
            if builtin_type(data) == BuiltinType::Other {
                self.heed(data)?;
            }
            for (index, item) in data.try_iter()?.enumerate() {
                self.numbered_item(index, &item?)?;
            }
        }
        self.builder.close();
        Ok(())
    }

    fn numbered_item(&mut self, index: usize, item: &Bound<'py, PyAny>) -> PyResult<()> {
        self.path.push(Step::Index(index as u64));
        self.item(NO_SEGMENT, item)?;
        self.path.pop();
        Ok(())
    }

    /// An item of a list, or what stands in one.
    fn item(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        self.check_depth()?;
        match builtin_type(data) {
            BuiltinType::Dict => self.mapping(segment, data.cast::<PyDict>()?, Self::item),
            BuiltinType::Other => {
                self.heed(data)?;
                if is_naive(data) {
                    return self.value(segment, data);
                }
                if data.is_instance(imports::operator(self.py)?)? {
                    let text = format!("an operator cannot stand inside a list (at {})", self.text());
                    return Err(type_error(self.py, text));
                }
                if imports::is_mapping(data)? {
                    return self.children(segment, &plain_items(data)?, Self::item);
                }
                self.value(segment, data)
            }
            _ => self.value(segment, data),
        }
    }

    /// Anything but a mapping or an operator.
    fn value(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        let scalar = match builtin_type(data) {
            BuiltinType::None => Scalar::Null,
            BuiltinType::Bool => Scalar::Bool(data.is_truthy()?),
            BuiltinType::Int => {
                if let Some(value) = ffi::small_int(data) {
                    Scalar::Int(value)
                } else if self.in_place {
                    return Err(not_in_place());
                } else {
                    self.builder.scalar(segment, Scalar::BigInt(&decimal(data)?));
                    return Ok(());
                }
            }
            BuiltinType::Float => Scalar::Float(data.extract()?),
            BuiltinType::Str => {
                let string = data.cast::<PyString>()?;
                let Some(text) = ffi::text(string)? else { return Err(self.surrogate()) };
                self.builder.scalar(segment, Scalar::Str(text));
                return Ok(());
            }
            BuiltinType::Bytes => {
                self.builder.scalar(segment, Scalar::Bytes(data.cast::<PyBytes>()?.as_bytes()));
                return Ok(());
            }
            BuiltinType::List | BuiltinType::Tuple => return self.list(segment, data),
            BuiltinType::Dict => return self.opaque(segment, data),
            BuiltinType::Other if data.is_instance_of::<PyList>() => return self.list(segment, data),
            BuiltinType::Other => match moment(data)? {
                Some(scalar) => scalar,
                None => return self.opaque(segment, data),
            },
        };
        self.builder.scalar(segment, scalar);
        Ok(())
    }

    fn opaque(&mut self, segment: SegmentId, data: &Bound<'py, PyAny>) -> PyResult<()> {
        let handle = data.as_ptr() as u64;
        if self.opaques.is_none() {
            self.opaques = Some(ffi::new_dict(self.py)?);
        }
        if let Some(opaques) = &self.opaques {
            opaques.set_item(Int(handle.cast_signed()), data)?;
        }
        self.builder.scalar(segment, Scalar::Opaque(handle));
        Ok(())
    }
}

/// What reads a child of a mapping.
type Child<'a, 'py> = fn(&mut DataReader<'a, 'py>, SegmentId, &Bound<'py, PyAny>) -> PyResult<()>;

/// Says that data is to be read from copies. [`DataReader::read`] takes any error in place for that, and nobody sees this one:
/// it is never made into an exception.
fn not_in_place() -> PyErr {
    PyErr::new::<PyTypeError, _>(())
}
