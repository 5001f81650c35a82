//! A derivation: brings the delta of a snapshot to what a changed stack resolves to, path by path.

use std::sync::Arc;

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::{Collision, Delta, PathChange, PathState};
use crate::error::Error;
use crate::hash::path_tag;
use crate::interner::{NO_SEGMENT, SegmentId, path_hash};
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::path_filter::PathFilter;
use crate::rule::Mergeable as _;
use crate::same_value::{identical, same_value};
use crate::snapshot::{Found, Location, Snapshot, at_entry, locate};
use crate::tree::{Tree, TreeBuilder};
use crate::tree_diff::TreeChange;
use crate::value::Kind;
use crate::walk::{Outcome, decide, made_list, merged_names, walk};

/// A filter holds each path of a hidden range of so many entries, and everything where one is larger; few where assertions are
/// on, so that tests meet both.
const FEW: u32 = if cfg!(debug_assertions) { 3 } else { 64 };

/// An incremental derivation that stops: the whole is resolved. That also finds, of several conflicts, the first in
/// document order.
pub struct Stop;

impl From<Error> for Stop {
    fn from(_: Error) -> Self {
        Self
    }
}

impl From<Collision> for Stop {
    fn from(_: Collision) -> Self {
        Self
    }
}

/// Who a derivation is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    /// One reader, who puts layers on top. Its values stay in the trees of the layers, which live as long as the layers
    /// stand, and its generation stays.
    OnTop,
    /// Everyone. Each value has a tree of its own: a change of the delta may outlive the layer that it was read from, and a
    /// layer that is loaded again and again would be kept whole each time, for the sake of one value.
    Published,
}

/// A derivation as far as it has come.
pub struct Derivation<'a> {
    pub old: &'a Snapshot,
    pub stack: &'a [LayerVersion],
    pub delta: Delta,
    /// Mappings whose children, or their order, may differ from the base's, and whether each surely has one.
    pub marks: Vec<(Box<[SegmentId]>, bool)>,
    pub changed: bool,
    /// Whether a mapping was replaced by a mapping, so that only a comparison tells whether anything changed.
    pub uncertain: bool,
    /// How many paths the delta may list.
    pub limit: usize,
    pub derived: Derived,
}

/// What stands at a path, as far as deriving cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    Absent,
    Leaf,
    Mapping,
}

impl Nature {
    const fn of(outcome: &Outcome<'_>) -> Self {
        match outcome {
            Outcome::Absent => Self::Absent,
            Outcome::Leaf(..) | Outcome::Extended(..) => Self::Leaf,
            Outcome::Mapping(_) => Self::Mapping,
        }
    }
}

