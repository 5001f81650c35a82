//! The hot calls, without PyO3's trampoline: `snapshot[path]`, `path in snapshot`, `snapshot.get(path)`, `len(snapshot)`,
//! the same on views.
//!
//! Each of them answers what the caches can answer and leaves all else, errors included, to the method that PyO3 made,
//! whose pointer was kept when the slot was replaced. Nothing here can panic, run Python code but `hash()` of an exact
//! `str`, or allocate anything but a view.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ffi::c_int;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::{PyClass, ffi};
use veltrix_core::path::plain_hash;
use veltrix_core::{EntryId, ROOT_HASH, path_tag};

use crate::interop::ffi::{attribute, method_text};
use crate::interop::str_access::ascii;
use crate::read::cache_answer::{CacheAnswer, Start, by_names, cached, is_exact_str};
use crate::state::small_overlay::SmallOverlay;
use crate::state::snapshot::Snapshot;
use crate::state::view::{PLACE, View};
use crate::state::view_pool::{self, new_view};

/// A class whose slots are replaced.
pub trait SlotClass: PyClass<Frozen = True> + Sync {
    fn start(&self) -> Start<'_>;
    /// The hash of the path of the mapping.
    fn path_hash(&self) -> u64;
    /// The snapshot that an instance, which this is the value of, reads from.
    fn owner(&self, instance: *mut ffi::PyObject) -> *mut ffi::PyObject;
    fn originals() -> &'static OnceLock<Originals>;
}

/// The slots that PyO3 made.
pub struct Originals {
    subscript: ffi::binaryfunc,
    contains: ffi::objobjproc,
    length: ffi::lenfunc,
    get: Py<PyAny>,
}

impl SlotClass for Snapshot {
    #[inline]
    fn start(&self) -> Start<'_> {
        Start { snapshot: self, entry: 0 }
    }

    fn path_hash(&self) -> u64 {
        ROOT_HASH
    }

    #[inline]
    fn owner(&self, instance: *mut ffi::PyObject) -> *mut ffi::PyObject {
        instance
    }

    fn originals() -> &'static OnceLock<Originals> {
        static ORIGINALS: OnceLock<Originals> = OnceLock::new();
        &ORIGINALS
    }
}

impl SlotClass for View {
    #[inline]
    fn start(&self) -> Start<'_> {
        Start { snapshot: self.snapshot.get(), entry: self.at }
    }

    fn path_hash(&self) -> u64 {
        self.hash()
    }

    #[inline]
    fn owner(&self, _: *mut ffi::PyObject) -> *mut ffi::PyObject {
        self.snapshot.as_ptr()
    }

    fn originals() -> &'static OnceLock<Originals> {
        static ORIGINALS: OnceLock<Originals> = OnceLock::new();
        &ORIGINALS
    }
}

/// Asks the caches for a path of any form that they can answer.
///
/// # Safety
/// `path` is a valid object, and the thread is attached.
#[inline]
unsafe fn known<T: SlotClass>(reader: &T, path: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: the caller's promise; each form is asked for before.
    unsafe {
        if is_exact_str(path) {
            return cached(&reader.start(), path);
        }
        if ffi::PyTuple_CheckExact(path) == 0 { CacheAnswer::Unknown } else { by_names(reader.start(), path) }
    }
}

/// The same, and asks the base whether it has no such path where no cache knows an exact ASCII `str`.
///
/// # Safety
/// `path` is a valid object, and the thread is attached.
#[inline]
pub unsafe fn settled<T: SlotClass>(reader: &T, path: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: the caller's promise.
    match unsafe { known(reader, path) } {
        // SAFETY: the caller's promise; an exact `str` is one that `unknown` takes.
        CacheAnswer::Unknown => unsafe {
            if is_exact_str(path) { unknown(reader, path) } else { CacheAnswer::Unknown }
        },
        answer => answer,
    }
}

/// Asks the base whether it has no such path.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline]
unsafe fn unknown<T: SlotClass>(reader: &T, key: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: the caller's promise; the key lives as long as the call.
    let Some(text) = (unsafe { ascii(key) }) else { return CacheAnswer::Unknown };
    let start = reader.start();
    let kernel = start.snapshot.below();
    if start.entry >= PLACE {
        return CacheAnswer::Unknown;
    }
    let Some(hash) = plain_hash(text, reader.path_hash()) else { return CacheAnswer::Unknown };
    let gives = |overlay: &SmallOverlay| overlay.filter().may_hold(path_tag(hash.whole()));
    if kernel.lists(hash.whole()) || start.snapshot.small_overlay.as_ref().is_some_and(gives) {
        return CacheAnswer::Unknown;
    }
    let found = kernel.base.find(start.entry, hash, text.rsplit('.'));
    // A key that the cache would remember goes the slow way once.
    if found.is_some() || start.snapshot.cache.has_room_for_miss() {
        CacheAnswer::Unknown
    } else {
        CacheAnswer::Missing
    }
}

