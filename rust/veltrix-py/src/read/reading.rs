//! Reading: what `Snapshot` and `View` have in common, over a snapshot and the mapping in it where paths start.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use std::sync::Arc;
use veltrix_core as kernel;
use veltrix_core::path::{Step, plain_hash, push_known};
use veltrix_core::{Child, EntryId, Found, MappingPath, NO_ENTRY, NodeId, SegmentId, Target, Tree, canonical, equal};

use crate::convert::path;
use crate::convert::to_python::{self, Style};
use crate::interop::alloc::{Int, Text, texts};
use crate::interop::error::raise;
use crate::interop::ffi;
use crate::interop::imports;
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::ValueCache;
use crate::state::view::View;

/// A mapping of a snapshot.
pub struct Reading<'a, 'py> {
    pub owner: &'a Bound<'py, Snapshot>,
    pub mapping: &'a MappingPath,
}

impl<'a, 'py> Reading<'a, 'py> {
    pub fn py(&self) -> Python<'py> {
        self.owner.py()
    }

    fn snapshot(&self) -> &'a Snapshot {
        self.owner.get()
    }

    pub fn kernel(&self) -> PyResult<&'a Arc<kernel::Snapshot>> {
        self.snapshot().kernel(self.py())
    }

    /// The value at a path, or `None` where nothing stands.
    pub fn find(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let exact = wanted.cast_exact::<PyString>().ok();
        if let Some(key) = exact
            && let Some(text) = ffi::text(key)?
            && let Some(hash) = plain_hash(text, self.mapping.hash)
        {
            let (names, whole) = (text.rsplit('.'), hash.whole());
            return match self.snapshot().below().find(self.mapping, hash, names.clone()) {
                Found::Missing if self.snapshot().small_overlay.is_some() && self.mapping.entry == NO_ENTRY => {
                    self.find_any(wanted, exact)
                }
                Found::Missing => {
                    let from = self.mapping.entry;
                    if from != NO_ENTRY
                        && !self.snapshot().below().lists(whole)
                        && self.snapshot().below().base.find(from, hash, names).is_none()
                    {
                        self.snapshot().cache.keep_miss(key, from, whole)?;
                    }
                    Ok(None)
                }
                Found::Leaf(tree, node, entry) => self.found(tree, node, entry, whole, Some(key)).map(Some),
                Found::Mapping(entry) => {
                    if entry != NO_ENTRY && self.mapping.entry != NO_ENTRY && !self.snapshot().below().lists(whole) {
                        self.snapshot().cache.keep(key, self.mapping.entry, whole, entry, None)?;
                    }
                    let path = self.snapshot().below().plain_path(self.mapping, text).unwrap_or_default();
                    self.view(MappingPath { hash: whole, entry, path: path.into() }).map(Some)
                }
            };
        }
        self.find_any(wanted, exact)
    }

    fn find_any(
        &self,
        wanted: &Bound<'py, PyAny>,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.kernel()?.look_up(self.mapping, &path::steps(wanted)?) {
            Target::Leaf { tree, node, entry, hash } => self.found(tree, node, entry, hash, key).map(Some),
            Target::Mapping(mapping) => self.view(mapping).map(Some),
            Target::Missing { .. } => Ok(None),
        }
    }

    /// The object for a value, kept in the cache that the next read of the key will ask.
    fn found(
        &self,
        tree: &Arc<Tree>,
        node: NodeId,
        entry: EntryId,
        hash: u64,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let snapshot = self.snapshot();
        if let Some(small_overlay) = &snapshot.small_overlay
            && let Some(value) = small_overlay.find(snapshot.below().base_entry(hash, entry))
        {
            // The cache learns which entry the key leads to, and the base's value.
            if let Some(key) = key
                && entry != NO_ENTRY
            {
                self.keep(&snapshot.cache, key, hash, entry, tree, node)?;
            }
            return Ok(value.bind(self.py()).clone());
        }
        let Some(key) = key else { return self.leaf(tree, node) };
        if snapshot.below().lists(hash) {
            if let Some(value) = self.listed(tree, node, hash, key)? {
                return Ok(value);
            }
            return self.keep(
                snapshot.own.get_or_init(|| Box::new(ValueCache::new(snapshot.below().base.entries().len()))),
                key,
                hash,
                snapshot.below().base_entry(hash, entry),
                tree,
                node,
            );
        }
        if entry == NO_ENTRY {
            return self.leaf(tree, node);
        }
        self.keep(&snapshot.cache, key, hash, entry, tree, node)
    }

    /// The object for a value that is listed in the place of one of the base, kept with what is listed. The cache learns
    /// which entry the key leads to, and the base's value.
    fn listed(
        &self,
        tree: &Tree,
        node: NodeId,
        hash: u64,
        key: &Bound<'py, PyString>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let snapshot = self.snapshot();
        // A key with an index leads to an item of the list that has this hash.
        let leads_there = ffi::text(key)?.is_some_and(|text| plain_hash(text, self.mapping.hash).is_some());
        let Some((kept, entry)) = snapshot.below().kept_value(hash).filter(|_| leads_there) else { return Ok(None) };
        if self.mapping.entry == NO_ENTRY || snapshot.opaques().is_some() && !to_python::is_plain(tree, node) {
            return Ok(None);
        }
        let (of_base, at) = snapshot.below().base.leaf(entry);
        self.keep(&snapshot.cache, key, hash, entry, of_base, at)?;
        let value = self.leaf(tree, node)?;
        let held = ffi::hold(&value);
        if !kept.keep(held) {
            ffi::release(self.py(), held);
        }
        Ok(Some(value))
    }

    fn keep(
        &self,
        cache: &ValueCache,
        key: &Bound<'py, PyString>,
        hash: u64,
        entry: EntryId,
        tree: &Tree,
        node: NodeId,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = self.leaf(tree, node)?;
        if self.mapping.entry != NO_ENTRY && (self.snapshot().opaques().is_none() || to_python::is_plain(tree, node)) {
            cache.keep(key, self.mapping.entry, hash, entry, Some(&value))?;
        }
        Ok(value)
    }

    pub fn leaf(&self, tree: &Tree, node: NodeId) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(self.py(), tree, node, self.snapshot().opaques(), Style::Frozen)
    }

    pub fn view(&self, mapping: MappingPath) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(self.py(), View { snapshot: self.owner.clone().unbind(), mapping })?.into_any())
    }

    /// `self[path]`.
    pub fn get_item(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.find(wanted)? {
            Some(value) => Ok(value),
            None => Err(self.missing(&path::steps(wanted)?)),
        }
    }

    /// The `MissingKeyError` for steps that lead nowhere.
    pub fn missing(&self, steps: &[Step<'_>]) -> PyErr {
        let attempt = || -> PyResult<PyErr> {
            let py = self.py();
            let depth = match self.kernel()?.look_up(self.mapping, steps) {
                Target::Missing { depth } => depth,
                Target::Leaf { .. } | Target::Mapping(_) => steps.len() - 1,
            };
            let above = self.above();
            let whole: Vec<Step<'_>> = above.iter().cloned().chain(steps.iter().cloned()).collect();
            let reached = above.len() + depth;
            // The error is given names only: the mapping itself would show its values, and keep the snapshot.
            let beside = self.kernel()?.beside(self.mapping, &steps[..depth]);
            let siblings = texts(py, beside.names)?;
            let items = beside.items.map(|items| Int(items.cast_signed() as i64));
            let key = path::step_object(py, &steps[depth])?;
            let (whole, prefix) = (Text(path::text(&whole)), Text(path::text(&whole[..reached])));
            Ok(raise(imports::missing_key_error(py), (whole, prefix, key, siblings, items)))
        };
        attempt().unwrap_or_else(|error| error)
    }

    /// The steps of the path of this mapping.
    pub fn above(&self) -> Vec<Step<'a>> {
        self.snapshot().below().steps(self.mapping)
    }

    /// The name of a child as iterating yields it.
    fn name(&self, id: SegmentId) -> PyResult<Bound<'py, PyAny>> {
        let segment = self.snapshot().below().segments().get(id);
        let text = ffi::new_str(self.py(), &segment.text)?.into_any();
        if segment.plain { Ok(text) } else { imports::name(self.py())?.call1((text,)) }
    }

    /// The names of the children.
    pub fn names(&self) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let names = self.kernel()?.names(self.mapping);
        names.into_iter().map(|name| self.name(name)).collect()
    }

    /// How many children there are.
    pub fn count(&self) -> PyResult<usize> {
        Ok(self.kernel()?.count(self.mapping))
    }

    /// `self == other`.
    pub fn equals(&self, other: &Bound<'py, PyAny>) -> PyResult<Option<bool>> {
        let py = self.py();
        if let Ok(other) = other.cast::<Snapshot>() {
            return self.equals_reading(&Reading { owner: other, mapping: &other.get().below().root() }).map(Some);
        }
        if let Ok(view) = other.cast::<View>() {
            let owner = view.get().snapshot.bind(py);
            return self.equals_reading(&Reading { owner, mapping: &view.get().mapping }).map(Some);
        }
        if !imports::is_mapping(other)? {
            return Ok(None);
        }
        if self.count()? != other.len()? {
            return Ok(Some(false));
        }
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(self.mapping) {
            let name = self.name(id)?;
            if !other.contains(&name)? {
                return Ok(Some(false));
            }
            let value = match found {
                Found::Missing => py.None().into_bound(py),
                Found::Leaf(tree, node, _) => self.leaf(tree, node)?,
                Found::Mapping(entry) => self.view(kernel.below(self.mapping, id, entry))?,
            };
            let theirs = other.get_item(&name)?;
            if !value.is(&theirs) && !value.eq(theirs)? {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// `self == other` of two mappings of this kernel.
    fn equals_reading(&self, other: &Reading<'_, 'py>) -> PyResult<bool> {
        let object = |reading: &Reading<'_, 'py>, child: Child<'_>| match child {
            Child::Leaf(tree, node) => reading.leaf(tree, node),
            Child::Mapping(mapping) => reading.view(mapping),
        };
        equal((self.kernel()?, self.mapping), (other.kernel()?, other.mapping), &mut |ours, theirs| {
            let (ours, theirs) = (object(self, ours)?, object(other, theirs)?);
            Ok(ours.is(&theirs) || ours.eq(theirs)?)
        })
    }

    /// `self.flatten()`.
    pub fn flatten(&self) -> PyResult<Bound<'py, PyDict>> {
        let dict = ffi::new_dict(self.py())?;
        self.flatten_into(self.mapping, &mut String::new(), &dict)?;
        Ok(dict)
    }

    fn flatten_into(&self, mapping: &MappingPath, text: &mut String, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(mapping) {
            let length = text.len();
            let segment = kernel.segments().get(id);
            push_known(text, &segment.text, segment.plain);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => dict.set_item(Text(&*text), self.leaf(tree, node)?)?,
                Found::Mapping(entry) => {
                    let below = kernel.below(mapping, id, entry);
                    if kernel.count(&below) == 0 {
                        dict.set_item(Text(&*text), self.view(below)?)?;
                    } else {
                        self.flatten_into(&below, text, dict)?;
                    }
                }
            }
            text.truncate(length);
        }
        Ok(())
    }

    /// `self.to_dict()`.
    pub fn to_dict(&self) -> PyResult<Bound<'py, PyDict>> {
        self.dict(self.mapping)
    }

    fn dict(&self, mapping: &MappingPath) -> PyResult<Bound<'py, PyDict>> {
        let kernel = self.kernel()?;
        let dict = ffi::new_dict(self.py())?;
        for (id, found) in kernel.children(mapping) {
            let name = Text(&*kernel.segments().get(id).text);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => {
                    let opaques = self.snapshot().opaques();
                    dict.set_item(name, to_python::object(self.py(), tree, node, opaques, Style::Thawed)?)?;
                }
                Found::Mapping(entry) => dict.set_item(name, self.dict(&kernel.below(mapping, id, entry))?)?,
            }
        }
        Ok(dict)
    }

    /// The canonical text of a path, and its value.
    pub fn key(&self, wanted: &Bound<'py, PyAny>) -> PyResult<(String, Bound<'py, PyAny>)> {
        let steps = path::steps(wanted)?;
        let whole: Vec<Step<'_>> = self.above().into_iter().chain(steps).collect();
        Ok((path::text(&whole), self.get_item(wanted)?))
    }

    /// `self.digest`.
    pub fn digest(&self) -> PyResult<Bound<'py, PyAny>> {
        let bytes = ffi::new_bytes(self.py(), &canonical(self.kernel()?, self.mapping))?;
        let options = ffi::new_dict(self.py())?;
        options.set_item(Text("digest_size"), Int(16))?;
        let arguments = ffi::new_tuple(self.py(), [bytes.into_any()])?;
        let hash = imports::blake2b(self.py())?.call(arguments, Some(&options))?;
        ffi::attribute(&hash, c"hexdigest")?.call0()
    }
}
