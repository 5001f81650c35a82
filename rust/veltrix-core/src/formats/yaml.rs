//! YAML 1.2, core schema.
//!
//! ```text
//! text ──► checks ──► yaml_parser ──events──► yaml_nodes ──nodes──► yaml_compose ──► DocumentBuilder
//!                                                                   (yaml_scalar: what a scalar means)
//! ```

use super::document::DocumentBuilder;
use super::document_error::DocumentError;
use super::{yaml_compose, yaml_nodes};
use crate::tree::{Position, Tree};

/// So many bytes are looked at together; few where assertions are on, so that small documents have several blocks.
const BLOCK: usize = if cfg!(debug_assertions) { 5 } else { 64 };

/// Reads a YAML document.
pub fn parse(text: &str, mut document: DocumentBuilder) -> Result<Tree, DocumentError> {
    check(text)?;
    let nodes = yaml_nodes::read(text)?;
    yaml_compose::compose(&nodes, &mut document)?;
    Ok(document.finish())
}

/// Refuses what the parser would let pass: characters and versions.
pub fn check(text: &str) -> Result<(), DocumentError> {
    check_characters(text)?;
    check_version(text)
}

/// Refuses characters that YAML does not print, and a byte order mark that is not the first character.
fn check_characters(text: &str) -> Result<(), DocumentError> {
    let bytes = text.as_bytes();
    let refused = |(index, &byte): (usize, &u8)| match byte {
        byte if is_ordinary(byte) => false,
        0..=0x7F => true,
        0xC2 => (0x80..0xA0).contains(&bytes[index + 1]) && bytes[index + 1] != 0x85,
        0xEF => matches!(bytes[index + 1..index + 3], [0xBB, 0xBF] | [0xBF, 0xBE | 0xBF]),
        _ => false,
    };
    let suspect = bytes.chunks(BLOCK).enumerate().filter(|(_, block)| !all_ordinary(block));
    let mut unchecked = suspect.flat_map(|(number, block)| (number * BLOCK..).zip(block));
    let Some((offset, _)) = unchecked.find(|&byte| refused(byte)) else { return Ok(()) };
    let character = text[offset..].chars().next().map_or(0, u32::from);
    let reason = format!("unprintable character U+{character:04X}; only an escape in double quotes can hold it");
    Err(DocumentError::syntax(reason, position_at(text, offset)))
}

const fn is_ordinary(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

/// Looks at every byte, also after one that is not ordinary: that takes no branches.
fn all_ordinary(block: &[u8]) -> bool {
    block.iter().fold(true, |all, &byte| all & is_ordinary(byte))
}

/// Refuses a `%YAML` directive that asks for another version: its values would mean something else.
fn check_version(text: &str) -> Result<(), DocumentError> {
    let mut offset = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let content = line.trim_end_matches(['\n', '\r']);
        if let Some(version) = content.strip_prefix("%YAML")
            && version.starts_with([' ', '\t'])
            && version.split([' ', '\t']).find(|word| !word.is_empty()) != Some("1.2")
        {
            return Err(DocumentError::syntax("only YAML 1.2 is read", position_at(text, offset)));
        }
        let before_content = content.trim_start_matches([' ', '\t']);
        if !(before_content.is_empty()
            || before_content.starts_with('#')
            || content.starts_with('%')
            || content.starts_with("..."))
        {
            break;
        }
        offset += line.len();
    }
    Ok(())
}

/// Where the byte at `offset` stands; a carriage return ends a line in YAML.
fn position_at(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let ends =
        |index: usize, byte: u8| byte == b'\n' || byte == b'\r' && text.as_bytes().get(index + 1) != Some(&b'\n');
    let line = before.bytes().enumerate().filter(|&(index, byte)| ends(index, byte)).count();
    let start = before.rfind(['\n', '\r']).map_or(0, |index| index + 1);
    Position { line: line as u32 + 1, column: before[start..].chars().count() as u32 + 1 }
}
