//! `veltrix._native`: the Python boundary of the kernel.
//!
//! ```text
//! python data ──input──► layer ──resolve──► snapshot ──reading, output──► python objects
//!                                        slots, cache: the hot half of reading
//! ```

mod python;
mod exact;
mod raw;
mod make;
mod scalars;
mod error;
mod guard;
mod path;
mod origin;
mod input;
mod items;
mod output;
mod key;
mod layer;
mod stack;
mod cache;
mod ground;
mod inline;
mod reading;
mod explain;
mod methods;
mod names;
mod view;
mod diff;
mod snapshot;
mod scope;
mod resolve;
mod slots;
mod process;

use pyo3::PyClass;
use pyo3::prelude::*;

// Borrowed items and the front table's references rely on the lock; a free-threaded interpreter is to turn it on.
#[pymodule(gil_used = true)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    process::only_main_interpreter()?;
    guard::watch_panics();
    let py = module.py();
    add_class::<layer::Layer>(module)?;
    add_class::<snapshot::Snapshot>(module)?;
    add_class::<view::View>(module)?;
    add_class::<key::Key>(module)?;
    add_class::<diff::Difference>(module)?;
    module.add_function(wrap_pyfunction!(resolve::resolve, module)?)?;
    module.add_function(wrap_pyfunction!(path::parse_path, module)?)?;
    module.add_function(wrap_pyfunction!(path::format_path, module)?)?;
    module.add_function(wrap_pyfunction!(diff::restore_difference, module)?)?;
    module.add_function(wrap_pyfunction!(layer::restore_layer, module)?)?;
    module.add_function(wrap_pyfunction!(resolve::restore_snapshot, module)?)?;
    module.add_function(wrap_pyfunction!(view::restore_view, module)?)?;
    #[cfg(debug_assertions)]
    module.setattr("_provoke_defect", wrap_pyfunction!(guard::provoke_defect, module)?)?;
    module.getattr("resolve")?.setattr("__module__", "veltrix")?;
    for class in [py.get_type::<snapshot::Snapshot>(), py.get_type::<view::View>()] {
        python::mapping(py)?.call_method1("register", (class,))?;
    }
    slots::install(py)?;
    process::watch_forks(py)
}

/// Adds a class. CPython's messages call one that is made in C by its module as well; given its name once more, as by
/// Python code, they call it as they call one of the reference.
fn add_class<T: PyClass>(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<T>()?;
    let class = module.py().get_type::<T>();
    class.setattr("__name__", class.name()?)
}
