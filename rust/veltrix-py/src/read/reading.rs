//! Reading: what `Snapshot` and `View` have in common, over a snapshot and the mapping in it where paths start.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use std::sync::Arc;
use veltrix_core as kernel;
use veltrix_core::path::{PathHash, Step, is_plain, plain_hash};
use veltrix_core::{
    EntryId, Found, Kind, MappingPath, NO_ENTRY, NodeId, Overlay, ROOT_HASH, SegmentId, Target, Tree, path_tag,
};

use crate::convert::path;
use crate::convert::to_python::{self, Style};
use crate::interop::ffi;
use crate::interop::imports;
use crate::interop::panic::guarded;
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::{INSIDE, ValueCache};
use crate::state::view::{PLACE, View};
use crate::state::view_pool::view_at;

/// A mapping of a snapshot.
pub struct Reading<'a, 'py> {
    pub owner: &'a Bound<'py, Snapshot>,
    pub place: Place<'a>,
}

/// Where a mapping stands.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    Path(&'a MappingPath),
    /// Where a view is, which makes its path when it is asked for.
    View(&'a View),
}

impl Snapshot {
    /// Reads the whole.
    pub fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> PyResult<R>) -> PyResult<R> {
        let mapping = MappingPath { hash: ROOT_HASH, entry: 0, path: Arc::default() };
        guarded(slf.py(), || read(Reading { owner: slf, place: Place::Path(&mapping) }))
    }
}

