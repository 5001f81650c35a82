//! Lines and columns, computed on the way through a document.

use crate::tree::Position;

/// Turns byte offsets that only grow into positions, in time linear in the document.
///
/// The reader says where lines begin, as it sees every line break anyway.
#[derive(Clone, Debug)]
pub struct Locator<'a> {
    bytes: &'a [u8],
    ascii: bool,
    line: u32,
    /// Where columns were counted up to on this line; its first byte when nothing was asked yet.
    offset: usize,
    column: u32,
}

impl<'a> Locator<'a> {
    /// Stands at the first character.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, ascii: bytes.is_ascii(), line: 1, offset: 0, column: 1 }
    }

    /// A line begins at `offset`.
    #[inline]
    pub fn begin_line(&mut self, offset: usize) {
        self.line += 1;
        self.offset = offset;
        self.column = 1;
    }

    /// The position of the character that starts at `offset`, which lies on this line, not before the last one asked for.
    #[inline]
    pub fn at(&mut self, offset: usize) -> Position {
        let passed = if self.ascii { offset - self.offset } else { code_points(&self.bytes[self.offset..offset]) };
        self.column += passed as u32;
        self.offset = offset;
        Position { line: self.line, column: self.column }
    }
}

/// The position of the character that starts at `offset`, counted from the start.
pub fn position_of(bytes: &[u8], offset: usize) -> Position {
    let read = &bytes[..offset];
    let line = read.split(|&byte| byte == b'\n').count();
    let line_start = read.iter().rposition(|&byte| byte == b'\n').map_or(0, |index| index + 1);
    Position { line: line as u32, column: 1 + code_points(&read[line_start..]) as u32 }
}

fn code_points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_points_and_lines() {
        let text = "a\u{e9}\u{1F600}b\r\n\tc\rd\n\u{2028}e";
        let mut locator = Locator::new(text.as_bytes());
        let mut found = Vec::new();
        for (offset, character) in text.char_indices() {
            if character.is_ascii_alphabetic() {
                let position = locator.at(offset);
                assert_eq!(position, position_of(text.as_bytes(), offset));
                found.push((position.line, position.column));
            }
            if character == '\n' {
                locator.begin_line(offset + 1);
            }
        }
        assert_eq!(found, [(1, 1), (1, 4), (2, 2), (2, 4), (3, 2)]);
    }
}
