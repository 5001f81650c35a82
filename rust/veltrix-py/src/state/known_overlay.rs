//! Small overlays of paths that the read cache knows: neither parsed nor looked for.
//!
//! ```text
//!   "db.port"   ──► known as a value of the base   ──► its entry
//!   "db.new.x"  ──► known as absent behind "db"    ──► the names behind that
//! ```

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use veltrix_core::limits::MAX_DEPTH;
use veltrix_core::{Overlaid, Wanted};

use crate::interop::ffi;
use crate::state::small_overlay::{MOST_BY_PATH, SmallOverlay, overlaid_value};
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::{INSIDE, is_value, reach};

/// The overlay of these values by path over a snapshot that has none; `None` where any of it takes more than the cache of its
/// base knows, if only for an error.
pub fn known_overlay(snapshot: &Snapshot, values: &Bound<'_, PyDict>) -> PyResult<Option<SmallOverlay>> {
    let below = Overlaid::new(snapshot.below());
    let most = below.room().min(MOST_BY_PATH);
    let mut fits = snapshot.small_overlay.is_none() && !values.is_empty() && values.len() <= most;
    let mut reader = KnownPaths { snapshot, below, overlay: SmallOverlay::default() };
    if fits {
        ffi::each(values, |path, value| {
            fits = fits && reader.overlay.len() < most && reader.take(&path, &value)?;
            Ok(())
        })?;
    }
    reader.overlay.finish();
    Ok(fits.then_some(reader.overlay))
}

struct KnownPaths<'a> {
    snapshot: &'a Snapshot,
    below: Overlaid<'a>,
    overlay: SmallOverlay,
}

impl KnownPaths<'_> {
    /// Takes a value; whether that was all there is to it.
    fn take(&mut self, path: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let Ok(path) = path.cast_exact::<PyString>() else { return Ok(false) };
        let wanted = Wanted { hash: ffi::text_hash(path), from: 0 };
        let Some(known) = self.snapshot.cache.table().find(wanted, |held| ffi::same_text(held, path)) else {
            return Ok(false);
        };
        if is_value(known.value) && known.entry < INSIDE {
            let (entry, tag) = (known.entry, known.path_tag);
            if !self.below.is_value(entry, tag) || self.overlay.gives_entry(entry, tag) {
                return Ok(false);
            }
            let Some(value) = overlaid_value(value, || depth(path))? else { return Ok(false) };
            self.overlay.put_entry(entry, tag, value.unbind());
            return Ok(true);
        }
        let (Some((entry, start)), Some(text)) = (reach(known), ffi::text(path)?) else { return Ok(false) };
        let Some(mut mapping) = self.below.mapping(entry) else { return Ok(false) };
        let Some(value) = overlaid_value(value, || depth(path))? else { return Ok(false) };
        if depth(path)? > MAX_DEPTH {
            return Ok(false);
        }
        let mut names = text[start..].split('.').peekable();
        while let Some(name) = names.next() {
            let Some(path) = self.below.new_child(mapping, name) else { return Ok(false) };
            let is_last = names.peek().is_none();
            mapping = match self.overlay.opened(mapping, name, path) {
                Some(opened) if !is_last => opened,
                None if !self.overlay.gives(mapping, name, path) => {
                    if is_last {
                        self.overlay.put(mapping, name, path, value.unbind());
                        return Ok(true);
                    }
                    self.overlay.open(mapping, name, path)
                }
                _ => return Ok(false),
            };
        }
        Ok(false)
    }
}

/// At most how many names a path has.
fn depth(path: &Bound<'_, PyString>) -> PyResult<usize> {
    Ok(ffi::text(path)?.map_or(MAX_DEPTH, |text| text.split('.').count()))
}
