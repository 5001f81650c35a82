//! The tables of a TOML document: which one a key means, and whether it may still be added to.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::document::{DocumentBuilder, Word, too_deep, word};
use super::document_error::DocumentError;
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::limits::MAX_DEPTH;
use crate::path::{push_index, push_segment};
use crate::tree::{Position, Tree};
use crate::value::Scalar;

/// The number of a node; the table of the whole document is [`ROOT`].
pub type TomlNodeId = u32;

/// The table of the whole document.
pub const ROOT: TomlNodeId = 0;
const NONE: TomlNodeId = TomlNodeId::MAX;

/// One part of a key, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// Its text in the table of segments.
    pub segment: SegmentId,
    /// Where it starts.
    pub position: Position,
}

/// What a key holds.
#[derive(Debug)]
pub enum Item<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// Any other scalar.
    Scalar(Scalar<'static>),
    /// `[…]`, complete where it stands.
    Array,
    /// `{…}`, complete where it stands.
    InlineTable,
    /// A table; in which section it was declared, or written to by dotted keys.
    Table(Option<u32>),
    /// `[[…]]`; its items are tables.
    Tables,
}

/// The sections of a document are counted from 1; a header declares a table for all of them.
const HEADER: u32 = 0;

#[derive(Debug)]
struct TomlNode<'a> {
    item: Item<'a>,
    name: Name,
    parent: TomlNodeId,
    /// How many segments its path has; operators are none.
    depth: usize,
    first: TomlNodeId,
    last: TomlNodeId,
    next: TomlNodeId,
}

impl<'a> TomlNode<'a> {
    const fn new(item: Item<'a>, name: Name, parent: TomlNodeId, depth: usize) -> Self {
        Self { item, name, parent, depth, first: NONE, last: NONE, next: NONE }
    }
}

/// All items of a document, each linked to its next sibling.
#[derive(Debug)]
pub struct Tables<'a> {
    segments: Arc<Interner>,
    nodes: Vec<TomlNode<'a>>,
    /// Table and name to the item.
    index: HashMap<u64, TomlNodeId, foldhash::fast::RandomState>,
    section: u32,
}

impl<'a> Tables<'a> {
    /// An empty document.
    pub fn new(segments: &Arc<Interner>) -> Self {
        let name = Name { segment: NO_SEGMENT, position: Position { line: 1, column: 1 } };
        let root = TomlNode::new(Item::Table(Some(HEADER)), name, NONE, 0);
        Self { segments: Arc::clone(segments), nodes: vec![root], index: HashMap::default(), section: 1 }
    }

    /// The table that names keys.
    pub fn segments(&self) -> &Interner {
        &self.segments
    }

    /// Adds a value to a table under a name, or to an array.
    pub fn add(&mut self, parent: TomlNodeId, name: Name, item: Item<'a>) -> Result<TomlNodeId, DocumentError> {
        if !matches!(self.node(parent).item, Item::Array | Item::Tables)
            && let Some(known) = self.find(parent, name)
        {
            return Err(self.duplicate(known, name));
        }
        self.push(parent, name, item)
    }

    /// The table that dotted keys lead to, seen from another one.
    pub fn dotted(&mut self, table: TomlNodeId, key: &[Name]) -> Result<TomlNodeId, DocumentError> {
        let section = self.section;
        let mut table = table;
        for &name in key {
            table = match self.find(table, name) {
                None => self.push(table, name, Item::Table(Some(section)))?,
                Some(known) => match &mut self.node_mut(known).item {
                    Item::Table(declared) if declared.is_none_or(|declared| declared == section) => {
                        *declared = Some(section);
                        known
                    }
                    _ => return Err(self.complete(known, name)),
                },
            };
        }
        Ok(table)
    }

    /// The table that a header declares.
    pub fn header(&mut self, key: &[Name], is_array: bool) -> Result<TomlNodeId, DocumentError> {
        self.section += 1;
        let Some((&last, outer)) = key.split_last() else { return Ok(ROOT) };
        let mut table = ROOT;
        for &name in outer {
            let known = self.find(table, name).unwrap_or(NONE);
            table = match self.nodes.get(known as usize).map(|node| &node.item) {
                None => self.push(table, name, Item::Table(None))?,
                Some(Item::Table(_)) => known,
                Some(Item::Tables) => self.node(known).last,
                Some(_) => return Err(self.complete(known, name)),
            };
        }
        let known = self.find(table, last);
        if is_array {
            let tables = match known {
                None => self.push(table, last, Item::Tables)?,
                Some(known) if matches!(self.node(known).item, Item::Tables) => known,
                Some(known) => return Err(self.duplicate(known, last)),
            };
            return self.push(tables, last, Item::Table(Some(HEADER)));
        }
        let Some(known) = known else { return self.push(table, last, Item::Table(Some(HEADER))) };
        match &mut self.node_mut(known).item {
            Item::Table(declared @ None) => {
                *declared = Some(HEADER);
                Ok(known)
            }
            _ => Err(self.duplicate(known, last)),
        }
    }

