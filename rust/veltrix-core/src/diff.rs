//! Diff: what two snapshots differ in, leaf by leaf.

use std::collections::HashSet;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::Arc;

use crate::base::{Base, EntryId, NO_ENTRY};
use crate::base_diff::base_diff;
use crate::delta::{Delta, PathChange, PathState};
use crate::interner::{Interner, SegmentId};
use crate::same_value::same_value;
use crate::snapshot::{Found, Location, Snapshot, locate};
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// A leaf of a snapshot: a value, or a mapping without children.
#[derive(Clone, Debug)]
pub enum Leaf {
    /// The value of this node.
    Value(Arc<Tree>, NodeId),
    /// A mapping without children.
    Empty,
}

/// One path in which two snapshots differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The path.
    pub path: Arc<[SegmentId]>,
    /// What happened there.
    pub what: What,
}

/// What happened to a path.
#[derive(Clone, Debug)]
pub enum What {
    /// Only the newer snapshot has it.
    Added(Leaf),
    /// Only the older snapshot has it.
    Removed(Leaf),
    /// Both have it, and the values differ.
    Changed {
        /// What stood there.
        old: Leaf,
        /// What stands there.
        new: Leaf,
    },
}

impl Leaf {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Empty, Self::Empty) => true,
            (Self::Value(a, left), Self::Value(b, right)) => same_value(a, *left, b, *right),
            _ => false,
        }
    }
}

/// Whether two snapshots hold the same leaves.
pub fn is_empty(new: &Snapshot, old: &Snapshot) -> bool {
    if Arc::ptr_eq(&new.base, &old.base) {
        return beside_base(new, old).is_empty();
    }
    across_bases(new, old, &mut |_| Break(())).is_continue()
}

/// In what `new` differs from `old`, in no particular order.
pub fn diff(new: &Snapshot, old: &Snapshot) -> Vec<Difference> {
    if Arc::ptr_eq(&new.base, &old.base) {
        return beside_base(new, old);
    }
    let mut found = Vec::new();
    let _ = across_bases(new, old, &mut |difference| {
        found.push(difference);
        Continue(())
    });
    found
}

/// In what a path differs, if it does.
#[inline]
fn compared(path: &Arc<[SegmentId]>, old: Option<Leaf>, new: Option<Leaf>) -> Option<Difference> {
    let what = match (old, new) {
        (None, None) => return None,
        (None, Some(new)) => What::Added(new),
        (Some(old), None) => What::Removed(old),
        (Some(old), Some(new)) if old.same(&new) => return None,
        (Some(old), Some(new)) => What::Changed { old, new },
    };
    Some(Difference { path: Arc::clone(path), what })
}

/// One of two snapshots of one base, as their comparison sees it.
#[derive(Clone, Copy)]
struct ComparedSide<'a> {
    snapshot: &'a Snapshot,
    delta: &'a Delta,
}

impl<'a> ComparedSide<'a> {
    /// The leaf at a path of which the delta says `change` or nothing, and whose entry in the base is `entry`.
    fn leaf(self, path: &[SegmentId], entry: EntryId, change: Option<&PathChange>) -> Option<Leaf> {
        match change.map(|change| &change.state) {
            Some(PathState::Absent) => None,
            Some(PathState::Leaf(tree, node)) => Some(Leaf::Value(Arc::clone(tree), *node)),
            Some(PathState::Mapping { .. }) => empty_mapping(self.snapshot, path, entry, change),
            None if entry == NO_ENTRY || self.delta.hides(entry) => None,
            None if self.snapshot.base.entry(entry).kind == Kind::Mapping => {
                empty_mapping(self.snapshot, path, entry, None)
            }
            None => {
                let (tree, node) = self.snapshot.base.leaf(entry);
                Some(Leaf::Value(Arc::clone(tree), node))
            }
        }
    }

    fn change(self, hash: u64, path: &[SegmentId]) -> Option<&'a PathChange> {
        self.delta.get(hash).filter(|change| *change.path == *path)
    }
}

/// Nothing that is made when it is first needed: a thread without the interpreter lock might make it during a fork.
static UNCHANGED: Delta = Delta::NOTHING;

/// Compares the deltas of two snapshots of one base.
fn beside_base(new: &Snapshot, old: &Snapshot) -> Vec<Difference> {
    let [new, old] =
        [new, old].map(|snapshot| ComparedSide { snapshot, delta: snapshot.delta.as_ref().unwrap_or(&UNCHANGED) });
    let mut found = Vec::new();
    let mut compare =
        |path: &Arc<[SegmentId]>, entry: EntryId, ours: Option<&PathChange>, theirs: Option<&PathChange>| {
            if let Some(difference) = compared(path, old.leaf(path, entry, theirs), new.leaf(path, entry, ours)) {
                found.push(difference);
            }
        };
    new.delta.differences(old.delta, &mut |ours, theirs| match (ours, theirs) {
        (Some(a), Some(b)) if std::ptr::eq(a, b) => {}
        (Some(a), Some(b)) if a.path != b.path => {
            compare(&a.path, a.entry, Some(a), None);
            compare(&b.path, b.entry, None, Some(b));
        }
        (Some(a), b) => compare(&a.path, a.entry, Some(a), b),
        (None, Some(b)) => compare(&b.path, b.entry, None, Some(b)),
        (None, None) => {}
    });
    // Entries that one side hides and the other does not, unless a change of either side spoke for them already.
    let base = &new.snapshot.base;
    for (these, others) in [(new, old), (old, new)] {
        for &(start, end) in these.delta.hidden() {
            if others.delta.hidden().binary_search(&(start, end)).is_ok() {
                continue;
            }
            for entry in (start..end).filter(|&entry| !others.delta.hides(entry)) {
                let (hash, path) = (base.hash(entry), base.path(entry));
                if these.change(hash, &path).is_none() && others.change(hash, &path).is_none() {
                    compare(&path.into(), entry, None, None);
                }
            }
        }
    }
    found
}

