//! Data written as documents, in every way that the formats leave open.

use std::fmt::Write as _;

use crate::common::{Tagged, float};

/// What a document can hold.
#[derive(Clone, Debug)]
pub enum Data {
    /// Only JSON has it.
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    List(Vec<Data>),
    /// Names that differ.
    Mapping(Vec<(String, Data)>),
}

impl Data {
    /// As the tests compare it.
    pub fn tagged(&self) -> Tagged {
        Tagged::Leaf(match self {
            Self::Null => "null".into(),
            Self::Bool(value) => format!("bool {value}"),
            Self::Int(value) => format!("int {value}"),
            Self::Float(value) => float(*value),
            Self::Str(text) => format!("str {text}"),
            Self::List(items) => return Tagged::List(items.iter().map(Self::tagged).collect()),
            Self::Mapping(children) => {
                return Tagged::Mapping(children.iter().map(|(name, child)| (name.clone(), child.tagged())).collect());
            }
        })
    }
}

/// Choices that follow from a seed.
pub struct Taste(pub u64);

impl Taste {
    /// A number below a bound.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// A JSON text.
pub fn json(data: &Data, taste: &mut Taste) -> String {
    let mut text = String::new();
    json_value(data, taste, &mut text);
    text
}

fn json_value(data: &Data, taste: &mut Taste, text: &mut String) {
    const SPACE: [&str; 6] = ["", "", " ", "\n", "\t", " \r\n "];
    text.push_str(taste.pick(&SPACE));
    match data {
        Data::Null => text.push_str("null"),
        Data::Bool(value) => _ = write!(text, "{value}"),
        Data::Int(value) => _ = write!(text, "{value}"),
        Data::Float(value) => {
            let spelled = format!("{value:?}");
            let plus = taste.once_in(2) && !spelled.contains("e-");
            text.push_str(&if plus { spelled.replace('e', "E+") } else { spelled });
        }
        Data::Str(value) => quoted(value, taste, text, &json_escape),
        Data::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                json_value(item, taste, text);
            }
            text.push_str(taste.pick(&SPACE));
            text.push(']');
        }
        Data::Mapping(children) => {
            text.push('{');
            for (at, (name, child)) in children.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(taste.pick(&SPACE));
                quoted(name, taste, text, &json_escape);
                text.push_str(taste.pick(&SPACE));
                text.push(':');
                json_value(child, taste, text);
            }
            text.push_str(taste.pick(&SPACE));
            text.push('}');
        }
    }
    text.push_str(taste.pick(&SPACE));
}

fn json_escape(character: char, text: &mut String) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        _ = write!(text, "\\u{unit:04x}");
    }
}

/// A text in double quotes, in which anything may be escaped and what must be is.
fn quoted(value: &str, taste: &mut Taste, text: &mut String, escape: &dyn Fn(char, &mut String)) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\0'..' ' | '\x7f' => escape(character, text),
            _ if taste.once_in(8) => escape(character, text),
            _ => text.push(character),
        }
    }
    text.push('"');
}

/// A TOML document of a mapping, with its tables as headers, dotted keys or inline.
pub fn toml(children: &[(String, Data)], taste: &mut Taste) -> String {
    let mut text = String::new();
    toml_table(children, "", taste, &mut text);
    text
}

fn toml_table(children: &[(String, Data)], above: &str, taste: &mut Taste, text: &mut String) {
    let mut later = Vec::new();
    for (name, child) in children {
        let key = toml_key(name, taste);
        match child {
            Data::Mapping(inner) if taste.once_in(2) => later.push((key, vec![inner], false)),
            Data::List(items) if !items.is_empty() && taste.once_in(2) => {
                let tables = items.iter().map(|item| if let Data::Mapping(inner) = item { Some(inner) } else { None });
                match tables.collect::<Option<Vec<_>>>() {
                    Some(tables) => later.push((key, tables, true)),
                    None => toml_line(&key, child, taste, text),
                }
            }
            _ => toml_line(&key, child, taste, text),
        }
    }
    for (key, tables, many) in later {
        let path = if above.is_empty() { key } else { format!("{above}{}{key}", taste.pick(&[".", " . "])) };
        for inner in tables {
            let header = if many { format!("[[{path}]]") } else { format!("[ {path} ]") };
            _ = writeln!(text, "{header}{}", taste.pick(&["", " # a comment", "\n"]));
            toml_table(inner, &path, taste, text);
        }
    }
}

