//! Deriving: a snapshot from another one, by the definitions in which their layers differ.
//!
//! Only the paths whose definitions changed are resolved again, from the layers; the result is the old delta with those
//! paths changed. Where what stands at a path changes its nature (a mapping goes, comes, or merges other definitions),
//! all below it is replaced. A delta that grows past [`limit`] is folded into a new base, and where so much changed that
//! this takes longer than to resolve the whole, the whole is resolved.

use std::sync::Arc;

use crate::delta::Delta;
use crate::derivation::{Derivation, Derived, Stop};
use crate::diff;
use crate::error::Error;
use crate::interner::SegmentId;
use crate::layer_version::LayerVersion;
use crate::patch::Definition;
use crate::resolve::check_count;
use crate::snapshot::{Snapshot, base_of};
use crate::tree::Tree;
use crate::tree_diff::{TreeChange, tree_diff};

/// Changes up to these are never too many; few where assertions are on, so that small cases meet what is.
const FEW_PATHS: usize = if cfg!(debug_assertions) { 12 } else { 4096 };
const FEW_DEFINITIONS: usize = if cfg!(debug_assertions) { 10 } else { 64 };

/// How many changed paths a base of this many entries bears before it is rebuilt.
pub(crate) fn limit(entries: usize) -> usize {
    (entries / 8).max(FEW_PATHS)
}

/// From how many changed definitions on it is faster to rebuild a base of this many entries than to derive from it.
fn most_definitions(entries: usize) -> usize {
    (entries / 64).max(FEW_DEFINITIONS)
}

/// How many definitions on top of a base of this many entries are derived; with more, the whole is resolved faster.
pub(crate) fn most_on_top(entries: usize) -> usize {
    (entries / 8).max(FEW_DEFINITIONS)
}

/// What changes in a stack, all of it at once.
#[derive(Debug, Default)]
pub struct StackChange {
    /// Layers that take the place of the one at an index.
    pub replaced: Vec<(usize, LayerVersion)>,
    /// The indexes of layers that go.
    pub without: Vec<usize>,
    /// Layers that go on top, the highest last.
    pub on_top: Vec<LayerVersion>,
}

