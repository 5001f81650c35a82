//! A small overlay: values over a snapshot, kept beside it instead of being derived.
//!
//! ```text
//!   read ──► values of the overlay ──► the snapshot below it
//!            by entry, or by name where the base has none
//! ```
//! An overlay qualifies if it gives values to leaves, and to paths where nothing stands: neither asks what any other layer
//! says. It may lie over other small overlays, whose values it takes along. It is read as the snapshot is, after a look at
//! its values; whatever else is asked of it is answered by the snapshot of the whole stack. The values are the host's.

use crate::base::{Base, EntryId, NO_ENTRY};
use crate::delta::{Delta, PathState};
use crate::hash::{ROOT_HASH, segment_hash};
use crate::interner::SegmentId;
use crate::overlay_places::{OverlayPlace, OverlayPlaces, Parent, path_tag};
use crate::path::PathHash;
use crate::snapshot::{Found, Snapshot, at_entry};
use crate::value::Kind;

/// So many values of one overlay, each of a leaf with an entry, need no place apart; few where assertions are on, so that
/// tests meet more.
const FEW: usize = if cfg!(debug_assertions) { 3 } else { 8 };
/// The values of so many lower overlays are taken along; from more on, the snapshot of the whole is made and lies below.
const TAKEN_ALONG: usize = if cfg!(debug_assertions) { 6 } else { 64 };
/// Beyond so many values, and beyond this part of the base's entries, an overlay is not small.
const SMALL: usize = if cfg!(debug_assertions) { 10 } else { 64 };
const PART: usize = 8;

/// The values of a small overlay, and of those that it lies over.
#[derive(Debug)]
pub struct SmallOverlay<V> {
    filter: u64,
    values: Values<V>,
}

#[derive(Debug)]
enum Values<V> {
    Few { entries: [EntryId; FEW], tags: [u32; FEW], values: [Option<V>; FEW], length: usize },
    Places(OverlayPlaces<V>),
}

/// What a path of a small overlay leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay<'a, V> {
    /// A value.
    Value(&'a V),
    /// A mapping that nothing but overlays defines.
    Mapping,
}

/// A step through the data of an overlay; what is open at the end is closed.
#[derive(Clone, Copy, Debug)]
pub enum OverlayEvent<'a, V> {
    /// A mapping of this name begins.
    Open(SegmentId),
    /// A value of this name.
    Value(SegmentId, &'a V),
    /// The last mapping that began ends.
    Close,
}

/// What stands at a path that an overlay may give a value to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Nothing,
    /// A value.
    Leaf,
    /// A mapping.
    Mapping,
}

/// A path that an overlay may go through, or give a value to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverlaidPath {
    hash: u64,
    entry: EntryId,
    /// Where its children stand, if it is a mapping.
    within: Parent,
}

impl OverlaidPath {
    /// The path of the root.
    pub const ROOT: Self = Self { hash: ROOT_HASH, entry: 0, within: Parent::Entry(0) };
}

/// What a small overlay is put over: two pointers, which a walk down a mapping keeps at hand.
#[derive(Clone, Copy, Debug)]
pub struct Overlaid<'a> {
    base: &'a Base,
    delta: Option<&'a Delta>,
}

impl<'a> Overlaid<'a> {
    /// A snapshot to put a small overlay over.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { base: &snapshot.base, delta: snapshot.delta.as_ref() }
    }

    /// How many values a small overlay may have.
    pub fn room(self) -> usize {
        (self.base.entries().len() / PART).max(SMALL)
    }

    /// The path of a child of a mapping, and what stands there in the snapshot; `None` where that takes more to find out.
    #[expect(clippy::inline_always, reason = "what it gives would be written down and read again for each key")]
    #[inline(always)]
    pub fn child(self, mapping: OverlaidPath, name: &str) -> Option<(OverlaidPath, Standing)> {
        let hash = PathHash { above: mapping.hash, name: segment_hash(name.as_bytes()) };
        let entry = match mapping.within {
            Parent::Entry(above) => self.base.text_child(above, hash, name),
            Parent::Place(_) => None,
        };
        let hash = hash.whole();
        let path = |entry| OverlaidPath { hash, entry, within: Parent::Entry(entry) };
        let Some(entry) = entry else {
            let standing = match self.delta.and_then(|delta| delta.get(hash)) {
                None => Standing::Nothing,
                Some(change) => self.listed(&change.path, &change.state, mapping, name)?,
            };
            return Some((path(NO_ENTRY), standing));
        };
        let kind = self.base.entry(entry).kind;
        let standing = match self.delta {
            None if kind == Kind::Mapping => Standing::Mapping,
            None => Standing::Leaf,
            Some(_) => match at_entry(self.base, self.delta, hash, entry) {
                Found::Missing => return None,
                Found::Leaf(..) => Standing::Leaf,
                Found::Mapping(entry) if entry == NO_ENTRY => return None,
                Found::Mapping(_) => Standing::Mapping,
            },
        };
        Some((path(entry), standing))
    }

    /// What stands at a path that only the delta knows.
    fn listed(self, path: &[SegmentId], state: &PathState, mapping: OverlaidPath, name: &str) -> Option<Standing> {
        let (&last, above) = path.split_last()?;
        let Parent::Entry(within) = mapping.within else { return None };
        let is_path = *self.base.segments().get(last).text == *name && self.base.is_path(within, above);
        match state {
            PathState::Absent if is_path => Some(Standing::Nothing),
            PathState::Leaf(..) if is_path => Some(Standing::Leaf),
            _ => None,
        }
    }
}

