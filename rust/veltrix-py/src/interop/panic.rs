//! Turns a panic of the kernel into an `InternalError`.
//!
//! A panic that leaves a method becomes PyO3's `PanicException`, which `except Exception` lets pass, and the text of the
//! panic is printed; it may hold a piece of what was read, and so a secret. Here it becomes an `InternalError` that says
//! where it happened and nothing else. Snapshots are immutable, so that those that a caller holds are as they were.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use pyo3::prelude::*;

use crate::interop::alloc::Text;
use crate::interop::error::raise;
use crate::interop::imports;

thread_local! {
    /// How many guards this thread is in.
    static GUARDS: Cell<usize> = const { Cell::new(0) };
    /// Where it panicked last.
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Has panics note their location; one that no guard sees prints it.
pub fn watch_panics() {
    set_hook(Box::new(|panic| {
        let location = panic.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        if GUARDS.get() == 0 {
            eprintln!("veltrix: a defect at {location}");
        }
        LOCATION.set(location);
    }));
}

/// What `work` returns; an `InternalError` if it panics.
#[inline]
pub fn guarded<T>(py: Python<'_>, work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    GUARDS.set(GUARDS.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    GUARDS.set(GUARDS.get() - 1);
    outcome.unwrap_or_else(|_| Err(defect(py)))
}

#[cold]
fn defect(py: Python<'_>) -> PyErr {
    raise(imports::internal_error(py), (Text(LOCATION.take()),))
}

/// Panics, as a defect would.
#[cfg(debug_assertions)]
#[pyfunction]
pub fn provoke_defect(py: Python<'_>) -> PyResult<()> {
    guarded(py, || panic!("with a secret in its text"))
}
