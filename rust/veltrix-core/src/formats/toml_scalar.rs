//! The scalars of TOML: strings, numbers, dates and times, booleans.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::document_error::DocumentError;
use super::toml_tables::Item;
use crate::value::{Date, Scalar, Time};

/// Reads a value that is neither an array nor an inline table.
pub fn scalar<'a>(cursor: &mut Cursor<'a>) -> Result<Item<'a>, DocumentError> {
    let text = match cursor.peek() {
        Some(b'"') if cursor.starts_with(b"\"\"\"") => multi_line_basic(cursor)?,
        Some(b'"') => basic_string(cursor)?,
        Some(b'\'') if cursor.starts_with(b"'''") => multi_line_literal(cursor)?,
        Some(b'\'') => literal_string(cursor)?,
        _ => return plain(cursor).map(Item::Scalar),
    };
    Ok(Item::Text(text))
}

/// Moves over `\n` or `\r\n`, if one comes next.
pub fn skip_line_break(cursor: &mut Cursor<'_>) -> bool {
    let length = if cursor.starts_with(b"\n") {
        1
    } else if cursor.starts_with(b"\r\n") {
        2
    } else {
        return false;
    };
    cursor.offset += length;
    cursor.begin_line();
    true
}

/// Whether a byte may stand neither in a comment nor in a string of one line.
pub const fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7F
}

/// `'…'`, without escapes.
pub fn literal_string<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, DocumentError> {
    cursor.offset += 1;
    let start = cursor.offset;
    cursor.take_while(|byte| byte != b'\'' && !is_control(byte));
    let text = cursor.since(start);
    if cursor.take(b'\'') { Ok(Cow::Borrowed(text)) } else { Err(unfinished(cursor)) }
}

/// `"…"`, with escapes.
pub fn basic_string<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, DocumentError> {
    cursor.offset += 1;
    let mut pieces = Pieces::new(cursor);
    loop {
        cursor.take_while(|byte| byte != b'"' && byte != b'\\' && !is_control(byte));
        match cursor.peek() {
            Some(b'"') => {
                let text = pieces.finish(cursor);
                cursor.offset += 1;
                return Ok(text);
            }
            Some(b'\\') => pieces.replace(cursor, |cursor, text| escape(cursor, text))?,
            _ => return Err(unfinished(cursor)),
        }
    }
}

fn multi_line_literal<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, DocumentError> {
    cursor.offset += 3;
    skip_line_break(cursor);
    let mut pieces = Pieces::new(cursor);
    loop {
        cursor.take_while(|byte| byte != b'\'' && !is_control(byte));
        if cursor.starts_with(b"'''") {
            return Ok(closing(cursor, pieces, b'\''));
        }
        if !cursor.take(b'\'') {
            pieces.line_break(cursor)?;
        }
    }
}

fn multi_line_basic<'a>(cursor: &mut Cursor<'a>) -> Result<Cow<'a, str>, DocumentError> {
    cursor.offset += 3;
    skip_line_break(cursor);
    let mut pieces = Pieces::new(cursor);
    loop {
        cursor.take_while(|byte| byte != b'"' && byte != b'\\' && !is_control(byte));
        if cursor.starts_with(b"\"\"\"") {
            return Ok(closing(cursor, pieces, b'"'));
        }
        match cursor.peek() {
            Some(b'"') => cursor.offset += 1,
            Some(b'\\') => pieces
                .replace(cursor, |cursor, text| if line_continues(cursor) { Ok(()) } else { escape(cursor, text) })?,
            _ => pieces.line_break(cursor)?,
        }
    }
}

/// Ends a multi-line string at its three quotes; up to two more before them belong to the text.
fn closing<'a>(cursor: &mut Cursor<'a>, pieces: Pieces, quote: u8) -> Cow<'a, str> {
    let extra = cursor.rest().iter().skip(3).take(2).take_while(|&&byte| byte == quote).count();
    cursor.offset += extra;
    let text = pieces.finish(cursor);
    cursor.offset += 3;
    text
}

/// Moves over a backslash at the end of a line and the white space that begins the next ones.
fn line_continues(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.offset;
    cursor.offset += 1;
    cursor.take_while(|byte| byte == b' ' || byte == b'\t');
    if !skip_line_break(cursor) {
        cursor.offset = start;
        return false;
    }
    while cursor.take(b' ') || cursor.take(b'\t') || skip_line_break(cursor) {}
    true
}

