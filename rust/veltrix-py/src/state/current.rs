//! What a Python `Current` holds: the snapshot that was published last; and what a context pins instead.
//!
//! ```text
//!   Current ── snapshot        replaced by one store, under the interpreter lock
//!   context ── Pin ──► Pin     a chain, the innermost first, of any number of configurations
//! ```
//! A snapshot is lent to a reader that runs no Python code meanwhile, so that nothing can replace it; whoever may run some
//! holds it first.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::cell::UnsafeCell;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::{PyTraverseError, PyTypeInfo, ffi};

use crate::state::snapshot::Snapshot;

/// The base of a live configuration: it holds what is published, and reads what its context pins.
#[pyclass(subclass, frozen, module = "veltrix", weakref)]
#[derive(Default)]
pub struct Current {
    pub snapshot: Slot<Py<Snapshot>>,
    /// How many pins there are of it, in whatever context: without any, no context is asked.
    pins: AtomicUsize,
}

/// One link of the chain that a context pins.
#[pyclass(frozen, module = "veltrix")]
pub struct Pin {
    /// What is pinned; nothing once the pin is over.
    pinned: Slot<Pinned>,
    lower: Slot<Py<Self>>,
}

/// A snapshot that is read instead of the latest one.
pub struct Pinned {
    pub config: Py<Current>,
    pub snapshot: Py<Snapshot>,
    /// What gives the snapshot to read, asked before each read.
    pub renew: Option<Py<PyAny>>,
}

impl Pinned {
    pub fn new(config: Py<Current>, snapshot: Py<Snapshot>, renew: Option<Py<PyAny>>) -> Self {
        config.get().pins.fetch_add(1, Ordering::Relaxed);
        Self { config, snapshot, renew }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        self.config.get().pins.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A place for a value that is replaced. It is touched by an attached thread alone, and never while other code runs.
pub struct Slot<T>(UnsafeCell<Option<T>>);

// SAFETY: every access asks for the token of an attached thread, or is promised to be one of its.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new(None)
    }
}

impl<T> Slot<T> {
    const fn new(value: Option<T>) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Puts a value in; the caller drops the old one once nothing is lent any more, as that may run code.
    #[must_use]
    pub const fn replace(&self, _: Python<'_>, value: Option<T>) -> Option<T> {
        // SAFETY: the thread is attached, and nobody looks at the value meanwhile.
        unsafe { std::mem::replace(&mut *self.0.get(), value) }
    }

    /// Looks at the value; `look` runs no Python code.
    pub fn with<R>(&self, _: Python<'_>, look: impl FnOnce(Option<&T>) -> R) -> R {
        // SAFETY: the thread is attached, and no code runs that could replace the value.
        unsafe { look((*self.0.get()).as_ref()) }
    }

    /// Changes the value; `change` runs no Python code, and what it takes out is dropped after it.
    pub fn edit<R>(&self, _: Python<'_>, change: impl FnOnce(Option<&mut T>) -> R) -> R {
        // SAFETY: the thread is attached, and no code runs that could look at the value.
        unsafe { change((*self.0.get()).as_mut()) }
    }

    /// Shows the value to the collector.
    pub fn traverse(&self, visit: impl FnOnce(&T) -> Result<(), PyTraverseError>) -> Result<(), PyTraverseError> {
        // SAFETY: the collector runs on an attached thread, and runs no code while it looks at objects.
        unsafe { (*self.0.get()).as_ref() }.map_or(Ok(()), visit)
    }

    /// Where the value stands.
    pub const fn place(&self) -> *mut Option<T> {
        self.0.get()
    }
}

impl Pin {
    pub fn new(pinned: Pinned, lower: Option<Py<Self>>) -> Self {
        Self { pinned: Slot::new(Some(pinned)), lower: Slot::new(lower) }
    }

    /// What it pins, and what it pins it inside of, for as long as no Python code runs.
    pub const fn parts(&self) -> (&Slot<Pinned>, &Slot<Py<Self>>) {
        (&self.pinned, &self.lower)
    }
}

/// Where objects lie that are never let go: asking for them so takes one look.
struct Known {
    variable: usize,
    pin_type: usize,
}

static KNOWN: OnceLock<Known> = OnceLock::new();