impl<'a, 'py> Reading<'a, 'py> {
    pub fn py(&self) -> Python<'py> {
        self.owner.py()
    }

    pub fn snapshot(&self) -> &'a Snapshot {
        self.owner.get()
    }

    /// The entry of the mapping in the base, if there is one.
    pub fn entry(&self) -> EntryId {
        match self.place {
            Place::Path(mapping) => mapping.entry,
            Place::View(view) => view.entry(),
        }
    }

    /// The hash of the path of the mapping.
    pub fn hash(&self) -> u64 {
        match self.place {
            Place::Path(mapping) => mapping.hash,
            Place::View(view) => view.hash(),
        }
    }

    /// The mapping with its path.
    pub fn mapping(&self) -> &'a MappingPath {
        match self.place {
            Place::Path(mapping) => mapping,
            Place::View(view) => view.mapping(),
        }
    }

    pub fn kernel(&self) -> PyResult<&'a Arc<kernel::Snapshot>> {
        self.snapshot().kernel(self.py())
    }

    /// The value at a path, or `None` where nothing stands.
    pub fn find(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let exact = wanted.cast_exact::<PyString>().ok();
        if exact.is_none()
            && let Ok(names) = wanted.cast_exact::<PyTuple>()
            && let Some(found) = self.find_names(names)?
        {
            return Ok(Some(found));
        }
        if let Some(key) = exact
            && let Some(text) = ffi::text(key)?
            && let Some(hash) = plain_hash(text, self.hash())
        {
            let (names, whole) = (text.rsplit('.'), hash.whole());
            if let Some(overlay) = &self.snapshot().small_overlay
                && overlay.has_names()
                && let Some(found) =
                    overlay.find_text(self.snapshot().below(), self.entry(), path_tag(whole), (text, 0))
            {
                return self.found_by_name(found, key, hash);
            }
            return match self.snapshot().below().find(self.entry(), || &self.mapping().path, hash, names) {
                Found::Missing if self.snapshot().small_overlay.is_some() && self.entry() == NO_ENTRY => {
                    self.find_any(wanted, exact)
                }
                Found::Missing => {
                    self.keep_miss(key, hash, text)?;
                    Ok(None)
                }
                Found::Leaf(tree, node, entry) => self.found(tree, node, entry, whole, Some(key)).map(Some),
                Found::Mapping(entry) => {
                    self.keep_mapping(key, whole, entry)?;
                    if entry != NO_ENTRY {
                        return view_at(self.owner, entry).map(Some);
                    }
                    let path = self.snapshot().below().plain_path(self.mapping(), text).unwrap_or_default();
                    self.view(MappingPath { hash: whole, entry, path: path.into() }).map(Some)
                }
            };
        }
        self.find_any(wanted, exact)
    }

    /// The value at the names of a tuple, one below the other, where all of them are plain; the caches learn the way.
    fn find_names(&self, names: &Bound<'py, PyTuple>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let kernel = self.snapshot().below();
        let mut mapping = self.mapping().clone();
        for (at, name) in names.iter().enumerate() {
            let Ok(key) = name.cast_exact::<PyString>() else { return Ok(None) };
            let Some(text) = ffi::text(key)?.filter(|text| is_plain(text)) else { return Ok(None) };
            let reading = Reading { owner: self.owner, place: Place::Path(&mapping) };
            if at + 1 == names.len() {
                return reading.find(&name);
            }
            let Some(id) = kernel.segments().find(text) else { return Ok(None) };
            let Some(hash) = plain_hash(text, mapping.hash) else { return Ok(None) };
            let Found::Mapping(entry) = kernel.find(mapping.entry, || &mapping.path, hash, text.rsplit('.')) else {
                return Ok(None);
            };
            reading.keep_mapping(key, hash.whole(), entry)?;
            mapping = kernel.below(&mapping, id, entry);
        }
        Ok(None)
    }

    /// Has the next read of a key find the entry of the mapping that it leads to.
    fn keep_mapping(&self, key: &Bound<'py, PyString>, hash: u64, entry: EntryId) -> PyResult<()> {
        if entry == NO_ENTRY || self.entry() == NO_ENTRY {
            return Ok(());
        }
        let snapshot = self.snapshot();
        // What the cache of the base knows of a mapping that is listed is found again, as a rule.
        if !snapshot.cache.keep_mapping(key, self.entry(), hash, entry)? && snapshot.below().lists(hash) {
            snapshot.own_cache().keep_mapping(key, self.entry(), hash, entry)?;
        }
        Ok(())
    }

    /// What the small overlay gives to a path that the base has not.
    fn found_by_name(
        &self,
        found: Overlay<'_, Py<PyAny>>,
        key: &Bound<'py, PyString>,
        hash: PathHash,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = match found {
            Overlay::Value(value) => value,
            Overlay::Mapping(place) => return view_at(self.owner, PLACE + place).map(Some),
        };
        // A key of which it is known that the base has it not is read the short way from then on.
        self.keep_miss(key, hash, ffi::text(key)?.unwrap_or_default())?;
        Ok(Some(value.bind(self.py()).clone()))
    }

    /// Remembers that the base has nothing at the path of a text of plain names.
    fn keep_miss(&self, key: &Bound<'py, PyString>, hash: PathHash, text: &str) -> PyResult<()> {
        let (from, below) = (self.entry(), self.snapshot().below());
        if from != NO_ENTRY
            && self.snapshot().cache.has_room_for_miss()
            && !below.lists(hash.whole())
            && below.base.find(from, hash, text.rsplit('.')).is_none()
        {
            let reach = if from == 0 { below.base.last_mapping(text) } else { None };
            self.snapshot().cache.keep_miss(key, from, hash.whole(), reach)?;
        }
        Ok(())
    }

    fn find_any(
        &self,
        wanted: &Bound<'py, PyAny>,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let steps = path::steps(wanted)?;
        match self.kernel()?.look_up(self.mapping(), &steps) {
            Target::Leaf { tree, node, entry, hash } if steps.iter().any(|step| matches!(step, Step::Index(_))) => {
                self.found_inside(tree, node, entry, hash, key).map(Some)
            }
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
            && let Some(value) = small_overlay.find(snapshot.below().base_entry(hash, entry), path_tag(hash))
        {
            if let Some(key) = key {
                self.learn(key, hash, snapshot.below().base_entry(hash, entry))?;
            }
            return Ok(value.bind(self.py()).clone());
        }
        let Some(key) = key else { return self.leaf(tree, node) };
        if snapshot.below().lists(hash) {
            if let Some(value) = self.listed(tree, node, hash, key)? {
                return Ok(value);
            }
            return self.keep(snapshot.own_cache(), key, hash, snapshot.below().base_entry(hash, entry), tree, node);
        }
        if entry == NO_ENTRY {
            return self.leaf(tree, node);
        }
        self.keep(&snapshot.cache, key, hash, entry, tree, node)
    }

    /// The object for what stands inside of a value. A key of it is kept with the entry of the whole value, so that it is
    /// known what to ask before it is used.
    fn found_inside(
        &self,
        tree: &Arc<Tree>,
        node: NodeId,
        entry: EntryId,
        hash: u64,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let snapshot = self.snapshot();
        match key {
            Some(key) if entry < INSIDE && snapshot.small_overlay.is_none() && !snapshot.below().lists(hash) => {
                self.keep(&snapshot.cache, key, hash, entry | INSIDE, tree, node)
            }
            _ => self.leaf(tree, node),
        }
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
        let leads_there = ffi::text(key)?.is_some_and(|text| plain_hash(text, self.hash()).is_some());
        let Some((kept, entry)) = snapshot.below().kept_value(hash).filter(|_| leads_there) else { return Ok(None) };
        let (of_base, at) = snapshot.below().base.leaf(entry);
        let are_plain = || to_python::is_plain(tree, node) && to_python::is_plain(of_base, at);
        if snapshot.opaques().is_some() && !are_plain() || !self.learn(key, hash, entry)? {
            return Ok(None);
        }
        let value = self.leaf(tree, node)?;
        let held = ffi::hold(&value);
        if !kept.keep(held) {
            ffi::release(self.py(), held);
        }
        Ok(Some(value))
    }

    /// Has the cache learn which entry of the base a key leads to, and the base's value, if there is one. What a snapshot
    /// has in the place of that, it finds by the entry.
    fn learn(&self, key: &Bound<'py, PyString>, hash: u64, entry: EntryId) -> PyResult<bool> {
        let snapshot = self.snapshot();
        let base = &snapshot.below().base;
        if self.entry() == NO_ENTRY || entry == NO_ENTRY || base.entry(entry).kind == Kind::Mapping {
            return Ok(false);
        }
        let (tree, node) = base.leaf(entry);
        self.keep(&snapshot.cache, key, hash, entry, tree, node)?;
        Ok(true)
    }

    /// Has the cache learn what the base has at a path from the root, if it is a text of plain names.
    pub fn learn_path(&self, path: &Bound<'py, PyAny>) -> PyResult<()> {
        let Ok(key) = path.cast_exact::<PyString>() else { return Ok(()) };
        let Some(text) = ffi::text(key)? else { return Ok(()) };
        let Some(hash) = plain_hash(text, ROOT_HASH) else { return Ok(()) };
        match self.snapshot().below().base.find(0, hash, text.rsplit('.')) {
            Some(entry) => self.learn(key, hash.whole(), entry).map(|_| ()),
            None => self.keep_miss(key, hash, text),
        }
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
        if self.entry() == NO_ENTRY {
            return Ok(value);
        }
        if self.snapshot().opaques().is_none() || to_python::is_plain(tree, node) {
            cache.keep_value(key, self.entry(), hash, entry, &value)?;
        } else if tree.node(node).kind == Kind::Opaque {
            cache.keep_lent(key, self.entry(), hash, entry, &value)?;
        }
        Ok(value)
    }

    pub fn leaf(&self, tree: &Tree, node: NodeId) -> PyResult<Bound<'py, PyAny>> {
        to_python::object(self.py(), tree, node, self.snapshot().opaques(), Style::Frozen)
    }

    pub fn view(&self, mapping: MappingPath) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(self.py(), View::of(self.owner.clone().unbind(), mapping))?.into_any())
    }

    /// `self[path]`.
    pub fn get_item(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.find(wanted)? {
            Some(value) => Ok(value),
            None => Err(self.missing_at(wanted)?),
        }
    }

    /// The steps of the path of this mapping.
    pub fn above(&self) -> Vec<Step<'a>> {
        self.snapshot().below().steps(self.mapping())
    }

    /// The name of a child as iterating yields it.
    pub fn name(&self, id: SegmentId) -> PyResult<Bound<'py, PyAny>> {
        let segment = self.snapshot().below().segments().get(id);
        let text = ffi::new_str(self.py(), &segment.text)?.into_any();
        if segment.plain { Ok(text) } else { imports::name(self.py())?.call1((text,)) }
    }
}