/// The leaf at a path.
fn leaf_at(snapshot: &Snapshot, path: &[SegmentId]) -> Option<Leaf> {
    let delta = snapshot.delta.as_ref();
    let Location { found, hash, entry } = locate(&snapshot.base, delta, path);
    match found {
        Found::Missing => None,
        Found::Leaf(tree, node, _) => Some(Leaf::Value(Arc::clone(tree), node)),
        Found::Mapping(_) => {
            let change = delta.and_then(|delta| delta.get(hash)).filter(|change| *change.path == *path);
            empty_mapping(snapshot, path, entry, change)
        }
    }
}

/// A mapping, listed as `change` or the base's at `entry`: a leaf where it has no children, unless it is the root.
#[inline]
fn empty_mapping(snapshot: &Snapshot, path: &[SegmentId], entry: EntryId, change: Option<&PathChange>) -> Option<Leaf> {
    let empty = match change {
        Some(change) => matches!(change.state, PathState::Mapping { empty: true }),
        // Whose children came or went is listed.
        None => snapshot.base.end(entry) == entry + 1,
    };
    debug_assert!(
        path.is_empty() || Some(empty) == snapshot.mapping_at(path).map(|mapping| snapshot.names(&mapping).is_empty())
    );
    (empty && !path.is_empty()).then_some(Leaf::Empty)
}

/// Compares two snapshots that share no base: the bases, and whatever a delta of either speaks of.
fn across_bases(
    new: &Snapshot,
    old: &Snapshot,
    visit: &mut dyn FnMut(Difference) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let tables = (&**old.segments(), &**new.segments());
    let shared = Arc::ptr_eq(old.segments(), new.segments());
    let named = |path: Vec<SegmentId>| if shared { path } else { translated(tables, &path) };
    let path = |ours: Option<EntryId>, theirs: Option<EntryId>| match (ours, theirs) {
        (Some(entry), _) => new.base.path(entry),
        (None, theirs) => theirs.map_or_else(Vec::new, |entry| named(old.base.path(entry))),
    };
    if new.delta.is_none() && old.delta.is_none() {
        return base_diff(&new.base, &old.base, &mut |ours, theirs| {
            let (before, after) =
                (theirs.map(|entry| leaf(&old.base, entry)), ours.map(|entry| leaf(&new.base, entry)));
            compared(&path(ours, theirs).into(), before, after).map_or(Continue(()), &mut *visit)
        });
    }
    // What neither the bases nor a delta lists is the same in both.
    let mut paths = HashSet::new();
    let _ = base_diff(&new.base, &old.base, &mut |ours, theirs| {
        paths.insert(path(ours, theirs));
        Continue(())
    });
    each_listed(new, &mut |path| _ = paths.insert(path));
    each_listed(old, &mut |path| _ = paths.insert(named(path)));
    paths.into_iter().try_for_each(|path| {
        let before = if shared { Some(path.clone()) } else { known(tables, &path) };
        let before = before.and_then(|path| leaf_at(old, &path));
        let after = leaf_at(new, &path);
        compared(&path.into(), before, after).map_or(Continue(()), &mut *visit)
    })
}

/// The leaf that is an entry of a base.
fn leaf(base: &Base, entry: EntryId) -> Leaf {
    if base.entry(entry).kind == Kind::Mapping {
        return Leaf::Empty;
    }
    let (tree, node) = base.leaf(entry);
    Leaf::Value(Arc::clone(tree), node)
}

/// Calls `visit` with every path of which a snapshot's delta says anything.
fn each_listed(snapshot: &Snapshot, visit: &mut dyn FnMut(Vec<SegmentId>)) {
    let Some(delta) = &snapshot.delta else { return };
    delta.for_each(&mut |change| visit(change.path.to_vec()));
    for &(start, end) in delta.hidden() {
        (start..end).for_each(|entry| visit(snapshot.base.path(entry)));
    }
}

/// A path of the older table in the newer one.
fn translated((from, to): (&Interner, &Interner), path: &[SegmentId]) -> Vec<SegmentId> {
    path.iter().map(|&id| to.intern(&from.get(id).text)).collect()
}

/// A path of the newer table in the older one, if that knows all its names.
fn known((to, from): (&Interner, &Interner), path: &[SegmentId]) -> Option<Vec<SegmentId>> {
    path.iter().map(|&id| to.find(&from.get(id).text)).collect()
}
