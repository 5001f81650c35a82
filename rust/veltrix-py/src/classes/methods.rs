//! The methods that `Snapshot` and `View` have in common.

use pyo3::prelude::*;

use crate::interop::error::{attribute_error, type_error};

/// The error for setting or deleting an attribute.
pub fn read_only(py: Python<'_>, class: &str) -> PyErr {
    attribute_error(py, format!("a {class} is read-only"))
}

/// The error for hashing.
pub fn unhashable(py: Python<'_>, class: &str) -> PyErr {
    type_error(py, format!("unhashable type: '{class}'"))
}

/// The methods of a class that reads; `$extra` are those of its own.
macro_rules! reading_methods {
    ($class:ident, { $($extra:tt)* }) => {
        #[pymethods]
        impl $class {
            fn __setattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
                Err($crate::classes::methods::read_only(slf.py(), stringify!($class)))
            }

            fn __delattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
                Err($crate::classes::methods::read_only(slf.py(), stringify!($class)))
            }

            fn __getitem__<'py>(slf: &Bound<'py, Self>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                Self::reading(slf, |reading| reading.get_item(path))
            }

            /// The value at a path, or the default where the path is missing; a stored null is no missing path.
            ///
            /// Specified in docs/semantics.md#reading.
            ///
            /// Args:
            ///     path: The path, as a text or a tuple of `str` and `int`.
            ///     default: What is given where nothing stands at the path.
            ///
            /// Raises:
            ///     PathError: The path is malformed.
            ///     TypeError: The path is of a wrong type.
            ///
            /// Example:
            ///     >>> snapshot.get("server.timeout", 30)
            ///     30
            #[pyo3(signature = (path, default = None))]
            fn get<'py>(
                slf: &Bound<'py, Self>,
                path: &Bound<'py, PyAny>,
                default: Option<Bound<'py, PyAny>>,
            ) -> PyResult<Option<Bound<'py, PyAny>>> {
                Self::reading(slf, |reading| Ok(reading.find(path)?.or(default)))
            }

            fn __contains__<'py>(slf: &Bound<'py, Self>, path: &Bound<'py, PyAny>) -> PyResult<bool> {
                Self::reading(slf, |reading| Ok(reading.find(path)?.is_some()))
            }

            fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                Self::reading(slf, |reading| reading.count())
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                Ok(Self::reading(slf, |reading| reading.names())?.try_iter()?.into_any())
            }

            fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                reversed_names(slf)
            }

            /// The names of the children; a `Name` where a path would have to quote it.
            ///
            /// Specified in docs/semantics.md#reading.
            ///
            /// Example:
            ///     >>> list(snapshot.keys())
            ///     ['server']
            fn keys<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, KeysView>> {
                KeysView::of(slf)
            }

            /// The values of the children, in the order of their names.
            ///
            /// Specified in docs/semantics.md#reading.
            ///
            /// Example:
            ///     >>> list(snapshot["server"].values())
            ///     ['localhost', 8080]
            fn values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, ValuesView>> {
                ValuesView::of(slf)
            }

            /// The names and values of the children, as pairs.
            ///
            /// Specified in docs/semantics.md#reading.
            ///
            /// Example:
            ///     >>> list(snapshot["server"].items())
            ///     [('host', 'localhost'), ('port', 8080)]
            fn items<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, ItemsView>> {
                ItemsView::of(slf)
            }

            fn __eq__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                let py = slf.py();
                Ok(match Self::reading(slf, |reading| reading.equals(other))? {
                    Some(equal) => PyBool::new(py, equal).to_owned().into_any(),
                    None => py.NotImplemented().into_bound(py),
                })
            }

            fn __ne__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                let py = slf.py();
                Ok(match Self::reading(slf, |reading| reading.equals(other))? {
                    Some(equal) => PyBool::new(py, !equal).to_owned().into_any(),
                    None => py.NotImplemented().into_bound(py),
                })
            }

            fn __hash__(slf: &Bound<'_, Self>) -> PyResult<isize> {
                Err($crate::classes::methods::unhashable(slf.py(), stringify!($class)))
            }

            /// Every leaf by the canonical text of its path; an empty mapping is listed as itself.
            ///
            /// Secrets are in it. Specified in docs/semantics.md#reading.
            ///
            /// Example:
            ///     >>> snapshot.flatten()
            ///     {'server.host': 'localhost', 'server.port': 8080}
            fn flatten<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
                Self::reading(slf, |reading| reading.flatten())
            }

            /// A copy made of plain dicts and lists, secrets included.
            ///
            /// Specified in docs/semantics.md#reading.
            ///
            /// Example:
            ///     >>> snapshot.to_dict()
            ///     {'server': {'host': 'localhost', 'port': 8080}}
            fn to_dict<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyDict>> {
                Self::reading(slf, |reading| reading.to_dict())
            }

            /// What stands at a path, or the whole, as an object of a type.
            ///
            /// It is the same object for as long as what stands there is unchanged.
            /// Specified in docs/semantics.md#objects-of-declared-types.
            ///
            /// Args:
            ///     type: A dataclass, a class of attrs, a `NamedTuple`, a `TypedDict`, a model of pydantic or of
            ///         msgspec, or any type that a field can have, such as `int`, `list[str]` or `Path | None`.
            ///     path: The path, as a text or a tuple of `str` and `int`; without it the whole is bound.
            ///
            /// Raises:
            ///     ConfigError: The content does not fit the type; `problems` has every problem with its origin.
            ///     MissingKeyError: Nothing stands at the path.
            ///     PathError: The path is malformed.
            ///     TypeError: Nothing in a configuration can be read as this type.
            ///
            /// Example:
            ///     >>> snapshot.bind(dict[str, int | str], "server")["port"]
            ///     8080
            #[pyo3(signature = (r#type, path = None))]
            fn bind<'py>(
                slf: &Bound<'py, Self>,
                r#type: &Bound<'py, PyAny>,
                path: Option<&Bound<'py, PyAny>>,
            ) -> PyResult<Bound<'py, PyAny>> {
                Self::reading(slf, |reading| reading.bind(r#type, path))
            }

            /// A handle on one value, which is read as an attribute: `key.value`.
            ///
            /// Specified in docs/semantics.md#objects-of-declared-types.
            ///
            /// Args:
            ///     path: The path, as a text or a tuple of `str` and `int`.
            ///     type: What `bind` takes; the value is then an object of it. Without it, it is what reading gives.
            ///     default: What the value is where nothing stands at the path; `...` stands for none.
            ///
            /// Raises:
            ///     MissingKeyError: Nothing stands at the path, and there is no default.
            ///     ConfigError: What stands there does not fit the type.
            ///     PathError: The path is malformed.
            ///     TypeError: Nothing in a configuration can be read as this type.
            ///
            /// Example:
            ///     >>> snapshot.key("server.port", int).value
            ///     8080
            #[pyo3(
                signature = (path, r#type = None, *, default = Given(None)),
                text_signature = "($self, path, type=None, *, default=...)"
            )]
            fn key<'py>(
                slf: &Bound<'py, Self>,
                path: &Bound<'py, PyAny>,
                r#type: Option<&Bound<'py, PyAny>>,
                default: Given<'py>,
            ) -> PyResult<Key> {
                let default = default.0.filter(|given| !given.is(slf.py().Ellipsis()));
                let (path, value) = Self::reading(slf, |reading| match r#type {
                    Some(kind) => reading.typed_key(path, kind, default),
                    None => reading.key(path, default),
                })?;
                Ok(Key { path, value: value.unbind() })
            }

            /// Why a path has its value: each definition of it with its origin, the highest first.
            ///
            /// Specified in docs/semantics.md#provenance.
            ///
            /// Args:
            ///     path: The path, as a text or a tuple of `str` and `int`.
            ///
            /// Raises:
            ///     MissingKeyError: No layer says anything about the path.
            ///     PathError: The path is malformed.
            ///     TypeError: The path is of a wrong type.
            ///
            /// Example:
            ///     >>> str(snapshot.explain("server.port").origin)
            ///     "layer 'values'"
            fn explain<'py>(slf: &Bound<'py, Self>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                Self::reading(slf, |reading| reading.explain(path))
            }

            /// The layers of the stack, the lowest first, those of overlays and scopes included.
            ///
            /// They are what `resolve` and `with_layers` take. Whether one is the same object as was given is open.
            #[getter]
            fn layers<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                Self::reading(slf, |reading| layers(slf.py(), reading.snapshot()))
            }

            /// The names of the layers, the lowest first.
            #[getter]
            fn layer_names<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                Self::reading(slf, |reading| {
                    texts(slf.py(), reading.kernel()?.layer_names())
                })
            }

            /// The dimensions that `scope` chooses in, as they were declared.
            #[getter]
            fn dimensions<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                Self::reading(slf, |reading| {
                    Ok(reading.snapshot().dimensions.get().declared.bind(slf.py()).clone())
                })
            }

            /// An `int` that rises by one with each change of the content.
            #[getter]
            fn generation(slf: &Bound<'_, Self>) -> PyResult<Int> {
                Self::reading(slf, |reading| Ok(Int(reading.kernel()?.generation.cast_signed())))
            }

            /// A hash of the content that ignores the order of keys: 32 hexadecimal digits.
            #[getter]
            fn digest<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                Self::reading(slf, |reading| reading.digest())
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                imports::display(slf.py())?.call1((slf,))
            }

            fn __copy__(slf: Py<Self>) -> Py<Self> {
                slf
            }

            fn __deepcopy__(slf: Py<Self>, memo: &Bound<'_, PyAny>) -> Py<Self> {
                let _ = memo;
                slf
            }

            $($extra)*
        }
    };
}
pub(crate) use reading_methods;
