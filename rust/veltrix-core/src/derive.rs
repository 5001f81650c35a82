//! Deriving: a snapshot from another one, by what its layers define otherwise.
//!
//! Only the paths whose definitions changed are resolved anew, from the layers; the result is the old delta with those
//! paths changed. Where what stands at a path changes its nature (a mapping goes, comes, or merges other definitions),
//! all beneath is replaced. A delta that grows past [`limit`] is folded into a new base.

use std::ptr;
use std::sync::Arc;

use crate::base::{EntryId, NO_ENTRY};
use crate::delta::{Collision, Delta, PathChange, PathState};
use crate::diff;
use crate::error::Error;
use crate::interner::SegmentId;
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::resolve::check_count;
use crate::rule::Mergeable as _;
use crate::snapshot::{Found, Location, Snapshot, base_of, locate};
use crate::tree::Tree;
use crate::value::Kind;
use crate::walk::{Outcome, decide, made_list, merged_names, walk};

/// Changes up to these are never too many; few where assertions are on, so that small cases meet what is.
const FEW_PATHS: usize = if cfg!(debug_assertions) { 12 } else { 4096 };
const FEW_DEFINITIONS: usize = if cfg!(debug_assertions) { 10 } else { 64 };

/// How many changed paths a base of this many entries bears before it is built anew.
pub(crate) fn limit(entries: usize) -> usize {
    (entries / 8).max(FEW_PATHS)
}

/// An incremental derivation that stops: the whole is resolved. That also finds, of several conflicts, the first in
/// document order.
struct Stop;

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

struct Derivation<'a> {
    old: &'a Snapshot,
    stack: &'a [LayerVersion],
    delta: Delta,
    changed: bool,
    /// Whether a mapping was replaced by a mapping, so that only a comparison tells whether anything changed.
    uncertain: bool,
    limit: usize,
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

impl Snapshot {
    /// The snapshot with a layer of its stack patched: its definition of `path` became the root of `tree`, or nothing.
    pub(crate) fn with_definition(
        &self,
        layer: usize,
        patched: &LayerVersion,
        path: &[SegmentId],
        tree: Option<&Arc<Tree>>,
    ) -> Result<Self, Error> {
        let mut stack = Arc::clone(&self.stack);
        Arc::make_mut(&mut stack)[layer] = patched.clone();
        let before = &self.stack[layer];
        self.derived(stack, |derivation| {
            let old = before.definition(path);
            let new = tree.map(|tree| Definition::Node(tree, 0));
            derivation.compare(&mut path.to_vec(), old, new)?;
            if old.is_some() == new.is_some() {
                return Ok(());
            }
            // The layer's own order changed in every mapping from the deepest that it had on.
            let known = (0..path.len()).rev().find(|&depth| before.definition(&path[..depth]).is_some()).unwrap_or(0);
            (known..path.len()).try_for_each(|depth| derivation.mark(&path[..depth]))
        })
    }

    /// The snapshot with a layer in the place of the one at `at`, or put on top.
    pub fn with_layer(&self, layer: &LayerVersion, at: Option<usize>) -> Result<Self, Error> {
        let mut stack = self.stack.to_vec();
        let replaced = at.map(|at| std::mem::replace(&mut stack[at], layer.clone()));
        if replaced.is_none() {
            stack.push(layer.clone());
        }
        let touched = replaced.iter().chain([layer]).map(LayerVersion::size).max().unwrap_or(0);
        self.derived_or_anew(stack.into(), touched, |derivation| {
            derivation.compare(&mut Vec::new(), replaced.as_ref().map(LayerVersion::root), Some(layer.root()))
        })
    }

    /// The snapshot with a layer of a few values on top, each in the place of a leaf. It stands beside the same base, however
    /// many changes there are.
    pub fn with_values(&self, layer: &LayerVersion) -> Result<Self, Error> {
        let stack = self.stack.iter().chain([layer]).cloned().collect();
        self.derived_within(usize::MAX, stack, |derivation| {
            derivation.compare(&mut Vec::new(), None, Some(layer.root()))
        })
    }

    /// The snapshot with layers on top, the highest last. They come at once: what one of them would conflict with may
    /// be hidden by the next.
    pub fn with_layers(&self, layers: &[LayerVersion]) -> Result<Self, Error> {
        let stack = self.stack.iter().chain(layers).cloned().collect();
        self.derived_or_anew(stack, layers.iter().map(LayerVersion::size).sum(), |derivation| {
            layers.iter().try_for_each(|layer| derivation.compare(&mut Vec::new(), None, Some(layer.root())))
        })
    }

    /// The snapshot without the layer at this index of the stack.
    pub fn without_layer(&self, at: usize) -> Result<Self, Error> {
        let mut stack = self.stack.to_vec();
        let removed = stack.remove(at);
        self.derived_or_anew(stack.into(), removed.size(), |derivation| {
            derivation.compare(&mut Vec::new(), Some(removed.root()), None)
        })
    }

