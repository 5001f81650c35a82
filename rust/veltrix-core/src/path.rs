//! Paths: their text, their segments, their canonical spelling.

use std::borrow::Cow;

use crate::hash::{path_hash, segment_hash};

/// Whether a code point is white space as Python's `str.isspace` sees it.
pub const fn is_space(character: char) -> bool {
    matches!(character,
        '\u{9}'..='\u{d}' | '\u{1c}'..='\u{20}' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The key of a mapping.
    Name(Cow<'a, str>),
    /// The index of an item of a list.
    Index(u64),
}

/// The rule that a path's text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No text at all.
    EmptyPath,
    /// Nothing between two dots, or at an end.
    EmptySegment,
    /// A character that needs quotes.
    Unexpected(char),
    /// A quote without its partner.
    UnclosedQuote,
    /// A backslash before anything but a quote or a backslash.
    UnknownEscape,
    /// Something else after a quoted segment.
    AfterQuote,
    /// No index between brackets.
    ExpectedIndex,
    /// An index below zero.
    NegativeIndex,
    /// An index of more than 18 digits.
    IndexTooLarge,
    /// An index where a segment was expected.
    IndexWithoutName,
    /// A bracket without its partner.
    UnclosedIndex,
}

/// A malformed path: the rule, and the 1-based column in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathProblem {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub column: usize,
}

const MAX_INDEX_DIGITS: usize = 18;

/// The steps of a path's text.
pub fn parse(text: &str) -> Result<Vec<Step<'_>>, PathProblem> {
    let fault = |at: usize, problem| PathProblem { problem, column: text[..at].chars().count() + 1 };
    if text.is_empty() {
        return Err(fault(0, Problem::EmptyPath));
    }
    let bytes = text.as_bytes();
    let mut steps = Vec::new();
    let mut at = 0;
    loop {
        let quoted = bytes.get(at) == Some(&b'"');
        let (name, mut end) = if quoted { quoted_segment(text, at) } else { plain_segment(text, at) }
            .map_err(|(at, problem)| fault(at, problem))?;
        steps.push(Step::Name(name));
        let mut closed = false;
        while bytes.get(end) == Some(&b'[') {
            let (index, next) = index(text, end).map_err(|(at, problem)| fault(at, problem))?;
            steps.push(Step::Index(index));
            end = next;
            closed = true;
        }
        match text[end..].chars().next() {
            None => return Ok(steps),
            Some('.') => at = end + 1,
            Some(_) if quoted && !closed => return Err(fault(end, Problem::AfterQuote)),
            Some(other) => return Err(fault(end, Problem::Unexpected(other))),
        }
    }
}

fn plain_segment(text: &str, start: usize) -> Result<(Cow<'_, str>, usize), (usize, Problem)> {
    let rest = &text[start..];
    if rest.starts_with('[') {
        return Err((start, Problem::IndexWithoutName));
    }
    let length = rest.find(|c| matches!(c, '.' | '[' | ']' | '"') || is_space(c)).unwrap_or(rest.len());
    let next = rest[length..].chars().next();
    match next {
        None | Some('.') if length == 0 => Err((start, Problem::EmptySegment)),
        None | Some('.' | '[') => Ok((Cow::Borrowed(&rest[..length]), start + length)),
        Some(other) => Err((start + length, Problem::Unexpected(other))),
    }
}

fn quoted_segment(text: &str, start: usize) -> Result<(Cow<'_, str>, usize), (usize, Problem)> {
    let mut name = String::new();
    let mut characters = text[start + 1..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '"' => return Ok((Cow::Owned(name), start + 2 + offset)),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\'))) => name.push(escaped),
                Some(_) => return Err((start + 1 + offset, Problem::UnknownEscape)),
                None => break,
            },
            other => name.push(other),
        }
    }
    Err((start, Problem::UnclosedQuote))
}

