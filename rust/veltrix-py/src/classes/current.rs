//! The class `Current`, and the links of the chain of pins.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::limits::MAX_PINS;

use crate::classes::methods::read_only;
use crate::interop::alloc::{Text, shown};
use crate::interop::error::{raise, type_error};
use crate::interop::ffi;
use crate::interop::imports;
use crate::read::settings::settings;
use crate::state::current::{Current, Pin, Pinned, innermost, known, set_innermost};
use crate::state::snapshot::Snapshot;

#[pymethods]
impl Current {
    #[new]
    #[pyo3(signature = (*_arguments, **_named))]
    fn new(_arguments: &Bound<'_, PyTuple>, _named: Option<&Bound<'_, PyDict>>) -> Self {
        Self::default()
    }

    fn __setattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), &imports::type_name(slf)))
    }

    fn __delattr__(slf: &Bound<'_, Self>, _name: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(read_only(slf.py(), &imports::type_name(slf)))
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        let name = ffi::new_str(slf.py(), &imports::type_name(slf))?;
        Err(type_error(slf.py(), format!("cannot pickle {} object", shown(&name)?)))
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Self::current(slf)?.get_item(path)
    }

    fn __contains__(slf: &Bound<'_, Self>, path: &Bound<'_, PyAny>) -> PyResult<bool> {
        Self::current(slf)?.contains(path)
    }

    /// The value at a path, or the default where the path is missing; a stored null is no missing path.
    ///
    /// Specified in docs/semantics.md#reading.
    ///
    /// Args:
    ///     path: The path, as a text or a tuple of `str` and `int`.
    ///     default: What is given where nothing stands at the path.
    ///
    /// Raises:
    ///     PathError: The path is malformed.
    ///     TypeError: The path is of a wrong type.
    ///
    /// Example:
    ///     >>> config.get("server.timeout", 30)
    ///     30
    #[pyo3(signature = (path, default = None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let get = ffi::attribute(&Self::current(slf)?, c"get")?;
        match default {
            Some(default) => get.call1((path, default)),
            None => get.call1((path,)),
        }
    }

    /// The snapshot that this context pins; the latest where it pins none.
    ///
    /// Specified in docs/semantics.md#publishing.
    ///
    /// Example:
    ///     >>> with config.pin(override={"server.port": 80}):
    ///     ...     config.current()["server.port"]
    ///     80
    fn current<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let mut next = innermost(py)?;
        while let Some(pin) = next {
            let (pinned, lower) = pin.get().parts();
            let held = pinned.with(py, |pinned| {
                let pinned = pinned.filter(|pinned| pinned.config.is(slf))?;
                Some((pinned.snapshot.clone_ref(py), pinned.renew.as_ref().map(|renew| renew.clone_ref(py))))
            });
            match held {
                Some((snapshot, None)) => return Ok(snapshot.into_bound(py).into_any()),
                Some((snapshot, Some(renew))) => return renewed(&pin, snapshot.bind(py), renew.bind(py)),
                None => next = lower.with(py, |lower| lower.map(|lower| lower.bind(py).clone())),
            }
        }
        match slf.get().snapshot.with(py, |snapshot| snapshot.map(|snapshot| snapshot.clone_ref(py))) {
            Some(snapshot) => Ok(snapshot.into_bound(py).into_any()),
            None => ffi::attribute(slf, c"snapshot"),
        }
    }

    /// The whole as the type that is its schema; an `AttributeError` without one.
    #[getter]
    fn settings<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        match known(slf) {
            Some(snapshot) => settings(&snapshot),
            None => ffi::attribute(&Self::current(slf)?, c"settings"),
        }
    }

    /// Publishes a snapshot: every read from now on is of it, but where a context pins another one.
    fn _swap(slf: &Bound<'_, Self>, snapshot: &Bound<'_, PyAny>) -> PyResult<()> {
        let snapshot = checked(snapshot)?;
        drop(slf.get().snapshot.replace(slf.py(), Some(snapshot.clone().unbind())));
        Ok(())
    }

    /// Pins a snapshot in this context until the pin is ended.
    ///
    /// With `renew`, each read first gives it the snapshot that is pinned and pins what it returns instead.
    #[pyo3(signature = (snapshot, renew = None))]
    fn _pin<'py>(
        slf: &Bound<'py, Self>,
        snapshot: &Bound<'py, PyAny>,
        renew: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Pin>> {
        let py = slf.py();
        let snapshot = checked(snapshot)?.clone().unbind();
        let lower = live(py, innermost(py)?);
        let (mut pins, mut below) = (1, lower.clone());
        while let Some(pin) = below {
            // What is over is cut out here, so that no chain grows from task to task.
            below = live(py, lower_of(&pin));
            drop(pin.get().parts().1.replace(py, below.clone().map(Bound::unbind)));
            pins += 1;
        }
        if pins > MAX_PINS {
            let text = format!("more than {MAX_PINS} pins are inside of one another");
            return Err(raise(Ok(py.get_type::<pyo3::exceptions::PyRuntimeError>().as_any()), (Text(text),)));
        }
        let pinned = Pinned::new(slf.clone().unbind(), snapshot, renew.map(Bound::unbind));
        let pin = Bound::new(py, Pin::new(pinned, lower.map(Bound::unbind)))?;
        set_innermost(py, Some(&pin))?;
        Ok(pin)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.snapshot.traverse(|snapshot| visit.call(snapshot))
    }

    fn __clear__(slf: &Bound<'_, Self>) {
        drop(slf.get().snapshot.replace(slf.py(), None));
    }
}

