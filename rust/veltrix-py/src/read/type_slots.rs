//! The hot calls, without PyO3's trampoline: `snapshot[path]`, `path in snapshot`, `snapshot.get(path)`, the same on views.
//!
//! Each of them answers what the caches can answer and leaves all else, errors included, to the method that PyO3 made,
//! whose pointer was kept when the slot was replaced. Nothing here can panic, run Python code but `hash()` of an exact
//! `str`, or allocate.
//!
//! One of the three files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ffi::{CStr, c_int};
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::{PyClass, ffi};
use veltrix_core::path::plain_hash;
use veltrix_core::{EntryId, Known, Listing, NO_ENTRY, ROOT_HASH, Wanted};

use crate::interop::ffi::attribute;
use crate::interop::str_access::{ascii, hash, same_str};
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::{ABSENT, ValueCache};
use crate::state::view::View;

/// What the caches say of a key.
enum CacheAnswer {
    /// This object, borrowed from the cache.
    Value(*mut ffi::PyObject),
    /// Something is there, but its object has to be made.
    Present,
    /// Nothing is there.
    Missing,
    /// Ask the slow way.
    Unknown,
}

/// Where a path starts: a snapshot, the entry and the path hash of the mapping.
struct Start<'a> {
    snapshot: &'a Snapshot,
    entry: EntryId,
    hash: u64,
}

/// A class whose slots are replaced.
trait SlotClass: PyClass<Frozen = True> + Sync {
    fn start(&self) -> Start<'_>;
    fn originals() -> &'static OnceLock<Originals>;
}

/// The slots that PyO3 made.
struct Originals {
    subscript: ffi::binaryfunc,
    contains: ffi::objobjproc,
    get: Py<PyAny>,
}

impl SlotClass for Snapshot {
    #[inline]
    fn start(&self) -> Start<'_> {
        Start { snapshot: self, entry: 0, hash: ROOT_HASH }
    }

    fn originals() -> &'static OnceLock<Originals> {
        static ORIGINALS: OnceLock<Originals> = OnceLock::new();
        &ORIGINALS
    }
}

impl SlotClass for View {
    #[inline]
    fn start(&self) -> Start<'_> {
        Start { snapshot: self.snapshot.get(), entry: self.mapping.entry, hash: self.mapping.hash }
    }

    fn originals() -> &'static OnceLock<Originals> {
        static ORIGINALS: OnceLock<Originals> = OnceLock::new();
        &ORIGINALS
    }
}

/// Asks the caches for an exact `str`.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline]
unsafe fn cached(start: &Start<'_>, key: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: `key` is an exact `str`, and so is every key of a cache.
    let (wanted, same) = unsafe {
        let wanted = Wanted { hash: hash(key), from: start.entry };
        (wanted, |held: usize| same_str(held as *mut ffi::PyObject, key))
    };
    let snapshot = start.snapshot;
    let known = snapshot.cache.table().find(wanted, same);
    if let Some(known) = known
        && snapshot.filter & bit(known) == 0
    {
        return answer(known);
    }
    if snapshot.filter == 0 {
        return CacheAnswer::Unknown;
    }
    // SAFETY: the caller's promise.
    unsafe { overruled(snapshot, known, wanted, key) }
}

/// Asks what stands before the base: a small overlay, and what the snapshot lists or hides.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline(never)]
unsafe fn overruled(snapshot: &Snapshot, known: Option<Known>, wanted: Wanted, key: *mut ffi::PyObject) -> CacheAnswer {
    if let Some(known) = known {
        if let Some(small_overlay) = &snapshot.small_overlay
            && small_overlay.filter() & bit(known) != 0
            && let Some(value) = small_overlay.find(known.entry)
        {
            return CacheAnswer::Value(value.as_ptr());
        }
        let listing = match &snapshot.below().delta {
            Some(delta) => match delta.listing(known.path_tag, known.entry) {
                Listing::Nothing if delta.hides(known.entry) => Listing::Perhaps,
                listing => listing,
            },
            None => Listing::Nothing,
        };
        match listing {
            Listing::Nothing => return answer(known),
            Listing::Change(change) => {
                let value = change.value.get();
                // A key with an index leads to an item of a list, and is known by the list's entry.
                // SAFETY: the caller's promise.
                if value != 0 && (!snapshot.below().is_list(known.entry) || unsafe { is_without_index(key) }) {
                    return CacheAnswer::Value(value as *mut ffi::PyObject);
                }
            }
            Listing::Perhaps => {}
        }
    }
    // SAFETY: the caller's promise; every key of a cache is an exact `str`.
    let own = |own: &ValueCache| own.table().find(wanted, |held| unsafe { same_str(held as *mut ffi::PyObject, key) });
    let Some(known) = snapshot.own.get().and_then(|held| own(held)) else { return CacheAnswer::Unknown };
    // What the small overlay gives, it gives before; items of it take the slow way.
    match &snapshot.small_overlay {
        Some(small_overlay) if small_overlay.find(known.entry).is_some() => CacheAnswer::Unknown,
        _ => answer(known),
    }
}

/// Whether a key surely ends with a name and not with an index.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline]
unsafe fn is_without_index(key: *mut ffi::PyObject) -> bool {
    // SAFETY: the caller's promise; the text is looked at at once.
    unsafe { ascii(key) }.is_some_and(|text| !text.ends_with(']'))
}

#[inline]
const fn bit(known: Known) -> u64 {
    1 << (known.path_tag >> 26)
}

