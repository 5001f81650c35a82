//! What two snapshots differ in, for Python.

use std::ops::Range;

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core::diff::{self, Leaf};
use veltrix_core::segments::{SegmentId, Segments};

use crate::error::push_path;
use crate::output::{self, Style};
use crate::snapshot::Snapshot;
use crate::{python, raw};

/// The `Difference` of a snapshot from an older one.
pub fn difference<'py>(newer: &Bound<'py, Snapshot>, older: &Bound<'py, Snapshot>) -> PyResult<Bound<'py, PyAny>> {
    let py = newer.py();
    let (new, old) = (newer.get().kernel(py)?, older.get().kernel(py)?);
    let table = new.segments();
    let found = diff::diff(new, old);
    let paths = Paths::new(table, found.iter().map(|difference| &*difference.path));
    let (added, removed, changed) = (raw::new_dict(py)?, raw::new_dict(py)?, raw::new_dict(py)?);
    for (path, difference) in paths.sorted().map(|(path, at)| (path, &found[at])) {
        let path = raw::new_str(py, path)?;
        let value = |owner: &Bound<'py, Snapshot>, leaf: Leaf<'_>| leaf_object(owner, &path, leaf);
        match (difference.old, difference.new) {
            (Some(before), Some(after)) => {
                let both = raw::new_tuple(py, [value(older, before)?, value(newer, after)?])?;
                changed.set_item(&path, both)?;
            }
            (None, Some(after)) => added.set_item(&path, value(newer, after)?)?,
            (Some(before), None) => removed.set_item(&path, value(older, before)?)?,
            (None, None) => {}
        }
    }
    python::difference_of(py)?.call1(((added, removed, changed),))
}

/// The texts of many paths, one behind the other in one buffer.
struct Paths {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl Paths {
    fn new<'a>(table: &Segments, paths: impl ExactSizeIterator<Item = &'a [SegmentId]>) -> Self {
        let mut text = String::with_capacity(paths.len() * 32);
        let mut ranges = Vec::with_capacity(paths.len());
        for path in paths {
            let start = text.len();
            push_path(&mut text, table, path);
            ranges.push(start..text.len());
        }
        Self { text, ranges }
    }

    /// The texts in their order, with their numbers.
    fn sorted(&self) -> impl Iterator<Item = (&str, usize)> {
        let texts = || self.ranges.iter().map(|range| &self.text.as_bytes()[range.clone()]);
        let first = texts().next().unwrap_or_default();
        let common = |text: &[u8]| first.iter().zip(text).take_while(|(a, b)| a == b).count();
        let shared = texts().map(common).min().unwrap_or(0);
        // The first bytes in which any two differ decide nearly all comparisons, as one number.
        let key = |text: &[u8]| {
            let mut bytes = [0; 16];
            let rest = &text[shared..];
            let length = rest.len().min(16);
            bytes[..length].copy_from_slice(&rest[..length]);
            u128::from_be_bytes(bytes)
        };
        let mut ordered: Vec<_> = texts().enumerate().map(|(at, text)| (key(text), text, at)).collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, _, at)| (&self.text[self.ranges[at].clone()], at))
    }
}

/// A leaf of a snapshot as a Python object; an empty mapping as its view.
fn leaf_object<'py>(
    owner: &Bound<'py, Snapshot>,
    path: &Bound<'py, PyString>,
    leaf: Leaf<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    match leaf {
        Leaf::Value(tree, node) => output::object(owner.py(), tree, node, owner.get().opaques(), Style::Frozen),
        Leaf::Empty => owner.as_any().get_item(path),
    }
}
