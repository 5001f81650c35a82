//! A small overlay kept inside its snapshot: a few values over another snapshot, and nothing else.
//!
//! An overlay qualifies if all it does is give other plain values to at most [`CAPACITY`] leaves that have a place in the
//! base. It is then read as the snapshot below is, after a scan of its entries; whatever else is asked of it is answered
//! by the snapshot of the whole stack, which is made when it is first needed.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use veltrix_core::base::{Base, EntryId};
use veltrix_core::delta::{Delta, State};
use veltrix_core::hash::segment_hash;
use veltrix_core::path::PathHash;
use veltrix_core::snapshot::Snapshot;
use veltrix_core::value::Kind;

use crate::exact::{Exact, exact};
use crate::guard::guarded;
use crate::make::Text;
use crate::raw;

/// The most values that an inline overlay has; few where assertions are on, so that tests meet more.
const CAPACITY: usize = if cfg!(debug_assertions) { 3 } else { 8 };

/// The base and the delta of the snapshot below.
type Below<'a> = (&'a Base, Option<&'a Delta>);

/// The values of an inline overlay.
#[derive(Default)]
pub struct Inline {
    entries: [EntryId; CAPACITY],
    values: [Option<Py<PyAny>>; CAPACITY],
    length: usize,
    /// The bits of the paths, as in a delta's filter.
    pub filter: u64,
}

/// Whether a mapping or a value stands at the path of a base's entry; `None` where nothing does, and for a list of the
/// base: the cache knows keys of its items by its entry.
#[inline]
fn is_mapping(base: &Base, delta: Option<&Delta>, hash: u64, entry: EntryId) -> Option<bool> {
    let kind = base.entry(entry).kind;
    if kind == Kind::List {
        return None;
    }
    if let Some(delta) = delta {
        match delta.get(hash).filter(|change| change.entry == entry).map(|change| &change.state) {
            Some(State::Absent) => return None,
            Some(State::Leaf(..)) => return Some(false),
            Some(State::Mapping) => return Some(true),
            None if delta.hides(entry) => return None,
            None => {}
        }
    }
    Some(kind == Kind::Mapping)
}

impl Inline {
    /// The inline form of an overlay, if it qualifies.
    pub fn new(below: &Snapshot, data: &Bound<'_, PyAny>, root: u64) -> PyResult<Option<Self>> {
        let Ok(data) = data.cast_exact::<PyDict>() else { return Ok(None) };
        let mut inline = Self::default();
        let below = (&*below.base, below.delta.as_ref());
        let fits = guarded(data.py(), || inline.collect(below, data, 0, root))?;
        Ok((fits && inline.length > 0).then_some(inline))
    }

    fn collect(&mut self, below: Below<'_>, data: &Bound<'_, PyDict>, parent: EntryId, above: u64) -> PyResult<bool> {
        let mut fits = !data.is_empty();
        raw::each(data, |key, value| {
            if fits {
                fits = self.take(below, &key, &value, parent, above)?;
            }
            Ok(())
        })?;
        Ok(fits)
    }

    fn take(
        &mut self,
        below: Below<'_>,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        parent: EntryId,
        above: u64,
    ) -> PyResult<bool> {
        let Ok(key) = key.cast_exact::<PyString>() else { return Ok(false) };
        let Some(name) = raw::text(key)? else { return Ok(false) };
        let hash = PathHash { above, name: segment_hash(name.as_bytes()) };
        let (base, delta) = below;
        let Some(entry) = base.find(parent, hash, std::iter::once(name)) else { return Ok(false) };
        let hash = hash.whole();
        let Some(mapping) = is_mapping(base, delta, hash, entry) else { return Ok(false) };
        let fits = match exact(value) {
            Exact::Dict if mapping => return self.collect(below, value.cast::<PyDict>()?, entry, hash),
            Exact::Str => raw::text(value.cast::<PyString>()?)?.is_some(),
            Exact::Float => !value.extract::<f64>()?.is_nan(),
            Exact::None | Exact::Bool | Exact::Int | Exact::Bytes => true,
            Exact::Dict | Exact::List | Exact::Tuple | Exact::Other => false,
        };
        if mapping || !fits || self.length == CAPACITY {
            return Ok(false);
        }
        self.entries[self.length] = entry;
        self.values[self.length] = Some(value.clone().unbind());
        self.length += 1;
        self.filter |= 1 << (hash >> 58);
        Ok(true)
    }

    /// The value that the overlay gives to an entry.
    #[inline]
    pub fn find(&self, entry: EntryId) -> Option<&Py<PyAny>> {
        let entries = self.entries.iter().zip(&self.values).take(self.length);
        entries.filter(|(known, _)| **known == entry).find_map(|(_, value)| value.as_ref())
    }

    /// The overlay as the data that it was made of.
    pub fn data<'py>(&self, py: Python<'py>, base: &Base) -> PyResult<Bound<'py, PyDict>> {
        let root = raw::new_dict(py)?;
        for (&entry, value) in self.entries.iter().zip(&self.values).take(self.length) {
            let mut mapping = root.clone();
            let path = base.path(entry);
            let Some((last, above)) = path.split_last() else { continue };
            for &name in above {
                let name = raw::new_str(py, &base.segments().get(name).text)?;
                let known = mapping.get_item(&name)?;
                mapping = if let Some(inner) = known {
                    inner.cast_into::<PyDict>()?
                } else {
                    let inner = raw::new_dict(py)?;
                    mapping.set_item(name, &inner)?;
                    inner
                };
            }
            mapping.set_item(Text(&*base.segments().get(*last).text), value)?;
        }
        Ok(root)
    }
}
