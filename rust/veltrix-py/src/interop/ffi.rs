//! Thin safe wrappers over calls of the C interface that PyO3 has no fitting one for.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ffi::{CStr, CString};

use pyo3::exceptions::{PyBaseException, PyUnicodeEncodeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};
use veltrix_core::{Kind, NO_SEGMENT, SegmentId, TreeBuilder};

use crate::interop::str_access::{ascii, hash, same_str};

/// Calls `visit` with every key and value of a dict. A change of the dict while it runs ends or skips, and never
/// crashes; every pair that is visited is held for the time of the call.
pub fn each<'py>(
    dict: &Bound<'py, PyDict>,
    mut visit: impl FnMut(Bound<'py, PyAny>, Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let py = dict.py();
    let mut position: ffi::Py_ssize_t = 0;
    loop {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `dict` is a dict and attached; the borrowed pair is turned into owned references before anything
        // else can run, which the lock sees to. Whatever became of the dict, a position beyond its end is the end.
        let (key, value) = unsafe {
            if ffi::PyDict_Next(dict.as_ptr(), &raw mut position, &raw mut key, &raw mut value) == 0 {
                return Ok(());
            }
            (Bound::from_borrowed_ptr(py, key), Bound::from_borrowed_ptr(py, value))
        };
        visit(key, value)?;
    }
}

/// A key of a dict, its name if it is known, and its value.
pub type Pair<'py> = (Option<SegmentId>, Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The pairs of a dict, of which plain scalars are read without holding them. A change of the dict meanwhile ends or
/// skips, and never crashes.
pub struct Pairs<'a, 'py> {
    dict: &'a Bound<'py, PyDict>,
    position: ffi::Py_ssize_t,
}

impl<'a, 'py> Pairs<'a, 'py> {
    /// All pairs of a dict.
    pub const fn new(dict: &'a Bound<'py, PyDict>) -> Self {
        Self { dict, position: 0 }
    }

    /// Adds plain scalars, and lists of them, with known names to a mapping, up to the next pair that is anything else;
    /// `name_at` knows names by the addresses of their keys.
    pub fn read(
        &mut self,
        name_at: impl Fn(usize) -> Option<SegmentId>,
        builder: &mut TreeBuilder,
    ) -> Option<Pair<'py>> {
        let py = self.dict.py();
        loop {
            let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
            // SAFETY: the dict is attached. Its borrowed pair lives at least until other Python code runs, and the lock lets
            // none run here: looking up a name compares addresses, a scalar is copied, and what is handed out is turned
            // into owned references.
            unsafe {
                if ffi::PyDict_Next(self.dict.as_ptr(), &raw mut self.position, &raw mut key, &raw mut value) == 0 {
                    return None;
                }
                let name = name_at(key as usize);
                if name.is_some_and(|name| add_plain(builder, name, value) || add_plain_list(builder, name, value)) {
                    continue;
                }
                return Some((name, Bound::from_borrowed_ptr(py, key), Bound::from_borrowed_ptr(py, value)));
            }
        }
    }
}

/// Adds the plain scalars of an exact list or tuple from item `next` on to a list, up to the first item that is anything
/// else, and moves `next` on to it.
pub fn read_items<'py>(
    sequence: &Bound<'py, PyAny>,
    next: &mut usize,
    builder: &mut TreeBuilder,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: `sequence` is an exact list or tuple, attached; the item is turned into an owned reference at once.
    unsafe {
        let item = add_items(builder, sequence.as_ptr(), next)?;
        Some(Bound::from_borrowed_ptr(sequence.py(), item))
    }
}

/// Adds an exact list with all its items if they are plain scalars.
///
/// # Safety
/// The object is valid for the time of the call, and the thread is attached.
unsafe fn add_plain_list(builder: &mut TreeBuilder, name: SegmentId, object: *mut ffi::PyObject) -> bool {
    // SAFETY: the object is an exact list where its items are asked for.
    unsafe {
        if ffi::PyList_CheckExact(object) == 0 {
            return false;
        }
        let list = builder.open(name, Kind::List);
        let all = add_items(builder, object, &mut 0).is_none();
        if all {
            builder.close();
        } else {
            builder.truncate(list);
        }
        all
    }
}

