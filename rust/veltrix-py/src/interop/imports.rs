//! What the boundary takes from Python: the classes that both implementations share, imported once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::interop::ffi;

macro_rules! imports {
    ($($(#[$doc:meta])* $name:ident: $module:literal, $attribute:literal;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
                static CELL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
                let object = CELL.get_or_try_init(py, || {
                    let module = py.import(ffi::new_str(py, $module)?)?;
                    module.getattr(ffi::new_str(py, $attribute)?).map(Bound::unbind)
                })?;
                Ok(object.bind(py))
            }
        )*
    };
}

imports! {
    /// `ParseError`.
    parse_error: "veltrix.errors", "ParseError";
    /// `LimitError`.
    limit_error: "veltrix.errors", "LimitError";
    /// `ConflictError`.
    conflict_error: "veltrix.errors", "ConflictError";
    /// `MissingKeyError`.
    missing_key_error: "veltrix.errors", "MissingKeyError";
    /// `PathError`.
    path_error: "veltrix.errors", "PathError";
    /// `InternalError`.
    internal_error: "veltrix.errors", "InternalError";
    /// `Origin`.
    origin: "veltrix.types", "Origin";
    /// `Definition`.
    definition: "veltrix.types", "Definition";
    /// `Explanation`.
    explanation: "veltrix.types", "Explanation";
    /// `FrozenMapping`.
    frozen_mapping: "veltrix.types", "FrozenMapping";
    /// `Name`.
    name: "veltrix.types", "Name";
    /// `Dimension`.
    dimension: "veltrix.types", "Dimension";
    /// `ScopeCacheInfo`.
    scope_cache_info: "veltrix.types", "ScopeCacheInfo";
    /// `chosen_by`.
    chosen_by: "veltrix.types", "chosen_by";
    /// `exchanged_layers`.
    exchanged_layers: "veltrix.types", "exchanged_layers";
    /// `Allowed`.
    allowed: "veltrix.allowed", "Allowed";
    /// `NAN`.
    nan: "veltrix.types", "NAN";
    /// `REDACTED`.
    redacted: "veltrix.types", "REDACTED";
    /// `DELETE`.
    delete: "veltrix.operators", "DELETE";
    /// `Delete`.
    delete_class: "veltrix.operators", "Delete";
    /// The base of the operators.
    operator: "veltrix.operators", "Operator";
    /// `Replace`.
    replace: "veltrix.operators", "Replace";
    /// `Append`.
    append: "veltrix.operators", "Append";
    /// `Prepend`.
    prepend: "veltrix.operators", "Prepend";
    /// `collections.abc.Mapping`.
    mapping: "collections.abc", "Mapping";
    /// `collections.abc.Iterable`.
    iterable: "collections.abc", "Iterable";
    /// `KeysView`.
    keys_view: "veltrix.types", "KeysView";
    /// `ValuesView`.
    values_view: "veltrix.types", "ValuesView";
    /// `ItemsView`.
    items_view: "veltrix.types", "ItemsView";
    /// `lend_methods`.
    lend_methods: "veltrix.types", "lend_methods";
    /// `zip`.
    zip: "builtins", "zip";
    /// `reversed`.
    reversed: "builtins", "reversed";
    /// `datetime.timezone`.
    timezone: "datetime", "timezone";
    /// `hashlib.blake2b`.
    blake2b: "hashlib", "blake2b";
    /// `unpack_pair`.
    unpack_pair: "veltrix._unpack", "unpack_pair";
    /// `bind`.
    bind: "veltrix.binding.bind", "bind";
    /// `settings`.
    settings: "veltrix.binding.schema", "settings";
    /// `key_value`.
    key_value: "veltrix.binding.bind", "key_value";
    /// `types.GenericAlias`.
    generic_alias: "types", "GenericAlias";
    /// `display`.
    display: "veltrix.display", "display";
    /// `keeping_folds`.
    keeping_folds: "veltrix._pickle", "keeping_folds";
    /// `FORMAT`, the number of the format that pickles begin with.
    pickle_format: "veltrix._pickle", "FORMAT";
    /// `restore_difference`, as pickles name it.
    restore_difference: "veltrix._pickle", "restore_difference";
    /// `restore_layer`, as pickles name it.
    restore_layer: "veltrix._pickle", "restore_layer";
    /// `restore_snapshot`, as pickles name it.
    restore_snapshot: "veltrix._pickle", "restore_snapshot";
    /// `restore_view`, as pickles name it.
    restore_view: "veltrix._pickle", "restore_view";
}

/// An argument that was given, or left out. Unlike an `Option` it tells `None` that was given from nothing.
pub struct Given<'py>(pub Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Given<'py> {
    type Error = std::convert::Infallible;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> Result<Self, Self::Error> {
        Ok(Self(Some(object.to_owned())))
    }
}

/// What `__reduce__` gives: the function that restores an object, and its arguments, the format before the state.
pub fn reduced<'py>(
    restore: &Bound<'py, PyAny>,
    state: impl IntoIterator<Item = Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = restore.py();
    let arguments: Vec<_> = [pickle_format(py)?.clone()].into_iter().chain(state).collect();
    ffi::new_tuple(py, [restore.clone(), ffi::new_tuple(py, arguments)?.into_any()])
}

/// `type(object).__name__`.
pub fn type_name(object: &Bound<'_, PyAny>) -> String {
    name_of(&object.get_type())
}

fn name_of(kind: &Bound<'_, PyType>) -> String {
    let name = kind.name();
    let text = name.as_ref().ok().and_then(|name| ffi::text(name).ok().flatten());
    text.unwrap_or("object").to_owned()
}

/// Whether an object is a mapping.
pub fn is_mapping(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<PyDict>() { Ok(true) } else { object.is_instance(mapping(object.py())?) }
}
