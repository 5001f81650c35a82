//! A small overlay: values over a snapshot, kept beside it instead of being derived.
//!
//! ```text
//!   read ──► values of the overlay ──► the snapshot below it
//!            by entry, or by name where the base has none
//! ```
//! An overlay qualifies if it gives values to leaves, and to paths where nothing stands: neither asks what any other layer
//! says. It may lie over other small overlays, whose values it takes along. It is read as the snapshot is, after a look at
//! its values; whatever else is asked of it is answered by the snapshot of the whole stack. The values are the host's.

use std::borrow::Cow;

use crate::base::{Base, EntryId, NO_ENTRY};
use crate::delta::Listing;
use crate::delta::{Delta, PathState};
use crate::hash::{ROOT_HASH, path_hash, path_tag, segment_hash};
use crate::interner::SegmentId;
use crate::overlay_places::{OverlayPlace, OverlayPlaces, Parent};
use crate::path::PathHash;
use crate::path_filter::PathFilter;
use crate::snapshot::{Found, MappingPath, Snapshot, at_entry};
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
    filter: PathFilter,
    values: Values<V>,
}

/// How they are kept.
#[derive(Debug)]
pub enum Values<V> {
    /// Of entries alone.
    Few { entries: [EntryId; FEW], tags: [u32; FEW], values: [Option<V>; FEW], length: usize },
    /// Any.
    Places(OverlayPlaces<V>),
}

/// What a path of a small overlay leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay<'a, V> {
    /// A value.
    Value(&'a V),
    /// A mapping that nothing but overlays defines, by its place.
    Mapping(u32),
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

    /// Whether a value stands at a leaf of the base, of whose path's hash this is the upper half; `false` is no answer, but that
    /// finding out takes more.
    #[inline]
    pub fn is_value(self, leaf: EntryId, tag: u32) -> bool {
        let Some(delta) = self.delta else { return true };
        match delta.listing(tag, leaf) {
            Listing::Nothing => !delta.hides(leaf),
            Listing::Change(change) => matches!(change.state, PathState::Leaf(..)),
            Listing::Perhaps => false,
        }
    }

    /// The path of a mapping of the base; `None` where it is hidden, and so perhaps none any more.
    pub fn mapping(self, entry: EntryId) -> Option<OverlaidPath> {
        let is_hidden = self.delta.is_some_and(|delta| delta.hides(entry));
        (!is_hidden).then(|| OverlaidPath { hash: self.base.hash(entry), entry, within: Parent::Entry(entry) })
    }

    /// The path of a child that the base does not have; `None` where it is listed.
    pub fn new_child(self, mapping: OverlaidPath, name: &str) -> Option<OverlaidPath> {
        let hash = path_hash(mapping.hash, segment_hash(name.as_bytes()));
        let is_listed = self.delta.is_some_and(|delta| delta.lists(hash));
        (!is_listed).then_some(OverlaidPath { hash, entry: NO_ENTRY, within: Parent::Entry(NO_ENTRY) })
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
        Self { filter: PathFilter::NOTHING, values }
    }
}

