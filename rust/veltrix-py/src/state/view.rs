//! What a Python `View` holds.

use std::sync::OnceLock;

use pyo3::prelude::*;
use veltrix_core::{EntryId, MappingPath, NO_ENTRY};

use crate::state::snapshot::Snapshot;

/// Where the numbers of places of a small overlay start, after those of entries.
pub const PLACE: EntryId = 1 << 31;

/// A read-only mapping over one inner mapping of a snapshot.
///
/// It reads as a snapshot does. Its paths begin at the mapping, and errors, explanations and keys name whole
/// paths. Specified in docs/semantics.md#reading.
///
/// Example:
///     >>> server = snapshot["server"]
///     >>> server["port"], dict(server)
///     (8080, {'host': 'localhost', 'port': 8080})
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct View {
    pub snapshot: Py<Snapshot>,
    /// The entry of the mapping in the base; for one that only the small overlay has, [`PLACE`] and the number of its place;
    /// [`NO_ENTRY`] for any other.
    pub at: EntryId,
    /// The mapping with its path: from the beginning without an entry, with one when it is asked for.
    mapping: OnceLock<MappingPath>,
}

impl View {
    /// A view of the mapping of an entry, or of a place of the snapshot's small overlay.
    #[inline]
    pub const fn at(snapshot: Py<Snapshot>, at: EntryId) -> Self {
        Self { snapshot, at, mapping: OnceLock::new() }
    }

    /// A view of any mapping.
    pub fn of(snapshot: Py<Snapshot>, mapping: MappingPath) -> Self {
        let entry = mapping.entry;
        let known = if entry == NO_ENTRY { OnceLock::from(mapping) } else { OnceLock::new() };
        Self { snapshot, at: entry, mapping: known }
    }

    /// The mapping with its path.
    pub fn mapping(&self) -> &MappingPath {
        self.mapping.get_or_init(|| {
            let snapshot = self.snapshot.get();
            match &snapshot.small_overlay {
                Some(overlay) if self.at >= PLACE => overlay.path_of(snapshot.below(), self.at - PLACE),
                _ => snapshot.below().mapping(self.at),
            }
        })
    }

    /// The entry of the mapping in the base, if there is one.
    pub const fn entry(&self) -> EntryId {
        if self.at < PLACE { self.at } else { NO_ENTRY }
    }

    /// The hash of the path of the mapping.
    pub fn hash(&self) -> u64 {
        match self.mapping.get() {
            None if self.at < PLACE => self.snapshot.get().below().base.hash(self.at),
            _ => self.mapping().hash,
        }
    }
}
