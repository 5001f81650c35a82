//! Values back to Python.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};
use veltrix_core::{Kind, NodeId, Scalar, Tree};

use crate::convert::scalars::{date_object, datetime_object, integer, time_object};
use crate::interop::alloc::{Int, Text};
use crate::interop::ffi;
use crate::interop::imports;

/// Whether a value holds no opaque object.
pub fn is_plain(tree: &Tree, node: NodeId) -> bool {
    tree.nodes()[node as usize..tree.node(node).end as usize].iter().all(|node| node.kind != Kind::Opaque)
}

/// How values come out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Immutable: tuples, and `FrozenMapping` for mappings inside lists.
    Frozen,
    /// Lists and dicts that the caller owns.
    Thawed,
    /// As data for a layer: lists and dicts, operators as their objects.
    Data,
}

/// A node as a Python object.
pub fn object<'py>(
    py: Python<'py>,
    tree: &Tree,
    node: NodeId,
    opaques: Option<&Py<PyDict>>,
    style: Style,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(scalar) = tree.scalar(node) {
        return self::scalar(py, scalar, opaques);
    }
    let kind = tree.node(node).kind;
    match kind {
        Kind::List => {
            let items = tree.children(node).map(|item| object(py, tree, item, opaques, style));
            let items = items.collect::<PyResult<Vec<_>>>()?;
            Ok(match style {
                Style::Thawed => ffi::new_list(py, items)?.into_any(),
                Style::Frozen | Style::Data => ffi::new_tuple(py, items)?.into_any(),
            })
        }
        Kind::Mapping => {
            let dict = ffi::new_dict(py)?;
            for child in tree.children(node) {
                let name = &tree.segments().get(tree.node(child).segment).text;
                dict.set_item(Text(name), object(py, tree, child, opaques, style)?)?;
            }
            if style == Style::Frozen { imports::frozen_mapping(py)?.call1((dict,)) } else { Ok(dict.into_any()) }
        }
        Kind::Delete => Ok(imports::delete(py)?.clone()),
        _ => {
            let held = object(py, tree, node + 1, opaques, style)?;
            let class = match kind {
                Kind::Append => imports::append(py)?,
                Kind::Prepend => imports::prepend(py)?,
                _ => imports::replace(py)?,
            };
            class.call1((held,))
        }
    }
}

fn scalar<'py>(py: Python<'py>, scalar: Scalar<'_>, opaques: Option<&Py<PyDict>>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match scalar {
        Scalar::Null => py.None().into_bound(py),
        Scalar::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
        Scalar::Int(value) => ffi::new_int(py, value)?.into_any(),
        Scalar::BigInt(digits) => integer(py, digits)?,
        Scalar::Float(value) if value.is_nan() => imports::nan(py)?.clone(),
        Scalar::Float(value) => ffi::new_float(py, value)?.into_any(),
        Scalar::Str(text) => ffi::new_str(py, text)?.into_any(),
        Scalar::Bytes(bytes) => ffi::new_bytes(py, bytes)?.into_any(),
        Scalar::Date(date) => date_object(py, date)?,
        Scalar::DateTime(date, time) => datetime_object(py, date, time)?,
        Scalar::Time(time) => time_object(py, time)?,
        Scalar::Opaque(handle) => match opaques {
            Some(opaques) => match opaques.bind(py).get_item(Int(handle.cast_signed()))? {
                Some(object) => object,
                None => py.None().into_bound(py),
            },
            None => py.None().into_bound(py),
        },
    })
}