impl<V> SmallOverlay<V> {
    /// An overlay over this one, which is named so; `None` where this one has too much to be taken along.
    pub fn over(&self, name: Cow<'static, str>, hold: impl Fn(&V) -> V) -> Option<Self> {
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

    /// How its values are kept.
    pub const fn values(&self) -> &Values<V> {
        &self.values
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

    /// Its paths.
    #[inline]
    pub const fn filter(&self) -> &PathFilter {
        &self.filter
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

    /// Whether it gives something to an entry already, of the upper half of whose path's hash this is, whatever the overlays
    /// do that it lies over.
    #[inline]
    pub fn gives_entry(&self, entry: EntryId, tag: u32) -> bool {
        match &self.values {
            Values::Few { entries, length, .. } => entries[..*length].contains(&entry),
            Values::Places(places) => places.own(entry, tag, Parent::Entry(NO_ENTRY), "").is_some(),
        }
    }

    /// The path of the child of a mapping, where nothing stood, if it is a mapping here already.
    pub fn opened(&self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> Option<OverlaidPath> {
        let Values::Places(places) = &self.values else { return None };
        let (number, place) = places.own(path.entry, path_tag(path.hash), mapping.within, name)?;
        place.value.is_none().then_some(OverlaidPath { within: Parent::Place(number), ..path })
    }

    /// Whether it gives something to the child of a mapping already, whatever the overlays do that it lies over.
    pub fn gives(&self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> bool {
        match &self.values {
            Values::Few { entries, length, .. } => entries[..*length].contains(&path.entry),
            Values::Places(places) => places.own(path.entry, path_tag(path.hash), mapping.within, name).is_some(),
        }
    }

    /// Gives a value to the child of a mapping, where a value or nothing stands.
    #[expect(clippy::inline_always, reason = "most values are written to three places and nothing else is done")]
    #[inline(always)]
    pub fn put(&mut self, mapping: OverlaidPath, name: &str, path: OverlaidPath, value: V) {
        let tag = path_tag(path.hash);
        if path.entry == NO_ENTRY {
            self.filter.add(tag);
            self.places().push_named(mapping.within, name, tag, Some(value));
        } else {
            self.put_entry(path.entry, tag, value);
        }
    }

    /// Says by which number the host knows the path that a value was given to last, and that the base does not have.
    pub fn know_last(&mut self, known: usize) {
        if let Values::Places(places) = &mut self.values {
            places.know_last(known);
        }
    }

    /// Gives a value to an entry, of the upper half of whose path's hash this is.
    #[expect(clippy::inline_always, reason = "most values are written to three places and nothing else is done")]
    #[inline(always)]
    pub fn put_entry(&mut self, entry: EntryId, tag: u32, value: V) {
        self.filter.add(tag);
        if let Values::Few { entries, tags, values, length } = &mut self.values
            && *length < FEW
        {
            entries[*length] = entry;
            tags[*length] = tag;
            values[*length] = Some(value);
            *length += 1;
            return;
        }
        self.places().push(OverlayPlace::of_entry(entry, tag, Some(value)));
    }

    /// Makes the child of a mapping a mapping, where nothing stands; its path, in which its own children stand.
    pub fn open(&mut self, mapping: OverlaidPath, name: &str, path: OverlaidPath) -> OverlaidPath {
        let tag = path_tag(path.hash);
        self.filter.add(tag);
        let number = self.places().push_named(mapping.within, name, tag, None);
        OverlaidPath { within: Parent::Place(number), ..path }
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

    /// What it gives to a path without an entry, from its text below `from`, which needs no quotes, with the host's number of
    /// that or 0, and the upper half of its hash.
    #[inline]
    pub fn find_text(&self, below: &Snapshot, from: EntryId, tag: u32, text: (&str, usize)) -> Option<Overlay<'_, V>> {
        let Values::Places(places) = &self.values else { return None };
        Some(given(places.find_text(&below.base, from, tag, text)?))
    }

    /// What it gives to a child of a mapping that nothing but overlays defines.
    pub fn child_of(&self, below: &Snapshot, place: u32, name: &str) -> Option<Overlay<'_, V>> {
        let Values::Places(places) = &self.values else { return None };
        Some(given(places.child_of(&below.base, place, name)?))
    }

    /// The path of a mapping that nothing but overlays defines.
    pub fn path_of(&self, below: &Snapshot, place: u32) -> MappingPath {
        let path = match &self.values {
            Values::Few { .. } => Vec::new(),
            Values::Places(places) => places.path_of(&below.base, place),
        };
        MappingPath { hash: below.hash_of(&path), entry: NO_ENTRY, path: path.into() }
    }

    /// The names of the overlays that it lies over, the lowest first.
    pub fn lower(&self) -> impl Iterator<Item = &str> {
        let lower = match &self.values {
            Values::Few { .. } => &[],
            Values::Places(places) => places.lower(),
        };
        lower.iter().map(|layer| &*layer.name)
    }
}

const fn given<V>((number, place): (u32, &OverlayPlace<V>)) -> Overlay<'_, V> {
    match &place.value {
        Some(value) => Overlay::Value(value),
        None => Overlay::Mapping(number),
    }
}