fn index(text: &str, start: usize) -> Result<(u64, usize), (usize, Problem)> {
    let first = start + 1;
    let length = text[first..].bytes().take_while(u8::is_ascii_digit).count();
    let (digits, end) = (&text[first..first + length], first + length);
    let Some(next) = text[end..].chars().next() else { return Err((start, Problem::UnclosedIndex)) };
    if digits.is_empty() {
        return Err((first, if next == '-' { Problem::NegativeIndex } else { Problem::ExpectedIndex }));
    }
    if length > 1 && digits.starts_with('0') {
        return Err((first, Problem::ExpectedIndex));
    }
    if length > MAX_INDEX_DIGITS {
        return Err((first, Problem::IndexTooLarge));
    }
    if next != ']' {
        return Err((end, Problem::Unexpected(next)));
    }
    digits.parse().map(|index| (index, end + 1)).map_err(|_| (first, Problem::IndexTooLarge))
}

/// What each byte means to [`plain_hash`].
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'.' => DOT,
            b'[' | b']' | b'"' | 9..=13 | 28..=32 => SPECIAL,
            128..=255 => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    classes
};
const DOT: u8 = 1;
const SPECIAL: u8 = 2;
const WIDE: u8 = 3;

/// The hash of a path in the two parts that it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathHash {
    /// The hash of the path without its last segment.
    pub above: u64,
    /// The hash of the last segment.
    pub name: u64,
}

impl PathHash {
    /// The hash of the whole path.
    #[inline]
    pub const fn whole(self) -> u64 {
        path_hash(self.above, self.name)
    }
}

/// The hash of a path of plain segments below the path with hash `parent`; `None` where the text needs [`parse`].
#[inline]
pub fn plain_hash(text: &str, parent: u64) -> Option<PathHash> {
    let (mut hash, mut start, mut at, mut wide) = (parent, 0, 0, false);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if let Some(word) = bytes[at..].first_chunk::<8>()
            && is_ordinary(u64::from_le_bytes(*word))
        {
            at += 8;
            continue;
        }
        let end = bytes.len().min(at + 8);
        for at in at..end {
            match CLASSES[bytes[at] as usize] {
                0 => {}
                DOT if at > start => {
                    hash = path_hash(hash, segment_hash(&bytes[start..at]));
                    start = at + 1;
                }
                WIDE => wide = true,
                _ => return None,
            }
        }
        at = end;
    }
    if start == bytes.len() || (wide && text.chars().any(is_space)) {
        return None;
    }
    Some(PathHash { above: hash, name: segment_hash(&bytes[start..]) })
}

/// Whether a text of ASCII characters is a name that a path needs not quote; such a text as a path is that name alone.
#[inline]
pub fn is_plain_ascii(text: &str) -> bool {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let plain = |bytes: &[u8]| bytes.iter().all(|&byte| CLASSES[byte as usize] == 0);
    !text.is_empty() && words.iter().all(|word| is_ordinary(u64::from_le_bytes(*word)) || plain(word)) && plain(rest)
}

/// Whether all eight bytes are letters, digits, `_` or the like: ASCII from `0` on but for brackets, which holds back
/// some that would be plain, and lets none through that is not.
const fn is_ordinary(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    // Bytes below `0` borrow, brackets become zero bytes: either sets a high bit.
    let low = word.wrapping_sub(ONES * 0x30);
    let (open, close) = (word ^ (ONES * 0x5B), word ^ (ONES * 0x5D));
    let brackets = (open.wrapping_sub(ONES) & !open) | (close.wrapping_sub(ONES) & !close);
    (word | low | brackets) & HIGH == 0
}

/// Whether a segment can stand in a path without quotes.
pub fn is_plain(segment: &str) -> bool {
    !segment.is_empty() && !segment.chars().any(|c| matches!(c, '.' | '[' | ']' | '"') || is_space(c))
}

/// Appends one named segment to the text of a path, quoted where it must be.
pub fn push_segment(text: &mut String, segment: &str) {
    push_known(text, segment, is_plain(segment));
}

/// The same for a segment of which it is known whether it is plain.
pub fn push_known(text: &mut String, segment: &str, plain: bool) {
    if !text.is_empty() {
        text.push('.');
    }
    push_name(text, segment, plain);
}

/// Appends the first segment of a path, quoted where it must be.
pub fn push_name(text: &mut String, segment: &str, plain: bool) {
    if plain {
        text.push_str(segment);
        return;
    }
    text.push('"');
    for character in segment.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

/// Appends the index of a list's item to the text of a path.
pub fn push_index(text: &mut String, index: u64) {
    text.push('[');
    text.push_str(&index.to_string());
    text.push(']');
}
