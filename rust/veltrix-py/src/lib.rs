//! `veltrix._native`: the Python boundary of the kernel.
//!
//! ```text
//! python data ──from_python──► layer ──resolve──► snapshot ──reading, to_python──► python objects
//!                                        type_slots, value_cache: the hot half of reading
//! ```

// Docstrings are for Python's `help()`: they name arguments and errors as those of Python code do, and show `x["a"]`.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

mod interop;
mod convert;
mod state;
mod read;
mod classes;

use pyo3::PyClass;
use pyo3::prelude::*;

// Borrowed items and the read cache's references rely on the lock; a free-threaded interpreter is to turn it on.
#[pymodule(gil_used = true)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    interop::fork::only_main_interpreter()?;
    interop::panic::watch_panics();
    let py = module.py();
    add_class::<classes::layer::Layer>(module)?;
    add_class::<state::snapshot::Snapshot>(module)?;
    add_class::<state::view::View>(module)?;
    add_class::<classes::key::Key>(module)?;
    add_class::<state::current::Current>(module)?;
    named::<state::current::Pin>(py)?;
    add_class::<classes::difference::Difference>(module)?;
    module.add_function(wrap_pyfunction!(classes::resolve::resolve, module)?)?;
    module.add_function(wrap_pyfunction!(convert::path::parse_path, module)?)?;
    module.add_function(wrap_pyfunction!(convert::path::format_path, module)?)?;
    module.add_function(wrap_pyfunction!(classes::difference::diff, module)?)?;
    module.add_function(wrap_pyfunction!(classes::difference::restore_difference, module)?)?;
    module.add_function(wrap_pyfunction!(classes::layer::restore_layer, module)?)?;
    module.add_function(wrap_pyfunction!(classes::resolve::restore_snapshot, module)?)?;
    module.add_function(wrap_pyfunction!(classes::view::restore_view, module)?)?;
    #[cfg(debug_assertions)]
    {
        module.setattr("_provoke_defect", wrap_pyfunction!(interop::panic::provoke_defect, module)?)?;
        module.setattr("_str_access", wrap_pyfunction!(interop::str_access::str_access, module)?)?;
        module.setattr("_same_text", wrap_pyfunction!(interop::str_access::same_text, module)?)?;
    }
    for function in ["diff", "resolve"] {
        module.getattr(function)?.setattr("__module__", "veltrix")?;
    }
    for class in [py.get_type::<state::snapshot::Snapshot>(), py.get_type::<state::view::View>()] {
        interop::imports::mapping(py)?.call_method1("register", (class,))?;
    }
    read::type_slots::install(py)?;
    read::current_slots::install(py)?;
    read::settings::install(py)?;
    classes::scope_slot::install(py)?;
    classes::mapping_views::complete(py)?;
    veltrix_core::give_back_with(state::value_cache::give_back);
    interop::fork::watch_forks(py)
}

/// Adds a class. CPython's messages name the module of a class that is made in C as well. Once its name is set again, as
/// Python code would set it, they name it as they name a class of the reference.
fn add_class<T: PyClass>(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<T>()?;
    named::<T>(module.py())
}

fn named<T: PyClass>(py: Python<'_>) -> PyResult<()> {
    let class = py.get_type::<T>();
    class.setattr("__name__", class.name()?)
}
