//! What the caches of a snapshot know of a path: one probe for a text, one for each name of a tuple.
//!
//! One of the files in which `unsafe` may stand; the others are named in `tests/structure/test_rust_rules.py`.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;
use veltrix_core as kernel;
use veltrix_core::path::{is_plain_ascii, plain_hash};
use veltrix_core::{EntryId, Known, Listing, NO_ENTRY, Overlay, PathState, Wanted, path_tag};

use crate::interop::str_access::{ascii, hash, same_str};
use crate::state::small_overlay::SmallOverlay;
use crate::state::snapshot::Snapshot;
use crate::state::value_cache::{ABSENT, INSIDE, MAPPING, ValueCache, absent_key, is_value};
use crate::state::view::PLACE;
use crate::state::view_pool::view_at;

/// What the caches say of a key.
pub enum CacheAnswer {
    /// This object, borrowed from the cache.
    Value(*mut ffi::PyObject),
    /// The mapping of this entry of the base, or of this place of the overlay.
    Mapping(EntryId),
    /// Nothing is there.
    Missing,
    /// Ask the slow way.
    Unknown,
}

/// Where a path starts: a snapshot, and the entry, or the place, of the mapping.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    pub snapshot: &'a Snapshot,
    pub entry: EntryId,
}

/// Asks the caches for an exact `str`.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[expect(clippy::inline_always, reason = "a call costs a read 16 instructions of 240")]
#[inline(always)]
pub unsafe fn cached(start: &Start<'_>, key: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: `key` is an exact `str`, and so is every key of a cache.
    unsafe {
        let Start { snapshot, entry: from } = *start;
        let wanted = Wanted { hash: hash(key), from };
        for slot in snapshot.cache.table().probe(wanted) {
            if same_str(slot.key() as *mut ffi::PyObject, key) {
                let known = slot.known();
                if snapshot.filter.may_hold(known.path_tag) {
                    return overruled(snapshot, Some(known), wanted, key);
                }
                return answer(known);
            }
        }
        overruled(snapshot, None, wanted, key)
    }
}

/// What a snapshot remembers of a key: a value, or the mapping of an entry as a view.
pub fn remembered<'py>(
    owner: &Bound<'py, Snapshot>,
    start: Start<'_>,
    key: &Bound<'py, PyString>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    // SAFETY: the key is a `str`, and an exact one where it is asked for; what the caches lend is held at once.
    unsafe {
        match cached(&start, key.as_ptr()) {
            CacheAnswer::Value(value) => Ok(Some(Bound::from_borrowed_ptr(owner.py(), value))),
            CacheAnswer::Mapping(entry) => view_at(owner, entry).map(Some),
            CacheAnswer::Missing | CacheAnswer::Unknown => Ok(None),
        }
    }
}

/// Asks what stands before the base: a small overlay, and what the snapshot lists or hides.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline(never)]
unsafe fn overruled(snapshot: &Snapshot, known: Option<Known>, wanted: Wanted, key: *mut ffi::PyObject) -> CacheAnswer {
    if let Some(overlay) = &snapshot.small_overlay {
        // SAFETY: the caller's promise.
        if let Some(answer) = unsafe { overlaid(snapshot.below(), overlay, wanted.from, known, key) } {
            return answer;
        }
    }
    if let Some(known) = known {
        let listing = match &snapshot.below().delta {
            Some(delta) => match delta.listing(known.path_tag, whole(known)) {
                Listing::Nothing if delta.hides(whole(known)) => Listing::Perhaps,
                listing => listing,
            },
            None => Listing::Nothing,
        };
        match listing {
            Listing::Nothing => return answer(known),
            // Of what stands inside of a value only the slow way knows where.
            Listing::Change(change) if known.entry < INSIDE => {
                if known.value == MAPPING && matches!(change.state, PathState::Mapping { .. }) {
                    return CacheAnswer::Mapping(known.entry);
                }
                let value = change.value.get();
                if value != 0 {
                    return CacheAnswer::Value(value as *mut ffi::PyObject);
                }
            }
            Listing::Change(_) | Listing::Perhaps => {}
        }
    }
    // SAFETY: the caller's promise; every key of a cache is an exact `str`.
    let own = |own: &ValueCache| own.table().find(wanted, |held| unsafe { same_str(held as *mut ffi::PyObject, key) });
    let Some(known) = snapshot.known_own().and_then(own) else { return CacheAnswer::Unknown };
    // What the small overlay gives, it gives before.
    match &snapshot.small_overlay {
        Some(overlay) if overlay.find(known.entry, known.path_tag).is_some() => CacheAnswer::Unknown,
        _ => answer(known),
    }
}

