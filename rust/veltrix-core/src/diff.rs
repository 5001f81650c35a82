//! Diff: what two snapshots differ in, leaf by leaf.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::{Delta, PathChange, PathState};
use crate::interner::{Interner, ROOT_HASH, SegmentId};
use crate::snapshot::{Found, Snapshot, Spot};
use crate::tree::{NodeId, Tree};
use crate::value::{Kind, Scalar};

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

/// Whether two values are the same: of one type, `NaN` equal to itself, mappings in any order.
pub fn same_value(a: &Tree, left: NodeId, b: &Tree, right: NodeId) -> bool {
    if std::ptr::eq(a, b) && left == right {
        return true;
    }
    let (x, y) = (a.node(left), b.node(right));
    if x.kind != y.kind {
        return false;
    }
    if matches!(x.kind, Kind::Bool | Kind::Int | Kind::Date | Kind::Opaque) {
        return a.payload(left) == b.payload(right);
    }
    match (a.scalar(left), b.scalar(right)) {
        (Some(Scalar::Float(x)), Some(Scalar::Float(y))) => x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()),
        (Some(x), Some(y)) => x == y,
        _ if x.kind == Kind::Mapping => {
            let counterpart = |child| b.child(right, number_in(b, a, a.node(child).segment)?);
            a.children(left).count() == b.children(right).count()
                && a.children(left).all(|child| counterpart(child).is_some_and(|other| same_value(a, child, b, other)))
        }
        _ => {
            let (mut left, mut right) = (a.children(left), b.children(right));
            loop {
                match (left.next(), right.next()) {
                    (None, None) => return true,
                    (Some(x), Some(y)) if same_value(a, x, b, y) => {}
                    _ => return false,
                }
            }
        }
    }
}

/// The number that a name of one tree has in another one, whose table may be another.
fn number_in(other: &Tree, tree: &Tree, name: SegmentId) -> Option<SegmentId> {
    let (from, to) = (tree.segments(), other.segments());
    if Arc::ptr_eq(from, to) { Some(name) } else { to.find(&from.get(name).text) }
}

/// Whether two values of one table are the same, with their mappings in the same order.
pub fn identical(a: &Tree, left: NodeId, b: &Tree, right: NodeId) -> bool {
    let names = |tree: &Tree, node: NodeId| -> Vec<SegmentId> {
        tree.nodes()[node as usize + 1..tree.node(node).end as usize].iter().map(|below| below.segment).collect()
    };
    same_value(a, left, b, right) && (a.node(left).kind.is_simple() || names(a, left) == names(b, right))
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
    diff(new, old).is_empty()
}

/// What `new` holds otherwise than `old`, in no particular order.
pub fn diff(new: &Snapshot, old: &Snapshot) -> Vec<Difference> {
    if Arc::ptr_eq(&new.base, &old.base) { beside_base(new, old) } else { whole(new, old) }
}

/// The delta of a snapshot that is its base.
static UNCHANGED: LazyLock<Delta> = LazyLock::new(Delta::default);

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
            Some(PathState::Absent) => return None,
            Some(PathState::Leaf(tree, node)) => return Some(Leaf::Value(Arc::clone(tree), *node)),
            Some(PathState::Mapping) => return self.empty(path),
            None if entry == NO_ENTRY || self.delta.hides(entry) => return None,
            None => {}
        }
        if self.snapshot.base.entry(entry).kind == Kind::Mapping {
            return self.empty(path);
        }
        let (tree, node) = self.snapshot.base.leaf(entry);
        Some(Leaf::Value(Arc::clone(tree), node))
    }

    /// A mapping is a leaf where it has no children, unless it is the root.
    fn empty(self, path: &[SegmentId]) -> Option<Leaf> {
        let spot = self.snapshot.spot(path).filter(|_| !path.is_empty())?;
        self.snapshot.names(&spot).is_empty().then_some(Leaf::Empty)
    }

    fn change(self, hash: u64, path: &[SegmentId]) -> Option<&'a PathChange> {
        self.delta.get(hash).filter(|change| *change.path == *path)
    }
}

/// Compares the deltas of two snapshots of one base.
fn beside_base(new: &Snapshot, old: &Snapshot) -> Vec<Difference> {
    let [new, old] =
        [new, old].map(|snapshot| ComparedSide { snapshot, delta: snapshot.delta.as_ref().unwrap_or(&UNCHANGED) });
    let mut found = Vec::new();
    let mut compare =
        |path: &Arc<[SegmentId]>, entry: EntryId, ours: Option<&PathChange>, theirs: Option<&PathChange>| {
            let what = match (old.leaf(path, entry, theirs), new.leaf(path, entry, ours)) {
                (None, None) => return,
                (None, Some(new)) => What::Added(new),
                (Some(old), None) => What::Removed(old),
                (Some(old), Some(new)) if old.same(&new) => return,
                (Some(old), Some(new)) => What::Changed { old, new },
            };
            found.push(Difference { path: Arc::clone(path), what });
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
            if others.delta.hidden().contains(&(start, end)) {
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

/// Compares two snapshots that share no base, all leaves of both.
fn whole(new: &Snapshot, old: &Snapshot) -> Vec<Difference> {
    let mut before: HashMap<Vec<SegmentId>, Leaf> = HashMap::new();
    let shared = Arc::ptr_eq(new.segments(), old.segments());
    leaves(old, &mut |path, leaf| {
        let path = if shared { path.to_vec() } else { translated(old.segments(), new.segments(), path) };
        before.insert(path, leaf);
    });
    let mut found = Vec::new();
    leaves(new, &mut |path, leaf| match before.remove(path) {
        Some(old) if old.same(&leaf) => {}
        Some(old) => found.push(Difference { path: path.into(), what: What::Changed { old, new: leaf } }),
        None => found.push(Difference { path: path.into(), what: What::Added(leaf) }),
    });
    let removed = before.into_iter();
    found.extend(removed.map(|(path, old)| Difference { path: path.into(), what: What::Removed(old) }));
    found
}

fn translated(from: &Interner, to: &Interner, path: &[SegmentId]) -> Vec<SegmentId> {
    path.iter().map(|&id| to.intern(&from.get(id).text)).collect()
}

/// Calls `visit` with every leaf in document order.
pub fn leaves(snapshot: &Snapshot, visit: &mut dyn FnMut(&[SegmentId], Leaf)) {
    let root = Spot { hash: ROOT_HASH, entry: 0, path: Arc::default() };
    walk(snapshot, &root, &mut Vec::new(), visit);
}

fn walk(snapshot: &Snapshot, spot: &Spot, path: &mut Vec<SegmentId>, visit: &mut dyn FnMut(&[SegmentId], Leaf)) {
    let children = snapshot.children(spot);
    if children.is_empty() && !path.is_empty() {
        visit(path, Leaf::Empty);
    }
    for (name, found) in children {
        path.push(name);
        match found {
            Found::Missing => {}
            Found::Leaf(tree, node, _) => visit(path, Leaf::Value(Arc::clone(tree), node)),
            Found::Mapping(entry) => walk(snapshot, &snapshot.below(spot, name, entry), path, visit),
        }
        path.pop();
    }
}
