//! Overrides: definitions by path as the data of a layer.
//!
//! ```text
//! {"db.port": 1, ("db", "host"): "x"}  ──►  {"db": {"port": 1, "host": "x"}}
//! ```

use std::collections::HashSet;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use veltrix_core::path::Step;

use crate::convert::mapping_items::unpacked;
use crate::convert::path;
use crate::interop::alloc::Text;
use crate::interop::error::{raise, type_error};
use crate::interop::ffi;
use crate::interop::imports;

/// What checks overrides that come from outside.
pub fn checker<'py>(allowed: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if !allowed.is_instance(imports::allowed(allowed.py())?)? {
        let kind = imports::type_name(allowed);
        return Err(type_error(allowed.py(), format!("allowed is a veltrix.Allowed, not {kind}")));
    }
    ffi::attribute(allowed, c"_checked")
}

/// A path and what is given to it.
pub type Override<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// The overrides that a mapping holds, checked if there is a check.
pub fn overrides<'py>(values: &Bound<'py, PyAny>, check: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<Override<'py>>> {
    let py = values.py();
    let pairs = ffi::attribute(values, c"items")?.call0()?.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    match check {
        None => pairs.iter().map(unpacked).collect(),
        Some(check) => {
            let checked = check.call1((ffi::new_list(py, pairs)?,))?.cast_into::<PyList>()?;
            checked.iter().map(|pair| unpacked(&pair)).collect()
        }
    }
}

/// Overrides as the data of a layer.
pub fn nested<'py>(py: Python<'py>, pairs: &[Override<'py>]) -> PyResult<Bound<'py, PyDict>> {
    let mut overrides = Overrides { root: ffi::new_dict(py)?, made: HashSet::new() };
    pairs.iter().try_for_each(|(path, value)| overrides.take(path, value))?;
    Ok(overrides.root)
}

struct Overrides<'py> {
    root: Bound<'py, PyDict>,
    /// The mappings on the way. Any other one is a value that was given.
    made: HashSet<usize>,
}

impl<'py> Overrides<'py> {
    /// Puts a value at its path; no path is another one, or lies in it.
    fn take(&mut self, path: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>) -> PyResult<()> {
        let py = path.py();
        let steps = path::steps(path)?;
        let fault = |reason| raise(imports::path_error(py), (Text(path::text(&steps)), py.None(), Text(reason)));
        let names = steps.iter().map(|step| match step {
            Step::Name(name) => Some(&**name),
            Step::Index(_) => None,
        });
        let names: Option<Vec<&str>> = names.collect();
        let names = names.ok_or_else(|| fault("a list's item cannot be set alone; give the whole list"))?;
        let Some((last, above)) = names.split_last() else { return Ok(()) };
        let mut mapping = self.root.clone();
        for name in above {
            let name = ffi::new_str(py, name)?;
            mapping = match mapping.get_item(&name)? {
                None => {
                    let inner = ffi::new_dict(py)?;
                    mapping.set_item(name, &inner)?;
                    self.made.insert(inner.as_ptr() as usize);
                    inner
                }
                Some(inner) if self.made.contains(&(inner.as_ptr() as usize)) => inner.cast_into::<PyDict>()?,
                Some(_) => return Err(fault("overlaps another given path")),
            };
        }
        let name = ffi::new_str(py, last)?;
        match mapping.get_item(&name)? {
            None => mapping.set_item(name, value),
            Some(known) if self.made.contains(&(known.as_ptr() as usize)) => Err(fault("overlaps another given path")),
            Some(_) => Err(fault("given twice")),
        }
    }
}