fn escape(cursor: &mut Cursor<'_>, text: &mut String) -> Result<(), DocumentError> {
    let start = cursor.offset;
    let character = match cursor.rest().get(1) {
        Some(b'b') => '\x08',
        Some(b't') => '\t',
        Some(b'n') => '\n',
        Some(b'f') => '\x0c',
        Some(b'r') => '\r',
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'u') => hexadecimal(cursor, 4)?,
        Some(b'U') => hexadecimal(cursor, 8)?,
        Some(_) => return Err(cursor.error_at("unknown escape", start)),
        None => {
            cursor.offset += 1;
            return Err(unfinished(cursor));
        }
    };
    cursor.offset += 2;
    text.push(character);
    Ok(())
}

/// Reads the digits after `\u` or `\U`; leaves the cursor two bytes before their end.
fn hexadecimal(cursor: &mut Cursor<'_>, length: usize) -> Result<char, DocumentError> {
    let digits = cursor.rest().get(2..2 + length).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let Some(digits) = digits else {
        let reason = if length == 4 {
            "expected four hexadecimal digits after \\u"
        } else {
            "expected eight hexadecimal digits after \\U"
        };
        return Err(cursor.error(reason));
    };
    let code = digits.iter().fold(0, |code, &digit| code << 4 | char::from(digit).to_digit(16).unwrap_or(0));
    let Some(character) = char::from_u32(code) else {
        return Err(cursor.error("the escape names no Unicode character"));
    };
    cursor.offset += length;
    Ok(character)
}

fn unfinished(cursor: &Cursor<'_>) -> DocumentError {
    cursor.error(match cursor.peek() {
        None | Some(b'\n') => "unterminated string",
        Some(_) if cursor.starts_with(b"\r\n") => "unterminated string",
        Some(_) => "control character in a string",
    })
}

/// The text of a string, copied only where it differs from the document.
struct Pieces {
    start: usize,
    copied: Option<String>,
}

impl Pieces {
    const fn new(cursor: &Cursor<'_>) -> Self {
        Self { start: cursor.offset, copied: None }
    }

    /// Lets `read` move the cursor and add what stands for the text that it moved over.
    fn replace<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        read: impl FnOnce(&mut Cursor<'a>, &mut String) -> Result<(), DocumentError>,
    ) -> Result<(), DocumentError> {
        let copied = self.copied.get_or_insert_default();
        copied.push_str(cursor.since(self.start));
        read(cursor, copied)?;
        self.start = cursor.offset;
        Ok(())
    }

    /// A line break in a string is `\n`, however it is written.
    fn line_break(&mut self, cursor: &mut Cursor<'_>) -> Result<(), DocumentError> {
        if cursor.starts_with(b"\r\n") {
            return self.replace(cursor, |cursor, text| {
                skip_line_break(cursor);
                text.push('\n');
                Ok(())
            });
        }
        if skip_line_break(cursor) { Ok(()) } else { Err(unfinished(cursor)) }
    }

    fn finish<'a>(self, cursor: &Cursor<'a>) -> Cow<'a, str> {
        let rest = cursor.since(self.start);
        match self.copied {
            None => Cow::Borrowed(rest),
            Some(copied) => Cow::Owned(copied + rest),
        }
    }
}

