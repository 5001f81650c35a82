//! What a `str` is made of, read where CPython keeps it: hash, length, form and text.
//!
//! From 3.14 on the interpreter exports functions in place of its macros, and a call for each answer costs a read of a
//! snapshot a quarter more. So this file says itself where things lie, and a test holds each answer against the
//! interpreter's own functions, for every form that a string can have, on each version.
//!
//! ```text
//!                        3.11            3.12 – 3.13       3.14 and later
//! PyASCIIObject          length, hash, state; the same place in all of them
//!   state, bits 0–1      interned        interned          interned
//!         bits 2–4       kind            kind              kind
//!         bit 5          compact         compact           compact
//!         bit 6          ascii           ascii             ascii
//!         bit 7          ready           static            static
//!   after the state      wstr            –                 –
//! an exact `str` is      of any form     compact           compact
//! ```
//!
//! Bits are counted as C lays out bit fields: from the lowest bit on little-endian machines, from the highest on
//! big-endian ones. A `str` does not change once it can be seen, except that its hash is filled in.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use pyo3::ffi;
#[cfg(debug_assertions)]
use pyo3::{prelude::*, types::PyString};

#[cfg(not(all(Py_3_11, not(any(PyPy, GraalPy)))))]
compile_error!(
    "veltrix._native reads objects of CPython 3.11 and later; veltrix is pure Python on any other interpreter"
);
// Without the lock `state` has a layout of its own, and what is borrowed here and in the caches could go meanwhile.
#[cfg(Py_GIL_DISABLED)]
compile_error!("veltrix._native relies on the interpreter lock; veltrix is pure Python on a free-threaded interpreter");

/// A bit field of the state: its first bit and its width.
struct Field(u32, u32);

const KIND: Field = Field(2, 3);
const COMPACT: Field = Field(5, 1);
const ASCII: Field = Field(6, 1);
/// What the state of an exact `str` has where it is compact ASCII: from 3.12 on every one is compact.
const PLAIN: u32 = if cfg!(Py_3_12) { ASCII.mask() } else { COMPACT.mask() | ASCII.mask() };

impl Field {
    const fn shift(&self) -> u32 {
        if cfg!(target_endian = "big") { 32 - self.0 - self.1 } else { self.0 }
    }

    const fn mask(&self) -> u32 {
        ((1 << self.1) - 1) << self.shift()
    }

    const fn of(&self, state: u32) -> u32 {
        (state & self.mask()) >> self.shift()
    }
}

/// What every `str` begins with. Its fields are read one by one: others of them, as the count of references, may be
/// written meanwhile.
#[inline]
const fn head(string: *mut ffi::PyObject) -> *const ffi::PyASCIIObject {
    string.cast::<ffi::PyASCIIObject>()
}

/// The bytes a character of a `str` takes: 1, 2 or 4; on 3.11 also 0, for one that nobody asked for its text yet.
///
/// # Safety
/// The object is a valid `str`, and the thread is attached.
#[inline]
unsafe fn kind(string: *mut ffi::PyObject) -> usize {
    // SAFETY: the caller's promise.
    unsafe { KIND.of((*head(string)).state) as usize }
}

/// Where the characters of an exact `str` lie.
///
/// # Safety
/// The object is a valid exact `str`, and the thread is attached.
#[inline]
unsafe fn data(string: *mut ffi::PyObject) -> *const u8 {
    // SAFETY: an exact `str` is compact from 3.12 on, and then its characters lie right after its structure, the shorter
    // one where all are ASCII. On 3.11 it may be of the old form, which holds a pointer to them.
    unsafe {
        let state = (*head(string)).state;
        if cfg!(not(Py_3_12)) && COMPACT.of(state) == 0 {
            return (*string.cast::<ffi::PyUnicodeObject>()).data.any.cast::<u8>();
        }
        match ASCII.of(state) {
            1 => string.cast::<ffi::PyASCIIObject>().add(1).cast::<u8>(),
            _ => string.cast::<ffi::PyCompactUnicodeObject>().add(1).cast::<u8>(),
        }
    }
}

/// The hash of an exact `str`, from the object where it was computed before.
///
/// # Safety
/// The object is a valid exact `str`, and the thread is attached.
#[inline]
pub unsafe fn hash(string: *mut ffi::PyObject) -> u64 {
    // SAFETY: the caller's promise; hashing an exact `str` raises nothing and runs no Python code.
    unsafe {
        let cached = (*head(string)).hash;
        let hash = if cached == -1 { ffi::PyObject_Hash(string) } else { cached };
        hash.cast_unsigned() as u64
    }
}