/// A layer in the place of another one.
struct Exchange {
    before: LayerVersion,
    after: LayerVersion,
    /// The trees of both and in what the later one differs. None for two versions of one layer, which share all that
    /// neither of them changed.
    changes: Option<([Arc<Tree>; 2], Vec<TreeChange>)>,
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
        self.derived(stack, Derived::Published, |derivation| {
            let old = before.definition(path);
            let new = tree.map(|tree| Definition::Node(tree, 0));
            derivation.compare(&mut path.to_vec(), old, new)?;
            if old.is_some() == new.is_some() {
                return Ok(());
            }
            // The layer's own order changed in every mapping from the deepest that it had on.
            let known = (0..path.len()).rev().find(|&depth| before.definition(&path[..depth]).is_some()).unwrap_or(0);
            let holds = derivation.holds(path);
            (known..path.len()).for_each(|depth| derivation.mark(&path[..depth], holds));
            Ok(())
        })
    }

    /// The snapshot of another stack. All that changes is judged together, and is one generation.
    pub fn with_layers(&self, change: &StackChange) -> Result<Self, Error> {
        let (stack, mut exchanges) = self.exchanges(change);
        let entries = self.base.entries().len();
        let mut left = most_definitions(entries);
        for exchange in &mut exchanges {
            if !Arc::ptr_eq(&exchange.before.loaded, &exchange.after.loaded) {
                // A file that is read again and again lists one path after the other. Whoever reads one has time to
                // fold them.
                if self.delta.as_ref().is_some_and(|delta| delta.len() > limit(entries) / 8) {
                    return self.anew(stack, Derived::Published);
                }
                // A leaf of the base whose tree stands in the stack is taken for that layer's (`edit.rs`). Where one layer
                // stands in it twice, and one of the two goes, the leaf may have been that one's.
                if stack.iter().any(|layer| Arc::ptr_eq(&layer.loaded.tree, &exchange.before.loaded.tree)) {
                    return self.anew(stack, Derived::Published);
                }
                let trees = [&exchange.before, &exchange.after].map(LayerVersion::flattened);
                let Some(changes) = tree_diff(&trees[0], &trees[1], &mut left) else {
                    return self.anew(stack, Derived::Published);
                };
                exchange.changes = Some((trees, changes));
            }
        }
        self.derived(stack, Derived::Published, |derivation| {
            exchanges.iter().try_for_each(|exchange| match &exchange.changes {
                Some(([old, new], changes)) => changes.iter().try_for_each(|change| derivation.bring(change, old, new)),
                None => derivation.compare(&mut Vec::new(), Some(exchange.before.root()), Some(exchange.after.root())),
            })
        })
    }

    /// The stack that a change leads to, and what takes the place of what in it. Where a layer comes or goes, the other side
    /// is one that says nothing.
    fn exchanges(&self, change: &StackChange) -> (Arc<[LayerVersion]>, Vec<Exchange>) {
        let nothing = || LayerVersion::empty(self.segments());
        let mut stack = self.stack.to_vec();
        let count = change.replaced.len() + change.without.len() + change.on_top.len();
        let mut exchanges = Vec::with_capacity(count);
        for (at, layer) in &change.replaced {
            let before = std::mem::replace(&mut stack[*at], layer.clone());
            exchanges.push(Exchange { before, after: layer.clone(), changes: None });
        }
        let mut gone = change.without.clone();
        gone.sort_unstable();
        // From the top down, so that the layers below keep their places.
        for at in gone.into_iter().rev() {
            exchanges.push(Exchange { before: stack.remove(at), after: nothing(), changes: None });
        }
        for layer in &change.on_top {
            exchanges.push(Exchange { before: nothing(), after: layer.clone(), changes: None });
            stack.push(layer.clone());
        }
        (stack.into(), exchanges)
    }

    /// The snapshot with layers of a small overlay on top, the highest last. It stands beside the same base, however many
    /// changes there are.
    pub fn with_values(&self, layers: &[LayerVersion]) -> Result<Self, Error> {
        let stack = self.stack.iter().chain(layers).cloned().collect();
        let delta = self.delta.clone().unwrap_or_default();
        self.derived_within(usize::MAX, delta, stack, Derived::OnTop, |derivation| {
            layers.iter().try_for_each(|layer| derivation.put_on_top(layer))
        })
    }

    /// The snapshot with layers on top for one reader, the highest last. They come at once: what one of them would
    /// conflict with may be hidden by the next.
    pub fn with_layers_on_top(&self, layers: &[LayerVersion]) -> Result<Self, Error> {
        let stack = self.stack.iter().chain(layers).cloned().collect();
        if layers.iter().map(LayerVersion::size).sum::<usize>() > most_on_top(self.base.entries().len()) {
            return self.anew(stack, Derived::OnTop);
        }
        self.derived(stack, Derived::OnTop, |derivation| {
            layers.iter().try_for_each(|layer| derivation.put_on_top(layer))
        })
    }

    fn derived(
        &self,
        stack: Arc<[LayerVersion]>,
        derived: Derived,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        self.derived_from(self.delta.clone().unwrap_or_default(), stack, derived, change)
    }

    /// The snapshot of a stack, from a delta that is right wherever `change` does not bring it to that.
    pub(crate) fn derived_from(
        &self,
        delta: Delta,
        stack: Arc<[LayerVersion]>,
        derived: Derived,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        self.derived_within(limit(self.base.entries().len()), delta, stack, derived, change)
    }

    fn derived_within(
        &self,
        limit: usize,
        delta: Delta,
        stack: Arc<[LayerVersion]>,
        derived: Derived,
        change: impl FnOnce(&mut Derivation<'_>) -> Result<(), Stop>,
    ) -> Result<Self, Error> {
        check_count(&stack)?;
        let mut derivation = Derivation {
            old: self,
            stack: &stack,
            delta,
            marks: Vec::new(),
            changed: false,
            uncertain: false,
            limit,
            derived,
        };
        if change(&mut derivation).is_err() || derivation.settle().is_err() {
            return self.anew(stack, derived);
        }
        let Derivation { delta, changed, uncertain, .. } = derivation;
        if delta.len() > limit {
            return self.anew(stack, derived);
        }
        let mut new = Self {
            base: Arc::clone(&self.base),
            stack,
            delta: (!delta.is_empty()).then_some(delta),
            conflicts: self.conflicts,
            generation: self.generation,
        };
        if derived == Derived::Published && (changed || (uncertain && !diff::is_empty(&new, self))) {
            new.generation += 1;
        }
        Ok(new)
    }

    /// The snapshot of another stack, resolved as a whole.
    fn anew(&self, stack: Arc<[LayerVersion]>, derived: Derived) -> Result<Self, Error> {
        let base = Arc::new(base_of(&stack, self.segments(), self.conflicts)?);
        let mut new = Self { base, stack, delta: None, conflicts: self.conflicts, generation: self.generation };
        if derived == Derived::Published && !diff::is_empty(&new, self) {
            new.generation += 1;
        }
        Ok(new)
    }
}