fn plain(cursor: &mut Cursor<'_>) -> Result<Scalar<'static>, DocumentError> {
    for (word, scalar) in [
        ("true", Scalar::Bool(true)),
        ("false", Scalar::Bool(false)),
        ("inf", Scalar::Float(f64::INFINITY)),
        ("+inf", Scalar::Float(f64::INFINITY)),
        ("-inf", Scalar::Float(f64::NEG_INFINITY)),
        ("nan", Scalar::Float(f64::NAN)),
        ("+nan", Scalar::Float(f64::NAN)),
        ("-nan", Scalar::Float(-f64::NAN)),
    ] {
        if cursor.starts_with(word.as_bytes()) {
            cursor.offset += word.len();
            return Ok(scalar);
        }
    }
    match cursor.rest() {
        [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()) => moment(cursor),
        [a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit() => {
            let (time, length) = clock(cursor.rest()).ok_or_else(|| cursor.error("expected a time"))?;
            cursor.offset += length;
            Ok(Scalar::Time(time))
        }
        _ => number(cursor),
    }
}

/// A date, or a date and time with or without an offset.
fn moment(cursor: &mut Cursor<'_>) -> Result<Scalar<'static>, DocumentError> {
    let rest = cursor.rest();
    let date = two(rest, 5).zip(two(rest, 8)).filter(|_| rest.get(7) == Some(&b'-')).and_then(|(month, day)| {
        let year = rest[..4].iter().fold(0, |year, digit| year * 10 + u16::from(digit - b'0'));
        (year > 0 && (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)).then_some(Date {
            year,
            month,
            day,
        })
    });
    let Some(date) = date else { return Err(cursor.error("expected a date")) };
    cursor.offset += 10;
    if !matches!(cursor.peek(), Some(b'T' | b't' | b' ')) {
        return Ok(Scalar::Date(date));
    }
    let Some((mut time, length)) = clock(&cursor.rest()[1..]) else { return Ok(Scalar::Date(date)) };
    cursor.offset += 1 + length;
    let rest = cursor.rest();
    match rest.first() {
        Some(b'Z' | b'z') => {
            time.offset = Some(0);
            cursor.offset += 1;
        }
        Some(&sign @ (b'+' | b'-')) => {
            if let (Some(hours @ 0..=23), Some(b':'), Some(minutes @ 0..=59)) =
                (two(rest, 1), rest.get(3), two(rest, 4))
            {
                let east = (i64::from(hours) * 60 + i64::from(minutes)) * 60_000_000;
                time.offset = Some(if sign == b'-' { -east } else { east });
                cursor.offset += 6;
            }
        }
        _ => {}
    }
    Ok(Scalar::DateTime(date, time))
}

/// `hh:mm:ss` with a fraction of any length, cut after the microseconds; the time and its length.
fn clock(text: &[u8]) -> Option<(Time, usize)> {
    let (hour, minute, second) = (two(text, 0)?, two(text, 3)?, two(text, 6)?);
    if hour > 23 || minute > 59 || second > 59 || text[2] != b':' || text[5] != b':' {
        return None;
    }
    let mut length = 8;
    let mut microsecond = 0;
    if text.get(8) == Some(&b'.') {
        let digits = text[9..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        for index in 0..6 {
            let digit = if index < digits { text[9 + index] - b'0' } else { 0 };
            microsecond = microsecond * 10 + u32::from(digit);
        }
        length += if digits > 0 { 1 + digits } else { 0 };
    }
    Some((Time { hour, minute, second, microsecond, offset: None, fold: false }, length))
}

fn two(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at + 2)? {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some((a - b'0') * 10 + (b - b'0')),
        _ => None,
    }
}

const fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn number(cursor: &mut Cursor<'_>) -> Result<Scalar<'static>, DocumentError> {
    let start = cursor.offset;
    if cursor.take(b'0') {
        let radix = match cursor.peek() {
            Some(b'x') => 16,
            Some(b'o') => 8,
            Some(b'b') => 2,
            _ => 10,
        };
        if radix != 10 {
            cursor.offset += 1;
            let digits_start = cursor.offset;
            if !digits(cursor, radix) {
                return Err(cursor.error("expected a digit"));
            }
            return integer(cursor, cursor.since(digits_start), radix, start);
        }
        cursor.offset = start;
    }
    if !cursor.take(b'+') {
        cursor.take(b'-');
    }
    if !cursor.take(b'0') && !digits(cursor, 10) {
        return Err(cursor.error_at("expected a value", start));
    }
    let whole = cursor.offset;
    fraction(cursor, |cursor| cursor.take(b'.'));
    fraction(cursor, |cursor| {
        let found = cursor.take(b'e') || cursor.take(b'E');
        if found && !cursor.take(b'+') {
            cursor.take(b'-');
        }
        found
    });
    let text = cursor.since(start);
    if cursor.offset == whole {
        return integer(cursor, text, 10, start);
    }
    match without_underscores(text).parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Scalar::Float(value)),
        _ => Err(cursor.error_at("number out of range", start)),
    }
}

/// Moves over a part of a number that `mark` begins, if digits follow it.
fn fraction(cursor: &mut Cursor<'_>, mark: impl FnOnce(&mut Cursor<'_>) -> bool) {
    let start = cursor.offset;
    if !mark(cursor) || !digits(cursor, 10) {
        cursor.offset = start;
    }
}

/// Moves over digits with single underscores between them; whether there were any.
fn digits(cursor: &mut Cursor<'_>, radix: u32) -> bool {
    let is_digit = |byte: u8| char::from(byte).is_digit(radix);
    if cursor.take_while(is_digit) == 0 {
        return false;
    }
    while let [b'_', next, ..] = cursor.rest()
        && is_digit(*next)
    {
        cursor.offset += 1;
        cursor.take_while(is_digit);
    }
    true
}

fn integer(cursor: &Cursor<'_>, text: &str, radix: u32, start: usize) -> Result<Scalar<'static>, DocumentError> {
    i64::from_str_radix(&without_underscores(text), radix)
        .map(Scalar::Int)
        .map_err(|_| cursor.error_at("integer beyond 64 bits", start))
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}
