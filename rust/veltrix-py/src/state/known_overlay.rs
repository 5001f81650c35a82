//! Small overlays of paths that the read cache knows: neither parsed nor looked for.
//!
//! ```text
//!   "db.port"   ──► known as a value of the base   ──► its entry
//!   "db.new.x"  ──► known as absent after "db"     ──► the names after that
//! ```

use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core::limits::MAX_DEPTH;
use veltrix_core::{Overlaid, Wanted};

use crate::interop::ffi;
use crate::state::small_overlay::{MOST_BY_PATH, SmallOverlay, overlaid_value};
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::{INSIDE, absent_key, is_value, reach};

/// The overlay of the values by path that `each` gives over a snapshot that has none; `None` where any of it takes more than
/// the cache of its base knows, if only for an error.
pub fn known_overlay(
    snapshot: &Snapshot,
    count: usize,
    each: impl FnOnce(&mut KnownPaths<'_>) -> PyResult<()>,
) -> PyResult<Option<SmallOverlay>> {
    let below = Overlaid::new(snapshot.below());
    let most = below.room().min(MOST_BY_PATH);
    if snapshot.small_overlay.is_some() || !(1..=most).contains(&count) {
        return Ok(None);
    }
    let mut paths = KnownPaths { snapshot, below, overlay: SmallOverlay::default(), most, fits: true };
    each(&mut paths)?;
    paths.overlay.finish();
    Ok(paths.fits.then_some(paths.overlay))
}

/// Values by path on their way into a small overlay.
pub struct KnownPaths<'a> {
    snapshot: &'a Snapshot,
    below: Overlaid<'a>,
    overlay: SmallOverlay,
    /// How much it may give.
    most: usize,
    /// Whether all that was put is in it.
    fits: bool,
}

impl KnownPaths<'_> {
    /// Puts a value to its path.
    pub fn put(&mut self, path: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.fits = self.fits && self.overlay.len() < self.most && self.take(path, value)?;
        Ok(())
    }

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
        let mut rest = &text[start..];
        loop {
            let end = rest.bytes().position(|byte| byte == b'.');
            let name = &rest[..end.unwrap_or(rest.len())];
            let Some(path) = self.below.new_child(mapping, name) else { return Ok(false) };
            let opened = self.overlay.opened(mapping, name, path);
            let is_free = opened.is_none() && !self.overlay.gives(mapping, name, path);
            let Some(end) = end else {
                if is_free {
                    self.overlay.put(mapping, name, path, value.unbind());
                    self.overlay.know_last(absent_key(known));
                }
                return Ok(is_free);
            };
            mapping = match opened {
                Some(opened) => opened,
                None if is_free => self.overlay.open(mapping, name, path),
                None => return Ok(false),
            };
            rest = &rest[end + 1..];
        }
    }
}

/// At most how many names a path has.
fn depth(path: &Bound<'_, PyString>) -> PyResult<usize> {
    Ok(ffi::text(path)?.map_or(MAX_DEPTH, |text| text.bytes().filter(|&byte| byte == b'.').count() + 1))
}
