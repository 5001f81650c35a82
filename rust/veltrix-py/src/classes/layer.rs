//! The class `Layer`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use pyo3::exceptions::PyAttributeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyDict, PyIterator, PyMemoryView, PyString, PyTuple, PyType};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core as kernel;
use veltrix_core::formats::{self, Format};
use veltrix_core::interner::{self, Interner, SegmentId};
use veltrix_core::path::Step;
use veltrix_core::{Definition, Kind, LayerVersion, Origin, Secret, TreeBuilder};

use crate::classes::methods::read_only;
use crate::convert::from_python::DataReader;
use crate::convert::kernel_error::document_error;
use crate::convert::origin::{Origins, file_name, layer_origin, origin_object, text_argument};
use crate::convert::path;
use crate::convert::to_python::{self, Style};
use crate::interop::alloc::{Text, shown, texts};
use crate::interop::error::{type_error, value_error};
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::state::opaques::those_of;
use crate::state::snapshot::Snapshot;

/// Loaded, immutable data with a name and, for each definition, its origin.
///
/// Specified in docs/semantics.md#layers.
///
/// Args:
///     name: What errors and explanations call it.
///     data: A mapping; values and keys are copied.
///     source: The kind of its source, for origins.
///     origins: Origins of single paths, a mapping from tuples of `str` to `Origin`.
///     secret: True, or the paths that are secret: what stands there is shown nowhere, of whatever layer.
///
/// Raises:
///     TypeError: An argument, a key, or what stands in a list is of a wrong type.
///     ParseError: A text in the data holds a lone surrogate; in another argument that is a `ValueError`.
///     LimitError: The data is too deep.
///     PathError: A path of `secret` is malformed.
///
/// Example:
///     >>> defaults = veltrix.Layer("defaults", {"server": {"port": 8080}})
///     >>> veltrix.resolve([defaults])["server.port"]
///     8080
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Layer {
    pub version: LayerVersion,
    pub opaques: Option<Py<PyDict>>,
    /// The same on the table of the last stack that it was put into, if that was another one.
    reinterned: Mutex<Option<LayerVersion>>,
    values: OnceLock<usize>,
}

impl Layer {
    /// A layer and the opaque objects that it refers to.
    pub fn of(version: LayerVersion, opaques: Option<Py<PyDict>>) -> Self {
        Self { version, opaques, reinterned: Mutex::default(), values: OnceLock::new() }
    }

    /// How many values it holds.
    pub fn values(&self) -> usize {
        *self.values.get_or_init(|| self.version.values())
    }

    /// A layer made of Python data.
    pub fn from_data<'py>(
        data: &Bound<'py, PyAny>,
        name: String,
        origin: Origin,
        origins: Option<Origins<'py>>,
        secret: &Bound<'py, PyAny>,
        table: Arc<Interner>,
    ) -> PyResult<Self> {
        let py = data.py();
        let read = guarded(py, || DataReader::new(py, TreeBuilder::new(table), &[], origins).read(data))?;
        let secret = read_secret(secret, read.tree.segments())?;
        let loaded = kernel::Layer { name, tree: Arc::new(read.tree), origin, origins: read.origins, secret };
        Ok(Self::of(LayerVersion::new(Arc::new(loaded)), read.opaques))
    }

    /// What `restore_layer` takes: origin, data, origins of single paths, secrets.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<[Bound<'py, PyAny>; 4]> {
        let loaded = &self.version.loaded;
        let tree = self.version.flattened();
        let origins = ffi::new_dict(py)?;
        let data = guarded(py, || {
            collect_origins(py, &self.version, self.version.root(), &mut Vec::new(), &origins)?;
            to_python::object(py, &tree, 0, self.opaques.as_ref(), Style::Data)
        })?;
        let secret = match &loaded.secret {
            Secret::Nothing => PyBool::new(py, false).to_owned().into_any(),
            Secret::Everything => PyBool::new(py, true).to_owned().into_any(),
            Secret::Paths(paths) => {
                let table = loaded.tree.segments();
                let texts = |path: &[SegmentId]| path.iter().map(|&id| &*table.get(id).text).collect::<Vec<_>>();
                let ordered: BTreeMap<_, _> = paths.iter().map(|path| (texts(path), path)).collect();
                let paths = ordered.into_values().map(|path| Ok(names(py, table, path)?.into_any()));
                ffi::new_tuple(py, paths.collect::<PyResult<Vec<_>>>()?)?.into_any()
            }
        };
        let own = origin_object(py, &loaded.name, &loaded.origin)?;
        Ok([own, data, origins.into_any(), secret])
    }

    /// What a stack on a table of names holds of it: the same with its segments there, and its opaque objects.
    pub fn on_table(&self, py: Python<'_>, table: &Arc<Interner>) -> (LayerVersion, Option<Py<PyDict>>) {
        // Made here, so that no thread that is detached makes it when the process forks.
        self.version.root();
        (self.version_on(py, table), self.opaques.as_ref().map(|opaques| opaques.clone_ref(py)))
    }

    fn version_on(&self, py: Python<'_>, table: &Arc<Interner>) -> LayerVersion {
        let is_there = |version: &LayerVersion| Arc::ptr_eq(version.loaded.tree.segments(), table);
        if is_there(&self.version) {
            return self.version.clone();
        }
        // Each time it is held for a moment in which no Python code runs.
        let kept = || self.reinterned.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().clone().filter(is_there) {
            return known;
        }
        let made = py.detach(|| LayerVersion::reinterned(&self.version, table));
        *kept() = Some(made.clone());
        made
    }
}