impl<V> Default for SmallOverlay<V> {
    fn default() -> Self {
        let values = Values::Few { entries: [0; FEW], tags: [0; FEW], values: [const { None }; FEW], length: 0 };
        Self { filter: 0, values }
    }
}

impl<V> SmallOverlay<V> {
    /// An overlay over this one, which is named so; `None` where this one has too much to be taken along.
    pub fn over(&self, name: Option<&str>, hold: impl Fn(&V) -> V) -> Option<Self> {
        let mut places = match &self.values {
            Values::Few { entries, tags, values, length } => {
                let mut places = OverlayPlaces::default();
                for ((&entry, &tag), value) in entries.iter().zip(tags).zip(values).take(*length) {
                    places.push(OverlayPlace::of_entry(entry, tag, value.as_ref().map(&hold)));
                }
                places
            }
            Values::Places(places) if places.len() <= TAKEN_ALONG => places.held(hold),
            Values::Places(_) => return None,
        };
        places.end_layer(name);
        Some(Self { filter: self.filter, values: Values::Places(places) })
    }

    /// Whether it gives nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values it gives, and mappings that nothing else defines.
    pub fn len(&self) -> usize {
        match &self.values {
            Values::Few { length, .. } => *length,
            Values::Places(places) => places.len(),
        }
    }

    /// How many overlays it is made of.
    pub fn layers(&self) -> usize {
        match &self.values {
            Values::Few { .. } => 1,
            Values::Places(places) => places.lower().len() + 1,
        }
    }

    /// The bits of its paths, as in a delta's filter.
    #[inline]
    pub const fn filter(&self) -> u64 {
        self.filter
    }

