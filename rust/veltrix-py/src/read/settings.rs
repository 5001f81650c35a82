//! The whole of a snapshot as the type that is its schema.

use pyo3::prelude::*;

use crate::interop::imports;
use crate::state::snapshot::Snapshot;

/// The object in the memo, which Python code puts there where it is asked for the first time.
pub fn settings<'py>(snapshot: &Bound<'py, Snapshot>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (snapshot.py(), snapshot.get());
    let schema = state.dimensions.get().schema.get().map(|schema| schema.bind(py));
    if let (Some(memo), Some(schema)) = (state.memo.get(), schema)
        && let Some(bound) = memo.bind(py).get_item(schema)?
    {
        return Ok(bound);
    }
    imports::settings(py)?.call1((snapshot, schema))
}
