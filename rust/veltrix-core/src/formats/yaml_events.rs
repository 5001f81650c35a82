//! The parser's events as a flat list of nodes, in document order.
//!
//! ```text
//!   a: [1, *x]       0 Mapping   1 "a"   2 List   3 "1"   4 Alias
//!   end                  5         2        5       4        5
//! ```
//! Nothing here recurses, so that depth costs memory only, and little: reading stops where no document can be valid.

use std::borrow::Cow;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::DocumentError;
use super::document::DEPTH_LIMIT;
use super::yaml_scalar::Tag;
use crate::layer::Position;

/// No valid document has as many containers open: each level of a path has one, and one more with an operator.
const OPEN_LIMIT: usize = 2 * DEPTH_LIMIT + 2;

/// One node of the document.
#[derive(Debug)]
pub struct Node<'t> {
    /// What it is.
    pub content: Content<'t>,
    /// Where it starts.
    pub position: Position,
    /// The node behind it and all that it holds.
    pub end: u32,
    /// What its tag says.
    pub tag: Tag,
}

/// What a node is.
#[derive(Debug)]
pub enum Content<'t> {
    /// Text without quotes, resolved by its look.
    Plain(Cow<'t, str>),
    /// Text in quotes or in a block.
    Quoted(Cow<'t, str>),
    /// Its items follow.
    List,
    /// Its keys and values follow in turn.
    Mapping,
    /// Another node, again.
    Alias(u32),
}

/// A document as nodes; none at all for an empty one.
#[derive(Debug, Default)]
pub struct Nodes<'t> {
    /// In document order, the root first.
    pub list: Vec<Node<'t>>,
    /// Where reading stopped, if the document goes deeper than any valid one.
    pub cut: Option<Position>,
}

/// Reads the nodes of a text that holds one document at most.
pub fn read(text: &str) -> Result<Nodes<'_>, DocumentError> {
    let mut reader = Reader::default();
    let Err(failure) = reader.read(text) else { return Ok(reader.nodes) };
    let Some(offset) = failure.offset else { return Err(failure.error) };
    // The parser reads a whole flow collection before it says how that begins. Where it gave up behind too many
    // brackets, those are what is wrong.
    let before: &str = text.char_indices().nth(offset).map_or(text, |(byte, _)| &text[..byte]);
    if before.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() <= DEPTH_LIMIT {
        return Err(failure.error);
    }
    let mut reader = Reader::default();
    let _ = reader.read(before);
    if reader.nodes.cut.is_some() { Ok(reader.nodes) } else { Err(failure.error) }
}

/// Why reading stopped.
struct Failure {
    error: DocumentError,
    /// In code points, if the parser gave up.
    offset: Option<usize>,
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Self { error, offset: None }
    }
}

#[derive(Default)]
struct Reader<'t> {
    nodes: Nodes<'t>,
    open: Vec<u32>,
    /// The node of each anchor, by the parser's number less one.
    anchors: Vec<u32>,
    documents: usize,
}

impl<'t> Reader<'t> {
    fn read(&mut self, text: &'t str) -> Result<(), Failure> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| Failure {
                error: DocumentError::syntax(error.info(), position(error.marker())),
                offset: Some(error.marker().index()),
            })?;
            self.event(event, span)?;
            if self.nodes.cut.is_some() {
                break;
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), DocumentError> {
        let place = position(&span.start);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(DocumentError::syntax("more than one document", place));
                }
            }
            Event::Scalar(text, ScalarStyle::Plain, anchor, tag) => {
                self.push(Content::Plain(text), place, anchor, tag);
            }
            Event::Scalar(text, _, anchor, tag) => self.push(Content::Quoted(text), place, anchor, tag),
            Event::SequenceStart(anchor, tag) => self.open(Content::List, place, anchor, tag),
            Event::MappingStart(anchor, tag) => self.open(Content::Mapping, place, anchor, tag),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let target = anchor.checked_sub(1).and_then(|index| self.anchors.get(index)).copied();
                let Some(target) = target else { return Err(DocumentError::syntax("unknown anchor", place)) };
                if self.open.contains(&target) {
                    return Err(DocumentError::syntax("recursive alias", place));
                }
                self.push(Content::Alias(target), place, 0, None);
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn push(
        &mut self,
        content: Content<'t>,
        position: Position,
        anchor: usize,
        tag: Option<Cow<'t, saphyr_parser::Tag>>,
    ) {
        let id = self.nodes.list.len() as u32;
        if anchor > 0 {
            self.anchors.resize(anchor, id);
        }
        let tag = tag.map_or(Tag::Absent, |tag| Tag::from_name(&format!("{}{}", tag.handle, tag.suffix)));
        self.nodes.list.push(Node { content, position, end: id + 1, tag });
    }

    fn open(
        &mut self,
        content: Content<'t>,
        position: Position,
        anchor: usize,
        tag: Option<Cow<'t, saphyr_parser::Tag>>,
    ) {
        self.open.push(self.nodes.list.len() as u32);
        self.push(content, position, anchor, tag);
        if self.open.len() > OPEN_LIMIT {
            self.nodes.cut = Some(position);
            while !self.open.is_empty() {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        if let Some(id) = self.open.pop() {
            self.nodes.list[id as usize].end = self.nodes.list.len() as u32;
        }
    }
}

fn position(marker: &Marker) -> Position {
    Position { line: marker.line() as u32, column: marker.col() as u32 + 1 }
}