fn toml_line(key: &str, value: &Data, taste: &mut Taste, text: &mut String) {
    match value {
        Data::Mapping(inner) if !inner.is_empty() && taste.once_in(2) => {
            for (name, child) in inner {
                let below = toml_key(name, taste);
                toml_line(&format!("{key}.{below}"), child, taste, text);
            }
        }
        _ => {
            _ = write!(text, "{key}{}=", taste.pick(&["", " ", "\t"]));
            text.push_str(taste.pick(&["", " "]));
            toml_value(value, taste, text);
            text.push_str(taste.pick(&["\n", "\r\n", " # a comment\n", "\n\n"]));
        }
    }
}

fn toml_key(name: &str, taste: &mut Taste) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) && !taste.once_in(4) {
        return name.to_owned();
    }
    toml_string(name, taste, false)
}

fn toml_string(value: &str, taste: &mut Taste, lines: bool) -> String {
    let literal = |c: char| c == '\t' || (c >= ' ' && c != '\'' && c != '\x7f');
    if value.chars().all(literal) && taste.once_in(3) {
        return format!("'{value}'");
    }
    if lines && value.chars().all(|c| literal(c) || c == '\n') && taste.once_in(2) {
        return format!("'''\n{value}'''");
    }
    let mut text = String::new();
    quoted(value, taste, &mut text, &|character, text: &mut String| {
        _ = write!(text, "\\U{:08X}", u32::from(character));
    });
    if lines && taste.once_in(3) { format!("\"\"{text}\"\"").replacen("\"\"\"", "\"\"\"\n", 1) } else { text }
}

fn toml_value(value: &Data, taste: &mut Taste, text: &mut String) {
    match value {
        Data::Null => unreachable!("TOML has no null"),
        Data::Bool(value) => _ = write!(text, "{value}"),
        Data::Int(value) if *value >= 0 && taste.once_in(4) => {
            _ = match taste.below(3) {
                0 => write!(text, "0x{value:X}"),
                1 => write!(text, "0o{value:o}"),
                _ => write!(text, "+{value}"),
            };
        }
        Data::Int(value) => _ = write!(text, "{value}"),
        Data::Float(value) if value.is_nan() => text.push_str(taste.pick(&["nan", "+nan", "-nan"])),
        Data::Float(value) => _ = write!(text, "{value:?}"),
        Data::Str(value) => text.push_str(&toml_string(value, taste, true)),
        Data::List(items) => {
            const SPACE: [&str; 4] = ["", " ", "\n", " # a comment\n"];
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(taste.pick(&SPACE));
                toml_value(item, taste, text);
            }
            text.push_str(taste.pick(&SPACE));
            text.push_str(if !items.is_empty() && taste.once_in(3) { ",\n]" } else { "]" });
        }
        Data::Mapping(children) => {
            text.push('{');
            for (at, (name, child)) in children.iter().enumerate() {
                text.push_str(if at > 0 { ", " } else { " " });
                text.push_str(&toml_key(name, taste));
                text.push_str(" = ");
                toml_value(child, taste, text);
            }
            text.push_str(" }");
        }
    }
}

/// A `.env` document.
pub fn env(variables: &[(String, String)], taste: &mut Taste) -> String {
    let mut text = String::new();
    for (name, value) in variables {
        text.push_str(taste.pick(&["", "export ", " ", "# a comment\n", "\n"]));
        _ = write!(text, "{name}{}={}", taste.pick(&["", " "]), taste.pick(&["", " "]));
        let bare = !value.contains(['\n', '\r', '#']) && value.trim() == value && !value.starts_with(['"', '\'']);
        if bare && taste.once_in(2) {
            // Behind nothing at all, a comment would be the value.
            if value.is_empty() {
                text.push('\n');
            }
            text.push_str(value);
        } else if !value.contains('\r') && taste.once_in(2) {
            // A carriage return is only written as an escape: as it is, it ends a line.
            _ = write!(text, "'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
        } else {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r");
            _ = write!(text, "\"{}\"", if taste.once_in(2) { escaped.replace('\n', "\\n") } else { escaped });
        }
        text.push_str(taste.pick(&["\n", "\r\n", "  # a comment\n", "\r"]));
    }
    text
}