/// The context variable that holds the innermost pin.
pub fn variable(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static VARIABLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let made = VARIABLE.get_or_try_init(py, || {
        // SAFETY: the name ends in NUL; the result is a new reference, or null with an error.
        let variable = unsafe { ffi::PyContextVar_New(c"veltrix.pinned".as_ptr(), null_mut()) };
        // SAFETY: as said.
        let variable = unsafe { Bound::from_owned_ptr_or_err(py, variable) }?;
        KNOWN.get_or_init(|| Known {
            variable: variable.as_ptr() as usize,
            pin_type: Pin::type_object_raw(py) as usize,
        });
        PyResult::Ok(variable.unbind())
    })?;
    Ok(made.bind(py))
}

/// The innermost pin of this context; perhaps it is over.
pub fn innermost(py: Python<'_>) -> PyResult<Option<Bound<'_, Pin>>> {
    let variable = variable(py)?;
    let mut value = null_mut();
    // SAFETY: a context variable; the value is a new reference, or null where the context has none.
    let found = unsafe {
        if ffi::PyContextVar_Get(variable.as_ptr(), null_mut(), &raw mut value) < 0 {
            return Err(PyErr::fetch(py));
        }
        Bound::from_owned_ptr_or_opt(py, value)
    };
    // Whoever copies contexts can put another object there.
    Ok(found.and_then(|found| found.cast_into_exact::<Pin>().ok()))
}

/// Has this context pin what begins with this link, or nothing.
pub fn set_innermost(py: Python<'_>, pin: Option<&Bound<'_, Pin>>) -> PyResult<()> {
    let value = pin.map_or_else(|| py.None().into_bound(py), |pin| pin.as_any().clone());
    let variable = variable(py)?;
    // SAFETY: a context variable and a valid object; the result is a new reference, or null with an error.
    unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyContextVar_Set(variable.as_ptr(), value.as_ptr())) }.map(drop)
}

/// The snapshot that a read of a configuration in this context is of, lent until other code runs; null where finding it
/// takes more than a look.
///
/// # Safety
/// `config` is an instance of `Current` with this value, and the thread is attached.
#[inline]
pub unsafe fn lent(config: *mut ffi::PyObject, current: &Current) -> *mut ffi::PyObject {
    if current.pins.load(Ordering::Relaxed) == 0 {
        // SAFETY: the caller's promise; nothing replaces the snapshot while no other code runs.
        return unsafe { pointer(current.snapshot.place()) };
    }
    // SAFETY: the caller's promise.
    unsafe { lent_by_context(config, current) }
}

/// The same where the configuration is pinned in some context. Apart from the other, which would save registers for it.
///
/// # Safety
/// As in `lent`.
#[inline(never)]
unsafe fn lent_by_context(config: *mut ffi::PyObject, current: &Current) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise. The context holds the innermost pin, each pin the one that it is inside of, and a pin
    // what is pinned; none of them can be replaced while no other code runs. Finding the value of a context variable runs
    // none, as its hash and its comparison are those of the plain object.
    unsafe {
        let py = Python::assume_attached();
        let Some(known) = KNOWN.get() else { return null_mut() };
        let mut value = null_mut();
        if ffi::PyContextVar_Get(known.variable as *mut ffi::PyObject, null_mut(), &raw mut value) < 0 {
            ffi::PyErr_Clear();
            return null_mut();
        }
        if !value.is_null() {
            ffi::Py_DECREF(value);
            if ffi::Py_TYPE(value) as usize == known.pin_type {
                let mut pin = Borrowed::from_ptr(py, value).cast_unchecked::<Pin>().get();
                loop {
                    if let Some(pinned) = (*pin.pinned.place()).as_ref()
                        && pinned.config.as_ptr() == config
                    {
                        return if pinned.renew.is_none() { pinned.snapshot.as_ptr() } else { null_mut() };
                    }
                    let Some(lower) = (*pin.lower.place()).as_ref() else { break };
                    pin = lower.get();
                }
            }
        }
        pointer(current.snapshot.place())
    }
}

/// The object in a slot, or null.
///
/// # Safety
/// The thread is attached, and the place is one of a slot that lives.
#[inline]
unsafe fn pointer(place: *const Option<Py<Snapshot>>) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise.
    unsafe { (*place).as_ref() }.map_or(null_mut(), Py::as_ptr)
}