/// What a small overlay gives to a key, if anything.
///
/// # Safety
/// `key` is an exact `str`, and the thread is attached.
#[inline]
unsafe fn overlaid(
    below: &kernel::Snapshot,
    overlay: &SmallOverlay,
    from: EntryId,
    known: Option<Known>,
    key: *mut ffi::PyObject,
) -> Option<CacheAnswer> {
    if let Some(known) = known.filter(|known| known.entry != ABSENT) {
        if !overlay.filter().may_hold(known.path_tag) {
            return None;
        }
        let value = overlay.find(whole(known), known.path_tag)?;
        // Of what stands inside of a value only the slow way knows where.
        let is_whole = known.entry < INSIDE;
        return Some(if is_whole { CacheAnswer::Value(value.as_ptr()) } else { CacheAnswer::Unknown });
    }
    if !overlay.has_names() || from == NO_ENTRY {
        return None;
    }
    // SAFETY: the caller's promise; the key lives as long as the call.
    let Some(text) = (unsafe { ascii(key) }) else { return Some(CacheAnswer::Unknown) };
    if from >= PLACE {
        // Nothing but the overlay has anything there.
        let child = if is_plain_ascii(text) { overlay.child_of(below, from - PLACE, text) } else { return None };
        return Some(child.map_or(CacheAnswer::Missing, given));
    }
    let (tag, number) = match known {
        Some(known) => (known.path_tag, absent_key(known)),
        None => (path_tag(plain_hash(text, below.base.hash(from))?.whole()), 0),
    };
    overlay.find_text(below, from, tag, (text, number)).map(given)
}

#[inline]
fn given(found: Overlay<'_, Py<PyAny>>) -> CacheAnswer {
    match found {
        Overlay::Value(value) => CacheAnswer::Value(value.as_ptr()),
        Overlay::Mapping(place) => CacheAnswer::Mapping(PLACE + place),
    }
}

/// The entry of the whole value that a key leads to, or into.
#[inline]
const fn whole(known: Known) -> EntryId {
    if known.entry == ABSENT { ABSENT } else { known.entry & !INSIDE }
}

#[inline]
const fn answer(known: Known) -> CacheAnswer {
    if is_value(known.value) {
        return CacheAnswer::Value(known.value as *mut ffi::PyObject);
    }
    if known.value == MAPPING { CacheAnswer::Mapping(known.entry) } else { CacheAnswer::Missing }
}

/// Asks the caches for each of the names of an exact tuple, one below the other.
///
/// # Safety
/// `names` is an exact tuple, and the thread is attached.
#[inline(never)]
pub unsafe fn by_names(mut start: Start<'_>, names: *mut ffi::PyObject) -> CacheAnswer {
    // SAFETY: items are borrowed from a tuple that the caller holds; whether they are what is read of them is asked first.
    unsafe {
        let count = ffi::PyTuple_GET_SIZE(names);
        for at in 0..count {
            let name = ffi::PyTuple_GET_ITEM(names, at);
            // The caches know texts as paths: only of a plain name that is the same as a name alone.
            if !is_exact_str(name) || !ascii(name).is_some_and(is_plain_ascii) {
                return CacheAnswer::Unknown;
            }
            match cached(&start, name) {
                CacheAnswer::Mapping(entry) => start.entry = entry,
                CacheAnswer::Value(value) if at + 1 == count => return CacheAnswer::Value(value),
                CacheAnswer::Missing if at + 1 == count => return CacheAnswer::Missing,
                // What stands after may be no name of a path at all.
                CacheAnswer::Value(_) | CacheAnswer::Missing | CacheAnswer::Unknown => return CacheAnswer::Unknown,
            }
        }
        if count == 0 { CacheAnswer::Unknown } else { CacheAnswer::Mapping(start.entry) }
    }
}

/// Whether an object is an exact `str`.
///
/// # Safety
/// The object is valid, and the thread is attached.
#[inline]
pub unsafe fn is_exact_str(key: *mut ffi::PyObject) -> bool {
    // SAFETY: any valid object has a type.
    unsafe { ffi::Py_TYPE(key) == &raw mut ffi::PyUnicode_Type }
}
