//! What a YAML scalar means: the core schema of YAML 1.2.

use crate::limits::DIGIT_LIMIT;
use crate::value::Scalar;

/// The key that merges other mappings into its own.
pub const MERGE_KEY: &str = "<<";

/// What a tag says about a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// There is none.
    Absent,
    /// `!`: the value is what its form says, never what its text looks like.
    NonSpecific,
    /// `!!str`.
    Str,
    /// `!!int`.
    Int,
    /// `!!float`.
    Float,
    /// `!!bool`.
    Bool,
    /// `!!null`.
    Null,
    /// `!!map`.
    Map,
    /// `!!seq`.
    Seq,
    /// Any other tag.
    Foreign,
}

/// Why a scalar has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The tag is none of the core schema.
    Foreign,
    /// The text is not what the tag says.
    Tag,
    /// The number is beyond every double.
    Range,
    /// The integer has more than [`DIGIT_LIMIT`] digits.
    Digits,
}

impl Tag {
    /// The tag whose full name is these two, one after the other.
    pub fn from_parts(prefix: &str, suffix: &str) -> Self {
        match format!("{prefix}{suffix}").strip_prefix("tag:yaml.org,2002:") {
            Some("str") => Self::Str,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("bool") => Self::Bool,
            Some("null") => Self::Null,
            Some("map") => Self::Map,
            Some("seq") => Self::Seq,
            None if prefix.len() + suffix.len() == 1 && (prefix == "!" || suffix == "!") => Self::NonSpecific,
            _ => Self::Foreign,
        }
    }

    /// Its shorthand.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent | Self::Foreign => "",
            Self::NonSpecific => "!",
            Self::Str => "!!str",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Bool => "!!bool",
            Self::Null => "!!null",
            Self::Map => "!!map",
            Self::Seq => "!!seq",
        }
    }
}

/// The value of a scalar. `digits` is room for the digits of an integer beyond 64 bits.
pub fn resolve<'a>(text: &'a str, plain: bool, tag: Tag, digits: &'a mut String) -> Result<Scalar<'a>, Misfit> {
    match tag {
        Tag::Absent if plain => implicit(text, digits),
        Tag::Absent | Tag::NonSpecific | Tag::Str => Ok(Scalar::Str(text)),
        Tag::Int => integer(text, digits).unwrap_or(Err(Misfit::Tag)),
        Tag::Float => float(text).unwrap_or(Err(Misfit::Tag)),
        Tag::Bool => boolean(text).ok_or(Misfit::Tag),
        Tag::Null => null(text).ok_or(Misfit::Tag),
        Tag::Map | Tag::Seq => Err(Misfit::Tag),
        Tag::Foreign => Err(Misfit::Foreign),
    }
}

/// The value of a plain scalar without a tag.
fn implicit<'a>(text: &'a str, digits: &'a mut String) -> Result<Scalar<'a>, Misfit> {
    let special = match text.as_bytes().first() {
        None | Some(b'~' | b'n' | b'N') => null(text).map(Ok),
        Some(b't' | b'T' | b'f' | b'F') => boolean(text).map(Ok),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => integer(text, digits).or_else(|| float(text)),
        Some(_) => None,
    };
    special.unwrap_or(Ok(Scalar::Str(text)))
}

fn null(text: &str) -> Option<Scalar<'static>> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(Scalar::Null)
}

fn boolean(text: &str) -> Option<Scalar<'static>> {
    match text {
        "true" | "True" | "TRUE" => Some(Scalar::Bool(true)),
        "false" | "False" | "FALSE" => Some(Scalar::Bool(false)),
        _ => None,
    }
}

/// `[-+]?[0-9]+`, `0o[0-7]+` or `0x[0-9a-fA-F]+`; `None` for a text that is no integer.
fn integer<'a>(text: &str, digits: &'a mut String) -> Option<Result<Scalar<'a>, Misfit>> {
    if let Some(octal) = text.strip_prefix("0o") {
        return octal.bytes().all(|b| matches!(b, b'0'..=b'7')).then(|| based(octal, 3, digits)).flatten();
    }
    if let Some(hexadecimal) = text.strip_prefix("0x") {
        return hexadecimal.bytes().all(|b| b.is_ascii_hexdigit()).then(|| based(hexadecimal, 4, digits)).flatten();
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(value) = text.parse() {
        return Some(Ok(Scalar::Int(value)));
    }
    let significant = unsigned.trim_start_matches('0');
    if significant.len() > DIGIT_LIMIT {
        return Some(Err(Misfit::Digits));
    }
    digits.clear();
    if text.starts_with('-') {
        digits.push('-');
    }
    digits.push_str(significant);
    Some(Ok(Scalar::BigInt(digits)))
}

/// The number after `0o` or `0x`: each digit holds this many bits.
fn based<'a>(text: &str, bits: u32, digits: &'a mut String) -> Option<Result<Scalar<'a>, Misfit>> {
    if text.is_empty() {
        return None;
    }
    if let Ok(value) = i64::from_str_radix(text, 1 << bits) {
        return Some(Ok(Scalar::Int(value)));
    }
    let significant = text.trim_start_matches('0');
    if significant.len() * bits as usize > DIGIT_LIMIT * 4 {
        return Some(Err(Misfit::Digits));
    }
    digits.clear();
    decimal(significant, bits, digits);
    Some(if digits.len() > DIGIT_LIMIT { Err(Misfit::Digits) } else { Ok(Scalar::BigInt(digits)) })
}

