//! The places of an overlay: paths with what it gives to them, found by entry or by name.
//!
//! A path of the base is known by its entry. Any other is known by its name and by what it stands in, an entry or another
//! place, so that no name of a request goes into the table of names. Places stand in the order of the data.

use std::borrow::Cow;
use std::ops::Range;

use crate::base::{Base, EntryId, NO_ENTRY};
use crate::hash::{path_hash, path_tag, segment_hash};
use crate::interner::SegmentId;

/// So many places are looked through; more have an index. Few where assertions are on, so that small cases meet it.
const LOOKED_THROUGH: usize = if cfg!(debug_assertions) { 4 } else { 16 };

/// Bytes of names that there is room for from the beginning.
const NAMES: usize = 64;

/// What a path stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// The mapping of an entry.
    Entry(EntryId),
    /// The mapping of a place.
    Place(u32),
}

/// A path, and what is given to it.
#[derive(Debug)]
pub struct OverlayPlace<V> {
    /// The value; `None` for a mapping.
    pub value: Option<V>,
    /// The upper half of the path's hash.
    tag: u32,
    /// The path's entry, if it has one.
    entry: EntryId,
    /// What it stands in, and its name, if it has none.
    parent: Parent,
    name: (u32, u32),
    /// The host's number of a text of this path, of which there is one in a base; 0 without one.
    known: usize,
}

/// An overlay that others lie over.
#[derive(Clone, Debug)]
pub struct LowerOverlay {
    /// The name of its layer.
    pub name: Cow<'static, str>,
    /// The place after its last one.
    end: u32,
}

/// The places of an overlay and of those that it lies over, the lowest first.
#[derive(Debug)]
pub struct OverlayPlaces<V> {
    places: Vec<OverlayPlace<V>>,
    names: String,
    /// Open addressing by tag, at most half full: the number of a place and one; 0 is an empty slot. Of several places of
    /// one path, the last.
    index: Vec<u32>,
    lower: Vec<LowerOverlay>,
}

impl<V> OverlayPlace<V> {
    /// The place of an entry.
    pub const fn of_entry(entry: EntryId, tag: u32, value: Option<V>) -> Self {
        Self { value, tag, entry, parent: Parent::Entry(NO_ENTRY), name: (0, 0), known: 0 }
    }

    const fn range(&self) -> Range<usize> {
        self.name.0 as usize..self.name.1 as usize
    }
}

impl<V> Default for OverlayPlaces<V> {
    fn default() -> Self {
        Self {
            places: Vec::with_capacity(LOOKED_THROUGH),
            names: String::with_capacity(NAMES),
            index: Vec::new(),
            lower: Vec::new(),
        }
    }
}

impl<V> OverlayPlaces<V> {
    /// The same places with values of their own.
    pub fn held(&self, hold: impl Fn(&V) -> V) -> Self {
        let own = |place: &OverlayPlace<V>| OverlayPlace { value: place.value.as_ref().map(&hold), ..*place };
        Self {
            places: self.places.iter().map(own).collect(),
            names: self.names.clone(),
            index: self.index.clone(),
            lower: self.lower.clone(),
        }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.places.len()
    }

    /// The overlays that this one lies over.
    pub fn lower(&self) -> &[LowerOverlay] {
        &self.lower
    }

    /// Says that what follows lies over all that is there.
    pub fn end_layer(&mut self, name: Cow<'static, str>) {
        self.index();
        self.lower.push(LowerOverlay { name, end: self.places.len() as u32 });
    }

    /// Adds a place.
    pub fn push(&mut self, place: OverlayPlace<V>) {
        self.places.push(place);
    }

    /// Adds the place of a path that has no entry; its number.
    pub fn push_named(&mut self, parent: Parent, name: &str, tag: u32, value: Option<V>) -> u32 {
        let start = self.names.len() as u32;
        self.names.push_str(name);
        let name = (start, self.names.len() as u32);
        self.places.push(OverlayPlace { value, tag, entry: NO_ENTRY, parent, name, known: 0 });
        self.places.len() as u32 - 1
    }

    /// Says by which number the host knows the path of the last place.
    pub fn know_last(&mut self, known: usize) {
        if let Some(last) = self.places.last_mut() {
            last.known = known;
        }
    }

    /// Whether any place has no entry, and a name that a path need not quote.
    pub const fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether any place without an entry stands in the mapping of this entry.
    pub fn stand_in(&self, entry: EntryId) -> bool {
        self.places.iter().any(|place| place.entry == NO_ENTRY && place.parent == Parent::Entry(entry))
    }

    fn name(&self, place: &OverlayPlace<V>) -> &str {
        &self.names[place.range()]
    }

    /// Brings the index up to date, once there are many.
    pub fn index(&mut self) {
        if self.places.len() <= LOOKED_THROUGH {
            return;
        }
        let size = (self.places.len() * 2).next_power_of_two();
        let mut index = vec![0; size];
        for number in 0..self.places.len() {
            let mut slot = self.places[number].tag as usize & (size - 1);
            while index[slot] != 0 && !self.is_one_path(index[slot] as usize - 1, number) {
                slot = (slot + 1) & (size - 1);
            }
            index[slot] = number as u32 + 1;
        }
        self.index = index;
    }

