//! The data of an overlay, as it was given: mappings in the order in which paths name them, each of them once.

use std::collections::HashMap;

use crate::interner::SegmentId;
use crate::small_overlay::{SmallOverlay, Values};
use crate::snapshot::Snapshot;

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

/// A path, and the value that is given to it, if it is not a mapping's.
type Given<'a, V> = (Vec<SegmentId>, Option<&'a V>);

impl<V> SmallOverlay<V> {
    /// Calls `visit` with the data of one of its overlays, counted from the lowest.
    pub fn each<'a, E>(
        &'a self,
        below: &Snapshot,
        layer: usize,
        mut visit: impl FnMut(OverlayEvent<'a, V>) -> Result<(), E>,
    ) -> Result<(), E> {
        let base = &below.base;
        let mut open: Vec<SegmentId> = Vec::new();
        for (path, value) in in_rows(match self.values() {
            Values::Few { entries, values, length, .. } => {
                let entries = entries.iter().zip(values).take(*length);
                entries.map(|(&entry, value)| (base.path(entry), value.as_ref())).collect()
            }
            Values::Places(places) => {
                let of_layer = places.of_layer(layer).iter();
                of_layer.map(|place| (places.path(base, place), place.value.as_ref())).collect()
            }
        }) {
            let Some((&last, above)) = path.split_last() else { continue };
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
                visit(OverlayEvent::Value(last, value))?;
            } else {
                open.push(last);
                visit(OverlayEvent::Open(last))?;
            }
        }
        Ok(())
    }
}

/// What is given, with all that stands in one mapping in a row, where the first of it stood.
fn in_rows<V>(given: Vec<Given<'_, V>>) -> Vec<Given<'_, V>> {
    let mut first: HashMap<&[SegmentId], usize> = HashMap::new();
    for (at, (path, _)) in given.iter().enumerate() {
        for end in 1..=path.len() {
            first.entry(&path[..end]).or_insert(at);
        }
    }
    let rank = |path: &[SegmentId]| (1..=path.len()).map(|end| first[&path[..end]]).collect::<Vec<_>>();
    let mut order: Vec<_> = given.iter().map(|(path, _)| rank(path)).zip(0..).collect();
    order.sort_unstable();
    let mut given: Vec<_> = given.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, at): (_, usize)| given[at].take()).collect()
}