/// Adds items from `next` on as long as they are plain scalars; gives the first that is not, borrowed.
///
/// # Safety
/// The sequence is a valid exact list or tuple, and the thread is attached. The item is used up before other Python code
/// runs.
#[inline]
unsafe fn add_items(
    builder: &mut TreeBuilder,
    object: *mut ffi::PyObject,
    next: &mut usize,
) -> Option<*mut ffi::PyObject> {
    // SAFETY: the length is asked before each item, and no Python code runs meanwhile. A list may shrink only under the
    // lock, and its items are borrowed: without it, they would have to be held (`PyList_GetItemRef`).
    unsafe {
        let tuple = ffi::PyTuple_CheckExact(object) != 0;
        loop {
            let length = if tuple { ffi::PyTuple_GET_SIZE(object) } else { ffi::PyList_GET_SIZE(object) };
            if *next >= length.cast_unsigned() {
                return None;
            }
            let at = next.cast_signed();
            let item = if tuple { ffi::PyTuple_GET_ITEM(object, at) } else { ffi::PyList_GET_ITEM(object, at) };
            if !add_plain(builder, NO_SEGMENT, item) {
                return Some(item);
            }
            *next += 1;
        }
    }
}

/// Adds an object that plainly is a scalar; `false` is no answer, but that finding out takes more.
///
/// # Safety
/// The object is valid for the time of the call, and the thread is attached.
#[inline]
unsafe fn add_plain(builder: &mut TreeBuilder, name: SegmentId, object: *mut ffi::PyObject) -> bool {
    // SAFETY: each access fits the type that was just found, exactly, so that no class of its own has a say; none of them
    // runs Python code. Plain types are static objects of the interpreter, one address each for the process.
    unsafe {
        let kind = ffi::Py_TYPE(object);
        if kind == &raw mut ffi::PyLong_Type {
            let mut overflow = 0;
            let value = ffi::PyLong_AsLongLongAndOverflow(object, &raw mut overflow);
            if overflow != 0 {
                return false;
            }
            builder.int(name, value);
        } else if kind == &raw mut ffi::PyUnicode_Type {
            let Some(text) = ascii(object) else { return false };
            builder.text(name, text);
        } else if kind == &raw mut ffi::PyBool_Type {
            builder.bool(name, object == ffi::Py_True());
        } else if kind == &raw mut ffi::PyFloat_Type {
            builder.float(name, ffi::PyFloat_AS_DOUBLE(object));
        } else if object == ffi::Py_None() {
            builder.null(name);
        } else {
            return false;
        }
    }
    true
}

/// The UTF-8 of an exact `str`; `None` where it holds a lone surrogate.
#[inline]
pub fn text<'a>(string: &'a Bound<'_, PyString>) -> PyResult<Option<&'a str>> {
    // SAFETY: `string` is a `str`, borrowed for as long as the text.
    match unsafe { ascii(string.as_ptr()) } {
        Some(text) => Ok(Some(text)),
        None => text_of_any(string),
    }
}

/// The same for a `str` that is not plainly ASCII. Apart from the short way, which stands in many places.
#[inline(never)]
fn text_of_any<'a>(string: &'a Bound<'_, PyString>) -> PyResult<Option<&'a str>> {
    match string.to_str() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(string.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The UTF-8 of a `str`, with what cannot be encoded written as a handler of that name says.
pub fn encoded<'py>(string: &Bound<'py, PyString>, errors: &CStr) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: `string` is a `str`; both names end in NUL; the result is new `bytes`, or null with an error.
    unsafe {
        let bytes = ffi::PyUnicode_AsEncodedString(string.as_ptr(), c"utf-8".as_ptr(), errors.as_ptr());
        Ok(Bound::from_owned_ptr_or_err(string.py(), bytes)?.cast_into_unchecked())
    }
}

/// `object.name`.
pub fn attribute<'py, T>(object: &Bound<'py, T>, name: &CStr) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the name ends in NUL; the result is a new reference, or null with an error.
    unsafe { Bound::from_owned_ptr_or_err(object.py(), ffi::PyObject_GetAttrString(object.as_ptr(), name.as_ptr())) }
}