    fn is_one_path(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.places[one], &self.places[other]);
        one.tag == other.tag
            && one.entry == other.entry
            && (one.entry != NO_ENTRY || (one.parent == other.parent && self.name(one) == self.name(other)))
    }

    /// The last place with this tag that is the wanted one.
    #[inline]
    fn search(&self, tag: u32, is_it: impl Fn(&OverlayPlace<V>) -> bool) -> Option<(u32, &OverlayPlace<V>)> {
        if self.index.is_empty() {
            let at = self.places.iter().rposition(|place| place.tag == tag && is_it(place))?;
            return Some((at as u32, &self.places[at]));
        }
        let mask = self.index.len() - 1;
        let mut slot = tag as usize & mask;
        loop {
            let number = self.index[slot].checked_sub(1)?;
            let place = &self.places[number as usize];
            if place.tag == tag && is_it(place) {
                return Some((number, place));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The place of an entry.
    #[inline]
    pub fn find(&self, entry: EntryId, tag: u32) -> Option<&OverlayPlace<V>> {
        self.search(tag, |place| place.entry == entry).map(|(_, place)| place)
    }

    /// The place of a path without an entry in a lower overlay, from what it stands in and its name.
    pub fn find_lower(&self, tag: u32, parent: Parent, name: &str) -> Option<(u32, &OverlayPlace<V>)> {
        let lower = self.lower.last()?.end;
        let is_it =
            |place: &OverlayPlace<V>| place.entry == NO_ENTRY && place.parent == parent && self.name(place) == name;
        if self.index.is_empty() {
            let at = self.places[..lower as usize].iter().rposition(|place| place.tag == tag && is_it(place))?;
            return Some((at as u32, &self.places[at]));
        }
        self.search(tag, is_it)
    }

    /// The place of a path in the last overlay, by its entry, or by what it stands in and its name.
    pub fn own(&self, entry: EntryId, tag: u32, parent: Parent, name: &str) -> Option<(u32, &OverlayPlace<V>)> {
        let start = self.lower.last().map_or(0, |lower| lower.end as usize);
        let is_it = |place: &OverlayPlace<V>| {
            place.tag == tag
                && place.entry == entry
                && (entry != NO_ENTRY || (place.parent == parent && self.name(place) == name))
        };
        let at = start + self.places[start..].iter().position(is_it)?;
        Some((at as u32, &self.places[at]))
    }

    /// The place of a path without an entry, from its text below `from`, which needs no quotes, and the host's number of that
    /// text, or 0.
    pub fn find_text(
        &self,
        base: &Base,
        from: EntryId,
        tag: u32,
        (text, known): (&str, usize),
    ) -> Option<(u32, &OverlayPlace<V>)> {
        self.search(tag, |place| {
            let is_known = known != 0 && place.known == known;
            is_known || place.entry == NO_ENTRY && self.is_text(place, base, from, text)
        })
    }

    /// The place of this name in the mapping of another place.
    pub fn child_of(&self, base: &Base, parent: u32, name: &str) -> Option<(u32, &OverlayPlace<V>)> {
        let hash = path_hash(self.hash(base, Parent::Place(parent)), segment_hash(name.as_bytes()));
        self.search(path_tag(hash), |place| {
            place.entry == NO_ENTRY && place.parent == Parent::Place(parent) && self.name(place) == name
        })
    }

    /// The hash of the path of a mapping.
    fn hash(&self, base: &Base, mapping: Parent) -> u64 {
        match mapping {
            Parent::Entry(entry) => base.hash(entry),
            Parent::Place(number) => {
                let place = &self.places[number as usize];
                path_hash(self.hash(base, place.parent), segment_hash(self.name(place).as_bytes()))
            }
        }
    }

    fn is_text<'a>(&'a self, mut place: &'a OverlayPlace<V>, base: &Base, from: EntryId, text: &str) -> bool {
        let mut rest = text;
        loop {
            let Some(above) = before_name(rest, self.name(place)) else { return false };
            rest = above;
            match place.parent {
                Parent::Place(number) => place = &self.places[number as usize],
                Parent::Entry(mut entry) => {
                    while entry != from && entry != 0 {
                        let Some(above) = before_name(rest, &base.segments().get(base.entry(entry).segment).text)
                        else {
                            return false;
                        };
                        rest = above;
                        entry = base.entry(entry).parent;
                    }
                    return entry == from && rest.is_empty();
                }
            }
        }
    }

    /// The segments of the path of a place; names that nobody needed before become known.
    pub fn path(&self, base: &Base, place: &OverlayPlace<V>) -> Vec<SegmentId> {
        if place.entry != NO_ENTRY {
            return base.path(place.entry);
        }
        let mut path = match place.parent {
            Parent::Entry(entry) => base.path(entry),
            Parent::Place(number) => self.path(base, &self.places[number as usize]),
        };
        path.push(base.segments().intern(self.name(place)));
        path
    }

    /// The segments of the path of the place of a number.
    pub fn path_of(&self, base: &Base, number: u32) -> Vec<SegmentId> {
        self.path(base, &self.places[number as usize])
    }

    /// The places of one overlay, counted from the lowest.
    pub fn of_layer(&self, layer: usize) -> &[OverlayPlace<V>] {
        let end = |layer: usize| self.lower.get(layer).map_or(self.places.len(), |layer| layer.end as usize);
        let start = layer.checked_sub(1).map_or(0, end);
        &self.places[start..end(layer)]
    }
}

/// What stands before a name, and the dot before that, in the text of a path that needs no quotes.
#[inline]
fn before_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    if text.is_empty() || name.contains('.') {
        return None;
    }
    let above = text.strip_suffix(name)?;
    if above.is_empty() { Some(above) } else { above.strip_suffix('.') }
}