fn check_data(data: &Bound<'_, PyAny>) -> PyResult<()> {
    if imports::is_mapping(data)? {
        return Ok(());
    }
    Err(type_error(data.py(), format!("layer data is a mapping, not {}", imports::type_name(data))))
}

fn read_secret(secret: &Bound<'_, PyAny>, table: &Interner) -> PyResult<Secret> {
    if let Ok(everything) = secret.cast::<PyBool>() {
        return Ok(if everything.is_true() { Secret::Everything } else { Secret::Nothing });
    }
    let many = !secret.is_instance_of::<PyString>() && secret.is_instance(imports::iterable(secret.py())?)?;
    let given = if many { iterator(secret)? } else { None };
    let Some(given) = given else {
        let kind = imports::type_name(secret);
        return Err(type_error(secret.py(), format!("secret is a bool or paths, not {kind}")));
    };
    let paths = given.map(|secret| {
        let steps = path::steps(&secret?)?;
        let names = steps.iter().map_while(|step| match step {
            Step::Name(name) => Some(table.intern(name)),
            Step::Index(_) => None,
        });
        Ok(names.collect::<Box<[SegmentId]>>())
    });
    paths.collect::<PyResult<Vec<_>>>().map(Secret::Paths)
}

/// What an argument gives for its iterator, if that is one.
fn iterator<'py>(given: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyIterator>>> {
    match ffi::attribute(&given.get_type(), c"__iter__") {
        Ok(make) => Ok(make.call1((given,))?.cast_into::<PyIterator>().ok()),
        Err(error) if error.is_instance_of::<PyAttributeError>(given.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

#[pymethods]
impl Layer {
    #[new]
    #[pyo3(
        signature = (name, data, *, source = Given(None), origins = None, secret = Given(None)),
        text_signature = "(name, data, *, source='mapping', origins=None, secret=False)"
    )]
    fn new<'py>(
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        data: &Bound<'py, PyAny>,
        source: Given<'py>,
        origins: Option<&Bound<'py, PyAny>>,
        secret: Given<'py>,
    ) -> PyResult<Self> {
        let name = text_argument("a layer's name", name)?;
        let source =
            source.0.map_or_else(|| Ok("mapping".to_owned()), |source| text_argument("a layer's source", &source))?;
        check_data(data)?;
        let origins = Origins::new(origins)?;
        let secret = secret.0.unwrap_or_else(|| PyBool::new(py, false).to_owned().into_any());
        let origin = Origin { source, ..Origin::default() };
        Self::from_data(data, name, origin, origins, &secret, interner::current())
    }

    /// The layer of a document.
    ///
    /// Specified in docs/semantics.md#documents.
    ///
    /// Args:
    ///     name: What errors and explanations call it.
    ///     text: The document, as `bytes` in UTF-8 or as a `str`.
    ///     format: "toml", "json", "yaml" or "env".
    ///     file: The name of the file, for origins and errors.
    ///     secret: As for `Layer`.
    ///
    /// Raises:
    ///     ParseError: The document is malformed, or what it holds is not allowed.
    ///     LimitError: It is beyond a limit: bytes, levels, digits, expansions.
    ///     SourceError: It is YAML, which the reference reads with the extra `yaml` alone.
    ///     TypeError: An argument is of a wrong type.
    ///     ValueError: The format is another one.
    ///
    /// Example:
    ///     >>> site = veltrix.Layer.parse("site", '{"server": {"port": 80}}', "json")
    ///     >>> veltrix.resolve([site])["server.port"]
    ///     80
    #[classmethod]
    #[pyo3(
        signature = (name, text, format, *, file = None, secret = Given(None)),
        text_signature = "($cls, name, text, format, *, file=None, secret=False)"
    )]
    fn parse<'py>(
        _class: &Bound<'py, PyType>,
        py: Python<'py>,
        name: &Bound<'py, PyAny>,
        text: &Bound<'py, PyAny>,
        format: &Bound<'py, PyAny>,
        file: Option<&Bound<'py, PyAny>>,
        secret: Given<'py>,
    ) -> PyResult<Self> {
        let name = text_argument("a layer's name", name)?;
        let file = file.map(file_name).transpose()?;
        let bytes = if text.is_instance_of::<PyString>() {
            ffi::encoded(text.cast::<PyString>()?, c"surrogatepass")?.into_any()
        } else if text.is_instance_of::<PyBytes>() {
            text.clone()
        } else if let Ok(array) = text.cast::<PyByteArray>() {
            ffi::new_bytes(py, &array.to_vec())?.into_any()
        } else if text.is_instance_of::<PyMemoryView>() {
            py.get_type::<PyBytes>().call1((text,))?
        } else {
            let kind = imports::type_name(text);
            return Err(type_error(py, format!("a document is bytes or str, not {kind}")));
        };
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        let known = match format.cast::<PyString>() {
            Ok(format) => ffi::text(format)?.and_then(Format::from_name),
            Err(_) => None,
        };
        let Some(format) = known else {
            let text = format!("a format is {}, not {}", Format::names(), shown(format)?);
            return Err(value_error(py, text));
        };
        let table = interner::current();
        let tree = guarded(py, || {
            let parsed = py.detach(|| formats::parse(format, bytes, table));
            parsed.map_err(|error| document_error(py, file.as_deref(), error))
        })?;
        let secret = secret.0.unwrap_or_else(|| PyBool::new(py, false).to_owned().into_any());
        let secret = read_secret(&secret, tree.segments())?;
        let origin = Origin { source: "file".into(), file, ..Origin::default() };
        let loaded = kernel::Layer { name, tree: Arc::new(tree), origin, origins: BTreeMap::default(), secret };
        Ok(Self::of(LayerVersion::new(Arc::new(loaded)), None))
    }

    /// The name, a `str`.
    #[getter]
    fn name(&self) -> Text<&str> {
        Text(&self.version.loaded.name)
    }

    fn __setattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Layer"))
    }

    fn __delattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), "Layer"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<Text<String>> {
        Ok(Text(format!("<veltrix.Layer {}>", shown(&ffi::new_str(py, &self.version.loaded.name)?)?)))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        imports::reduced(imports::restore_layer(py)?, self.state(py)?)
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let py = slf.py();
        let [own, data, origins, secret] = slf.get().state(py)?;
        let data = imports::keeping_folds(py)?.call1((data, protocol))?;
        imports::reduced(imports::restore_layer(py)?, [own, data, origins, secret])
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
        let _ = memo;
        slf
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.opaques.as_ref().map_or(Ok(()), |opaques| visit.call(opaques))
    }
}

