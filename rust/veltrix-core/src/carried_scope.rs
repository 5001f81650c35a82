//! A scope carried over to what is published: what it lists on one snapshot, brought to the next one.
//!
//! ```text
//!   before ──► scoped         what a scope listed, over what its snapshot listed
//!     │           ╎
//!   self   ──► the scope      the same, and what has changed since; where no layer of the scope says anything
//! ```
//! It holds changes and no layer, so that what was published before is not kept for its sake.

use std::sync::{Arc, Weak};

use crate::base::Base;
use crate::delta::{Delta, PathChange, PathState};
use crate::derive::limit;
use crate::interner::SegmentId;
use crate::layer_version::LayerVersion;
use crate::resolve::check_count;
use crate::rule::Mergeable as _;
use crate::snapshot::Snapshot;
use crate::value::Kind;

/// With more changes than this since, a scope is derived again; few where assertions are on, so that tests meet it.
const MOST: usize = if cfg!(debug_assertions) { 3 } else { 64 };

/// What a scope listed, and what its snapshot did.
#[derive(Debug)]
pub struct CarriedScope {
    base: Weak<Base>,
    before: Arc<Delta>,
    scoped: Delta,
}

impl CarriedScope {
    /// What to carry of a scope; `None` where it does not stand beside the base of its snapshot. `listed` is what that lists,
    /// which all its scopes share.
    pub fn of(before: &Snapshot, listed: &Arc<Delta>, scoped: &Snapshot) -> Option<Self> {
        let (base, before_scope) = (Arc::downgrade(&before.base), Arc::clone(listed));
        let scoped_delta = || scoped.delta.clone().unwrap_or_default();
        Arc::ptr_eq(&before.base, &scoped.base).then(|| Self { base, before: before_scope, scoped: scoped_delta() })
    }
}

impl Snapshot {
    /// The snapshot with the layers of a carried scope on top; `None` where it has to be derived.
    pub fn with_carried_on_top(&self, layers: &[LayerVersion], carried: &CarriedScope) -> Option<Self> {
        if carried.base.as_ptr() != Arc::as_ptr(&self.base) {
            return None;
        }
        let nothing = Delta::NOTHING;
        let listed = self.delta.as_ref().unwrap_or(&nothing);
        if carried.before.hidden() != listed.hidden() {
            return None;
        }
        let mut changes = Vec::new();
        let mut is_apart = true;
        carried.before.differences(listed, &mut |old, new| match new {
            // What was listed last is compared one by one, the same or not.
            Some(new) if old.is_some_and(|old| std::ptr::eq(old, new)) => {}
            Some(new) if is_apart && changes.len() < MOST => {
                is_apart = !layers.iter().any(|layer| says_something(layer, old, new));
                changes.push(new);
            }
            _ => is_apart = false,
        });
        let stack: Arc<[LayerVersion]> = self.stack.iter().chain(layers).cloned().collect();
        if !is_apart || check_count(&stack).is_err() {
            return None;
        }
        let mut delta = carried.scoped.clone();
        for change in changes {
            delta.put(self.hash_of(&change.path), &change.path, change.entry, change.state.clone()).ok()?;
        }
        (delta.len() <= limit(self.base.entries().len())).then(|| Self {
            base: Arc::clone(&self.base),
            stack,
            delta: (!delta.is_empty()).then_some(delta),
            conflicts: self.conflicts,
            generation: self.generation,
        })
    }
}

/// Whether a layer says something of a changed path, so that the change is not all that there is to the scope.
fn says_something(layer: &LayerVersion, old: Option<&PathChange>, new: &PathChange) -> bool {
    let is_full = |change: &PathChange| matches!(change.state, PathState::Mapping { empty: false });
    let mut definition = layer.root();
    for &segment in &*new.path as &[SegmentId] {
        if definition.kind() != Kind::Mapping {
            return true;
        }
        let Some(child) = definition.child(segment) else { return false };
        definition = child;
    }
    // Children are read from the layers: a mapping that has some before and after, whatever its layers, is listed alike.
    definition.kind() != Kind::Mapping || !is_full(new) || !old.is_none_or(is_full)
}