    /// What the overlays that it lies over made of the child of a mapping where nothing stands, and its path with that known.
    pub fn standing(&self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> (OverlaidPath, Standing) {
        let Values::Places(places) = &self.values else { return (path, Standing::Nothing) };
        match places.find_lower(path_tag(path.hash), mapping.within, name) {
            None => (path, Standing::Nothing),
            Some((number, place)) if place.value.is_none() => {
                (OverlaidPath { within: Parent::Place(number), ..path }, Standing::Mapping)
            }
            Some(_) => (path, Standing::Leaf),
        }
    }

    /// Whether it gives something to the child of a mapping already, whatever the overlays do that it lies over.
    pub fn gives(&self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> bool {
        match &self.values {
            Values::Few { entries, length, .. } => entries[..*length].contains(&path.entry),
            Values::Places(places) => places.has_own(path.entry, path_tag(path.hash), mapping.within, name),
        }
    }

    /// Gives a value to the child of a mapping, where a value or nothing stands.
    #[expect(clippy::inline_always, reason = "most values are written to three places and nothing else is done")]
    #[inline(always)]
    pub fn put(&mut self, mapping: OverlaidPath, name: &str, path: OverlaidPath, value: V) {
        let tag = self.note(path);
        if path.entry != NO_ENTRY
            && let Values::Few { entries, tags, values, length } = &mut self.values
            && *length < FEW
        {
            entries[*length] = path.entry;
            tags[*length] = tag;
            values[*length] = Some(value);
            *length += 1;
            return;
        }
        let places = self.places();
        if path.entry == NO_ENTRY {
            places.push_named(mapping.within, name, tag, Some(value));
        } else {
            places.push(OverlayPlace::of_entry(path.entry, tag, Some(value)));
        }
    }

    /// Makes the child of a mapping a mapping, where nothing stands; its path, in which its own children stand.
    pub fn open(&mut self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> OverlaidPath {
        let tag = self.note(path);
        let number = self.places().push_named(mapping.within, name, tag, None);
        OverlaidPath { within: Parent::Place(number), ..path }
    }

    /// Notes that a path is another one here; the upper half of its hash.
    #[inline]
    const fn note(&mut self, path: OverlaidPath) -> u32 {
        self.filter |= 1 << (path.hash >> 58);
        path_tag(path.hash)
    }

    /// Says that it is complete.
    pub fn finish(&mut self) {
        if let Values::Places(places) = &mut self.values {
            places.index();
        }
    }

    /// Its places; the few values get some, where they have none yet.
    #[cold]
    fn places(&mut self) -> &mut OverlayPlaces<V> {
        if let Values::Few { entries, tags, values, length } = &mut self.values {
            let mut places = OverlayPlaces::default();
            for at in 0..*length {
                places.push(OverlayPlace::of_entry(entries[at], tags[at], values[at].take()));
            }
            self.values = Values::Places(places);
        }
        match &mut self.values {
            Values::Places(places) => places,
            Values::Few { .. } => unreachable!("the values have places now"),
        }
    }

    /// The value that it gives to an entry, of the upper half of whose path's hash this is.
    #[inline]
    pub fn find(&self, entry: EntryId, tag: u32) -> Option<&V> {
        match &self.values {
            Values::Few { entries, values, length, .. } => {
                let entries = entries.iter().zip(values).take(*length);
                entries.filter(|(known, _)| **known == entry).find_map(|(_, value)| value.as_ref())
            }
            Values::Places(places) => places.find(entry, tag)?.value.as_ref(),
        }
    }

    /// Whether it gives anything that is not an entry's.
    #[inline]
    pub fn has_names(&self) -> bool {
        matches!(&self.values, Values::Places(places) if places.has_names())
    }

    /// Whether it makes children of an entry's mapping that the base has not.
    pub fn adds_to(&self, entry: EntryId) -> bool {
        matches!(&self.values, Values::Places(places) if places.stand_in(entry))
    }

    /// What it gives to a path without an entry, from its text below `from`, which needs no quotes, and the upper half of its
    /// hash.
    #[inline]
    pub fn find_text(&self, below: &Snapshot, from: EntryId, tag: u32, text: &str) -> Option<Overlay<'_, V>> {
        let Values::Places(places) = &self.values else { return None };
        let place = places.find_text(&below.base, from, tag, text)?;
        Some(place.value.as_ref().map_or(Overlay::Mapping, Overlay::Value))
    }

    /// The names of the overlays that it lies over, the lowest first.
    pub fn lower(&self) -> impl Iterator<Item = Option<&str>> {
        let lower = match &self.values {
            Values::Few { .. } => &[],
            Values::Places(places) => places.lower(),
        };
        lower.iter().map(|layer| layer.name.as_deref())
    }

    /// Calls `visit` with the data of one of its overlays, counted from the lowest, in document order.
    pub fn each<'a, E>(
        &'a self,
        below: &Snapshot,
        layer: usize,
        mut visit: impl FnMut(OverlayEvent<'a, V>) -> Result<(), E>,
    ) -> Result<(), E> {
        let base = &below.base;
        let mut open: Vec<SegmentId> = Vec::new();
        let mut visit_place = |path: &[SegmentId], value: Option<&'a V>| {
            let Some((&last, above)) = path.split_last() else { return Ok(()) };
            let known = open.iter().zip(above).take_while(|(open, above)| open == above).count();
            for _ in known..open.len() {
                visit(OverlayEvent::Close)?;
            }
            open.truncate(known);
            for &name in &above[known..] {
                visit(OverlayEvent::Open(name))?;
                open.push(name);
            }
            if let Some(value) = value {
                return visit(OverlayEvent::Value(last, value));
            }
            open.push(last);
            visit(OverlayEvent::Open(last))
        };
        match &self.values {
            Values::Few { entries, values, length, .. } => {
                let mut places = entries.iter().zip(values).take(*length);
                places.try_for_each(|(&entry, value)| visit_place(&base.path(entry), value.as_ref()))
            }
            Values::Places(places) => {
                let mut of_layer = places.of_layer(layer).iter();
                of_layer.try_for_each(|place| visit_place(&places.path(base, place), place.value.as_ref()))
            }
        }
    }
}
