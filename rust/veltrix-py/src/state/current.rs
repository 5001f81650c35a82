//! What a Python `Current` holds: the snapshot that was published last; and what a context pins instead.
//!
//! ```text
//!   Current ── snapshot        replaced by one store, under the interpreter lock
//!   context ── Pin ──► Pin     a chain, the innermost first, of any number of configurations
//! ```
//! A snapshot is lent to a reader that runs no Python code meanwhile, so that nothing can replace it; whoever may run some
//! takes a reference to it first.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::ptr::null_mut;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::{PyTypeInfo, ffi};

use crate::state::slot::Slot;
use crate::state::snapshot::Snapshot;

/// The base of a live configuration: it holds what is published, and reads what its context pins.
///
/// Specified in docs/semantics.md#publishing.
///
/// Example:
///     >>> isinstance(config, kernel.Current)
///     True
#[pyclass(subclass, frozen, module = "veltrix", weakref)]
#[derive(Default)]
pub struct Current {
    pub snapshot: Slot<Py<Snapshot>>,
    /// How many pins there are of it, in whatever context: without any, no context is asked.
    pins: AtomicUsize,
    found: Found,
}

/// What the last look at a chain of pins found. It stands as long as no pin comes or goes, in the whole process.
#[derive(Default)]
struct Found {
    /// What `PINS` was.
    at: AtomicUsize,
    /// The innermost pin of the context.
    innermost: AtomicUsize,
    /// The snapshot that is pinned, lent by its pin; 0 where the latest is read.
    snapshot: AtomicUsize,
}

/// Counts the pins that came and went.
static PINS: AtomicUsize = AtomicUsize::new(1);

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

impl Current {
    /// Whether any context pins it.
    #[inline]
    pub fn is_pinned(&self) -> bool {
        self.pins.load(Ordering::Relaxed) != 0
    }
}

impl Pinned {
    pub fn new(config: Py<Current>, snapshot: Py<Snapshot>, renew: Option<Py<PyAny>>) -> Self {
        config.get().pins.fetch_add(1, Ordering::Relaxed);
        PINS.fetch_add(1, Ordering::Relaxed);
        Self { config, snapshot, renew }
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        self.config.get().pins.fetch_sub(1, Ordering::Relaxed);
        PINS.fetch_add(1, Ordering::Relaxed);
    }
}

impl Pin {
    pub fn new(pinned: Pinned, lower: Option<Py<Self>>) -> Self {
        Self { pinned: Slot::new(Some(pinned)), lower: Slot::new(lower) }
    }

    /// Takes out what it pins: it is over.
    #[must_use]
    pub fn take(&self, py: Python<'_>) -> Option<Pinned> {
        PINS.fetch_add(1, Ordering::Relaxed);
        self.pinned.replace(py, None)
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
    // SAFETY: the caller's promise.
    unsafe { if current.is_pinned() { lent_by_context(config, current) } else { latest(current) } }
}

/// The snapshot that a read of a configuration in this context is of; nothing where finding it takes more than a look.
pub fn known<'py>(config: &Bound<'py, Current>) -> Option<Bound<'py, Snapshot>> {
    // SAFETY: the configuration is one with its own value, and the thread is attached. What is lent is a snapshot or null,
    // and is held before anything else runs.
    unsafe {
        let snapshot = lent(config.as_ptr(), config.get());
        Bound::from_borrowed_ptr_or_opt(config.py(), snapshot).map(|snapshot| snapshot.cast_into_unchecked())
    }
}

/// The snapshot that was published last, lent until other code runs; null before there is one.
///
/// # Safety
/// The thread is attached.
#[inline]
pub unsafe fn latest(current: &Current) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise; nothing replaces the snapshot while no other code runs.
    unsafe { pointer(current.snapshot.place()) }
}

/// As `lent`, where the configuration is pinned in some context.
///
/// # Safety
/// As in `lent`.
#[inline]
pub unsafe fn lent_by_context(config: *mut ffi::PyObject, current: &Current) -> *mut ffi::PyObject {
    // SAFETY: the caller's promise. The context holds the innermost pin, each pin the one that it is inside of, and a pin
    // what is pinned; none of them can be replaced while no other code runs. Finding the value of a context variable runs
    // none, as its hash and its comparison are those of the plain object.
    unsafe {
        let Some(known) = KNOWN.get() else { return null_mut() };
        let mut value = null_mut();
        if ffi::PyContextVar_Get(known.variable as *mut ffi::PyObject, null_mut(), &raw mut value) < 0 {
            ffi::PyErr_Clear();
            return null_mut();
        }
        if !value.is_null() {
            ffi::Py_DECREF(value);
        }
        let (found, at) = (&current.found, PINS.load(Ordering::Relaxed));
        if found.at.load(Ordering::Relaxed) != at || found.innermost.load(Ordering::Relaxed) != value as usize {
            let Some(snapshot) = found_in_chain(config, value, known) else { return null_mut() };
            found.snapshot.store(snapshot as usize, Ordering::Relaxed);
            found.innermost.store(value as usize, Ordering::Relaxed);
            found.at.store(at, Ordering::Relaxed);
        }
        match found.snapshot.load(Ordering::Relaxed) {
            0 => latest(current),
            snapshot => snapshot as *mut ffi::PyObject,
        }
    }
}

/// The snapshot that a chain of pins has for a configuration, or null; nothing where it is to be renewed.
///
/// # Safety
/// As in `lent`; `innermost` is the value of the context variable, or null.
#[inline(never)]
unsafe fn found_in_chain(
    config: *mut ffi::PyObject,
    innermost: *mut ffi::PyObject,
    known: &Known,
) -> Option<*mut ffi::PyObject> {
    // SAFETY: the caller's promise; see `lent_by_context`.
    unsafe {
        if innermost.is_null() || ffi::Py_TYPE(innermost) as usize != known.pin_type {
            return Some(null_mut());
        }
        let mut pin = Borrowed::from_ptr(Python::assume_attached(), innermost).cast_unchecked::<Pin>().get();
        loop {
            if let Some(pinned) = (*pin.pinned.place()).as_ref()
                && pinned.config.as_ptr() == config
            {
                return pinned.renew.is_none().then(|| pinned.snapshot.as_ptr());
            }
            let Some(lower) = (*pin.lower.place()).as_ref() else { return Some(null_mut()) };
            pin = lower.get();
        }
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