/// The Rust value of an instance.
///
/// # Safety
/// `object` is a valid instance of `T`, or of a class of Python's below it, and the thread is attached for as long as the result is used.
#[inline]
pub unsafe fn instance<'a, T: PyClass<Frozen = True> + Sync>(object: *mut ffi::PyObject) -> &'a T {
    // SAFETY: the caller's promise; the reference lives as long as the object, which outlives the call.
    unsafe {
        let py = Python::assume_attached();
        let bound = Borrowed::from_ptr(py, object);
        let instance: *const T = bound.cast_unchecked::<T>().get();
        &*instance
    }
}

unsafe extern "C" fn subscript<T: SlotClass>(slf: *mut ffi::PyObject, key: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the slot of a final class gets its instances, attached; the original slot is called as it would have been.
    unsafe {
        if !is_exact_str(key) {
            return subscript_anything::<T>(slf, key, CacheAnswer::Unknown);
        }
        match cached(&instance::<T>(slf).start(), key) {
            CacheAnswer::Value(value) => {
                // Borrowed from a cache, which owns it as long as the snapshot lives, and that is as long as this call.
                ffi::Py_INCREF(value);
                value
            }
            answer => subscript_anything::<T>(slf, key, answer),
        }
    }
}

/// Reads what is no value that the caches know by a text: what they say of it is `answer`. Apart from the hot way, which
/// would save registers for it each time.
///
/// # Safety
/// As in `subscript`.
#[inline(never)]
pub unsafe fn subscript_anything<T: SlotClass>(
    slf: *mut ffi::PyObject,
    path: *mut ffi::PyObject,
    mut answer: CacheAnswer,
) -> *mut ffi::PyObject {
    // SAFETY: as in `subscript`.
    unsafe {
        if ffi::PyTuple_CheckExact(path) != 0 {
            answer = by_names(instance::<T>(slf).start(), path);
        }
        match (answer, T::originals().get()) {
            (CacheAnswer::Mapping(entry), _) => view_below::<T>(slf, entry),
            (CacheAnswer::Value(value), _) => {
                ffi::Py_INCREF(value);
                value
            }
            (CacheAnswer::Missing | CacheAnswer::Unknown, Some(originals)) => (originals.subscript)(slf, path),
            (CacheAnswer::Missing | CacheAnswer::Unknown, None) => std::ptr::null_mut(),
        }
    }
}

/// A view of the mapping of an entry.
///
/// # Safety
/// As in `subscript`; the entry is one of the base that the instance reads from.
unsafe fn view_below<T: SlotClass>(slf: *mut ffi::PyObject, entry: EntryId) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe { new_view(instance::<T>(slf).owner(slf), entry) }
}

pub unsafe extern "C" fn contains<T: SlotClass>(slf: *mut ffi::PyObject, key: *mut ffi::PyObject) -> c_int {
    // SAFETY: as in `subscript`.
    unsafe {
        match settled(instance::<T>(slf), key) {
            CacheAnswer::Value(_) | CacheAnswer::Mapping(_) => return 1,
            CacheAnswer::Missing => return 0,
            CacheAnswer::Unknown => {}
        }
        match T::originals().get() {
            Some(originals) => (originals.contains)(slf, key),
            None => -1,
        }
    }
}

unsafe extern "C" fn get<T: SlotClass>(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: a method of a final class gets its instances, attached, and `count` arguments besides the named ones, whose
    // values follow: so does each version call what is declared `METH_FASTCALL | METH_KEYWORDS`.
    unsafe {
        if (count == 1 || count == 2) && names.is_null() {
            let (reader, path) = (instance::<T>(slf), *arguments);
            if !is_exact_str(path) {
                return get_anything::<T>(slf, arguments, count, settled(reader, path));
            }
            match cached(&reader.start(), path) {
                CacheAnswer::Value(value) => {
                    ffi::Py_INCREF(value);
                    return value;
                }
                answer => return get_anything::<T>(slf, arguments, count, answer),
            }
        }
        original_get::<T>(slf, arguments, count, names)
    }
}

