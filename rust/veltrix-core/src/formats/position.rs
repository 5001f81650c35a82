//! Lines and columns, computed on the way through a document.

use crate::layer::Position;

/// Turns byte offsets that only grow into positions, in time linear in the document.
#[derive(Clone, Debug)]
pub struct Locator<'a> {
    bytes: &'a [u8],
    offset: usize,
    position: Position,
}

impl<'a> Locator<'a> {
    /// Stands at the first character.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0, position: Position { line: 1, column: 1 } }
    }

    /// The position of the character that starts at `offset`, which must not lie before the last one asked for.
    #[inline]
    pub fn at(&mut self, offset: usize) -> Position {
        for &byte in &self.bytes[self.offset..offset] {
            if byte == b'\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else if byte & 0xC0 != 0x80 {
                self.position.column += 1;
            }
        }
        self.offset = offset;
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_code_points_and_lines() {
        let text = "a\u{e9}\u{1F600}b\r\n\tc\rd\n\u{2028}e";
        let mut locator = Locator::new(text.as_bytes());
        let found: Vec<_> = text
            .char_indices()
            .filter(|(_, character)| character.is_ascii_alphabetic())
            .map(|(offset, _)| locator.at(offset))
            .map(|position| (position.line, position.column))
            .collect();
        assert_eq!(found, [(1, 1), (1, 4), (2, 2), (2, 4), (3, 2)]);
    }
}
