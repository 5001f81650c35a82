//! Equality: whether two mappings have the same names with equal values, as a host compares its own mappings.
//!
//! Both are walked in step. What is plainly the same, or plainly not, is settled here; whether any other two values are
//! equal, the host is asked, in the order of the names, since that may run code. The first that are not end the walk.

use std::collections::HashMap;
use std::sync::Arc;

use crate::interner::SegmentId;
use crate::same_value::same_value;
use crate::snapshot::{Found, MappingPath, Snapshot};
use crate::tree::{NodeId, Tree};
use crate::value::Kind;

/// What one of two compared mappings has under a name.
#[derive(Debug)]
pub enum Child<'a> {
    /// A value.
    Leaf(&'a Arc<Tree>, NodeId),
    /// A mapping.
    Mapping(MappingPath),
}

/// Whether two mappings are equal, each a mapping of a snapshot; `ask` compares two values.
pub fn equal<E>(
    (one, at): (&Snapshot, &MappingPath),
    (other, from): (&Snapshot, &MappingPath),
    ask: &mut impl FnMut(Child<'_>, Child<'_>) -> Result<bool, E>,
) -> Result<bool, E> {
    let (ours, theirs) = (one.children(at), other.children(from));
    if ours.len() != theirs.len() {
        return Ok(false);
    }
    let shared = Arc::ptr_eq(one.segments(), other.segments());
    let (our_name, their_name) =
        (|id: SegmentId| &*one.segments().get(id).text, |id: SegmentId| &*other.segments().get(id).text);
    let same_name = |x: SegmentId, y: SegmentId| if shared { x == y } else { our_name(x) == their_name(y) };
    // Made where names stand in another order.
    let mut by_name: Option<HashMap<&str, usize>> = None;
    for (place, &(name, mine)) in ours.iter().enumerate() {
        let place = if same_name(name, theirs[place].0) {
            place
        } else {
            let named = || theirs.iter().enumerate().map(|(place, child)| (their_name(child.0), place)).collect();
            match by_name.get_or_insert_with(named).get(our_name(name)) {
                Some(&place) => place,
                None => return Ok(false),
            }
        };
        let (their_id, yours) = theirs[place];
        let equal = match (mine, yours) {
            (Found::Leaf(a, left, _), Found::Leaf(b, right, _)) => match settled(a, left, b, right) {
                Some(equal) => equal,
                None => ask(Child::Leaf(a, left), Child::Leaf(b, right))?,
            },
            (Found::Mapping(x), Found::Mapping(y)) => {
                let (x, y) = (one.below(at, name, x), other.below(from, their_id, y));
                equal((one, &x), (other, &y), ask)?
            }
            (mine, yours) => match (child(one, at, name, mine), child(other, from, their_id, yours)) {
                (Some(mine), Some(yours)) => ask(mine, yours)?,
                (mine, yours) => mine.is_none() && yours.is_none(),
            },
        };
        if !equal {
            return Ok(false);
        }
    }
    Ok(true)
}

fn child<'a>(snapshot: &Snapshot, mapping: &MappingPath, name: SegmentId, found: Found<'a>) -> Option<Child<'a>> {
    match found {
        Found::Missing => None,
        Found::Leaf(tree, node, _) => Some(Child::Leaf(tree, node)),
        Found::Mapping(entry) => Some(Child::Mapping(snapshot.below(mapping, name, entry))),
    }
}

/// Whether two values are equal, where the host need not be asked. The same value is equal to itself, a NaN as well: a host
/// has one object for it.
#[inline]
fn settled(a: &Tree, left: NodeId, b: &Tree, right: NodeId) -> Option<bool> {
    if same_value(a, left, b, right) {
        return Some(true);
    }
    let (x, y) = (a.node(left).kind, b.node(right).kind);
    let differs = x == y && matches!(x, Kind::Bool | Kind::Int | Kind::BigInt | Kind::Str | Kind::Bytes | Kind::Date);
    differs.then_some(false)
}