/// The text of a `str` that is compact ASCII. One of a subclass never is.
///
/// # Safety
/// The object is a `str` that lives as long as the text is used, and the thread is attached.
#[inline]
pub unsafe fn ascii<'a>(string: *mut ffi::PyObject) -> Option<&'a str> {
    const BOTH: u32 = COMPACT.mask() | ASCII.mask();
    // SAFETY: a compact ASCII `str` has one byte a character after its header, which neither move nor change.
    unsafe {
        if (*head(string)).state & BOTH != BOTH {
            return None;
        }
        let bytes = std::slice::from_raw_parts(data(string), (*head(string)).length.cast_unsigned());
        Some(std::str::from_utf8_unchecked(bytes))
    }
}

/// Whether two exact `str` objects have one text.
///
/// # Safety
/// Both are valid exact `str` objects, and the thread is attached.
#[expect(
    clippy::inline_always,
    reason = "a call costs the read of a key that is the very object 9 instructions of 200"
)]
#[inline(always)]
pub unsafe fn same_str(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> bool {
    if left == right {
        return true;
    }
    // SAFETY: both are exact `str` objects (the caller's promise), so that length and state are theirs. Where both are
    // compact ASCII, one byte a character follows right after the header of each.
    unsafe {
        let length = (*head(left)).length;
        if length != (*head(right)).length {
            return false;
        }
        if (*head(left)).state & (*head(right)).state & PLAIN == PLAIN {
            let text = |string: *mut ffi::PyObject| string.cast::<ffi::PyASCIIObject>().add(1).cast::<u8>();
            return same_bytes(text(left), text(right), length.cast_unsigned());
        }
        same_wide(left, right)
    }
}

/// The same of two that have one length and are not both compact ASCII. Apart from the hot way, which would save registers
/// for it each time.
///
/// # Safety
/// As for `same_str`.
#[inline(never)]
unsafe fn same_wide(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> bool {
    // SAFETY: the caller's promise, so that length, kind and data are theirs.
    unsafe {
        let kind = kind(left);
        kind == self::kind(right) && same_bytes(data(left), data(right), (*head(left)).length.cast_unsigned() * kind)
    }
}

/// Whether two runs of bytes are the same. Keys are short: two runs of one length take the same few branches whatever
/// their bytes, with blocks that overlap where the length is no multiple of theirs.
///
/// # Safety
/// Both point to at least `length` readable bytes.
#[inline]
unsafe fn same_bytes(a: *const u8, b: *const u8, length: usize) -> bool {
    // SAFETY: every read lies within `length` bytes of its start.
    unsafe {
        let half = |at: usize| a.add(at).cast::<u32>().read_unaligned() ^ b.add(at).cast::<u32>().read_unaligned();
        let word = |at: usize| a.add(at).cast::<u64>().read_unaligned() ^ b.add(at).cast::<u64>().read_unaligned();
        let wide = |at: usize| a.add(at).cast::<u128>().read_unaligned() == b.add(at).cast::<u128>().read_unaligned();
        if length <= 16 {
            return match length {
                8.. => word(0) | word(length - 8) == 0,
                4.. => half(0) | half(length - 4) == 0,
                _ => (0..length).all(|at| *a.add(at) == *b.add(at)),
            };
        }
        if length <= 32 {
            wide(0) & wide(length - 16)
        } else if length <= 64 {
            wide(0) & wide(16) & wide(length - 32) & wide(length - 16)
        } else {
            (0..length / 16).all(|block| wide(16 * block)) && wide(length - 16)
        }
    }
}

/// What is read of a `str`: whether it is compact ASCII, its kind, its length, its hash, and where its characters lie,
/// or 0 for an instance of a subclass, which nobody asks for them.
#[cfg(debug_assertions)]
#[pyfunction]
pub fn str_access(string: &Bound<'_, PyString>) -> (bool, usize, isize, u64, usize) {
    let object = string.as_ptr();
    // SAFETY: the argument is a `str`, attached; data and hash are asked of exact ones only.
    unsafe {
        let exact = ffi::PyUnicode_CheckExact(object) != 0;
        let (hash, data) = if exact { (hash(object), data(object) as usize) } else { (0, 0) };
        (ascii(object).is_some(), kind(object), (*head(object)).length, hash, data)
    }
}

/// Whether two strings have one text, by the comparison of the read caches.
#[cfg(debug_assertions)]
#[pyfunction]
pub fn same_text(left: &Bound<'_, PyString>, right: &Bound<'_, PyString>) -> bool {
    // SAFETY: both are `str` objects, attached; the comparison is asked for exact ones only.
    unsafe {
        let exact = |string: &Bound<'_, PyString>| ffi::PyUnicode_CheckExact(string.as_ptr()) != 0;
        exact(left) && exact(right) && same_str(left.as_ptr(), right.as_ptr())
    }
}
