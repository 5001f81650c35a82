//! The delta: in what a derived snapshot differs from its base.
//!
//! ```text
//!   read ──► changes, by path hash ──► hidden ranges of base entries ──► base
//! ```
//! An explicit change says what a path is now. A subtree that went away is one range of base entries; what stands in its
//! place is listed in full. A mapping whose children, or their order, may differ from the base's is listed as such, and
//! its children are then read from the layers. The last few changes stand in a list before the map: one more of them
//! costs less than a copy of the way to a place in a map.

use std::collections::HashSet;
use std::sync::Arc;

use crate::base::EntryId;
use crate::edit_log::EditLog;
use crate::hamt::{Hamt, KeyHalf, order};
use crate::hash::path_tag;
use crate::host_value::HostValue;
use crate::interner::SegmentId;
use crate::path_filter::PathFilter;
use crate::tree::{NodeId, Tree};

/// So many changes stand before the map; few where assertions are on, so that tests reach what comes after them.
const LATEST: usize = if cfg!(debug_assertions) { 2 } else { 16 };

/// What a path is now.
#[derive(Clone, Debug)]
pub enum PathState {
    /// Nothing.
    Absent,
    /// The value of this node.
    Leaf(Arc<Tree>, NodeId),
    /// A mapping whose children are to be read from the layers; it is a leaf if it is empty.
    Mapping {
        /// Whether it has no child.
        empty: bool,
    },
}

/// One changed path.
#[derive(Clone, Debug)]
pub struct PathChange {
    /// The whole path.
    pub path: Arc<[SegmentId]>,
    /// The entry of the path in the base, hidden or not; [`NO_ENTRY`](crate::base::NO_ENTRY) without one.
    pub entry: EntryId,
    /// What it is now.
    pub state: PathState,
    /// What the host has made of its value.
    pub value: HostValue,
}

/// All changes of a snapshot against its base.
#[derive(Clone, Debug)]
pub struct Delta {
    /// Changes by [`key`]; each of them is overruled by one with the same hash in `latest`.
    changes: Hamt<Arc<PathChange>>,
    latest: EditLog<PathChange, LATEST>,
    /// Ranges of base entries that are absent unless a change says otherwise; sorted, apart from each other.
    hidden: Vec<(EntryId, EntryId)>,
    filter: PathFilter,
}

impl Default for Delta {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// What is listed for a path, where half of its hash is known.
#[derive(Clone, Copy, Debug)]
pub enum Listing<'a> {
    /// Nothing, surely.
    Nothing,
    /// This.
    Change(&'a PathChange),
    /// The whole hash has to be asked for.
    Perhaps,
}

/// Two paths with one 64-bit hash: the snapshot must be resolved again.
#[derive(Debug)]
pub struct Collision;

impl Delta {
    /// The delta of a snapshot that is its base.
    pub const NOTHING: Self =
        Self { changes: Hamt::EMPTY, latest: EditLog::EMPTY, hidden: Vec::new(), filter: PathFilter::NOTHING };

    /// At most how many paths it lists.
    pub const fn len(&self) -> usize {
        self.changes.len() + self.latest.len()
    }

    /// Whether it lists nothing and hides nothing.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0 && self.hidden.is_empty()
    }

    /// Whether a path with this hash may differ from the base; `false` is certain.
    #[inline]
    pub const fn may_differ(&self, hash: u64) -> bool {
        self.filter.may_hold(path_tag(hash))
    }

    /// The change under a path hash; the caller checks that it is the path.
    #[inline]
    pub fn get(&self, hash: u64) -> Option<&PathChange> {
        if self.may_differ(hash) { self.listed(hash) } else { None }
    }

    fn listed(&self, hash: u64) -> Option<&PathChange> {
        self.latest.get(hash).or_else(|| self.changes.get(key(hash)).map(|change| &**change))
    }

    /// Calls `visit` with every change, and perhaps with some that others overrule.
    pub fn for_each<'a>(&'a self, visit: &mut dyn FnMut(&'a PathChange)) {
        self.changes.for_each(&mut |_, change| visit(change));
        self.latest.iter().for_each(|(_, change)| visit(change));
    }

    /// Whether a path with this hash is listed.
    pub fn lists(&self, hash: u64) -> bool {
        self.get(hash).is_some()
    }

