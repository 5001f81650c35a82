//! What all documents share: events in, a layer out.
//!
//! ```text
//!  format      key · scalar · open_mapping · open_list · close        (with the position of each)
//!     │
//!     ▼        depth ≤ 64, no duplicate key, operator words, `$$`, sizes, a mapping at the top
//!  TreeBuilder
//! ```
//! A node's position is where its key starts; an item of a list, which has none, stands where it starts.

use std::collections::HashMap;
use std::sync::Arc;

use super::document_error::DocumentError;
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::limits::{KEY_LIMIT, MAX_DEPTH, VALUE_LIMIT};
use crate::path::{push_index, push_segment};
use crate::tree::{Position, Tree, TreeBuilder};
use crate::value::{Kind, Scalar};

/// A mapping of up to this many keys is searched for duplicates one by one; few where assertions are on, so that small
/// documents meet the other way.
const NARROW: usize = if cfg!(debug_assertions) { 3 } else { 32 };

/// Builds a layer from the events of one document.
#[derive(Debug)]
pub struct DocumentBuilder {
    tree: TreeBuilder,
    frames: Vec<OpenContainer>,
    /// The keys of all open mappings, each mapping's after its parent's.
    keys: Vec<SegmentId>,
    key_positions: Vec<Position>,
    /// `(mapping, key)` to the index in `keys`, for mappings of more than [`NARROW`] keys.
    wide: HashMap<u64, u32, foldhash::fast::RandomState>,
    /// How many path segments a child of the innermost frame has.
    level: usize,
    open_lists: usize,
}

/// A container that is open.
#[derive(Debug)]
struct OpenContainer {
    node: u32,
    kind: Kind,
    /// The last key of a mapping; the segment and position of the child to come.
    segment: SegmentId,
    position: Position,
    /// Where the mapping's keys start in `keys`.
    first_key: usize,
    /// A bit for each key that the mapping may have; a key whose bit is not set is new.
    seen: u64,
    /// Children so far.
    items: u64,
}

impl DocumentBuilder {
    /// A builder on a table of segments.
    pub fn new(segments: Arc<Interner>) -> Self {
        Self {
            tree: TreeBuilder::new(segments),
            frames: Vec::new(),
            keys: Vec::new(),
            key_positions: Vec::new(),
            wide: HashMap::default(),
            level: 0,
            open_lists: 0,
        }
    }

    /// The table that names keys.
    pub fn segments(&self) -> &Arc<Interner> {
        self.tree.segments()
    }

    /// The key of the next child of the mapping that is open.
    pub fn key(&mut self, text: &str, position: Position) -> Result<(), DocumentError> {
        if text.len() > KEY_LIMIT {
            return Err(DocumentError::limit("a key of more than 1 MiB", position));
        }
        let mut name = text;
        if let Some(escaped) = text.strip_prefix('$') {
            match word(text) {
                Word::Operator(kind) => return self.operator(kind, position),
                Word::Escaped => name = escaped,
                Word::Ordinary => {}
            }
        }
        let Some(frame) = self.frames.last() else { return Ok(()) };
        if frame.kind.is_operator() {
            return Err(beside(frame.kind, position));
        }
        if self.level > MAX_DEPTH {
            return Err(too_deep(self.path(Some(name)), position));
        }
        let segment = self.tree.segments().intern(name);
        if let Some(first) = self.remember(segment, position) {
            return Err(self.duplicate(name, first, position));
        }
        self.expect(segment, position);
        Ok(())
    }

    /// A key of the innermost mapping that stands a second time.
    pub fn duplicate(&self, name: &str, first: Position, position: Position) -> DocumentError {
        DocumentError::duplicate(self.path(Some(name)), first, position)
    }

