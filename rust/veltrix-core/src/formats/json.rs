//! JSON, RFC 8259.
//!
//! One loop over the bytes; what is open is counted by the [`DocumentBuilder`], never by the call stack.

use super::cursor::Cursor;
use super::document::DocumentBuilder;
use super::document_error::{DocumentError, SURROGATE};
use crate::limits::DIGIT_LIMIT;
use crate::tree::{Position, Tree};
use crate::value::Scalar;

/// Reads a JSON document.
pub fn parse(text: &str, document: DocumentBuilder) -> Result<Tree, DocumentError> {
    let reader = JsonReader {
        cursor: Cursor::new(text),
        position: Position { line: 1, column: 1 },
        document,
        unescaped: String::new(),
    };
    reader.read()
}

struct JsonReader<'a> {
    cursor: Cursor<'a>,
    /// Of the key of a mapping's child, or of a list's item.
    position: Position,
    document: DocumentBuilder,
    unescaped: String,
}

/// A string as it stands in the document, or as it came out of its escapes.
enum Text<'a> {
    Plain(&'a str),
    Unescaped,
}

impl<'a> JsonReader<'a> {
    fn read(mut self) -> Result<Tree, DocumentError> {
        self.cursor.skip_space();
        loop {
            let mut first = self.value()?;
            loop {
                self.cursor.skip_space();
                if self.document.open_containers() == 0 {
                    if self.cursor.peek().is_some() {
                        return Err(self.cursor.error("expected the end of the document"));
                    }
                    return Ok(self.document.finish());
                }
                let in_list = self.document.in_list();
                let end = if in_list { b']' } else { b'}' };
                match self.cursor.peek() {
                    Some(byte) if byte == end => {
                        self.cursor.offset += 1;
                        self.document.close();
                        first = false;
                        continue;
                    }
                    Some(b',') if !first => {
                        self.cursor.offset += 1;
                        self.cursor.skip_space();
                    }
                    _ if first => {}
                    _ if in_list => return Err(self.cursor.error("expected ',' or ']'")),
                    _ => return Err(self.cursor.error("expected ',' or '}'")),
                }
                self.position = self.cursor.position();
                if !in_list {
                    self.key()?;
                }
                break;
            }
        }
    }

    fn key(&mut self) -> Result<(), DocumentError> {
        if self.cursor.peek() != Some(b'"') {
            return Err(self.cursor.error("expected a key in double quotes"));
        }
        match self.string()? {
            Text::Plain(text) => self.document.key(text, self.position)?,
            Text::Unescaped => self.document.key(&self.unescaped, self.position)?,
        }
        self.cursor.skip_space();
        if !self.cursor.take(b':') {
            return Err(self.cursor.error("expected ':' after the key"));
        }
        self.cursor.skip_space();
        Ok(())
    }

    /// Reads a scalar or the opening of a container; whether it was the latter.
    fn value(&mut self) -> Result<bool, DocumentError> {
        match self.cursor.peek() {
            Some(b'"') => match self.string()? {
                Text::Plain(text) => self.document.scalar(Scalar::Str(text), self.position)?,
                Text::Unescaped => self.document.scalar(Scalar::Str(&self.unescaped), self.position)?,
            },
            Some(b'{') => {
                self.cursor.offset += 1;
                self.document.open_mapping(self.position)?;
                return Ok(true);
            }
            Some(b'[') => {
                self.cursor.offset += 1;
                self.document.open_list(self.position)?;
                return Ok(true);
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Scalar::Bool(true))?,
            Some(b'f') => self.word("false", Scalar::Bool(false))?,
            Some(b'n') => self.word("null", Scalar::Null)?,
            _ => return Err(self.cursor.error("expected a value")),
        }
        Ok(false)
    }

    fn word(&mut self, word: &str, scalar: Scalar<'_>) -> Result<(), DocumentError> {
        if !self.cursor.starts_with(word.as_bytes()) {
            return Err(self.cursor.error("expected a value"));
        }
        self.cursor.offset += word.len();
        self.document.scalar(scalar, self.position)
    }

