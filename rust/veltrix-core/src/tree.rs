//! A tree: immutable definitions, stored as pre-order arrays.
//!
//! ```text
//!   node        0 root    1 "db"     2 "host"  3 "port"  4 "tags"   5 -      6 -
//!   kind        Mapping   Mapping    Str       Int       List       Str      Str
//!   end         7         4          3         4         7          6        7
//! ```
//! `end` is the node after the whole subtree: the next sibling, or the end of the parent.
//! Texts stand one after the other in one text, bytes and times in one run of bytes; a position is kept a node where
//! the source has them.

use std::ops::Range;
use std::sync::Arc;

use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::value::{Date, Kind, Scalar, Time};

mod buffer_pool;
mod builder;

pub use builder::TreeBuilder;

/// The number of a node in its tree; the root is 0.
pub type NodeId = u32;

/// Where a definition stands in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Position {
    /// 1-based; 0 means that no position is known.
    pub line: u32,
    /// 1-based, counted in code points.
    pub column: u32,
}

/// What a node is, without its value; 12 bytes, as resolving walks over all of them.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// The name under which the node stands in its mapping.
    pub segment: SegmentId,
    /// The node after this subtree.
    pub end: NodeId,
    /// What the node is.
    pub kind: Kind,
}

/// An immutable tree of definitions. The root is a mapping for a layer, anything for a single value.
#[derive(Debug)]
pub struct Tree {
    segments: Arc<Interner>,
    nodes: Box<[Node]>,
    /// By node: its value, or where that stands.
    payloads: Box<[u64]>,
    texts: Box<str>,
    bytes: Box<[u8]>,
    positions: Box<[Position]>,
    /// Of mappings with more than [`NARROW`] children: `segment << 32 | child`, sorted; the mapping's payload says where.
    wide: Box<[u64]>,
}

/// Mappings with at most this many children are searched one child after the other; few where assertions are on, so that
/// small cases meet the search.
const NARROW: usize = if cfg!(debug_assertions) { 2 } else { 12 };

/// Writes the children of a mapping down by segment, sorted, if they are many; where they are is its payload.
fn index_wide(nodes: &[Node], payloads: &mut [u64], wide: &mut Vec<u64>, id: NodeId) {
    let node = &nodes[id as usize];
    if node.kind != Kind::Mapping || node.end as usize - id as usize <= NARROW {
        return;
    }
    let children = Children { nodes, next: id + 1, end: node.end };
    if children.clone().nth(NARROW).is_none() {
        return;
    }
    let start = wide.len();
    wide.extend(children.map(|child| packed(nodes[child as usize].segment, child)));
    wide[start..].sort_unstable();
    payloads[id as usize] = range(start, wide.len());
}

/// A part of the texts, of the bytes, or of the wide mappings' children, as a payload.
const fn range(start: usize, end: usize) -> u64 {
    (start as u64) << 32 | (end - start) as u64
}

/// What [`range`] packed.
const fn span(payload: u64) -> Range<usize> {
    let start = (payload >> 32) as usize;
    start..start + payload as u32 as usize
}

const fn packed(segment: SegmentId, child: NodeId) -> u64 {
    (segment as u64) << 32 | child as u64
}

impl Tree {
    /// The table that names its segments.
    pub fn segments(&self) -> &Arc<Interner> {
        &self.segments
    }

    /// All nodes in pre-order.
    #[inline]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One node.
    #[inline]
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    /// The children of a mapping, the items of a list, or the value of an operator.
    pub fn children(&self, id: NodeId) -> Children<'_> {
        Children { nodes: &self.nodes, next: id + 1, end: self.node(id).end }
    }

    /// The child of a mapping under a name.
    pub fn child(&self, id: NodeId, segment: SegmentId) -> Option<NodeId> {
        let payload = self.payload(id);
        if payload != 0 {
            let children = &self.wide[span(payload)];
            let at = children.partition_point(|&child| child < packed(segment, 0));
            return children.get(at).filter(|&&child| child >> 32 == u64::from(segment)).map(|&child| child as NodeId);
        }
        self.children(id).find(|&child| self.node(child).segment == segment)
    }

    /// The same tree with its segments in another table.
    #[must_use]
    pub fn reinterned(&self, segments: &Arc<Interner>) -> Self {
        let (mut nodes, mut payloads, mut wide) = (self.nodes.clone(), self.payloads.clone(), Vec::new());
        for node in &mut nodes {
            if node.segment != NO_SEGMENT {
                node.segment = segments.intern(&self.segments.get(node.segment).text);
            }
        }
        segments.retain(nodes.len());
        for id in 0..nodes.len() as NodeId {
            index_wide(&nodes, &mut payloads, &mut wide, id);
        }
        Self {
            segments: Arc::clone(segments),
            nodes,
            payloads,
            wide: wide.into_boxed_slice(),
            texts: self.texts.clone(),
            bytes: self.bytes.clone(),
            positions: self.positions.clone(),
        }
    }

    /// The handles of all opaque values.
    pub fn opaques(&self) -> impl Iterator<Item = u64> + '_ {
        let both = self.nodes.iter().zip(&self.payloads);
        both.filter(|(node, _)| node.kind == Kind::Opaque).map(|(_, &payload)| payload)
    }

    /// Where a node was defined, if its source knows.
    pub fn position(&self, id: NodeId) -> Option<Position> {
        self.positions.get(id as usize).copied().filter(|position| position.line != 0)
    }

    /// The value of a node, or where that stands.
    #[inline]
    pub(crate) fn payload(&self, id: NodeId) -> u64 {
        self.payloads[id as usize]
    }

    /// The scalar that a node holds; `None` for lists, mappings and operators.
    pub fn scalar(&self, id: NodeId) -> Option<Scalar<'_>> {
        let payload = self.payload(id);
        Some(match self.node(id).kind {
            Kind::Null => Scalar::Null,
            Kind::Bool => Scalar::Bool(payload != 0),
            Kind::Int => Scalar::Int(payload.cast_signed()),
            Kind::BigInt => Scalar::BigInt(self.text(payload)),
            Kind::Float => Scalar::Float(f64::from_bits(payload)),
            Kind::Str => Scalar::Str(self.text(payload)),
            Kind::Bytes => Scalar::Bytes(self.bytes(payload)),
            Kind::DateTime => {
                let packed = self.bytes(payload);
                let (date, time) = packed.split_at(4);
                let mut word = [0; 8];
                word[..4].copy_from_slice(date);
                Scalar::DateTime(Date::unpack(u64::from_le_bytes(word)), Time::unpack(time))
            }
            Kind::Date => Scalar::Date(Date::unpack(payload)),
            Kind::Time => Scalar::Time(Time::unpack(self.bytes(payload))),
            Kind::Opaque => Scalar::Opaque(payload),
            Kind::List | Kind::Mapping | Kind::Delete | Kind::Replace | Kind::Append | Kind::Prepend => return None,
        })
    }

    fn bytes(&self, payload: u64) -> &[u8] {
        &self.bytes[span(payload)]
    }

    fn text(&self, payload: u64) -> &str {
        &self.texts[span(payload)]
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.segments.release(self.nodes.len());
        buffer_pool::Buffers::recycle(self);
    }
}

/// Walks siblings by skipping over subtrees.
#[derive(Clone, Debug)]
pub struct Children<'a> {
    nodes: &'a [Node],
    next: NodeId,
    end: NodeId,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        if self.next >= self.end {
            return None;
        }
        let current = self.next;
        self.next = self.nodes[current as usize].end;
        Some(current)
    }
}