#[pymethods]
impl Pin {
    /// The pin is over, for every task that has it in its context.
    fn end(slf: &Bound<'_, Self>) -> PyResult<()> {
        let py = slf.py();
        let over = slf.get().take(py);
        let is_innermost = innermost(py)?.is_some_and(|pin| pin.is(slf));
        if is_innermost {
            set_innermost(py, live(py, lower_of(slf)).as_ref())?;
        }
        drop(over);
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        let (pinned, lower) = self.parts();
        pinned.traverse(|pinned| {
            visit.call(&pinned.config)?;
            visit.call(&pinned.snapshot)?;
            pinned.renew.as_ref().map_or(Ok(()), |renew| visit.call(renew))
        })?;
        lower.traverse(|lower| visit.call(lower))
    }

    fn __clear__(slf: &Bound<'_, Self>) {
        let (_, lower) = slf.get().parts();
        drop((slf.get().take(slf.py()), lower.replace(slf.py(), None)));
    }
}

/// What a pin is inside of; perhaps it is over.
fn lower_of<'py>(pin: &Bound<'py, Pin>) -> Option<Bound<'py, Pin>> {
    pin.get().parts().1.with(pin.py(), |lower| lower.map(|lower| lower.bind(pin.py()).clone()))
}

/// The innermost pin that is not over.
fn live<'py>(py: Python<'py>, mut next: Option<Bound<'py, Pin>>) -> Option<Bound<'py, Pin>> {
    while let Some(pin) = next {
        if pin.get().parts().0.with(py, |pinned| pinned.is_some()) {
            return Some(pin);
        }
        next = lower_of(&pin);
    }
    None
}

/// Pins what `renew` gives in the place of what is pinned.
fn renewed<'py>(
    pin: &Bound<'py, Pin>,
    held: &Bound<'py, Snapshot>,
    renew: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = pin.py();
    let given = renew.call1((held,))?;
    let snapshot = checked(&given)?;
    let (pinned, _) = pin.get().parts();
    let replaced = pinned.edit(py, |pinned| match pinned {
        Some(pinned) if pinned.snapshot.is(held) => {
            Some(std::mem::replace(&mut pinned.snapshot, snapshot.clone().unbind()))
        }
        // It is over, or another reader was faster.
        _ => None,
    });
    drop(replaced);
    Ok(given)
}

fn checked<'a, 'py>(snapshot: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, Snapshot>> {
    snapshot.cast_exact::<Snapshot>().map_err(|_| {
        let kind = imports::type_name(snapshot);
        type_error(snapshot.py(), format!("a Current reads a Snapshot, not {kind}"))
    })
}
