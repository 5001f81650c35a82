//! `snapshot.scope(…)` without PyO3's trampoline, which makes a tuple and a dict of the arguments: for plain choices.
//!
//! All else, errors in the arguments included, is left to the method that PyO3 made.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::sync::OnceLock;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::classes::scope::made;
use crate::interop::ffi::{attribute, each, method_text};
use crate::interop::panic::guarded;
use crate::state::dimensions::ScopeKey;
use crate::state::snapshot::Snapshot;

static ORIGINAL: OnceLock<Py<PyAny>> = OnceLock::new();

unsafe extern "C" fn scope(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: a method of a final class gets its instances, attached, and `count` arguments besides the named ones, whose
    // values follow: so does each version call what is declared `METH_FASTCALL | METH_KEYWORDS`. The original takes the
    // instance as its first argument.
    unsafe {
        let py = Python::assume_attached();
        let slf_bound = Borrowed::from_ptr(py, slf);
        let snapshot = slf_bound.cast_unchecked::<Snapshot>();
        if let Ok(Some(key)) = guarded(py, || key(snapshot.get(), py, arguments, count, names)) {
            if let Some(found) = snapshot.get().scope_cache().find(py, &key) {
                return found.into_ptr();
            }
            // What is made lets references go, which PyO3 is to know the thread to be attached for.
            return Python::attach(|py| match guarded(py, || made(&snapshot, key, None)) {
                Ok(made) => made.into_ptr(),
                Err(error) => {
                    error.restore(py);
                    std::ptr::null_mut()
                }
            });
        }
        let Some(original) = ORIGINAL.get() else { return std::ptr::null_mut() };
        let by_name = if names.is_null() { 0 } else { ffi::PyTuple_GET_SIZE(names) };
        let mut all = vec![slf];
        all.extend_from_slice(std::slice::from_raw_parts(arguments, (count + by_name).cast_unsigned()));
        ffi::PyObject_Vectorcall(original.as_ptr(), all.as_ptr(), count.cast_unsigned() + 1, names)
    }
}

/// What the scope of choices is known by that are given by one exact dict, or by keywords alone, if they are plain and not
/// empty.
///
/// # Safety
/// As in `scope`.
#[inline]
unsafe fn key(
    snapshot: &Snapshot,
    py: Python<'_>,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> PyResult<Option<ScopeKey>> {
    let Some(mut choices) = snapshot.dimensions.bind(py).get().choices() else { return Ok(None) };
    // SAFETY: the caller's promise; what an argument is cast to is asked for before. All of them are held for as long as the
    // call.
    unsafe {
        if count == 1 && names.is_null() && ffi::PyDict_CheckExact(*arguments) != 0 {
            each(&Borrowed::from_ptr(py, *arguments).cast_unchecked::<PyDict>(), |name, choice| {
                choices.take(&name, &choice);
                Ok(())
            })?;
        } else if count == 0 && !names.is_null() {
            for at in 0..ffi::PyTuple_GET_SIZE(names) {
                let name = Borrowed::from_ptr(py, ffi::PyTuple_GET_ITEM(names, at));
                choices.take(&name, &Borrowed::from_ptr(py, *arguments.offset(at)));
            }
        }
    }
    Ok(choices.key().filter(|key| !key.is_empty()))
}

/// Replaces the method.
pub fn install(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Snapshot>();
    let original = attribute(&class, c"scope")?;
    let method: &'static mut ffi::PyMethodDef = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: c"scope".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: scope },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: method_text(&original)?.as_ptr(),
    }));
    if ORIGINAL.set(original.unbind()).is_ok() {
        // SAFETY: the class is a ready heap type, and the definition of the method and its text are never freed.
        let descriptor = unsafe {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyDescr_NewMethod(class.as_ptr().cast::<ffi::PyTypeObject>(), method),
            )?
        };
        class.setattr("scope", descriptor)?;
    }
    Ok(())
}
