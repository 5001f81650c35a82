//! The scoped snapshots of one snapshot that were used last.
//!
//! A scope is known by the numbers of what was chosen. A layer that has none, as a dimension of a class of its own chose it,
//! is known by its address: the entry holds it, so that no other one can get that. Entries are looked at and
//! exchanged behind a lock that is held for moments in which nothing of Python's runs or is dropped, so that nobody waits
//! for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::{CarriedScope, Delta, LayerChanges, LayerVersion, Recent, Snapshot, hash_of_parts};

use crate::state::dimensions::{ScopeBounds, ScopePart};

pub struct ScopeCache {
    state: Mutex<CacheState>,
    /// What is carried over to what is published next.
    pub carried: Arc<CarriedScopes>,
}

/// Scopes of the snapshots that were published one over the other, with the same dimensions, each as it was derived last.
#[derive(Default)]
pub struct CarriedScopes(Mutex<Recent<Carried>>);

type Carried = (Arc<[ScopePart]>, Arc<CarriedScope>);

impl CarriedScopes {
    fn locked(&self) -> MutexGuard<'_, Recent<Carried>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scope of a key as it was derived last.
    pub fn find(&self, key: &[ScopePart]) -> Option<Arc<CarriedScope>> {
        let mut carried = self.locked();
        carried.find(hash(key), |(known, _)| **known == *key).map(|(_, scope)| Arc::clone(scope))
    }

    /// Carries a scope on, instead of the same one of before.
    pub fn keep(&self, key: &Arc<[ScopePart]>, scope: CarriedScope, bytes: usize, bounds: ScopeBounds) {
        let carried = (Arc::clone(key), Arc::new(scope));
        let gone = self.locked().put(hash(key), carried, bytes, bounds.scopes, bounds.bytes);
        drop(gone);
    }
}

/// What so many layers change is kept.
const LAYERS: usize = if cfg!(debug_assertions) { 2 } else { 1024 };

#[derive(Default)]
struct CacheState {
    kept: Recent<KeptScope>,
    /// What layers change on top of one snapshot, by their numbers.
    changes: HashMap<(usize, usize), Option<Arc<LayerChanges>>>,
    below: Option<Arc<Snapshot>>,
    /// What a snapshot lists, beside that.
    listed: Option<(Arc<Snapshot>, Arc<Delta>)>,
    hits: i64,
    misses: i64,
}

/// A scope, what it is known by, and the layers whose addresses are in that.
struct KeptScope {
    key: Arc<[ScopePart]>,
    held: Vec<Py<PyAny>>,
    scoped: Py<PyAny>,
}

fn hash(key: &[ScopePart]) -> u64 {
    hash_of_parts(key.iter().flat_map(|&(number, name)| [number, name]))
}

impl ScopeCache {
    /// An empty cache, with the scopes of what the snapshot was published over.
    pub fn new(carried: Option<&Arc<CarriedScopes>>) -> Self {
        Self { state: Mutex::default(), carried: carried.map(Arc::clone).unwrap_or_default() }
    }

    fn locked(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The scope of this key if it is kept, which counts as used.
    pub fn find<'py>(&self, py: Python<'py>, key: &[ScopePart]) -> Option<Bound<'py, PyAny>> {
        let mut state = self.locked();
        let found = state.kept.find(hash(key), |kept| *kept.key == *key);
        let found = found.map(|kept| kept.scoped.bind(py).clone());
        *(if found.is_some() { &mut state.hits } else { &mut state.misses }) += 1;
        found
    }

    /// The scope of this key: this one, or the one that another thread has made meanwhile.
    pub fn keep<'py>(
        &self,
        key: Arc<[ScopePart]>,
        held: Vec<Py<PyAny>>,
        scoped: Bound<'py, PyAny>,
        bytes: usize,
        bounds: ScopeBounds,
    ) -> Bound<'py, PyAny> {
        let (hash, py) = (hash(&key), scoped.py());
        let mut state = self.locked();
        if let Some(known) = state.kept.find(hash, |kept| *kept.key == *key) {
            let known = known.scoped.bind(py).clone();
            drop(state);
            return known;
        }
        let made = KeptScope { key, held, scoped: scoped.clone().unbind() };
        let gone = state.kept.put(hash, made, bytes, bounds.scopes, bounds.bytes);
        drop(state);
        drop(gone);
        scoped
    }

    /// What the layer of a number changes on top of a snapshot, if it is known apart from what else lies there.
    pub fn changes(
        &self,
        below: &Arc<Snapshot>,
        number: (usize, usize),
        layer: &LayerVersion,
    ) -> Option<Arc<LayerChanges>> {
        let is_below = |state: &CacheState| state.below.as_ref().is_some_and(|known| Arc::ptr_eq(known, below));
        let state = self.locked();
        if is_below(&state)
            && let Some(known) = state.changes.get(&number)
        {
            return known.clone();
        }
        drop(state);
        let made = below.layer_changes(layer).map(Arc::new);
        let mut state = self.locked();
        let mut gone = (HashMap::new(), None);
        if !is_below(&state) || state.changes.len() >= LAYERS {
            gone = (std::mem::take(&mut state.changes), state.below.replace(Arc::clone(below)));
        }
        state.changes.insert(number, made.clone());
        drop(state);
        drop(gone);
        made
    }

    /// What a snapshot lists, once for all scopes that are derived from it.
    pub fn listed(&self, below: &Arc<Snapshot>) -> Arc<Delta> {
        let mut state = self.locked();
        if let Some((known, listed)) = &state.listed
            && Arc::ptr_eq(known, below)
        {
            return Arc::clone(listed);
        }
        let listed = Arc::new(below.delta.clone().unwrap_or_default());
        let gone = state.listed.replace((Arc::clone(below), Arc::clone(&listed)));
        drop(state);
        drop(gone);
        listed
    }

    /// Hits, misses, entries and their bytes.
    pub fn statistics(&self) -> [i64; 4] {
        let state = self.locked();
        [state.hits, state.misses, state.kept.len().cast_signed() as i64, state.kept.bytes().cast_signed() as i64]
    }

    /// Shows the collector what is kept. It may run whenever an object is made, and none is made while the lock is held.
    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        let Ok(state) = self.state.try_lock() else { return Ok(()) };
        for kept in state.kept.iter() {
            visit.call(&kept.scoped)?;
            kept.held.iter().try_for_each(|layer| visit.call(layer))?;
        }
        Ok(())
    }

    /// Lets everything go, for the collector.
    pub fn clear(&self) {
        let gone = std::mem::take(&mut self.locked().kept);
        drop(gone);
    }
}
