//! TOML 1.0.
//!
//! ```text
//! text ──► statements, keys, values (here)  ──► tables (toml_tables.rs) ──► DocumentBuilder
//!                └── strings, numbers, dates (toml_scalar.rs)
//! ```
//! A table may be continued anywhere in a document, so the whole of it is gathered before the layer is built.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::document::DocumentBuilder;
use super::document_error::DocumentError;
use super::toml_scalar;
use super::toml_tables::{Item, Name, ROOT, Tables, TomlNodeId};
use crate::limits::MAX_DEPTH;
use crate::tree::Tree;

/// What an operator lacks that is written as in other documents.
const DOLLAR: &str = "a key with '$' stands in quotes";

/// Reads a TOML document.
pub fn parse(text: &str, document: DocumentBuilder) -> Result<Tree, DocumentError> {
    let mut reader =
        TomlReader { cursor: Cursor::new(text), tables: Tables::new(document.segments()), key: Vec::new() };
    reader.statements()?;
    reader.tables.build(document)
}

struct TomlReader<'a> {
    cursor: Cursor<'a>,
    tables: Tables<'a>,
    /// The parts of the dotted key that was read last.
    key: Vec<Name>,
}

/// An array or inline table whose closing bracket is still to come.
struct Open {
    node: TomlNodeId,
    is_array: bool,
}

