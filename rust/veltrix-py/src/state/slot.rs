//! A place in an object of ours whose content is replaced.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use std::cell::UnsafeCell;

use pyo3::PyTraverseError;
use pyo3::prelude::*;

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
    pub const fn new(value: Option<T>) -> Self {
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
