//! `.env`: lines of `NAME=value`, read as data.
//!
//! A name is `[A-Za-z_][A-Za-z0-9_]*`, perhaps after `export`. A value in single or double quotes may go over
//! lines; a value without quotes ends with its line, or where white space and `#` begin a comment: `NAME= # text` is
//! empty, `NAME=#text` is `#text`. Nothing is ever expanded: `${NAME}`, `$(command)` and back-ticks are text. A line
//! that is neither is an error.

use super::cursor::Cursor;
use super::document::DocumentBuilder;
use super::document_error::DocumentError;
use crate::path::is_space;
use crate::tree::{Position, Tree};
use crate::value::Scalar;

/// Reads a `.env` document.
pub fn parse(text: &str, mut document: DocumentBuilder) -> Result<Tree, DocumentError> {
    let mut reader = DotenvReader { cursor: Cursor::new(text) };
    if let Some(offset) = text.find('\0') {
        return Err(reader.cursor.error_at("NUL character", offset));
    }
    document.open_mapping(Position { line: 1, column: 1 })?;
    while reader.skip_to_statement() {
        let (name, position) = reader.name()?;
        document.key(name, position)?;
        let start = reader.cursor.offset;
        reader.skip_space();
        match reader.cursor.peek() {
            Some(quote @ (b'"' | b'\'')) => {
                let value = reader.quoted(quote)?;
                document.scalar(Scalar::Str(&value), position)?;
            }
            _ => document.scalar(Scalar::Str(reader.unquoted(start)), position)?,
        }
    }
    document.close();
    Ok(document.finish())
}

struct DotenvReader<'a> {
    cursor: Cursor<'a>,
}

impl<'a> DotenvReader<'a> {
    /// Moves over empty lines and comments; whether anything follows.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            self.skip_space();
            self.skip_comment();
            if !self.skip_line_break() {
                return self.cursor.peek().is_some();
            }
        }
    }

    /// Reads `NAME =`.
    fn name(&mut self) -> Result<(&'a str, Position), DocumentError> {
        let mut position = self.cursor.position();
        let mut name = self.word();
        if name == "export" && self.skip_space() && self.cursor.peek().is_some_and(|byte| byte != b'=') {
            position = self.cursor.position();
            name = self.word();
        }
        if name.is_empty() {
            return Err(self.cursor.error("expected a name"));
        }
        self.skip_space();
        if !self.cursor.take(b'=') {
            return Err(self.cursor.error("expected '=' after the name"));
        }
        Ok((name, position))
    }

    fn word(&mut self) -> &'a str {
        let start = self.cursor.offset;
        if self.cursor.peek().is_some_and(|byte| !byte.is_ascii_digit()) {
            self.cursor.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        }
        self.cursor.since(start)
    }

    /// Reads a value without quotes; the white space before it, from `start`, may already begin a comment.
    fn unquoted(&mut self, start: usize) -> &'a str {
        self.cursor.take_while(|byte| byte != b'\n' && byte != b'\r');
        let line = self.cursor.since(start);
        let mut value = line;
        for (offset, _) in line.match_indices('#') {
            if line[..offset].ends_with(is_space) {
                value = &line[..offset];
                break;
            }
        }
        value.trim_matches(is_space)
    }

    /// Reads a value in quotes and what may follow it on its line.
    fn quoted(&mut self, quote: u8) -> Result<String, DocumentError> {
        let opening = self.cursor.offset;
        self.cursor.offset += 1;
        let mut value = String::new();
        loop {
            let start = self.cursor.offset;
            self.cursor.take_while(|byte| byte != quote && byte != b'\\' && byte != b'\n' && byte != b'\r');
            value.push_str(self.cursor.since(start));
            if self.cursor.take(quote) {
                break;
            }
            if self.skip_line_break() {
                value.push('\n');
            } else if self.cursor.take(b'\\') {
                value.push(self.escape(quote));
            } else {
                return Err(self.cursor.error_at("unterminated quote", opening));
            }
        }
        self.skip_space();
        self.skip_comment();
        if self.cursor.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
            return Err(self.cursor.error("expected the end of the line"));
        }
        Ok(value)
    }

    /// What a backslash and the character after it stand for; an unknown pair stands for itself.
    fn escape(&mut self, quote: u8) -> char {
        let character = match (self.cursor.peek(), quote) {
            (Some(b'\\'), _) => '\\',
            (Some(b'\''), _) => '\'',
            (Some(b'"'), b'"') => '"',
            (Some(b'a'), b'"') => '\x07',
            (Some(b'b'), b'"') => '\x08',
            (Some(b'f'), b'"') => '\x0c',
            (Some(b'n'), b'"') => '\n',
            (Some(b'r'), b'"') => '\r',
            (Some(b't'), b'"') => '\t',
            (Some(b'v'), b'"') => '\x0b',
            _ => return '\\',
        };
        self.cursor.offset += 1;
        character
    }

    /// Moves over white space on this line; whether there was any.
    fn skip_space(&mut self) -> bool {
        let start = self.cursor.offset;
        let rest = self.cursor.rest_text();
        let space = |character: char| is_space(character) && character != '\n' && character != '\r';
        self.cursor.offset += rest.len() - rest.trim_start_matches(space).len();
        self.cursor.offset > start
    }

    fn skip_comment(&mut self) {
        if self.cursor.peek() == Some(b'#') {
            self.cursor.take_while(|byte| byte != b'\n' && byte != b'\r');
        }
    }

    fn skip_line_break(&mut self) -> bool {
        let found = self.cursor.take(b'\r');
        if self.cursor.take(b'\n') {
            self.cursor.begin_line();
            return true;
        }
        found
    }
}
