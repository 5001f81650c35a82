//! A position in the text of a document that moves forwards.

use super::document_error::DocumentError;
use super::position::{Locator, position_of};
use crate::tree::Position;

/// Reads bytes one after the other; the readers of JSON, TOML and `.env` stand on it.
#[derive(Debug)]
pub struct Cursor<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// The next byte.
    pub offset: usize,
    locator: Locator<'a>,
}

impl<'a> Cursor<'a> {
    /// Stands at the first character.
    pub const fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), offset: 0, locator: Locator::new(text.as_bytes()) }
    }

    /// The next byte, if there is one.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    /// What has not been read.
    #[inline]
    pub fn rest(&self) -> &'a [u8] {
        &self.bytes[self.offset..]
    }

    /// What has not been read, as text.
    #[inline]
    pub fn rest_text(&self) -> &'a str {
        &self.text[self.offset..]
    }

    /// The text from `start` up to here; both must stand between characters.
    #[inline]
    pub fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.offset]
    }

    /// Whether these bytes come next.
    #[inline]
    pub fn starts_with(&self, bytes: &[u8]) -> bool {
        self.rest().starts_with(bytes)
    }

    /// Moves over `byte` if it comes next.
    #[inline]
    pub fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    /// Moves over all bytes that are `wanted`; how many there were.
    #[inline]
    pub fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let start = self.offset;
        while self.peek().is_some_and(&wanted) {
            self.offset += 1;
        }
        self.offset - start
    }

    /// Moves over the white space of JSON, which may go over lines.
    #[inline]
    pub fn skip_space(&mut self) {
        let mut offset = self.offset;
        while let Some(&byte) = self.bytes.get(offset)
            && byte <= b' '
        {
            if byte == b'\n' {
                self.locator.begin_line(offset + 1);
                while self.bytes.get(offset + 1..offset + 9) == Some(b"        ") {
                    offset += 8;
                }
            } else if byte != b' ' && byte != b'\t' && byte != b'\r' {
                break;
            }
            offset += 1;
        }
        self.offset = offset;
    }

    /// A line begins here. Whoever moves over a line feed says so.
    #[inline]
    pub fn begin_line(&mut self) {
        self.locator.begin_line(self.offset);
    }

    /// The position of the next character.
    #[inline]
    pub fn position(&mut self) -> Position {
        self.locator.at(self.offset)
    }

    /// A broken rule at the next character.
    #[cold]
    pub fn error(&self, reason: &str) -> DocumentError {
        self.error_at(reason, self.offset)
    }

    /// A broken rule anywhere.
    #[cold]
    pub fn error_at(&self, reason: &str, offset: usize) -> DocumentError {
        DocumentError::syntax(reason, position_of(self.bytes, offset.min(self.bytes.len())))
    }
}
