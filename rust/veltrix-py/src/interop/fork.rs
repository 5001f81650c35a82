//! What the module needs from the process: one interpreter, and forks at quiet moments.
//!
//! A child has only the thread that forked. A lock that another thread held stays locked in it for ever, and what that
//! thread was changing stays half changed. Threads that hold the interpreter lock cannot be in the middle of anything
//! when another one forks; a parser, which works without it, can.

use std::cell::RefCell;
use std::sync::MutexGuard;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use veltrix_core as kernel;
use veltrix_core::interner;

use crate::interop::ffi;

thread_local! {
    /// Held by a thread that forks, on both sides until the fork is over.
    static PAUSE: RefCell<Option<MutexGuard<'static, ()>>> = const { RefCell::new(None) };
}

/// Called once for each time that the module was imported: a thread that holds the lock already does not wait for itself.
#[pyfunction]
fn before_fork() {
    PAUSE.with_borrow_mut(|held| {
        held.get_or_insert_with(interner::pause);
    });
}

#[pyfunction]
fn after_fork() {
    kernel::forked();
    PAUSE.with_borrow_mut(Option::take);
}

/// Has every fork of the process wait for a quiet moment; a system without forks has no name for it.
pub fn watch_forks(py: Python<'_>) -> PyResult<()> {
    let Some(register) = py.import("os")?.getattr_opt("register_at_fork")? else {
        return Ok(());
    };
    let hooks = PyDict::new(py);
    let (before, after) = (wrap_pyfunction!(before_fork, py)?, wrap_pyfunction!(after_fork, py)?);
    hooks.set_item("before", before)?;
    hooks.set_item("after_in_parent", &after)?;
    hooks.set_item("after_in_child", after)?;
    register.call((), Some(&hooks))?;
    Ok(())
}

/// Refuses every interpreter but the main one: classes are looked up once a process, and are those of one interpreter.
pub fn only_main_interpreter() -> PyResult<()> {
    if ffi::is_main_interpreter() {
        return Ok(());
    }
    Err(PyImportError::new_err(
        "veltrix._native works in the main interpreter only; with VELTRIX_IMPL=pure, veltrix works in any",
    ))
}