    /// Hands the whole document over.
    pub fn build(self, mut document: DocumentBuilder) -> Result<Tree, DocumentError> {
        let mut id = ROOT;
        loop {
            let node = self.node(id);
            let position = node.name.position;
            if node.parent != NONE && !self.is_list(node.parent) {
                document.key(&self.segments.get(node.name.segment).text, position)?;
            }
            match &node.item {
                Item::Text(text) => document.scalar(Scalar::Str(text), position)?,
                Item::Scalar(scalar) => document.scalar(*scalar, position)?,
                Item::Array | Item::Tables => document.open_list(position)?,
                Item::InlineTable | Item::Table(_) => document.open_mapping(position)?,
            }
            if node.first != NONE {
                id = node.first;
                continue;
            }
            if !matches!(node.item, Item::Text(_) | Item::Scalar(_)) {
                document.close();
            }
            while self.node(id).next == NONE {
                id = self.node(id).parent;
                if id == NONE {
                    return Ok(document.finish());
                }
                document.close();
            }
            id = self.node(id).next;
        }
    }

    /// Whether a name is one of the four words of operators.
    pub fn is_operator(&self, name: Name) -> bool {
        matches!(word(&self.segments.get(name.segment).text), Word::Operator(_))
    }

    fn node(&self, id: TomlNodeId) -> &TomlNode<'a> {
        &self.nodes[id as usize]
    }

    fn node_mut(&mut self, id: TomlNodeId) -> &mut TomlNode<'a> {
        &mut self.nodes[id as usize]
    }

    fn is_list(&self, id: TomlNodeId) -> bool {
        matches!(self.node(id).item, Item::Array | Item::Tables)
    }

    fn find(&self, table: TomlNodeId, name: Name) -> Option<TomlNodeId> {
        self.index.get(&slot(table, name)).copied()
    }

    /// Adds an item, unless its path is too long: what no layer can hold is not gathered either.
    fn push(&mut self, parent: TomlNodeId, name: Name, item: Item<'a>) -> Result<TomlNodeId, DocumentError> {
        let id = self.nodes.len() as TomlNodeId;
        let is_segment = self.is_list(parent) || !self.is_operator(name);
        let depth = self.node(parent).depth + usize::from(is_segment);
        self.nodes.push(TomlNode::new(item, name, parent, depth));
        let previous = self.node(parent).last;
        if previous == NONE {
            self.node_mut(parent).first = id;
        } else {
            self.node_mut(previous).next = id;
        }
        self.node_mut(parent).last = id;
        if !self.is_list(parent) {
            self.index.insert(slot(parent, name), id);
        }
        if depth > MAX_DEPTH { Err(too_deep(self.path(id), name.position)) } else { Ok(id) }
    }

    fn duplicate(&self, known: TomlNodeId, name: Name) -> DocumentError {
        DocumentError::duplicate(self.path(known), self.node(known).name.position, name.position)
    }

    fn complete(&self, known: TomlNodeId, name: Name) -> DocumentError {
        let Position { line, column } = self.node(known).name.position;
        let reason = format!("cannot add to a value that is complete (at line {line}, column {column})");
        DocumentError { path: Some(self.path(known)), ..DocumentError::syntax(reason, name.position) }
    }

    fn path(&self, id: TomlNodeId) -> String {
        let mut steps = vec![id];
        while let Some(&last) = steps.last()
            && self.node(last).parent != ROOT
        {
            steps.push(self.node(last).parent);
        }
        let mut path = String::new();
        for &step in steps.iter().rev() {
            let parent = self.node(step).parent;
            if self.is_list(parent) {
                let mut index = 0;
                let mut sibling = self.node(parent).first;
                while sibling != step {
                    sibling = self.node(sibling).next;
                    index += 1;
                }
                push_index(&mut path, index);
                continue;
            }
            let text = &*self.segments.get(self.node(step).name.segment).text;
            match word(text) {
                Word::Operator(_) => {}
                Word::Escaped => push_segment(&mut path, &text[1..]),
                Word::Ordinary => push_segment(&mut path, text),
            }
        }
        path
    }
}

fn slot(table: TomlNodeId, name: Name) -> u64 {
    u64::from(table) << 32 | u64::from(name.segment)
}
