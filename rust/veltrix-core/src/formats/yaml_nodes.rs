//! The events of the parser as a flat list of nodes, in document order.
//!
//! ```text
//!   a: [1, *x]       0 Mapping   1 "a"   2 List   3 "1"   4 Alias
//!   end                  5         2        5       4        5
//! ```
//! Nothing here recurses, so that depth costs only memory, and little: reading stops where nothing can be valid.

use std::borrow::Cow;

use granit_parser::{Event, ScalarStyle, Span};

use super::document_error::DocumentError;
use super::yaml_parser::{events, position};
use super::yaml_scalar::Tag;
use crate::limits::MAX_DEPTH;
use crate::tree::Position;

/// No valid document has as many containers open: one for each level of a path, two with an operator.
const OPEN_LIMIT: usize = 2 * MAX_DEPTH + 2;

/// One node of the document.
#[derive(Debug)]
pub struct YamlNode<'t> {
    /// What it is.
    pub content: Content<'t>,
    /// Where it starts.
    pub position: Position,
    /// The node after it and all that it holds.
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
    pub list: Vec<YamlNode<'t>>,
    /// Where reading stopped, if the document goes deeper than any valid one.
    pub cut: Option<Position>,
}

/// Reads the nodes of a text that holds one document at most.
pub fn read(text: &str) -> Result<Nodes<'_>, DocumentError> {
    let mut reader = YamlNodeReader::default();
    for event in events(text) {
        let (event, span) = event?;
        reader.event(text, event, span)?;
        if reader.nodes.cut.is_some() {
            break;
        }
    }
    Ok(reader.nodes)
}

#[derive(Default)]
struct YamlNodeReader<'t> {
    nodes: Nodes<'t>,
    open: Vec<u32>,
    /// The node of each anchor, by the parser's number less one.
    anchors: Vec<u32>,
    documents: usize,
}

impl<'t> YamlNodeReader<'t> {
    fn event(&mut self, source: &str, event: Event<'t>, span: Span) -> Result<(), DocumentError> {
        let position = position(&span.tag_start().unwrap_or(span.start));
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(DocumentError::syntax("more than one document", position));
                }
            }
            Event::Scalar(text, ScalarStyle::Plain, anchor, tag) => {
                // The parser says `~` for what is not there at all, too.
                let missing = text == "~" && span.slice(source) != Some("~");
                let text = if missing { Cow::Borrowed("") } else { text };
                self.push(Content::Plain(text), position, anchor, tag);
            }
            Event::Scalar(text, _, anchor, tag) => self.push(Content::Quoted(text), position, anchor, tag),
            Event::SequenceStart(_, anchor, tag) => self.open(Content::List, position, anchor, tag),
            Event::MappingStart(_, anchor, tag) => self.open(Content::Mapping, position, anchor, tag),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => {
                let target = anchor.checked_sub(1).and_then(|index| self.anchors.get(index)).copied();
                let Some(target) = target else { return Err(DocumentError::syntax("unknown anchor", position)) };
                if self.open.contains(&target) {
                    return Err(DocumentError::syntax("recursive alias", position));
                }
                self.push(Content::Alias(target), position, 0, None);
            }
            _ => {}
        }
        Ok(())
    }

    fn push(
        &mut self,
        content: Content<'t>,
        position: Position,
        anchor: usize,
        tag: Option<Cow<'t, granit_parser::Tag>>,
    ) {
        let id = self.nodes.list.len() as u32;
        if anchor > 0 {
            self.anchors.resize(anchor, id);
        }
        let tag = tag.map_or(Tag::Absent, |tag| Tag::from_parts(tag.handle(), tag.suffix()));
        self.nodes.list.push(YamlNode { content, position, end: id + 1, tag });
    }

    fn open(
        &mut self,
        content: Content<'t>,
        position: Position,
        anchor: usize,
        tag: Option<Cow<'t, granit_parser::Tag>>,
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
