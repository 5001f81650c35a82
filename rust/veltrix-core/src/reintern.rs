//! A snapshot's content on a table of names of its own, if that was needed.
//!
//! A segment stays in its table for as long as the table is used. So the names that overlays of one long-lived snapshot
//! bring, each of them dropped after a request, would add up. Once they are many, the snapshot resolves its layers again
//! on a table of its own, and what is derived from it then starts there; what it holds itself stays as it is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::snapshot::Snapshot;

/// The content on its own table, and what the host keeps beside its base.
type Content<C> = (Arc<Snapshot>, C);

/// A snapshot's own content on a table of its own, if that was needed.
#[derive(Debug)]
pub struct Reinterned<C> {
    content: Mutex<Option<Content<C>>>,
    /// The number of [`FORKS`] when a thread began to make the content; 0 while none does.
    maker: AtomicU64,
}

/// Rises with every fork of the process: in the child no other thread is at work any more.
static FORKS: AtomicU64 = AtomicU64::new(1);

/// Says that the process has forked.
pub fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// Sets it free when it goes, whatever has happened.
struct Making<'a>(&'a AtomicU64);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

impl<C> Default for Reinterned<C> {
    fn default() -> Self {
        Self { content: Mutex::default(), maker: AtomicU64::new(0) }
    }
}

impl<C: Clone> Reinterned<C> {
    /// The content of a snapshot that [needs it](Snapshot::needs_reintern) on a table that holds little else, and what
    /// the host keeps beside it; `make` makes both. Nobody waits for another thread that is making it: there is the one
    /// before until then, or `None`, for which the snapshot itself does as well.
    #[cold]
    pub fn of(&self, make: impl FnOnce() -> Result<Content<C>, Error>) -> Result<Option<Content<C>>, Error> {
        let known = self.lock().clone();
        if known.as_ref().is_some_and(|(known, _)| !known.needs_reintern()) {
            return Ok(known);
        }
        let forks = FORKS.load(Ordering::Relaxed);
        if self.maker.swap(forks, Ordering::Relaxed) == forks {
            return Ok(known);
        }
        let making = Making(&self.maker);
        let fresh = make()?;
        // The one before goes when the lock is free again: what it lets go may run the host's code.
        let before = self.lock().replace(fresh.clone());
        drop(making);
        drop(before);
        Ok(Some(fresh))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Content<C>>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