// What follows makes objects of the plain types. PyO3's own constructors panic where CPython has no memory left; these
// give its `MemoryError`.

/// The text that CPython keeps of a method in C, for one that takes the place of `original`: signature and docstring.
pub fn method_text(original: &Bound<'_, PyAny>) -> PyResult<&'static CStr> {
    let text = |name| attribute(original, name)?.extract::<String>();
    let (name, signature, words) = (text(c"__name__")?, text(c"__text_signature__")?, text(c"__doc__")?);
    let whole = CString::new(format!("{name}{signature}\n--\n\n{words}")).unwrap_or_default();
    Ok(Box::leak(whole.into_boxed_c_str()))
}

/// A new `str`.
pub fn new_str<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    // SAFETY: pointer and length are those of valid UTF-8, which is shorter than `isize::MAX`; the result is a new `str`.
    unsafe {
        let object = ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len().cast_signed());
        Ok(Bound::from_owned_ptr_or_err(py, object)?.cast_into_unchecked())
    }
}

/// New `bytes`.
pub fn new_bytes<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    // SAFETY: pointer and length are those of a slice; the result is new `bytes`.
    unsafe {
        let object = ffi::PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len().cast_signed());
        Ok(Bound::from_owned_ptr_or_err(py, object)?.cast_into_unchecked())
    }
}

/// A new `int`.
pub fn new_int(py: Python<'_>, value: i64) -> PyResult<Bound<'_, PyInt>> {
    // SAFETY: the result is a new `int`.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyLong_FromLongLong(value))?.cast_into_unchecked()) }
}

/// A new `float`.
pub fn new_float(py: Python<'_>, value: f64) -> PyResult<Bound<'_, PyFloat>> {
    // SAFETY: the result is a new `float`.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyFloat_FromDouble(value))?.cast_into_unchecked()) }
}

/// A new empty `dict`.
pub fn new_dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    // SAFETY: the result is a new `dict`.
    unsafe { Ok(Bound::from_owned_ptr_or_err(py, ffi::PyDict_New())?.cast_into_unchecked()) }
}

/// An item of an exact list or tuple, if it has so many.
pub fn item<'py>(sequence: &Bound<'py, PyAny>, at: usize) -> Option<Bound<'py, PyAny>> {
    if let Ok(list) = sequence.cast_exact::<PyList>() {
        return (at < list.len()).then(|| list.get_item(at).ok()).flatten();
    }
    let tuple = sequence.cast_exact::<PyTuple>().ok()?;
    (at < tuple.len()).then(|| tuple.get_item(at).ok()).flatten()
}

/// The items of an exact list, as a `tuple`.
pub fn list_as_tuple<'py>(list: &Bound<'py, PyList>) -> PyResult<Bound<'py, PyTuple>> {
    // SAFETY: `list` is a list, attached; the result is a new tuple, or null with an error.
    unsafe { Ok(Bound::from_owned_ptr_or_err(list.py(), ffi::PyList_AsTuple(list.as_ptr()))?.cast_into_unchecked()) }
}

/// Makes plain objects while no garbage is collected, which could run code.
pub fn without_collecting<T>(work: impl FnOnce() -> T) -> T {
    // SAFETY: whoever makes objects is attached, which is all that these two ask for; they turn a flag of the interpreter.
    let collects = unsafe { ffi::PyGC_Disable() } != 0;
    let made = work();
    if collects {
        // SAFETY: as before.
        unsafe { ffi::PyGC_Enable() };
    }
    made
}

/// A new `tuple` of these items.
pub fn new_tuple<'py, I>(py: Python<'py>, items: I) -> PyResult<Bound<'py, PyTuple>>
where
    I: IntoIterator<Item = Bound<'py, PyAny>, IntoIter: ExactSizeIterator>,
{
    let items = items.into_iter();
    let length = items.len();
    let mut filled = 0;
    // SAFETY: the tuple is new and unshared (the collector may meet it, and passes empty places over); each of its places
    // is filled once, with a reference that it now owns, and nobody gets it with an empty place.
    unsafe {
        let tuple = Bound::from_owned_ptr_or_err(py, ffi::PyTuple_New(length.cast_signed()))?;
        for item in items.take(length) {
            ffi::PyTuple_SET_ITEM(tuple.as_ptr(), filled, item.into_ptr());
            filled += 1;
        }
        assert_eq!(filled.cast_unsigned(), length);
        Ok(tuple.cast_into_unchecked())
    }
}

