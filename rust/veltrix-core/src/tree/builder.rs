//! Building a tree, in document order.

use std::sync::Arc;

use super::buffer_pool::Buffers;
use super::{NARROW, Node, NodeId, Position, Tree, index_wide, range};
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::value::{Kind, Scalar};

/// The kinds of nodes whose value stands among the texts of a tree, and among its bytes.
const KINDS_OF_TEXT: [Kind; 2] = [Kind::Str, Kind::BigInt];
const KINDS_OF_BYTES: [Kind; 3] = [Kind::Bytes, Kind::DateTime, Kind::Time];

/// Builds a tree in document order: `open`, children, `close`.
#[derive(Debug)]
pub struct TreeBuilder {
    segments: Arc<Interner>,
    buffers: Buffers,
    open: Vec<NodeId>,
}

impl TreeBuilder {
    /// A builder on a table of segments.
    pub fn new(segments: Arc<Interner>) -> Self {
        Self { segments, buffers: Buffers::to_grow(), open: Vec::new() }
    }

    /// A builder of what is likely to be one value.
    pub fn of_one(segments: Arc<Interner>) -> Self {
        let buffers = Buffers { nodes: Vec::with_capacity(1), payloads: Vec::with_capacity(1), ..Buffers::default() };
        Self { segments, buffers, open: Vec::new() }
    }

    /// The table that the tree will use.
    pub fn segments(&self) -> &Arc<Interner> {
        &self.segments
    }

    /// How many containers are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// How many nodes stand so far; the number of the next one.
    pub fn len(&self) -> NodeId {
        self.buffers.nodes.len() as NodeId
    }

    /// Whether no node stands yet.
    pub fn is_empty(&self) -> bool {
        self.buffers.nodes.is_empty()
    }

    /// Whether the numbers of nodes and the offsets of text still fit their fields: 32 bits each.
    pub fn fits(&self) -> bool {
        u32::try_from(self.buffers.nodes.len()).is_ok_and(|last| last != NO_SEGMENT)
            && u32::try_from(self.buffers.texts.len().max(self.buffers.bytes.len())).is_ok()
    }