impl TomlReader<'_> {
    fn statements(&mut self) -> Result<(), DocumentError> {
        let mut table = ROOT;
        loop {
            self.skip_blanks();
            match self.cursor.peek() {
                None => return Ok(()),
                Some(b'[') => table = self.header()?,
                Some(b'#' | b'\n' | b'\r') => {}
                Some(byte) if starts_key(byte) => self.assignment(table)?,
                Some(b'$') => return Err(self.cursor.error(DOLLAR)),
                Some(_) => return Err(self.cursor.error("expected a key or a table header")),
            }
            self.skip_blanks();
            self.skip_comment()?;
            if !self.skip_line_break() && self.cursor.peek().is_some() {
                return Err(self.cursor.error("expected the end of the line"));
            }
        }
    }

    /// `[table]` or `[[array of tables]]`; the table that is meant from here on.
    fn header(&mut self) -> Result<TomlNodeId, DocumentError> {
        self.cursor.offset += 1;
        let is_array = self.cursor.take(b'[');
        self.skip_blanks();
        self.key()?;
        let table = self.tables.header(&self.key, is_array)?;
        if is_array && !self.cursor.starts_with(b"]]") {
            return Err(self.cursor.error("expected ']]' after the key"));
        }
        if !self.cursor.take(b']') {
            return Err(self.cursor.error("expected ']' after the key"));
        }
        self.cursor.offset += usize::from(is_array);
        Ok(table)
    }

    fn assignment(&mut self, table: TomlNodeId) -> Result<(), DocumentError> {
        let (table, name) = self.key_of_value(table)?;
        self.value(table, name)
    }

    /// Reads `a.b.c =` up to the value; the table that `a.b` means, and `c`.
    fn key_of_value(&mut self, table: TomlNodeId) -> Result<(TomlNodeId, Name), DocumentError> {
        let name = self.key()?;
        self.key.pop();
        let table = self.tables.dotted(table, &self.key)?;
        if !self.cursor.take(b'=') {
            return Err(self.cursor.error("expected '=' after the key"));
        }
        self.skip_blanks();
        Ok((table, name))
    }

    /// Reads a dotted key and the blanks after it into `self.key`; its last part.
    ///
    /// It reads no more parts than the tables need to refuse the key.
    fn key(&mut self) -> Result<Name, DocumentError> {
        self.key.clear();
        let mut depth = 0;
        loop {
            let position = self.cursor.position();
            let start = self.cursor.offset;
            let text = match self.cursor.peek() {
                Some(b'"') => toml_scalar::basic_string(&mut self.cursor)?,
                Some(b'\'') => toml_scalar::literal_string(&mut self.cursor)?,
                _ => {
                    if self.cursor.take_while(is_bare) == 0 {
                        let is_dollar = self.cursor.peek() == Some(b'$');
                        return Err(self.cursor.error(if is_dollar { DOLLAR } else { "expected a key" }));
                    }
                    Cow::Borrowed(self.cursor.since(start))
                }
            };
            let name = Name { segment: self.tables.segments().intern(&text), position };
            self.key.push(name);
            depth += usize::from(!self.tables.is_operator(name));
            self.skip_blanks();
            if depth > MAX_DEPTH + 1 || !self.cursor.take(b'.') {
                return Ok(name);
            }
            self.skip_blanks();
        }
    }

    /// Reads a value with all that stands in it.
    fn value(&mut self, table: TomlNodeId, name: Name) -> Result<(), DocumentError> {
        let mut open: Vec<Open> = Vec::new();
        let (mut parent, mut name) = (table, name);
        loop {
            let mut first = false;
            if let Some(byte @ (b'[' | b'{')) = self.cursor.peek() {
                let is_array = byte == b'[';
                let item = if is_array { Item::Array } else { Item::InlineTable };
                let node = self.tables.add(parent, name, item)?;
                self.cursor.offset += 1;
                open.push(Open { node, is_array });
                first = true;
            } else {
                let item = toml_scalar::scalar(&mut self.cursor)?;
                self.tables.add(parent, name, item)?;
            }
            loop {
                let Some(&Open { node, is_array }) = open.last() else { return Ok(()) };
                let after_comma = self.between(is_array, first)?;
                let closing = if is_array { b']' } else { b'}' };
                if self.cursor.peek() == Some(closing) && (is_array || !after_comma) {
                    self.cursor.offset += 1;
                    open.pop();
                    first = false;
                    continue;
                }
                parent = node;
                if is_array {
                    name = Name { position: self.cursor.position(), ..name };
                } else {
                    (parent, name) = self.key_of_value(node)?;
                }
                break;
            }
        }
    }

    /// Moves to the next item or the closing bracket; whether over a comma.
    fn between(&mut self, is_array: bool, first: bool) -> Result<bool, DocumentError> {
        self.skip_filling(is_array)?;
        if first {
            return Ok(false);
        }
        if self.cursor.take(b',') {
            self.skip_filling(is_array)?;
            return Ok(true);
        }
        match (is_array, self.cursor.peek()) {
            (true, Some(b']')) | (false, Some(b'}')) => Ok(false),
            (true, _) => Err(self.cursor.error("expected ',' or ']'")),
            (false, _) => Err(self.cursor.error("expected ',' or '}'")),
        }
    }

    /// Arrays go over lines and hold comments, inline tables do not.
    fn skip_filling(&mut self, is_array: bool) -> Result<(), DocumentError> {
        loop {
            self.skip_blanks();
            if !is_array {
                return Ok(());
            }
            self.skip_comment()?;
            if !self.skip_line_break() {
                return Ok(());
            }
        }
    }

    #[inline]
    fn skip_blanks(&mut self) {
        self.cursor.take_while(|byte| byte == b' ' || byte == b'\t');
    }

    fn skip_comment(&mut self) -> Result<(), DocumentError> {
        if self.cursor.take(b'#') {
            self.cursor.take_while(|byte| !toml_scalar::is_control(byte));
            if !self.at_line_break() && self.cursor.peek().is_some() {
                return Err(self.cursor.error("control character in a comment"));
            }
        }
        Ok(())
    }

    fn at_line_break(&self) -> bool {
        self.cursor.starts_with(b"\n") || self.cursor.starts_with(b"\r\n")
    }

    fn skip_line_break(&mut self) -> bool {
        toml_scalar::skip_line_break(&mut self.cursor)
    }
}

const fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

const fn starts_key(byte: u8) -> bool {
    is_bare(byte) || byte == b'"' || byte == b'\''
}
