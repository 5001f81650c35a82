//! The hot calls of a live configuration: `config[path]`, `path in config`, `config.get(path)`, and its member `snapshot`.
//!
//! Each finds the snapshot to read, and asks it as `type_slots` does. What the caches answer at once is read while the
//! snapshot is lent; it is held before anything else runs, since that may publish another one.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ffi::c_int;
use std::sync::OnceLock;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::interop::ffi::{attribute, method_text};
use crate::read::cache_answer::{CacheAnswer, cached, is_exact_str};
use crate::read::type_slots::{SlotClass, call_with, contains, get_anything, instance, subscript_anything};
use crate::state::current::{Current, latest, lent, lent_by_context};
use crate::state::snapshot::Snapshot;

/// What PyO3 made, for whatever takes more than a look.
struct Originals {
    subscript: ffi::binaryfunc,
    contains: ffi::objobjproc,
    get: Py<PyAny>,
}

static ORIGINALS: OnceLock<Originals> = OnceLock::new();

/// What the caches of a lent snapshot say of an exact `str`.
///
/// # Safety
/// `snapshot` is a valid `Snapshot`, `path` a valid object, and the thread is attached.
#[expect(clippy::inline_always, reason = "a call costs a read 20 instructions of 240")]
#[inline(always)]
unsafe fn answer(snapshot: *mut ffi::PyObject, path: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: the caller's promise.
    unsafe {
        if is_exact_str(path) { cached(&instance::<Snapshot>(snapshot).start(), path) } else { CacheAnswer::Unknown }
    }
}

unsafe extern "C" fn subscript(slf: *mut ffi::PyObject, path: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the slot gets instances of `Current` and of classes below it, attached.
    unsafe {
        let current = instance::<Current>(slf);
        if current.is_pinned() { subscript_in_context(slf, path) } else { read(slf, latest(current), path) }
    }
}

/// The same where some context pins it. Apart from the other way, which would save registers for it each time.
///
/// # Safety
/// As in `subscript`.
#[inline(never)]
unsafe fn subscript_in_context(slf: *mut ffi::PyObject, path: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe { read(slf, lent_by_context(slf, instance::<Current>(slf)), path) }
}

/// Reads a path of a snapshot that is lent, or null.
///
/// # Safety
/// As in `subscript`.
#[inline]
unsafe fn read(slf: *mut ffi::PyObject, snapshot: *mut ffi::PyObject, path: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        if snapshot.is_null() {
            return subscript_slowly(slf, path);
        }
        match answer(snapshot, path) {
            CacheAnswer::Value(value) => {
                ffi::Py_INCREF(value);
                value
            }
            answer => subscript_held(snapshot, path, answer),
        }
    }
}

/// # Safety
/// As in `subscript`.
#[cold]
#[inline(never)]
unsafe fn subscript_slowly(slf: *mut ffi::PyObject, path: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the original slot is called as it would have been.
    ORIGINALS.get().map_or(std::ptr::null_mut(), |originals| unsafe { (originals.subscript)(slf, path) })
}

/// # Safety
/// As in `answer`.
#[inline(never)]
unsafe fn subscript_held(
    snapshot: *mut ffi::PyObject,
    path: *mut ffi::PyObject,
    answer: CacheAnswer,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; the snapshot is held meanwhile.
    unsafe {
        ffi::Py_INCREF(snapshot);
        let found = subscript_anything::<Snapshot>(snapshot, path, answer);
        ffi::Py_DECREF(snapshot);
        found
    }
}

unsafe extern "C" fn is_in(slf: *mut ffi::PyObject, path: *mut ffi::PyObject) -> c_int {
    // SAFETY: as in `subscript`.
    unsafe {
        let snapshot = lent(slf, instance::<Current>(slf));
        if snapshot.is_null() {
            return ORIGINALS.get().map_or(-1, |originals| (originals.contains)(slf, path));
        }
        ffi::Py_INCREF(snapshot);
        let found = contains::<Snapshot>(snapshot, path);
        ffi::Py_DECREF(snapshot);
        found
    }
}

unsafe extern "C" fn get(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: as in `subscript`; a method gets `count` arguments besides the named ones, whose values follow.
    unsafe {
        if (count == 1 || count == 2) && names.is_null() {
            let snapshot = lent(slf, instance::<Current>(slf));
            if !snapshot.is_null() {
                return match answer(snapshot, *arguments) {
                    CacheAnswer::Value(value) => {
                        ffi::Py_INCREF(value);
                        value
                    }
                    answer => get_held(snapshot, arguments, count, answer),
                };
            }
        }
        original_get(slf, arguments, count, names)
    }
}

/// # Safety
/// As in `get`.
#[inline(never)]
unsafe fn get_held(
    snapshot: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    answer: CacheAnswer,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; the snapshot is held meanwhile.
    unsafe {
        ffi::Py_INCREF(snapshot);
        let found = get_anything::<Snapshot>(snapshot, arguments, count, answer);
        ffi::Py_DECREF(snapshot);
        found
    }
}

/// # Safety
/// As in `get`.
#[cold]
#[inline(never)]
unsafe fn original_get(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(originals) = ORIGINALS.get() else { return std::ptr::null_mut() };
        call_with(originals.get.as_ptr(), slf, arguments, count, names)
    }
}

/// Replaces the hot slots of the class, which classes of Python's inherit, and gives it its member.
pub fn install(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<Current>();
    let original = attribute(&class, c"get")?;
    let method: &'static mut ffi::PyMethodDef = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: c"get".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: get },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: method_text(&original)?.as_ptr(),
    }));
    let any = Bound::new(py, Current::default())?;
    let offset = any.get().snapshot.place() as usize - any.as_ptr() as usize;
    let member: &'static mut ffi::PyMemberDef = Box::leak(Box::new(ffi::PyMemberDef {
        name: c"snapshot".as_ptr(),
        type_code: ffi::Py_T_OBJECT_EX,
        offset: offset.cast_signed(),
        flags: ffi::Py_READONLY,
        doc: c"The snapshot that was published last, whatever is pinned. It never changes.".as_ptr(),
    }));
    // SAFETY: the class is a ready heap type of PyO3's with its slots filled; they are replaced here once, attached, while
    // the module is made and before any class below it exists. What is leaked is never freed. At the offset, in every
    // instance, stands an `Option<Py<_>>`: a pointer that is null for nothing.
    unsafe {
        let raw = class.as_ptr().cast::<ffi::PyTypeObject>();
        let (mapping, sequence) = ((*raw).tp_as_mapping, (*raw).tp_as_sequence);
        if let (Some(subscript_slot), Some(contains_slot)) = ((*mapping).mp_subscript, (*sequence).sq_contains) {
            let originals = Originals { subscript: subscript_slot, contains: contains_slot, get: original.unbind() };
            if ORIGINALS.set(originals).is_ok() {
                (*mapping).mp_subscript = Some(subscript);
                (*sequence).sq_contains = Some(is_in);
                class.setattr("get", Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(raw, method))?)?;
                class.setattr("snapshot", Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMember(raw, member))?)?;
            }
        }
    }
    Ok(())
}
