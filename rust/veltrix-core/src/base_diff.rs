//! In which leaves one base differs from another: both are walked in step.
//!
//! Bases of one configuration hold mostly the same names in the same order, so that the children of two mappings are
//! compared one beside the other, and nothing is looked up or allocated for as long as their names agree. What both have
//! from the same tree is not even looked at.

use std::collections::HashMap;
use std::ops::ControlFlow::{self, Continue};
use std::sync::Arc;

use crate::base::{Base, EntryId};
use crate::interner::{NO_SEGMENT, SegmentId};
use crate::same_value::same_value;
use crate::value::Kind;

/// Takes the entry of a leaf in the newer base and in the older one, for as long as it goes on.
type Visit<'a> = dyn FnMut(Option<EntryId>, Option<EntryId>) -> ControlFlow<()> + 'a;

/// Calls `visit` with every leaf of either base that the other one does not have, or has with another value.
pub fn base_diff(new: &Base, old: &Base, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let shared = Arc::ptr_eq(new.segments(), old.segments());
    Walk { new, old, numbers: (!shared).then(HashMap::new), visit }.mappings(0, 0)
}

struct Walk<'a, 'v> {
    new: &'a Base,
    old: &'a Base,
    /// The numbers that names of the older base's table have in the newer one's, if that is another table.
    numbers: Option<HashMap<SegmentId, SegmentId>>,
    visit: &'a mut Visit<'v>,
}

impl Walk<'_, '_> {
    /// The number of an older entry's name in the newer base's table; [`NO_SEGMENT`] where that does not have it.
    #[inline]
    fn name(&mut self, entry: EntryId) -> SegmentId {
        let name = self.old.entry(entry).segment;
        let Some(numbers) = &mut self.numbers else { return name };
        let (from, to) = (self.old.segments(), self.new.segments());
        *numbers.entry(name).or_insert_with(|| to.find(&from.get(name).text).unwrap_or(NO_SEGMENT))
    }

    /// Compares what stands below two mappings.
    fn mappings(&mut self, at: EntryId, from: EntryId) -> ControlFlow<()> {
        let (new, old) = (self.new, self.old);
        let (mut ours, mut theirs) = (new.children(at), old.children(from));
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Continue(()),
                (Some(x), Some(y)) if new.entry(x).segment == self.name(y) => self.both(x, y)?,
                (x, y) => return self.by_name(x.into_iter().chain(ours), y.into_iter().chain(theirs)),
            }
        }
    }

    /// Compares children of two mappings, which have other names, or in another order.
    fn by_name(
        &mut self,
        ours: impl Iterator<Item = EntryId>,
        theirs: impl Iterator<Item = EntryId>,
    ) -> ControlFlow<()> {
        let mut known = HashMap::new();
        for y in theirs {
            match self.name(y) {
                NO_SEGMENT => self.removed(y)?,
                name => _ = known.insert(name, y),
            }
        }
        for x in ours {
            match known.remove(&self.new.entry(x).segment) {
                Some(y) => self.both(x, y)?,
                None => self.added(x)?,
            }
        }
        known.into_values().try_for_each(|y| self.removed(y))
    }

    /// Compares what both bases have at one path.
    #[inline]
    fn both(&mut self, x: EntryId, y: EntryId) -> ControlFlow<()> {
        let (new, old) = (self.new, self.old);
        match (is_leaf(new, x), is_leaf(old, y)) {
            (true, true) => {
                let same = match (new.entry(x).kind, old.entry(y).kind) {
                    (Kind::Mapping, kind) | (kind, Kind::Mapping) => kind == Kind::Mapping,
                    _ => {
                        let ((a, left), (b, right)) = (new.leaf(x), old.leaf(y));
                        same_value(a, left, b, right)
                    }
                };
                if same { Continue(()) } else { (self.visit)(Some(x), Some(y)) }
            }
            (false, false) => self.mappings(x, y),
            _ => {
                self.removed(y)?;
                self.added(x)
            }
        }
    }

    fn added(&mut self, x: EntryId) -> ControlFlow<()> {
        leaves(self.new, x).try_for_each(|leaf| (self.visit)(Some(leaf), None))
    }

    fn removed(&mut self, y: EntryId) -> ControlFlow<()> {
        leaves(self.old, y).try_for_each(|leaf| (self.visit)(None, Some(leaf)))
    }
}

/// A mapping without children is a leaf.
fn is_leaf(base: &Base, entry: EntryId) -> bool {
    base.entry(entry).kind != Kind::Mapping || base.end(entry) == entry + 1
}

/// All leaves at an entry and below.
fn leaves(base: &Base, entry: EntryId) -> impl Iterator<Item = EntryId> + '_ {
    (entry..base.end(entry)).filter(|&entry| is_leaf(base, entry))
}
