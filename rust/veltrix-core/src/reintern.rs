//! A snapshot's content on a table of names of its own, if that was needed.
//!
//! A segment stays in its table for as long as the table is used. So the names that overlays of one long-lived snapshot
//! bring, each of them dropped after a request, would add up. Once they are many, the snapshot resolves its layers again
//! on a table of its own, and what is derived from it then starts there; what it holds itself stays as it is.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::snapshot::Snapshot;

/// The content on its own table, and what the host keeps beside its base.
type Content<C> = (Arc<Snapshot>, C);

/// A snapshot's own content on a table of its own, if that was needed.
#[derive(Debug)]
pub struct Reinterned<C>(Mutex<Option<Content<C>>>);

impl<C> Default for Reinterned<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<C: Clone> Reinterned<C> {
    /// The content of a snapshot that [needs it](Snapshot::needs_reintern) on a table that holds little else, and what
    /// the host keeps beside it: made by `beside` for a new base.
    #[cold]
    pub fn of(&self, snapshot: &Snapshot, beside: impl FnOnce(&Snapshot) -> C) -> Result<Content<C>, Error> {
        let known = self.lock().clone();
        if let Some(known) = known.filter(|(known, _)| !known.needs_reintern()) {
            return Ok(known);
        }
        let content = Arc::new(snapshot.reinterned()?);
        let beside = beside(&content);
        let fresh = (content, beside);
        // The one before goes when the lock is free again: what it lets go may run the host's code.
        let before = self.lock().replace(fresh.clone());
        drop(before);
        Ok(fresh)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Content<C>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
