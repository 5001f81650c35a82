//! What a Python `View` holds.

use std::sync::OnceLock;

use pyo3::prelude::*;
use veltrix_core::{EntryId, MappingPath, NO_ENTRY};

use crate::state::snapshot::Snapshot;

/// A read-only mapping over one inner mapping of a snapshot.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct View {
    pub snapshot: Py<Snapshot>,
    /// The entry of the mapping in the base, if there is one.
    pub entry: EntryId,
    /// The mapping with its path: from the beginning without an entry, with one when it is asked for.
    mapping: OnceLock<MappingPath>,
}

impl View {
    /// A view of the mapping of an entry.
    #[inline]
    pub const fn at(snapshot: Py<Snapshot>, entry: EntryId) -> Self {
        Self { snapshot, entry, mapping: OnceLock::new() }
    }

    /// A view of any mapping.
    pub fn of(snapshot: Py<Snapshot>, mapping: MappingPath) -> Self {
        let entry = mapping.entry;
        let known = if entry == NO_ENTRY { OnceLock::from(mapping) } else { OnceLock::new() };
        Self { snapshot, entry, mapping: known }
    }

    /// The mapping with its path.
    pub fn mapping(&self) -> &MappingPath {
        self.mapping.get_or_init(|| self.snapshot.get().below().mapping(self.entry))
    }

    /// The hash of the path of the mapping.
    pub fn hash(&self) -> u64 {
        let of_entry = || self.snapshot.get().below().base.hash(self.entry);
        self.mapping.get().map_or_else(of_entry, |mapping| mapping.hash)
    }
}