/// A new `list` of these items.
pub fn new_list<'py>(py: Python<'py>, items: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyList>> {
    // SAFETY: as in `new_tuple`; a vector has as many items as it says.
    unsafe {
        let list = Bound::from_owned_ptr_or_err(py, ffi::PyList_New(items.len().cast_signed()))?;
        for (at, item) in items.into_iter().enumerate() {
            ffi::PyList_SET_ITEM(list.as_ptr(), at.cast_signed(), item.into_ptr());
        }
        Ok(list.cast_into_unchecked())
    }
}

/// An instance of a class of Python's that was not initialised: of an exception, with these arguments.
pub fn new_uninitialised<'py>(
    class: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let class = class.cast::<PyType>()?;
    // SAFETY: a ready type, its own slot, and a tuple; the result is a new reference, or null with an error.
    unsafe {
        let raw = class.as_type_ptr();
        let Some(new) = (*raw).tp_new else { return Ok(py.None().into_bound(py)) };
        Bound::from_owned_ptr_or_err(py, new(raw, arguments.as_ptr(), std::ptr::null_mut()))
    }
}

/// The integer if it fits 64 bits.
pub fn small_int(object: &Bound<'_, PyAny>) -> Option<i64> {
    let mut overflow = 0;
    // SAFETY: `object` is an `int`, for which this raises nothing.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    (overflow == 0).then_some(value)
}

/// A reference to an object that [`release`] gives back, as a number.
pub fn hold(object: &Bound<'_, PyAny>) -> usize {
    object.clone().into_ptr() as usize
}

/// The object that [`hold`] gave a number for, which holds it meanwhile.
pub fn held(py: Python<'_>, number: usize) -> Bound<'_, PyAny> {
    // SAFETY: the number stands for a strong reference from `hold` that is given back later.
    unsafe { Bound::from_borrowed_ptr(py, number as *mut ffi::PyObject) }
}

/// Gives back what [`hold`] gave; nothing for 0.
pub fn release(py: Python<'_>, held: usize) {
    if held != 0 {
        // SAFETY: the number is a strong reference from `hold` that nobody gave back yet.
        drop(unsafe { Bound::from_owned_ptr(py, held as *mut ffi::PyObject) });
    }
}

/// The hash of an exact `str`.
#[inline]
pub fn text_hash(key: &Bound<'_, PyString>) -> u64 {
    debug_assert!(key.is_exact_instance_of::<PyString>());
    // SAFETY: `key` is an exact `str`, and attached.
    unsafe { hash(key.as_ptr()) }
}

/// Whether a held exact `str` has the text of another one.
pub fn same_text(held: usize, key: &Bound<'_, PyString>) -> bool {
    // SAFETY: the number stands for a held exact `str`, and `key` is attached.
    unsafe { same_str(held as *mut ffi::PyObject, key.as_ptr()) }
}

/// An instance of an exception as an error that is raised here: what is being handled becomes its context, as in Python.
/// An error that PyO3 makes of an instance has none.
pub fn raised(error: &Bound<'_, PyBaseException>) -> PyErr {
    // SAFETY: `error` is an instance of an exception class, attached; both are borrowed, and the error that is set is
    // taken at once.
    unsafe { ffi::PyErr_SetObject(ffi::Py_TYPE(error.as_ptr()).cast(), error.as_ptr()) };
    PyErr::fetch(error.py())
}

/// Whether this thread's interpreter is the one that the process began with.
pub fn is_main_interpreter() -> bool {
    // SAFETY: the module is being imported, so that the thread is attached and has an interpreter; pointers are compared.
    unsafe { ffi::PyInterpreterState_Get() == ffi::PyInterpreterState_Main() }
}