/// Writes a number of base 2^bits in decimal.
fn decimal(text: &str, bits: u32, out: &mut String) {
    use std::fmt::Write as _;
    const LIMB: u64 = 1_000_000_000;
    let mut limbs: Vec<u32> = Vec::new();
    for digit in text.chars().filter_map(|character| character.to_digit(1 << bits)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            let wide = (u64::from(*limb) << bits) + carry;
            *limb = (wide % LIMB) as u32;
            carry = wide / LIMB;
        }
        if carry > 0 {
            limbs.push(carry as u32);
        }
    }
    let mut limbs = limbs.iter().rev();
    if let Some(first) = limbs.next() {
        let _ = write!(out, "{first}");
    }
    for limb in limbs {
        let _ = write!(out, "{limb:09}");
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, an infinity or no number; `None` for other text.
fn float(text: &str) -> Option<Result<Scalar<'static>, Misfit>> {
    let (sign, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(Ok(Scalar::Float(sign * f64::INFINITY))),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(Ok(Scalar::Float(f64::NAN))),
        _ => {}
    }
    // Rust reads the same grammar, but for the words: `inf`, `infinity`, `nan`.
    if !unsigned.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'-' | b'+')) {
        return None;
    }
    let value: f64 = unsigned.parse().ok().filter(|_| !unsigned.starts_with(['-', '+']))?;
    Some(if value.is_infinite() { Err(Misfit::Range) } else { Ok(Scalar::Float(sign * value)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Result<String, Misfit> {
        let mut digits = String::new();
        resolve(text, true, Tag::Absent, &mut digits).map(|scalar| format!("{scalar:?}"))
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let table = [
            ("", "Null"),
            ("~", "Null"),
            ("NULL", "Null"),
            ("nUll", "Str(\"nUll\")"),
            ("True", "Bool(true)"),
            ("yes", "Str(\"yes\")"),
            ("NO", "Str(\"NO\")"),
            ("off", "Str(\"off\")"),
            ("012", "Int(12)"),
            ("-0", "Int(0)"),
            ("+7", "Int(7)"),
            ("0o14", "Int(12)"),
            ("0xfF", "Int(255)"),
            ("-0x1", "Str(\"-0x1\")"),
            ("0o8", "Str(\"0o8\")"),
            ("0x", "Str(\"0x\")"),
            ("0b11", "Str(\"0b11\")"),
            ("1_000", "Str(\"1_000\")"),
            ("12:30:45", "Str(\"12:30:45\")"),
            ("2024-01-01", "Str(\"2024-01-01\")"),
            ("1e3", "Float(1000.0)"),
            (".5", "Float(0.5)"),
            ("5.", "Float(5.0)"),
            ("-0.0", "Float(-0.0)"),
            ("-.Inf", "Float(-inf)"),
            ("+.inf", "Float(inf)"),
            (".NaN", "Float(NaN)"),
            ("-.nan", "Str(\"-.nan\")"),
            (".", "Str(\".\")"),
            ("1e", "Str(\"1e\")"),
            ("+-1", "Str(\"+-1\")"),
            ("--1.0", "Str(\"--1.0\")"),
            ("-", "Str(\"-\")"),
            (".e3", "Str(\".e3\")"),
            ("+.5e-1", "Float(0.05)"),
            ("=", "Str(\"=\")"),
            ("\u{0661}", "Str(\"\u{0661}\")"),
            ("nan", "Str(\"nan\")"),
            ("inf", "Str(\"inf\")"),
            ("1.2.3", "Str(\"1.2.3\")"),
            ("9223372036854775807", "Int(9223372036854775807)"),
            ("-9223372036854775808", "Int(-9223372036854775808)"),
            ("9223372036854775808", "BigInt(\"9223372036854775808\")"),
            ("-000009223372036854775809", "BigInt(\"-9223372036854775809\")"),
            ("0xFFFFFFFFFFFFFFFFFFFF", "BigInt(\"1208925819614629174706175\")"),
            ("0o7777777777777777777777", "BigInt(\"73786976294838206463\")"),
            ("0x3b9aca000000000000000000000000", "BigInt(\"309485009821345068724781056000000000\")"),
        ];
        for (text, expected) in table {
            assert_eq!(plain(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn numbers_have_limits() {
        assert_eq!(plain("1e400"), Err(Misfit::Range));
        assert_eq!(plain(&"9".repeat(DIGIT_LIMIT)).map(|text| text.len()), Ok(DIGIT_LIMIT + 10));
        assert_eq!(plain(&"9".repeat(DIGIT_LIMIT + 1)), Err(Misfit::Digits));
        assert_eq!(plain(&format!("0x{}", "f".repeat(3571))).map(|text| text.len()), Ok(4300 + 10));
        assert_eq!(plain(&format!("0x{}", "f".repeat(3572))), Err(Misfit::Digits));
        assert_eq!(plain(&format!("0x{}", "f".repeat(1 << 20))), Err(Misfit::Digits));
        assert_eq!(plain(&format!("{}7", "0".repeat(1 << 20))), Ok("Int(7)".into()));
    }
}