    /// A leaf.
    pub fn scalar(&mut self, scalar: Scalar<'_>, position: Position) -> Result<(), DocumentError> {
        if let Scalar::Str(text) = scalar
            && text.len() > VALUE_LIMIT
        {
            return Err(DocumentError::limit("a value of more than 8 MiB", position));
        }
        let (segment, position) = match self.frames.last_mut() {
            Some(frame) if frame.kind == Kind::Mapping => (frame.segment, frame.position),
            Some(frame) if frame.kind == Kind::List && self.level <= MAX_DEPTH => {
                frame.items += 1;
                (NO_SEGMENT, position)
            }
            Some(frame) if frame.kind == Kind::Delete && scalar == Scalar::Bool(true) => return Ok(()),
            Some(frame) if frame.kind == Kind::Delete => {
                return Err(DocumentError::syntax("\"$delete\" takes true", frame.position));
            }
            _ => self.child(scalar.kind(), position)?,
        };
        let node = self.tree.scalar(segment, scalar);
        self.tree.locate(node, position);
        Ok(())
    }

    /// A mapping begins; its keys and values follow until [`Self::close`].
    pub fn open_mapping(&mut self, position: Position) -> Result<(), DocumentError> {
        self.open(Kind::Mapping, position)
    }

    /// A list begins; its items follow until [`Self::close`].
    pub fn open_list(&mut self, position: Position) -> Result<(), DocumentError> {
        self.open(Kind::List, position)
    }

    /// The innermost mapping or list ends.
    pub fn close(&mut self) {
        let Some(frame) = self.frames.pop() else { return };
        self.keys.truncate(frame.first_key);
        self.key_positions.truncate(frame.first_key);
        self.level -= usize::from(!frame.kind.is_operator());
        self.open_lists -= usize::from(frame.kind == Kind::List);
        self.tree.close();
    }