/// The layers of a snapshot, each with those of the opaque objects that are its own.
pub fn layers<'py>(py: Python<'py>, snapshot: &Snapshot) -> PyResult<Bound<'py, PyTuple>> {
    let layers = snapshot.kernel(py)?.stack.iter().map(|version| {
        let mut opaques = None;
        if let Some(held) = snapshot.opaques() {
            let mut handles = Vec::new();
            version.each_tree(&mut |tree| handles.extend(tree.opaques()));
            opaques = (!handles.is_empty()).then(|| those_of(held.bind(py), handles)).transpose()?;
        }
        Ok(Bound::new(py, Layer::of(version.clone(), opaques.map(Bound::unbind)))?.into_any())
    });
    ffi::new_tuple(py, layers.collect::<PyResult<Vec<_>>>()?)
}

fn names<'py>(py: Python<'py>, table: &Interner, path: &[SegmentId]) -> PyResult<Bound<'py, PyTuple>> {
    texts(py, path.iter().map(|&id| &*table.get(id).text))
}

/// Every node whose origin is not the layer's own.
fn collect_origins(
    py: Python<'_>,
    layer: &LayerVersion,
    definition: Definition<'_>,
    path: &mut Vec<SegmentId>,
    origins: &Bound<'_, PyDict>,
) -> PyResult<()> {
    let (loaded, origin) = (&layer.loaded, layer.origin(definition));
    if origin != loaded.origin {
        let key = names(py, loaded.tree.segments(), path)?;
        origins.set_item(key, origin_object(py, &loaded.name, &origin)?)?;
    }
    if let Definition::Node(tree, node) = definition.value()
        && tree.node(node).kind != Kind::Mapping
    {
        return Ok(());
    }
    for name in definition.names() {
        if let Some(child) = definition.child(name) {
            path.push(name);
            collect_origins(py, layer, child, path, origins)?;
            path.pop();
        }
    }
    Ok(())
}

/// The layer that was pickled.
#[pyfunction]
#[pyo3(signature = (origin, data, origins, secret))]
pub fn restore_layer<'py>(
    origin: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
    origins: &Bound<'py, PyAny>,
    secret: &Bound<'py, PyAny>,
) -> PyResult<Layer> {
    let (name, origin) = layer_origin(origin)?;
    check_data(data)?;
    Layer::from_data(data, name, origin, Origins::new(Some(origins))?, secret, interner::current())
}