    /// A node that already stands.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.buffers.nodes[id as usize]
    }

    /// Adds a leaf that is no operator.
    pub fn scalar(&mut self, segment: SegmentId, scalar: Scalar<'_>) -> NodeId {
        let payload = match scalar {
            Scalar::Null => 0,
            Scalar::Bool(value) => u64::from(value),
            Scalar::Int(value) => value.cast_unsigned(),
            Scalar::Float(value) => value.to_bits(),
            Scalar::Str(text) => return self.text(segment, text),
            Scalar::BigInt(digits) => self.store_text(digits),
            Scalar::Bytes(bytes) => self.store(bytes),
            Scalar::DateTime(date, time) => {
                let start = self.buffers.bytes.len();
                self.buffers.bytes.extend_from_slice(&date.pack().to_le_bytes()[..4]);
                self.buffers.bytes.extend_from_slice(&time.pack());
                range(start, self.buffers.bytes.len())
            }
            Scalar::Date(date) => date.pack(),
            Scalar::Time(time) => self.store(&time.pack()),
            Scalar::Opaque(handle) => handle,
        };
        self.push(segment, scalar.kind(), payload)
    }

    /// Adds a text.
    #[inline]
    pub fn text(&mut self, segment: SegmentId, text: &str) -> NodeId {
        let payload = self.store_text(text);
        self.push(segment, Kind::Str, payload)
    }

    /// Adds an integer.
    #[inline]
    pub fn int(&mut self, segment: SegmentId, value: i64) -> NodeId {
        self.push(segment, Kind::Int, value.cast_unsigned())
    }

    /// Adds a truth value.
    #[inline]
    pub fn bool(&mut self, segment: SegmentId, value: bool) -> NodeId {
        self.push(segment, Kind::Bool, u64::from(value))
    }

    /// Adds a double.
    #[inline]
    pub fn float(&mut self, segment: SegmentId, value: f64) -> NodeId {
        self.push(segment, Kind::Float, value.to_bits())
    }

    /// Adds a null.
    #[inline]
    pub fn null(&mut self, segment: SegmentId) -> NodeId {
        self.push(segment, Kind::Null, 0)
    }

    /// Adds the operator without a value.
    pub fn delete(&mut self, segment: SegmentId) -> NodeId {
        self.push(segment, Kind::Delete, 0)
    }

    /// Opens a mapping, a list or an operator with a value; what follows until [`Self::close`] stands in it.
    pub fn open(&mut self, segment: SegmentId, kind: Kind) -> NodeId {
        let id = self.push(segment, kind, 0);
        self.open.push(id);
        id
    }

    /// Closes what was opened last.
    pub fn close(&mut self) {
        self.close_with(usize::MAX);
    }

    /// Closes what was opened last and has at most so many children.
    #[inline]
    pub fn close_with(&mut self, children: usize) {
        if let Some(id) = self.open.pop() {
            self.buffers.nodes[id as usize].end = self.buffers.nodes.len() as NodeId;
            if children > NARROW {
                index_wide(&self.buffers.nodes, &mut self.buffers.payloads, &mut self.buffers.wide, id);
            }
        }
    }

    /// Says where the node stands in its document.
    pub fn locate(&mut self, id: NodeId, position: Position) {
        if self.buffers.positions.len() == id as usize {
            self.buffers.positions.push(position);
        } else {
            self.buffers.positions.resize(self.buffers.nodes.len(), Position::default());
            self.buffers.positions[id as usize] = position;
        }
    }

    /// Gives a node another kind or name: how a document turns `{"$append": […]}` into the operator.
    pub fn retype(&mut self, id: NodeId, segment: SegmentId, kind: Kind) {
        let node = &mut self.buffers.nodes[id as usize];
        node.segment = segment;
        node.kind = kind;
    }

    /// Removes every node from `id` on, open or closed.
    pub fn truncate(&mut self, id: NodeId) {
        self.open.retain(|&open| open < id);
        // Texts and bytes stand in the order of their nodes.
        let first = |kinds: &[Kind]| {
            let mut removed = (id as usize)..self.buffers.nodes.len();
            let first = removed.find(|&node| kinds.contains(&self.buffers.nodes[node].kind))?;
            Some((self.buffers.payloads[first] >> 32) as usize)
        };
        let (text, bytes) = (first(&KINDS_OF_TEXT), first(&KINDS_OF_BYTES));
        self.buffers.texts.truncate(text.unwrap_or(self.buffers.texts.len()));
        self.buffers.bytes.truncate(bytes.unwrap_or(self.buffers.bytes.len()));
        self.buffers.nodes.truncate(id as usize);
        self.buffers.payloads.truncate(id as usize);
        self.buffers.positions.truncate(id as usize);
    }

    /// Copies a subtree of another tree of the same table.
    pub fn copy(&mut self, segment: SegmentId, from: &Tree, id: NodeId) {
        let base = self.buffers.nodes.len() as NodeId;
        for source in id..from.node(id).end {
            let node = from.node(source);
            let name = if source == id { segment } else { node.segment };
            let copied = match from.scalar(source) {
                Some(scalar) => self.scalar(name, scalar),
                None => self.push(name, node.kind, 0),
            };
            self.buffers.nodes[copied as usize].end = node.end - id + base;
            if let Some(position) = from.position(source) {
                self.locate(copied, position);
            }
        }
        for copied in base..self.len() {
            index_wide(&self.buffers.nodes, &mut self.buffers.payloads, &mut self.buffers.wide, copied);
        }
    }

    /// The finished tree.
    pub fn finish(mut self) -> Tree {
        while !self.open.is_empty() {
            self.close();
        }
        if !self.buffers.positions.is_empty() {
            self.buffers.positions.resize(self.buffers.nodes.len(), Position::default());
        }
        self.segments.retain(self.buffers.nodes.len());
        let Self { segments, buffers, .. } = self;
        // What was made for one value fits as it is.
        if buffers.nodes.capacity() == 1 {
            return buffers.into_layer(segments);
        }
        let tree = buffers.copied().into_layer(segments);
        buffers.keep_growing();
        tree
    }

    #[inline]
    fn store(&mut self, bytes: &[u8]) -> u64 {
        let start = self.buffers.bytes.len();
        self.buffers.bytes.extend_from_slice(bytes);
        range(start, self.buffers.bytes.len())
    }

    #[inline]
    fn store_text(&mut self, text: &str) -> u64 {
        let start = self.buffers.texts.len();
        self.buffers.texts.push_str(text);
        range(start, self.buffers.texts.len())
    }

    #[inline]
    fn push(&mut self, segment: SegmentId, kind: Kind, payload: u64) -> NodeId {
        let id = self.buffers.nodes.len() as NodeId;
        self.buffers.nodes.push(Node { segment, end: id + 1, kind });
        self.buffers.payloads.push(payload);
        id
    }
}