    /// What is listed for the path of an entry, of whose hash only the upper half is known.
    #[inline]
    pub fn listing(&self, half: u32, entry: EntryId) -> Listing<'_> {
        if !self.latest.is_empty() && self.latest.may_hold(half) {
            let latest = self.latest.iter().map(|(_, change)| change).find(|change| change.entry == entry);
            return latest.map_or(Listing::Perhaps, Listing::Change);
        }
        match self.changes.get_by_half(half) {
            KeyHalf::Unknown => Listing::Nothing,
            KeyHalf::Key(change) if change.entry == entry => Listing::Change(change),
            KeyHalf::Key(_) | KeyHalf::Keys => Listing::Perhaps,
        }
    }

    /// Whether an entry of the base is hidden.
    #[inline]
    pub fn hides(&self, entry: EntryId) -> bool {
        let at = self.hidden.partition_point(|range| range.1 <= entry);
        self.hidden.get(at).is_some_and(|range| range.0 <= entry)
    }

    /// The hidden ranges.
    pub fn hidden(&self) -> &[(EntryId, EntryId)] {
        &self.hidden
    }

    /// Every path that is listed or hidden.
    pub const fn filter(&self) -> &PathFilter {
        &self.filter
    }

    /// Calls `visit` with what each of two deltas lists under every hash where that is not the very same change.
    pub fn differences<'a>(
        &'a self,
        other: &'a Self,
        visit: &mut dyn FnMut(Option<&'a PathChange>, Option<&'a PathChange>),
    ) {
        let latest = |delta: &'a Self| delta.latest.iter().map(|(hash, _)| hash);
        let mut filter = PathFilter::NOTHING;
        latest(self).chain(latest(other)).for_each(|hash| filter.add(path_tag(hash)));
        let is_latest =
            |hash| filter.may_hold(path_tag(hash)) && latest(self).chain(latest(other)).any(|key| key == hash);
        self.changes.differences(&other.changes, &mut |at, ours, theirs| {
            if !is_latest(key(at)) {
                visit(ours.map(|change| &**change), theirs.map(|change| &**change));
            }
        });
        for hash in latest(self) {
            visit(self.listed(hash), other.listed(hash));
        }
        for hash in latest(other).filter(|&hash| latest(self).all(|key| key != hash)) {
            visit(self.listed(hash), other.listed(hash));
        }
    }

    /// Says what a path is now.
    pub fn put(
        &mut self,
        hash: u64,
        path: &Arc<[SegmentId]>,
        entry: EntryId,
        state: PathState,
    ) -> Result<(), Collision> {
        let known = self.get(hash);
        if known.is_some_and(|known| *known.path != **path) {
            return Err(Collision);
        }
        self.filter.add(path_tag(hash));
        if !self.latest.takes(hash) {
            self.work_in();
        }
        self.latest.put(hash, PathChange { path: Arc::clone(path), entry, state, value: HostValue::default() });
        Ok(())
    }

    /// What sorts hashes as the map holds them: changes in this order are listed fastest.
    pub const fn order(hash: u64) -> u64 {
        order(key(hash))
    }

    /// Says what paths are now by changes that others share, one for each hash.
    pub fn list(&mut self, mut listed: Vec<(u64, Arc<PathChange>)>) -> Result<(), Collision> {
        if listed.iter().any(|(hash, change)| self.get(*hash).is_some_and(|known| known.path != change.path)) {
            return Err(Collision);
        }
        for (hash, _) in &listed {
            self.filter.add(path_tag(*hash));
        }
        if !self.latest.is_empty() {
            self.work_in();
        }
        for (hash, _) in &mut listed {
            *hash = key(*hash);
        }
        if self.changes.is_empty() {
            self.changes = Hamt::of(listed);
        } else if self.changes.len() > listed.len() {
            for (key, change) in listed {
                self.changes.insert(key, change);
            }
        } else {
            let known: HashSet<u64> = listed.iter().map(|(key, _)| *key).collect();
            self.changes.for_each(&mut |key, change| {
                if !known.contains(&key) {
                    listed.push((key, Arc::clone(change)));
                }
            });
            self.changes = Hamt::of(listed);
        }
        Ok(())
    }

    /// Puts the last changes into the map.
    fn work_in(&mut self) {
        for (hash, change) in std::mem::take(&mut self.latest).iter() {
            self.changes.insert(key(hash), Arc::new(change.clone()));
        }
    }

    /// Forgets what is listed for the path of this hash; what is listed below it stays.
    pub fn forget(&mut self, hash: u64, path: &[SegmentId]) {
        if self.get(hash).is_none_or(|change| *change.path != *path) {
            return;
        }
        if self.latest.get(hash).is_some() {
            self.work_in();
        }
        self.changes.remove(key(hash));
    }

    /// Forgets what is listed below a path, and the path itself.
    pub fn forget_beneath(&mut self, path: &[SegmentId]) {
        if self.latest.iter().any(|(_, change)| change.path.starts_with(path)) {
            self.work_in();
        }
        let mut keys = Vec::new();
        self.changes.for_each(&mut |key, change| {
            if change.path.starts_with(path) {
                keys.push(key);
            }
        });
        for key in keys {
            self.changes.remove(key);
        }
    }

    /// Hides a range of base entries, whose paths the filter holds.
    pub fn hide(&mut self, start: EntryId, end: EntryId, paths: &PathFilter) {
        if start >= end {
            return;
        }
        self.filter = self.filter.with(paths);
        self.hidden.retain(|range| range.0 < start || range.1 > end);
        if !self.hidden.iter().any(|range| range.0 <= start && end <= range.1) {
            let at = self.hidden.partition_point(|range| range.0 < start);
            self.hidden.insert(at, (start, end));
        }
    }
}

/// Under which a path hash stands in the map, which asks the lower half first: readers know the upper half of hashes.
const fn key(hash: u64) -> u64 {
    hash.rotate_left(32)
}
