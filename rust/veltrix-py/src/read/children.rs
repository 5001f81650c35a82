//! The children of a snapshot or a view, as iterating gives them.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use veltrix_core::{Kind, NO_ENTRY, path_tag};

use crate::convert::to_python;
use crate::interop::ffi;
use crate::read::cache_answer::{Start, remembered};
use crate::read::reading::Reading;
use crate::state::listing::{Listing, ListingKey};
use crate::state::small_overlay::SmallOverlay;

impl<'py> Reading<'_, 'py> {
    /// How many children there are.
    pub fn count(&self) -> PyResult<usize> {
        if self.is_clean() {
            return Ok(self.snapshot().below().base.count(self.entry()));
        }
        Ok(self.names()?.len())
    }

    /// The names of the children, as iterating yields them.
    pub fn names(&self) -> PyResult<Bound<'py, PyTuple>> {
        Ok(self.listing()?.names.bind(self.py()).clone())
    }

    /// The values of the children, in the order of the names.
    pub fn values(&self) -> PyResult<Bound<'py, PyTuple>> {
        let (py, listing) = (self.py(), self.listing()?);
        if self.is_clean() {
            let plain = listing.values.get_or_try_init(py, || self.plain_values(&listing))?;
            if let Some(values) = plain
                && !self.overrules_a_child()
            {
                return Ok(values.bind(py).clone());
            }
        }
        let values = listing.names.bind(py).iter().map(|name| self.child(&name));
        ffi::new_tuple(py, values.collect::<PyResult<Vec<_>>>()?)
    }

    /// Whether the children are those of the base's entry.
    fn is_clean(&self) -> bool {
        self.snapshot().is_clean(self.entry(), || self.hash())
    }

    /// The children as they were listed before, or are listed now.
    fn listing(&self) -> PyResult<Arc<Listing>> {
        let snapshot = self.snapshot();
        let brings_names = |overlay: &SmallOverlay| self.entry() == NO_ENTRY || overlay.adds_to(self.entry());
        let (cache, key) = if self.is_clean() {
            (&*snapshot.cache, ListingKey::Entry(self.entry()))
        } else if snapshot.small_overlay.as_ref().is_some_and(brings_names) {
            // What is kept is shared with other small overlays.
            return self.new_listing().map(Arc::new);
        } else {
            (snapshot.own_cache(), ListingKey::Path(Arc::clone(&self.mapping().path)))
        };
        if let Some(listing) = cache.listing(&key) {
            return Ok(listing);
        }
        Ok(cache.keep_listing(key, self.new_listing()?))
    }

    fn new_listing(&self) -> PyResult<Listing> {
        let names = self.kernel()?.names(self.mapping());
        let names = names.into_iter().map(|name| self.name(name)).collect::<PyResult<Vec<_>>>()?;
        Ok(Listing::new(ffi::new_tuple(self.py(), names)?))
    }

    /// The values of a base's mapping where all of them are plain: such a tuple refers to nothing that refers back.
    fn plain_values(&self, listing: &Listing) -> PyResult<Option<Py<PyTuple>>> {
        let (py, base) = (self.py(), &self.snapshot().below().base);
        let mut values = Vec::new();
        for (child, name) in base.children(self.entry()).zip(listing.names.bind(py).iter()) {
            if base.entry(child).kind == Kind::Mapping {
                return Ok(None);
            }
            let (tree, node) = base.leaf(child);
            if !to_python::is_plain(tree, node) {
                return Ok(None);
            }
            let known = match name.cast_exact::<PyString>() {
                Ok(key) => self.snapshot().cache.known(key, self.entry())?,
                Err(_) => None,
            };
            values.push(match known {
                Some(value) => value,
                None => self.leaf(tree, node)?,
            });
        }
        Ok(Some(ffi::new_tuple(py, values)?.unbind()))
    }

    /// Whether a child of a base's mapping may be another one in this snapshot.
    fn overrules_a_child(&self) -> bool {
        let snapshot = self.snapshot();
        if snapshot.filter.is_nothing() {
            return false;
        }
        let mut children = snapshot.below().base.hashed_children(self.entry(), self.hash());
        children.any(|(child, hash)| {
            snapshot.filter.may_hold(path_tag(hash))
                && (snapshot.below().lists(hash)
                    || snapshot
                        .small_overlay
                        .as_ref()
                        .is_some_and(|overlay| overlay.find(child, path_tag(hash)).is_some()))
        })
    }

    /// The value of the child of a name.
    fn child(&self, name: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(key) = name.cast_exact::<PyString>() {
            let start = Start { snapshot: self.snapshot(), entry: self.entry() };
            if let Some(value) = remembered(self.owner, start, key)? {
                return Ok(value);
            }
        }
        Ok(self.find(name)?.unwrap_or_else(|| self.py().None().into_bound(self.py())))
    }
}