    fn number(&mut self) -> Result<(), DocumentError> {
        let start = self.cursor.offset;
        self.cursor.take(b'-');
        let first_digit = self.cursor.offset;
        match self.cursor.peek() {
            Some(b'0') => self.cursor.offset += 1,
            Some(b'1'..=b'9') => {
                self.cursor.take_while(|byte| byte.is_ascii_digit());
            }
            _ => return Err(self.cursor.error("expected a digit")),
        }
        let digits = self.cursor.offset - first_digit;
        if !matches!(self.cursor.peek(), Some(b'.' | b'e' | b'E')) {
            let scalar = self.integer(start, digits)?;
            return self.document.scalar(scalar, self.position);
        }
        if self.cursor.take(b'.') {
            self.some_digits()?;
        }
        if self.cursor.take(b'e') || self.cursor.take(b'E') {
            if !self.cursor.take(b'+') {
                self.cursor.take(b'-');
            }
            self.some_digits()?;
        }
        match self.cursor.since(start).parse::<f64>() {
            Ok(value) if value.is_finite() => self.document.scalar(Scalar::Float(value), self.position),
            _ => Err(self.cursor.error_at("number out of range", start)),
        }
    }

    fn integer(&self, start: usize, digits: usize) -> Result<Scalar<'a>, DocumentError> {
        let text = self.cursor.since(start);
        if let Ok(value) = text.parse() {
            return Ok(Scalar::Int(value));
        }
        if digits > DIGIT_LIMIT {
            let reason = format!("number of more than {DIGIT_LIMIT} digits");
            return Err(DocumentError { limit: true, ..self.cursor.error_at(&reason, start) });
        }
        Ok(Scalar::BigInt(text))
    }

    fn some_digits(&mut self) -> Result<(), DocumentError> {
        match self.cursor.take_while(|byte| byte.is_ascii_digit()) {
            0 => Err(self.cursor.error("expected a digit")),
            _ => Ok(()),
        }
    }

    /// Reads a string from its opening quote to its closing one.
    fn string(&mut self) -> Result<Text<'a>, DocumentError> {
        self.cursor.offset += 1;
        let start = self.cursor.offset;
        let mut copied = start;
        loop {
            self.cursor.offset += plain_length(self.cursor.rest());
            match self.cursor.peek() {
                Some(b'"') => {
                    let rest = self.cursor.since(copied);
                    self.cursor.offset += 1;
                    if copied == start {
                        return Ok(Text::Plain(rest));
                    }
                    self.unescaped.push_str(rest);
                    return Ok(Text::Unescaped);
                }
                Some(b'\\') => {
                    if copied == start {
                        self.unescaped.clear();
                    }
                    self.unescaped.push_str(self.cursor.since(copied));
                    let character = self.escape()?;
                    self.unescaped.push(character);
                    copied = self.cursor.offset;
                }
                Some(_) => return Err(self.cursor.error("control character in a string")),
                None => return Err(self.cursor.error("unterminated string")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, DocumentError> {
        let start = self.cursor.offset;
        let escaped = self.cursor.rest().get(1).copied();
        self.cursor.offset += 2;
        let character = match escaped {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(start),
            None => return Err(self.cursor.error("unterminated string")),
            Some(_) => return Err(self.cursor.error_at("unknown escape", start)),
        };
        Ok(character)
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char, DocumentError> {
        let mut code = self.four_digits(start)?;
        if (0xD800..0xDC00).contains(&code) && self.cursor.starts_with(b"\\u") {
            let second = self.cursor.offset;
            self.cursor.offset += 2;
            let low = self.four_digits(second)?;
            if (0xDC00..0xE000).contains(&low) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            }
        }
        char::from_u32(code).ok_or_else(|| self.cursor.error_at(SURROGATE, start))
    }

    fn four_digits(&mut self, escape: usize) -> Result<u32, DocumentError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.cursor.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.cursor.error_at("expected four hexadecimal digits after \\u", escape));
            };
            code = code << 4 | digit;
            self.cursor.offset += 1;
        }
        Ok(code)
    }
}

/// How many bytes of a string stand before its first quote, backslash or control character.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let (words, _) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5C);
        // The lowest bit that is set belongs to the first such byte; bits above it may be borrowed.
        let found = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if found & HIGH != 0 {
            return index * 8 + ((found & HIGH).trailing_zeros() / 8) as usize;
        }
    }
    let tail = &bytes[words.len() * 8..];
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    words.len() * 8 + tail.iter().position(special).unwrap_or(tail.len())
}