    fn derived_or_anew(
        &self,
        stack: Arc<[LayerVersion]>,
        touched: usize,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        // Beyond this size the whole is resolved faster than its parts.
        let many = (self.base.entries().len() / 8).max(FEW_DEFINITIONS);
        if touched > many { self.anew(stack) } else { self.derived(stack, change) }
    }

    fn derived(
        &self,
        stack: Arc<[LayerVersion]>,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        self.derived_within(limit(self.base.entries().len()), stack, change)
    }

    fn derived_within(
        &self,
        limit: usize,
        stack: Arc<[LayerVersion]>,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        check_count(&stack)?;
        let mut derivation = Derivation {
            old: self,
            stack: &stack,
            delta: self.delta.clone().unwrap_or_default(),
            changed: false,
            uncertain: false,
            limit,
        };
        if change(&mut derivation).is_err() {
            return self.anew(stack);
        }
        let Derivation { delta, changed, uncertain, .. } = derivation;
        if delta.len() > limit {
            return self.anew(stack);
        }
        let mut new = Self {
            base: Arc::clone(&self.base),
            stack,
            delta: (!delta.is_empty()).then_some(delta),
            conflicts: self.conflicts,
            generation: self.generation,
        };
        if changed || (uncertain && !diff::is_empty(&new, self)) {
            new.generation += 1;
        }
        Ok(new)
    }

    /// The snapshot of another stack, resolved as a whole.
    fn anew(&self, stack: Arc<[LayerVersion]>) -> Result<Self, Error> {
        let base = Arc::new(base_of(&stack, self.segments(), self.conflicts)?);
        let mut new = Self { base, stack, delta: None, conflicts: self.conflicts, generation: self.generation };
        if !diff::is_empty(&new, self) {
            new.generation += 1;
        }
        Ok(new)
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

    fn put_at(&mut self, hash: u64, entry: EntryId, path: &[SegmentId], state: PathState) -> Result<(), Stop> {
        self.delta.put(hash, &path.into(), entry, state)?;
        if self.delta.len() > self.limit { Err(Stop) } else { Ok(()) }
    }

    /// Lists a mapping whose children, or their order, may have changed; once is enough. What the old snapshot lists is
    /// no more than that: comparing the two passes over what is the very same change in both.
    fn mark(&mut self, path: &[SegmentId]) -> Result<(), Stop> {
        let Location { found: Found::Mapping(_), hash, entry } = self.located(path) else { return Ok(()) };
        let before = self.old.delta.as_ref().and_then(|delta| delta.get(hash));
        let is_new =
            |change: &PathChange| *change.path == *path && before.is_none_or(|before| !ptr::eq(before, change));
        if self.delta.get(hash).is_some_and(is_new) {
            Ok(())
        } else {
            self.put_at(hash, entry, path, PathState::Mapping)
        }
    }

    /// Goes down two definitions of one layer for a path and touches every path where they differ.
    fn compare(
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
            self.mark(path)?;
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
            && diff::identical(a, left, b, right)
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
            self.changed |= !matches!(&state, PathState::Leaf(new, at) if diff::same_value(tree, node, new, *at));
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
        self.replace(path, outcome)?;
        self.mark(&path[..path.len() - 1])
    }

    /// Forgets all that stood at a path and lists what stands there now.
    fn replace(&mut self, path: &[SegmentId], outcome: Outcome<'_>) -> Result<(), Stop> {
        let base = Arc::clone(&self.old.base);
        self.delta.forget_beneath(path);
        let entry = base.at(path).1.unwrap_or(NO_ENTRY);
        if entry != NO_ENTRY {
            self.delta.hide(entry, base.end(entry));
        }
        self.list(&mut path.to_vec(), outcome)
    }

    /// Lists what stands at a path, with all beneath it.
    fn list(&mut self, path: &mut Vec<SegmentId>, outcome: Outcome<'_>) -> Result<(), Stop> {
        match outcome {
            Outcome::Absent => Ok(()),
            Outcome::Mapping(definitions) => {
                self.put(path, PathState::Mapping)?;
                for name in merged_names(&definitions) {
                    path.push(name);
                    let below = definitions.iter().filter_map(|definition| definition.child(name)).collect();
                    let outcome = decide(self.stack, self.old.conflicts, path, below)?;
                    self.list(path, outcome)?;
                    path.pop();
                }
                Ok(())
            }
            leaf => {
                let state = self.leaf(leaf);
                self.put(path, state)
            }
        }
    }

    fn leaf(&self, outcome: Outcome<'_>) -> PathState {
        match outcome {
            Outcome::Leaf(tree, node) => PathState::Leaf(Arc::clone(tree), node),
            Outcome::Extended(definitions, extensions, onto) => {
                let (tree, node) = made_list(self.old.segments(), &definitions, extensions, onto);
                PathState::Leaf(tree, node)
            }
            Outcome::Absent | Outcome::Mapping(_) => PathState::Absent,
        }
    }
}
