//! When two values are the same.

use std::sync::Arc;

use crate::interner::SegmentId;
use crate::tree::{NodeId, Tree};
use crate::value::{Kind, Scalar};

/// Whether two values are the same: of one type, `NaN` equal to itself, mappings in any order.
pub fn same_value(a: &Tree, left: NodeId, b: &Tree, right: NodeId) -> bool {
    if std::ptr::eq(a, b) && left == right {
        return true;
    }
    let (x, y) = (a.node(left), b.node(right));
    if x.kind != y.kind {
        return false;
    }
    if matches!(x.kind, Kind::Bool | Kind::Int | Kind::Date | Kind::Opaque) {
        return a.payload(left) == b.payload(right);
    }
    match (a.scalar(left), b.scalar(right)) {
        (Some(Scalar::Float(x)), Some(Scalar::Float(y))) => x.to_bits() == y.to_bits() || (x.is_nan() && y.is_nan()),
        (Some(x), Some(y)) => x == y,
        _ if x.kind == Kind::Mapping => {
            let counterpart = |child| b.child(right, number_in(b, a, a.node(child).segment)?);
            a.children(left).count() == b.children(right).count()
                && a.children(left).all(|child| counterpart(child).is_some_and(|other| same_value(a, child, b, other)))
        }
        _ => {
            let (mut left, mut right) = (a.children(left), b.children(right));
            loop {
                match (left.next(), right.next()) {
                    (None, None) => return true,
                    (Some(x), Some(y)) if same_value(a, x, b, y) => {}
                    _ => return false,
                }
            }
        }
    }
}

/// The number that a name of one tree has in another one, whose table may be another.
fn number_in(other: &Tree, tree: &Tree, name: SegmentId) -> Option<SegmentId> {
    let (from, to) = (tree.segments(), other.segments());
    if Arc::ptr_eq(from, to) { Some(name) } else { to.find(&from.get(name).text) }
}

/// Whether two values of one table are the same, with their mappings in the same order.
pub fn identical(a: &Tree, left: NodeId, b: &Tree, right: NodeId) -> bool {
    if a.node(left).kind.is_simple() {
        return same_value(a, left, b, right);
    }
    let descendants = |tree: &Tree, node: NodeId| node as usize + 1..tree.node(node).end as usize;
    let (ours, theirs) = (&a.nodes()[descendants(a, left)], &b.nodes()[descendants(b, right)]);
    same_value(a, left, b, right) && ours.iter().map(|node| node.segment).eq(theirs.iter().map(|node| node.segment))
}
