//! Paths: their text, their segments, their canonical spelling.

/// Whether a code point is white space as Python's `str.isspace` sees it.
pub const fn is_space(character: char) -> bool {
    matches!(character,
        '\u{9}'..='\u{d}' | '\u{1c}'..='\u{20}' | '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Whether a segment can stand in a path without quotes.
pub fn is_plain(segment: &str) -> bool {
    !segment.is_empty() && !segment.chars().any(|c| matches!(c, '.' | '[' | ']' | '"') || is_space(c))
}

/// Appends one named segment to the text of a path, quoted where it must be.
pub fn push_segment(text: &mut String, segment: &str) {
    if !text.is_empty() {
        text.push('.');
    }
    if is_plain(segment) {
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
