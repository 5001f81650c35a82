//! The views of keys, values and items: what iterating them gives, and how many they are.
//!
//! All else, as the operators of sets, is that of Python's own classes, lent by `veltrix.types`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use pyo3::{PyClass, PyTraverseError, PyVisit};

use crate::interop::alloc::Text;
use crate::interop::ffi;
use crate::interop::imports;
use crate::interop::panic::guarded;
use crate::read::reading::{Place, Reading};
use crate::state::snapshot::Snapshot;
use crate::state::view::View;

/// What a view of a mapping gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Keys,
    Values,
    Items,
}

/// An iterator over the children of a snapshot or a view.
fn iterated<'py>(mapping: &Bound<'py, PyAny>, part: Part, backwards: bool) -> PyResult<Bound<'py, PyAny>> {
    let py = mapping.py();
    let turned = |tuple: Bound<'py, PyTuple>| {
        if backwards { imports::reversed(py)?.call1((tuple,)) } else { Ok(tuple.into_any()) }
    };
    let read = |reading: &Reading<'_, 'py>| match part {
        Part::Keys => turned(reading.names()?)?.try_iter().map(Bound::into_any),
        Part::Values => turned(reading.values()?)?.try_iter().map(Bound::into_any),
        Part::Items => imports::zip(py)?.call1((turned(reading.names()?)?, turned(reading.values()?)?)),
    };
    guarded(py, || {
        if let Ok(owner) = mapping.cast::<Snapshot>() {
            return read(&Reading { owner, place: Place::Path(&owner.get().below().root()) });
        }
        let view = mapping.cast::<View>()?.get();
        read(&Reading { owner: view.snapshot.bind(py), place: Place::View(view) })
    })
}

macro_rules! mapping_view {
    ($(#[$doc:meta])* $class:ident, $part:expr, $lender:path, { $($extra:tt)* }) => {
        $(#[$doc])*
        #[pyclass(frozen, module = "veltrix.types")]
        pub struct $class {
            mapping: Py<PyAny>,
        }

        impl $class {
            /// The view of a snapshot or a view.
            pub fn of<'py, T>(mapping: &Bound<'py, T>) -> PyResult<Bound<'py, Self>> {
                Bound::new(mapping.py(), Self { mapping: mapping.as_any().clone().unbind() })
            }
        }

        #[pymethods]
        impl $class {
            #[getter]
            fn _mapping<'py>(slf: &Bound<'py, Self>) -> Bound<'py, PyAny> {
                slf.get().mapping.bind(slf.py()).clone()
            }

            fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                slf.get().mapping.bind(slf.py()).len()
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                iterated(slf.get().mapping.bind(slf.py()), $part, false)
            }

            fn __reversed__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                iterated(slf.get().mapping.bind(slf.py()), $part, true)
            }

            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
                let py = slf.py();
                let arguments = ffi::new_tuple(py, [slf.get().mapping.bind(py).clone()])?;
                ffi::new_tuple(py, [$lender(py)?.clone(), arguments.into_any()])
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(&self.mapping)
            }

            $($extra)*
        }
    };
}

mapping_view! {
    /// The names of a mapping's children, in their order or backwards.
    KeysView, Part::Keys, imports::keys_view, {
        fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
            slf.get().mapping.bind(slf.py()).contains(key)
        }
    }
}
mapping_view! {
    /// The values of a mapping's children, in their order or backwards.
    ValuesView, Part::Values, imports::values_view, {}
}
mapping_view! {
    /// The names and values of a mapping's children, in their order or backwards.
    ItemsView, Part::Items, imports::items_view, {}
}

/// The names of a mapping's children backwards.
pub fn reversed_names<'py, T>(mapping: &Bound<'py, T>) -> PyResult<Bound<'py, PyAny>> {
    iterated(mapping.as_any(), Part::Keys, true)
}

/// Takes the methods that are not here from Python's own classes.
pub fn complete(py: Python<'_>) -> PyResult<()> {
    fn lend<T: PyClass>(py: Python<'_>, lender: &Bound<'_, PyAny>) -> PyResult<()> {
        let class = py.get_type::<T>();
        class.setattr(Text("__name__"), class.name()?)?;
        imports::lend_methods(py)?.call1((lender, class)).map(|_| ())
    }
    lend::<KeysView>(py, imports::keys_view(py)?)?;
    lend::<ValuesView>(py, imports::values_view(py)?)?;
    lend::<ItemsView>(py, imports::items_view(py)?)
}
