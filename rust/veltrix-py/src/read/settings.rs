//! `settings`, the whole as the type that is its schema: of a snapshot, and of a live configuration.
//!
//! ```text
//!   the slot of the snapshot     what was found once, lent without PyO3's trampoline
//!   its memo, which Python fills
//!   veltrix.binding.schema       binds the whole, the first time
//! ```
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ffi::c_void;
use std::ptr::null_mut;

use pyo3::prelude::*;
use pyo3::{PyClass, ffi};

use crate::interop::ffi::attribute;
use crate::interop::imports;
use crate::read::type_slots::instance;
use crate::state::current::{Current, lent};
use crate::state::snapshot::Snapshot;

/// What the schema makes of a snapshot; it stands in its slot from then on.
pub fn settings<'py>(snapshot: &Bound<'py, Snapshot>) -> PyResult<Bound<'py, PyAny>> {
    let found = found(snapshot)?;
    drop(snapshot.get().settings.replace(snapshot.py(), Some(found.clone().unbind())));
    Ok(found)
}

fn found<'py>(snapshot: &Bound<'py, Snapshot>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (snapshot.py(), snapshot.get());
    let schema = state.dimensions.get().schema.get().map(|schema| schema.bind(py));
    if let (Some(memo), Some(schema)) = (state.memo.get(), schema)
        && let Some(bound) = memo.bind(py).get_item(schema)?
    {
        return Ok(bound);
    }
    imports::settings(py)?.call1((snapshot, schema))
}

/// The object in the slot of a snapshot, as a new reference, or null.
///
/// # Safety
/// `snapshot` is a valid `Snapshot`, and the thread is attached.
#[inline]
unsafe fn known(snapshot: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; nothing replaces the object while no other code runs.
    unsafe {
        let settings = (*instance::<Snapshot>(snapshot).settings.place()).as_ref().map_or(null_mut(), Py::as_ptr);
        ffi::Py_XINCREF(settings);
        settings
    }
}

unsafe extern "C" fn of_snapshot(slf: *mut ffi::PyObject, original: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: the getter gets instances of `Snapshot`, attached, and the descriptor that `install` gave it.
    unsafe {
        let settings = known(slf);
        if settings.is_null() { slowly(slf, original) } else { settings }
    }
}

unsafe extern "C" fn of_current(slf: *mut ffi::PyObject, original: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: as in `of_snapshot`, of `Current` and of classes below it. What is lent is looked at before other code runs.
    unsafe {
        let snapshot = lent(slf, instance::<Current>(slf));
        let settings = if snapshot.is_null() { null_mut() } else { known(snapshot) };
        if settings.is_null() { slowly(slf, original) } else { settings }
    }
}

/// Asks the getter that PyO3 made.
///
/// # Safety
/// As in `of_snapshot`.
#[cold]
#[inline(never)]
unsafe fn slowly(slf: *mut ffi::PyObject, original: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise: a descriptor with a getter, which lives for ever.
    unsafe {
        let original = original.cast::<ffi::PyObject>();
        let get = (*ffi::Py_TYPE(original)).tp_descr_get;
        get.map_or(null_mut(), |get| get(original, slf, ffi::Py_TYPE(slf).cast()))
    }
}

/// Gives a class the getter in the place of the one that PyO3 made, which answers where the slot is empty.
fn replace<T: PyClass>(py: Python<'_>, get: ffi::getter) -> PyResult<()> {
    let class = py.get_type::<T>();
    let attributes = attribute(&class, c"__dict__")?;
    let original = attributes.get_item("settings")?;
    // SAFETY: the descriptor of a getter that PyO3 made, whose definition, text included, lives as long as the class.
    let made = unsafe { &*(*original.as_ptr().cast::<ffi::PyGetSetDescrObject>()).d_getset };
    let definition: &'static mut ffi::PyGetSetDef =
        Box::leak(Box::new(ffi::PyGetSetDef { get: Some(get), closure: original.into_ptr().cast(), ..*made }));
    // SAFETY: a ready heap type; the definition, and the reference to the descriptor in it, are never let go.
    let descriptor =
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewGetSet(class.as_type_ptr(), definition)) }?;
    class.setattr("settings", descriptor)
}

/// Replaces the getters of both classes.
pub fn install(py: Python<'_>) -> PyResult<()> {
    replace::<Snapshot>(py, of_snapshot)?;
    replace::<Current>(py, of_current)
}