#[inline]
const fn answer(known: Known) -> CacheAnswer {
    match known.value {
        0 if known.entry == ABSENT => CacheAnswer::Missing,
        0 => CacheAnswer::Present,
        value => CacheAnswer::Value(value as *mut ffi::PyObject),
    }
}

/// Asks the base whether it has no such path, for an exact ASCII `str` that no cache knows.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline]
unsafe fn settled(start: &Start<'_>, key: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: the caller's promise; the key lives as long as the call.
    let Some(text) = (unsafe { ascii(key) }) else { return CacheAnswer::Unknown };
    let kernel = start.snapshot.below();
    if start.entry == NO_ENTRY {
        return CacheAnswer::Unknown;
    }
    let Some(hash) = plain_hash(text, start.hash) else { return CacheAnswer::Unknown };
    if kernel.lists(hash.whole()) {
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
/// `object` is a valid instance of `T` itself, and the thread is attached for as long as the result is used.
#[inline]
unsafe fn instance<'a, T: SlotClass>(object: *mut ffi::PyObject) -> &'a T {
    // SAFETY: the caller's promise; the reference lives as long as the object, which outlives the call.
    unsafe {
        let py = Python::assume_attached();
        let bound = Borrowed::from_ptr(py, object);
        let instance: *const T = bound.cast_unchecked::<T>().get();
        &*instance
    }
}

#[inline]
unsafe fn is_exact_str(key: *mut ffi::PyObject) -> bool {
    // SAFETY: any valid object has a type.
    unsafe { ffi::Py_TYPE(key) == &raw mut ffi::PyUnicode_Type }
}

unsafe extern "C" fn subscript<T: SlotClass>(slf: *mut ffi::PyObject, key: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the slot of a final class gets its instances, attached; the original slot is called as it would have been.
    unsafe {
        if is_exact_str(key)
            && let CacheAnswer::Value(value) = cached(&instance::<T>(slf).start(), key)
        {
            // Borrowed from a cache, which owns it as long as the snapshot lives, and that is as long as this call.
            ffi::Py_INCREF(value);
            return value;
        }
        match T::originals().get() {
            Some(originals) => (originals.subscript)(slf, key),
            None => std::ptr::null_mut(),
        }
    }
}

unsafe extern "C" fn contains<T: SlotClass>(slf: *mut ffi::PyObject, key: *mut ffi::PyObject) -> c_int {
    // SAFETY: as in `subscript`.
    unsafe {
        if is_exact_str(key) {
            let start = instance::<T>(slf).start();
            let answer = match cached(&start, key) {
                CacheAnswer::Unknown => settled(&start, key),
                answer => answer,
            };
            match answer {
                CacheAnswer::Value(_) | CacheAnswer::Present => return 1,
                CacheAnswer::Missing => return 0,
                CacheAnswer::Unknown => {}
            }
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
        if (count == 1 || count == 2) && names.is_null() && is_exact_str(*arguments) {
            let start = instance::<T>(slf).start();
            let answer = match cached(&start, *arguments) {
                CacheAnswer::Unknown => settled(&start, *arguments),
                answer => answer,
            };
            let found = match answer {
                CacheAnswer::Value(value) => Some(value),
                CacheAnswer::Missing if count == 2 => Some(*arguments.add(1)),
                CacheAnswer::Missing => Some(ffi::Py_None()),
                CacheAnswer::Present | CacheAnswer::Unknown => None,
            };
            if let Some(value) = found {
                ffi::Py_INCREF(value);
                return value;
            }
        }
        original_get::<T>(slf, arguments, count, names)
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
    // SAFETY: the caller's promise: `count` arguments, and behind them one for each name. The original takes the instance
    // as its first argument.
    unsafe {
        let Some(originals) = T::originals().get() else { return std::ptr::null_mut() };
        let by_name = if names.is_null() { 0 } else { ffi::PyTuple_GET_SIZE(names) };
        let total = (count + by_name).cast_unsigned();
        let mut all = Vec::with_capacity(total + 1);
        all.push(slf);
        all.extend_from_slice(std::slice::from_raw_parts(arguments, total));
        ffi::PyObject_Vectorcall(originals.get.as_ptr(), all.as_ptr(), count.cast_unsigned() + 1, names)
    }
}

const GET_DOC: &CStr = c"get($self, path, default=None)\n--\n\nThe value at a path, or the default where the path is missing; a stored null is no missing path.";

fn replace<T: SlotClass>(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<T>();
    let method: &'static mut ffi::PyMethodDef = Box::leak(Box::new(ffi::PyMethodDef {
        ml_name: c"get".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: get::<T> },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: GET_DOC.as_ptr(),
    }));
    let original = attribute(&class, c"get")?.unbind();
    // SAFETY: the class is a ready heap type of PyO3's with its slots filled; they are replaced here once, attached, while
    // the module is made and before any instance exists. The method definition is never freed. `tp_as_mapping`,
    // `tp_as_sequence` and `tp_hash` are fields of the type, laid out in PyO3 for the version it is built for.
    unsafe {
        let raw = class.as_ptr().cast::<ffi::PyTypeObject>();
        let (mapping, sequence) = ((*raw).tp_as_mapping, (*raw).tp_as_sequence);
        if let (Some(subscript_slot), Some(contains_slot)) = ((*mapping).mp_subscript, (*sequence).sq_contains) {
            let originals = Originals { subscript: subscript_slot, contains: contains_slot, get: original };
            if T::originals().set(originals).is_ok() {
                (*mapping).mp_subscript = Some(subscript::<T>);
                (*sequence).sq_contains = Some(contains::<T>);
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
    replace::<View>(py)
}