/// Gets what is no value that the caches know by a text: what they say of it is `answer`. Apart from the hot way, which would save registers for it each time.
///
/// # Safety
/// As in `get`, for one argument or two without names.
#[inline(never)]
pub unsafe fn get_anything<T: SlotClass>(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    mut answer: CacheAnswer,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        if matches!(answer, CacheAnswer::Unknown) && is_exact_str(*arguments) {
            answer = unknown(instance::<T>(slf), *arguments);
        }
        let found = match answer {
            CacheAnswer::Value(value) => value,
            CacheAnswer::Mapping(entry) => return view_below::<T>(slf, entry),
            CacheAnswer::Missing if count == 2 => *arguments.add(1),
            CacheAnswer::Missing => ffi::Py_None(),
            CacheAnswer::Unknown => return original_get::<T>(slf, arguments, count, std::ptr::null_mut()),
        };
        ffi::Py_INCREF(found);
        found
    }
}

unsafe extern "C" fn length<T: SlotClass>(slf: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    // SAFETY: as in `subscript`.
    unsafe {
        let reader = instance::<T>(slf);
        let Start { snapshot, entry } = reader.start();
        if entry < PLACE && snapshot.is_clean(entry, || reader.path_hash()) {
            return snapshot.below().base.count(entry).cast_signed();
        }
        match T::originals().get() {
            Some(originals) => (originals.length)(slf),
            None => -1,
        }
    }
}

/// Calls the method that was there before. Apart from the hot way, which would save registers for it each time.
///
/// # Safety
/// As in `get`.
#[cold]
#[inline(never)]
unsafe fn original_get<T: SlotClass>(
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe {
        let Some(originals) = T::originals().get() else { return std::ptr::null_mut() };
        call_with(originals.get.as_ptr(), slf, arguments, count, names)
    }
}

/// Calls a method with an array of arguments.
///
/// # Safety
/// As in `get`.
pub unsafe fn call_with(
    method: *mut ffi::PyObject,
    slf: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise: `count` arguments, and after them one for each name. The method takes the instance as
    // its first argument.
    unsafe {
        let by_name = if names.is_null() { 0 } else { ffi::PyTuple_GET_SIZE(names) };
        let total = (count + by_name).cast_unsigned();
        let mut all = Vec::with_capacity(total + 1);
        all.push(slf);
        all.extend_from_slice(std::slice::from_raw_parts(arguments, total));
        ffi::PyObject_Vectorcall(method, all.as_ptr(), count.cast_unsigned() + 1, names)
    }
}

fn replace<T: SlotClass>(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<T>();
    let original = attribute(&class, c"get")?;
    let method: &'static mut ffi::PyMethodDef = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: c"get".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: get::<T> },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: method_text(&original)?.as_ptr(),
    }));
    // SAFETY: the class is a ready heap type of PyO3's with its slots filled; they are replaced here once, attached, while
    // the module is made and before any instance exists. The method definition is never freed. `tp_as_mapping`,
    // `tp_as_sequence` and `tp_hash` are fields of the type, laid out in PyO3 for the version it is built for.
    unsafe {
        let raw = class.as_ptr().cast::<ffi::PyTypeObject>();
        let (mapping, sequence) = ((*raw).tp_as_mapping, (*raw).tp_as_sequence);
        if let (Some(subscript_slot), Some(contains_slot), Some(length_slot)) =
            ((*mapping).mp_subscript, (*sequence).sq_contains, (*mapping).mp_length)
        {
            let originals = Originals {
                subscript: subscript_slot,
                contains: contains_slot,
                length: length_slot,
                get: original.unbind(),
            };
            if T::originals().set(originals).is_ok() {
                (*mapping).mp_subscript = Some(subscript::<T>);
                (*sequence).sq_contains = Some(contains::<T>);
                (*mapping).mp_length = Some(length::<T>);
                let descriptor = Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(raw, method))?;
                class.setattr("get", descriptor)?;
                // `None` says that it is not `Hashable`; the slot's own text, unlike CPython's, names the bare class.
                let hash = (*raw).tp_hash;
                class.setattr("__hash__", py.None())?;
                (*raw).tp_hash = hash;
            }
        }
    }
    Ok(())
}

/// Replaces the hot slots of both classes.
pub fn install(py: Python<'_>) -> PyResult<()> {
    replace::<Snapshot>(py)?;
    replace::<View>(py)?;
    view_pool::install(py);
    Ok(())
}