    /// Whether the innermost container is a list.
    pub fn in_list(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.kind == Kind::List)
    }

    /// How many containers are open.
    pub fn open_containers(&self) -> usize {
        self.frames.len()
    }

    /// The finished layer; a document without any event is an empty mapping.
    pub fn finish(mut self) -> Tree {
        if self.tree.is_empty() {
            self.tree.open(NO_SEGMENT, Kind::Mapping);
        }
        self.tree.finish()
    }

    fn open(&mut self, kind: Kind, position: Position) -> Result<(), DocumentError> {
        let (segment, position) = self.child(kind, position)?;
        let node = self.tree.open(segment, kind);
        self.tree.locate(node, position);
        let first_key = self.keys.len();
        self.frames.push(OpenContainer { node, kind, segment: NO_SEGMENT, position, first_key, seen: 0, items: 0 });
        self.level += 1;
        self.open_lists += usize::from(kind == Kind::List);
        Ok(())
    }

    /// The segment and position of a child that begins now, if it may stand here.
    fn child(&mut self, kind: Kind, position: Position) -> Result<(SegmentId, Position), DocumentError> {
        let Some(frame) = self.frames.last_mut() else {
            if kind == Kind::Mapping {
                return Ok((NO_SEGMENT, position));
            }
            let reason = format!("expected a mapping at the top level, found {}", kind.word());
            return Err(DocumentError::syntax(reason, position));
        };
        let wanted = match frame.kind {
            Kind::Append if kind != Kind::List => Some("\"$append\" takes a list"),
            Kind::Prepend if kind != Kind::List => Some("\"$prepend\" takes a list"),
            Kind::Delete => Some("\"$delete\" takes true"),
            _ => None,
        };
        if let Some(reason) = wanted {
            return Err(DocumentError::syntax(reason, frame.position));
        }
        frame.items += 1;
        if frame.kind != Kind::List {
            return Ok((frame.segment, frame.position));
        }
        if self.level > MAX_DEPTH {
            return Err(too_deep(self.path(None), position));
        }
        Ok((NO_SEGMENT, position))
    }

    /// Turns the innermost mapping into an operator.
    fn operator(&mut self, kind: Kind, position: Position) -> Result<(), DocumentError> {
        let refused = |reason: &str| Err(DocumentError::syntax(reason, position));
        if self.open_lists > 0 {
            return refused("an operator cannot stand inside a list");
        }
        let [outer @ .., frame] = &mut self.frames[..] else { return Ok(()) };
        let Some(outer) = outer.last() else { return refused("an operator cannot stand at the top level") };
        if frame.kind.is_operator() || self.keys.len() > frame.first_key {
            return Err(beside(kind, position));
        }
        if outer.kind == Kind::Replace {
            return refused("\"$replace\" takes a value, not an operator");
        }
        frame.kind = kind;
        self.level -= 1;
        let segment = self.tree.node(frame.node).segment;
        self.tree.retype(frame.node, segment, kind);
        self.expect(NO_SEGMENT, position);
        Ok(())
    }

    fn expect(&mut self, segment: SegmentId, position: Position) {
        if let Some(frame) = self.frames.last_mut() {
            frame.segment = segment;
            frame.position = position;
        }
    }

    /// Notes a key of the innermost mapping; where it was noted before, if it was.
    #[inline]
    fn remember(&mut self, segment: SegmentId, position: Position) -> Option<Position> {
        let frame = self.frames.last_mut()?;
        let bit = 1 << (segment % u64::BITS);
        let is_new = frame.seen & bit == 0;
        frame.seen |= bit;
        let (node, first_key) = (frame.node, frame.first_key);
        if (!is_new || self.keys.len() - first_key >= NARROW)
            && let Some(index) = self.find(node, first_key, segment)
        {
            return Some(self.key_positions[index]);
        }
        self.keys.push(segment);
        self.key_positions.push(position);
        None
    }

    /// Where a key of the innermost mapping stands in `keys`; the key is expected to go there if it is new.
    fn find(&mut self, node: u32, first_key: usize, segment: SegmentId) -> Option<usize> {
        let index = self.keys.len();
        if index - first_key < NARROW {
            return self.keys[first_key..].iter().position(|&key| key == segment).map(|index| first_key + index);
        }
        let slot = |key: SegmentId| u64::from(node) << 32 | u64::from(key);
        if index - first_key == NARROW {
            let keys = self.keys[first_key..].iter().zip(first_key..);
            self.wide.extend(keys.map(|(&key, index)| (slot(key), index as u32)));
        }
        self.wide.insert(slot(segment), index as u32).map(|index| index as usize)
    }

    /// The path of the child to come: its key, or the item of the innermost list that was counted last.
    fn path(&self, key: Option<&str>) -> String {
        let mut path = String::new();
        let (inner, outer) = match self.frames.split_last() {
            Some((inner, outer)) => (Some(inner), outer),
            None => (None, &self.frames[..]),
        };
        for frame in outer {
            match frame.kind {
                Kind::List => push_index(&mut path, frame.items - 1),
                Kind::Mapping => push_segment(&mut path, &self.tree.segments().get(frame.segment).text),
                _ => {}
            }
        }
        match (key, inner) {
            (Some(key), _) => push_segment(&mut path, key),
            (None, Some(frame)) => push_index(&mut path, frame.items.saturating_sub(1)),
            (None, None) => {}
        }
        path
    }
}

/// What a key that begins with `$` may be.
pub(super) enum Word {
    /// `$append` and its like.
    Operator(Kind),
    /// `$$append` and its like: an ordinary key with one sign less.
    Escaped,
    /// Any other key.
    Ordinary,
}

/// What a key is.
pub(super) fn word(key: &str) -> Word {
    let bare = key.trim_start_matches('$');
    let kind = match bare {
        "delete" => Kind::Delete,
        "replace" => Kind::Replace,
        "append" => Kind::Append,
        "prepend" => Kind::Prepend,
        _ => return Word::Ordinary,
    };
    if key.len() == bare.len() + 1 { Word::Operator(kind) } else { Word::Escaped }
}

fn beside(kind: Kind, position: Position) -> DocumentError {
    DocumentError::syntax(format!("the operator \"${}\" stands beside other keys", kind.word()), position)
}

/// A path of more than [`MAX_DEPTH`] segments.
pub(super) fn too_deep(path: String, position: Position) -> DocumentError {
    let error = DocumentError::limit(format!("deeper than {MAX_DEPTH} levels"), position);
    DocumentError { path: Some(path), ..error }
}
