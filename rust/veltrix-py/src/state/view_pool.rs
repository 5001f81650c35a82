//! Views that went, kept to be used again: a chained read makes one for each step and drops it at once.
//!
//! ```text
//!   s["a"]["b"]     new ──► read ──► dropped      a view owns its snapshot, and nothing owns a view
//!                    ▲                  │
//!                    └───── pool ◄──────┘         memory alone: what a view held is given back before
//! ```
//! So a view costs no allocation, and yet makes no cycle: a snapshot goes with its last view, on the spot. The pool is
//! the process's, lent under the interpreter lock, and holds a fixed number of objects.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::cell::UnsafeCell;
use std::sync::OnceLock;

use pyo3::ffi;
use pyo3::prelude::*;
use veltrix_core::EntryId;

use crate::state::snapshot::Snapshot;
use crate::state::view::View;

/// How many views are kept; few where assertions are on, so that tests meet a full pool.
const ROOM: usize = if cfg!(debug_assertions) { 3 } else { 64 };

/// Objects of no references, which the collector does not know, and how many there are.
struct Pool(UnsafeCell<([*mut ffi::PyObject; ROOM], usize)>);

// SAFETY: the pool is only touched by an attached thread, between two calls that could let another one run.
unsafe impl Sync for Pool {}

static POOL: Pool = Pool(UnsafeCell::new(([std::ptr::null_mut(); ROOM], 0)));
static ORIGINAL: OnceLock<ffi::destructor> = OnceLock::new();

/// Where the Rust value of a view lies.
///
/// # Safety
/// `object` was made as a view, and the thread is attached. The value behind the pointer may be gone.
#[inline]
unsafe fn value(object: *mut ffi::PyObject) -> *mut View {
    // SAFETY: the caller's promise; the reference is only asked for its address.
    unsafe {
        let py = Python::assume_attached();
        let at: *const View = Borrowed::from_ptr(py, object).cast_unchecked::<View>().get();
        object.byte_add(at as usize - object as usize).cast::<View>()
    }
}

/// A new view of the mapping of an entry; null, with an error set, without memory.
///
/// # Safety
/// `snapshot` is a valid `Snapshot` of whose base the entry is one, and the thread is attached.
#[inline]
pub unsafe fn new_view(snapshot: *mut ffi::PyObject, entry: EntryId) -> *mut ffi::PyObject {
    // SAFETY: an object of the pool has a view's type and size, and was let go of by the collector and by weak references.
    // It gets a reference count, a reference to its type and a value before anybody sees it.
    unsafe {
        let py = Python::assume_attached();
        let owner = Bound::from_borrowed_ptr(py, snapshot).cast_into_unchecked::<Snapshot>().unbind();
        let pool = &mut *POOL.0.get();
        let Some(left) = pool.1.checked_sub(1) else { return made(py, View::at(owner, entry)) };
        pool.1 = left;
        let object = pool.0[left];
        value(object).write(View::at(owner, entry));
        ffi::PyObject_Init(object, ffi::Py_TYPE(object));
        ffi::PyObject_GC_Track(object.cast());
        object
    }
}

/// A new view of the mapping of an entry of a snapshot's base.
pub fn view_at<'py>(snapshot: &Bound<'py, Snapshot>, entry: EntryId) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: the snapshot is attached; the result is a new reference, or null with an error.
    unsafe { Bound::from_owned_ptr_or_err(snapshot.py(), new_view(snapshot.as_ptr(), entry)) }
}

#[cold]
fn made(py: Python<'_>, view: View) -> *mut ffi::PyObject {
    match Bound::new(py, view) {
        Ok(view) => view.into_ptr(),
        Err(error) => {
            error.restore(py);
            std::ptr::null_mut()
        }
    }
}

/// Puts a view that nobody refers to any more into the pool.
unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: the slot gets a view of no references, attached. What runs Python code, weak references and the snapshot's
    // end, comes before the object is in the pool and after nothing of it is needed any more.
    unsafe {
        let kind = ffi::Py_TYPE(object);
        if (*POOL.0.get()).1 == ROOM {
            if let Some(original) = ORIGINAL.get() {
                original(object);
            }
            return;
        }
        ffi::PyObject_GC_UnTrack(object.cast());
        let weak = object.byte_offset((*kind).tp_weaklistoffset).cast::<*mut ffi::PyObject>();
        if !(*weak).is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        let View { snapshot, .. } = value(object).read();
        let pool = &mut *POOL.0.get();
        if pool.1 == ROOM {
            // A callback of a weak reference filled it.
            ffi::PyObject_GC_Del(object.cast());
        } else {
            pool.0[pool.1] = object;
            pool.1 += 1;
        }
        ffi::Py_DECREF(kind.cast());
        ffi::Py_DECREF(snapshot.into_ptr());
    }
}

/// Has views go into the pool.
pub fn install(py: Python<'_>) {
    let class = py.get_type::<View>();
    // SAFETY: the class is a ready heap type of PyO3's, and no instance exists yet; the slot is replaced once.
    unsafe {
        let raw = class.as_ptr().cast::<ffi::PyTypeObject>();
        if let Some(original) = (*raw).tp_dealloc
            && ORIGINAL.set(original).is_ok()
        {
            (*raw).tp_dealloc = Some(dealloc);
        }
    }
}