impl<'a> Derivation<'a> {
    /// A path as far as it is derived.
    fn located(&self, path: &[SegmentId]) -> Location<'_> {
        locate(&self.old.base, Some(&self.delta), path)
    }

    fn current(&self, path: &[SegmentId]) -> Nature {
        match self.located(path).found {
            Found::Missing => Nature::Absent,
            Found::Leaf(..) => Nature::Leaf,
            Found::Mapping(_) => Nature::Mapping,
        }
    }

    fn put(&mut self, path: &[SegmentId], state: PathState) -> Result<(), Stop> {
        let Location { hash, entry, .. } = self.located(path);
        self.put_at(hash, entry, path, state)
    }

    pub fn put_at(&mut self, hash: u64, entry: EntryId, path: &[SegmentId], state: PathState) -> Result<(), Stop> {
        self.delta.put(hash, &path.into(), entry, state)?;
        if self.delta.len() > self.limit { Err(Stop) } else { Ok(()) }
    }

    /// Whether anything stands at a path.
    pub fn holds(&self, path: &[SegmentId]) -> bool {
        self.current(path) != Nature::Absent
    }

    /// Notes a mapping whose children, or their order, may have changed; `has_child` says that it surely has one.
    pub fn mark(&mut self, path: &[SegmentId], has_child: bool) {
        match self.marks.last_mut() {
            Some((last, known)) if **last == *path => *known |= has_child,
            _ => self.marks.push((path.into(), has_child)),
        }
    }

    /// Lists what was marked, when all else is derived. What is listed already, and as empty as it was, stays the very
    /// change that it is: comparing two snapshots passes over it.
    pub fn settle(&mut self) -> Result<(), Stop> {
        let mut marks = std::mem::take(&mut self.marks);
        // Of one mapping, what says that it has a child comes first.
        marks.sort_unstable_by(|a, b| (&a.0, b.1).cmp(&(&b.0, a.1)));
        marks.dedup_by(|next, kept| next.0 == kept.0);
        for (path, has_child) in marks {
            let Location { found: Found::Mapping(in_base), hash, entry } = self.located(&path) else { continue };
            let empty = !has_child && self.is_empty(&path, hash, in_base)?;
            let is_listed = |change: &PathChange| {
                *change.path == *path && matches!(change.state, PathState::Mapping { empty: known } if known == empty)
            };
            if !self.delta.get(hash).is_some_and(is_listed) {
                self.put_at(hash, entry, &path, PathState::Mapping { empty })?;
            }
        }
        Ok(())
    }

    /// Whether a mapping has no children, from its path, the hash of that, and its entry in the base if there is one.
    fn is_empty(&self, path: &[SegmentId], hash: u64, entry: EntryId) -> Result<bool, Stop> {
        let base = &self.old.base;
        // Most often a child that the base has, the first one as a rule, is still there.
        let mut in_base = (entry != NO_ENTRY).then(|| base.children(entry)).into_iter().flatten();
        let is_there = |child: EntryId| {
            let name = base.segments().get(base.entry(child).segment).hash;
            !matches!(at_entry(base, Some(&self.delta), path_hash(hash, name), child), Found::Missing)
        };
        if in_base.any(is_there) {
            return Ok(false);
        }
        let Outcome::Mapping(definitions) = self.walked(path)? else { return Ok(true) };
        let mut path = path.to_vec();
        let mut holds = |name| {
            path.push(name);
            let holds = self.holds(&path);
            path.pop();
            holds
        };
        Ok(!merged_names(&definitions).any(&mut holds))
    }

    /// Brings in one difference of a layer's tree from the tree whose place it takes.
    pub fn bring(&mut self, change: &TreeChange, old: &Arc<Tree>, new: &Arc<Tree>) -> Result<(), Stop> {
        match change {
            TreeChange::Names { path } => {
                self.mark(path, false);
                Ok(())
            }
            TreeChange::Definition { path, old: before, new: after } => {
                let before = before.map(|node| Definition::Node(old, node));
                let after = after.map(|node| Definition::Node(new, node));
                self.compare(&mut path.to_vec(), before, after)
            }
        }
    }

    /// Goes down two definitions of one layer for a path and touches every path where they differ.
    pub fn compare(
        &mut self,
        path: &mut Vec<SegmentId>,
        old: Option<Definition<'_>>,
        new: Option<Definition<'_>>,
    ) -> Result<(), Stop> {
        let plain = |definition: Definition<'_>| definition.kind() == Kind::Mapping;
        if !old.is_none_or(plain) || !new.is_none_or(plain) {
            return self.touch(path, old, new);
        }
        if let (Some(old), Some(new)) = (old, new)
            && old.same(new)
        {
            return Ok(());
        }
        let (before, after) =
            (old.map_or_else(Vec::new, Definition::names), new.map_or_else(Vec::new, Definition::names));
        if old.is_none() || new.is_none() {
            // The mapping itself came or went: its nature is looked at even where it has no children.
            self.visit(path)?;
        }
        let known: std::collections::HashSet<SegmentId> = before.iter().copied().collect();
        let fresh: Vec<SegmentId> = after.iter().copied().filter(|name| !known.contains(name)).collect();
        for &name in before.iter().chain(&fresh) {
            path.push(name);
            let (old, new) = (old.and_then(|old| old.child(name)), new.and_then(|new| new.child(name)));
            self.compare(path, old, new)?;
            path.pop();
        }
        if before != after {
            self.mark(path, false);
        }
        Ok(())
    }

    /// Resolves a path at which a definition that is no plain mapping came, went or changed.
    fn touch(
        &mut self,
        path: &[SegmentId],
        old: Option<Definition<'_>>,
        new: Option<Definition<'_>>,
    ) -> Result<(), Stop> {
        if let (Some(Definition::Node(a, left)), Some(Definition::Node(b, right))) = (old, new)
            && identical(a, left, b, right)
        {
            return Ok(());
        }
        if self.visit(path)? == Nature::Mapping {
            let outcome = self.walked(path)?;
            self.replace(path, outcome)?;
            self.uncertain = true;
        }
        Ok(())
    }

    /// Brings a path, and what leads to it, to what its layers say now; where a mapping stays one, its children are
    /// left as they are, and `Mapping` is returned.
    fn visit(&mut self, path: &[SegmentId]) -> Result<Nature, Stop> {
        let (depth, outcome) = walk(self.stack, self.old.conflicts, path)?;
        if depth == 0 {
            return Ok(Nature::Absent);
        }
        let (reached, nature) = (&path[..depth], Nature::of(&outcome));
        if nature == Nature::Leaf
            && let Location { found: Found::Leaf(tree, node, _), hash, entry } = self.located(reached)
        {
            // Where a value stood and stands, all that leads to it are mappings before and after.
            let state = self.leaf(outcome);
            self.changed |= !matches!(&state, PathState::Leaf(new, at) if same_value(tree, node, new, *at));
            self.put_at(hash, entry, reached, state)?;
            return Ok(Nature::Leaf);
        }
        for above in 1..depth {
            if self.current(&path[..above]) != Nature::Mapping {
                let outcome = self.walked(&path[..above])?;
                self.turn(&path[..above], outcome)?;
                return Ok(Nature::Absent);
            }
        }
        if self.current(reached) != nature {
            self.turn(reached, outcome)?;
            return Ok(Nature::Absent);
        }
        Ok(if depth == path.len() { nature } else { Nature::Absent })
    }

    /// What a path resolves to now.
    fn walked(&self, path: &[SegmentId]) -> Result<Outcome<'a>, Stop> {
        let (depth, outcome) = walk(self.stack, self.old.conflicts, path)?;
        Ok(if depth < path.len() { Outcome::Absent } else { outcome })
    }

    /// Replaces a path that changes its nature.
    fn turn(&mut self, path: &[SegmentId], outcome: Outcome<'_>) -> Result<(), Stop> {
        self.changed = true;
        let holds = !matches!(outcome, Outcome::Absent);
        self.replace(path, outcome)?;
        self.mark(&path[..path.len() - 1], holds);
        Ok(())
    }

    /// Forgets all that stood at a path and lists what stands there now.
    pub fn replace(&mut self, path: &[SegmentId], outcome: Outcome<'_>) -> Result<(), Stop> {
        let Location { found, hash, entry } = self.located(path);
        match found {
            Found::Missing => {}
            Found::Leaf(..) => self.delta.forget(hash, path),
            Found::Mapping(_) => self.delta.forget_beneath(path),
        }
        if entry != NO_ENTRY {
            let (base, end) = (&self.old.base, self.old.base.end(entry));
            let mut paths = if end - entry > FEW { PathFilter::EVERYTHING } else { PathFilter::NOTHING };
            if paths.is_nothing() {
                base.each_hash(entry, hash, &mut |hash| paths.add(path_tag(hash)));
            }
            self.delta.hide(entry, end, &paths);
        }
        self.list(&mut path.to_vec(), outcome)
    }

    /// Lists what stands at a path, with all below it.
    pub fn list(&mut self, path: &mut Vec<SegmentId>, outcome: Outcome<'_>) -> Result<(), Stop> {
        match outcome {
            Outcome::Absent => Ok(()),
            Outcome::Mapping(definitions) => {
                let mut empty = true;
                for name in merged_names(&definitions) {
                    path.push(name);
                    let below = definitions.iter().filter_map(|definition| definition.child(name)).collect();
                    let outcome = decide(self.stack, self.old.conflicts, path, below)?;
                    empty &= matches!(outcome, Outcome::Absent);
                    self.list(path, outcome)?;
                    path.pop();
                }
                self.put(path, PathState::Mapping { empty })
            }
            leaf => {
                let state = self.leaf(leaf);
                self.put(path, state)
            }
        }
    }

    fn leaf(&self, outcome: Outcome<'_>) -> PathState {
        match outcome {
            Outcome::Leaf(tree, node) if node != 0 && self.derived == Derived::Published => {
                let mut alone = TreeBuilder::of_one(Arc::clone(tree.segments()));
                alone.copy(NO_SEGMENT, tree, node);
                PathState::Leaf(Arc::new(alone.finish()), 0)
            }
            Outcome::Leaf(tree, node) => PathState::Leaf(Arc::clone(tree), node),
            Outcome::Extended(definitions, extensions, onto) => {
                let (tree, node) = made_list(self.old.segments(), &definitions, extensions, onto);
                PathState::Leaf(tree, node)
            }
            Outcome::Absent | Outcome::Mapping(_) => PathState::Absent,
        }
    }
}
