//! What the tests of documents share: a layer as plain data that compares and prints.

use std::fmt::Write as _;
use std::sync::Arc;

use veltrix_core::formats::{self, DocumentError, Format};
use veltrix_core::{Date, Interner, Kind, NodeId, Scalar, Time, Tree};

/// Data in which every leaf is the word for its type and its text, such as `int 1`, `str x` or `null`.
#[derive(Clone, Debug, PartialEq)]
pub enum Tagged {
    Leaf(String),
    List(Vec<Tagged>),
    Mapping(Vec<(String, Tagged)>),
}

pub fn parse(format: Format, bytes: &[u8]) -> Result<Tree, DocumentError> {
    formats::parse(format, bytes, Arc::new(Interner::new()))
}

/// A node with all that stands in it; an operator is a mapping with one key, such as `operator append`.
pub fn tagged(layer: &Tree, id: NodeId) -> Tagged {
    let kind = layer.node(id).kind;
    match kind {
        Kind::Mapping => {
            let child =
                |child| (layer.segments().get(layer.node(child).segment).text.to_string(), tagged(layer, child));
            Tagged::Mapping(layer.children(id).map(child).collect())
        }
        Kind::List => Tagged::List(layer.children(id).map(|child| tagged(layer, child)).collect()),
        Kind::Delete => Tagged::Leaf("delete".into()),
        Kind::Replace | Kind::Append | Kind::Prepend => {
            let held = layer.children(id).next().expect("an operator holds a value");
            Tagged::Mapping(vec![(format!("operator {}", kind.word()), tagged(layer, held))])
        }
        _ => Tagged::Leaf(leaf(layer.scalar(id).expect("a scalar"))),
    }
}

/// A float of any spelling as its bits, so that texts compare exactly.
pub fn float(value: f64) -> String {
    if value.is_nan() { "float nan".into() } else { format!("float {:016x}", value.to_bits()) }
}

fn leaf(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => "null".into(),
        Scalar::Bool(value) => format!("bool {value}"),
        Scalar::Int(value) => format!("int {value}"),
        Scalar::BigInt(text) => format!("int {text}"),
        Scalar::Float(value) => float(value),
        Scalar::Str(text) => format!("str {text}"),
        Scalar::DateTime(date, time) => format!("datetime {}T{}", iso_date(date), iso_time(time)),
        Scalar::Date(date) => format!("date {}", iso_date(date)),
        Scalar::Time(time) => format!("time {}", iso_time(time)),
        Scalar::Bytes(_) | Scalar::Opaque(_) => unreachable!("no document holds bytes or objects"),
    }
}

fn iso_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn iso_time(time: Time) -> String {
    let mut text = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    if time.microsecond > 0 {
        let _ = write!(text, ".{:06}", time.microsecond);
    }
    if let Some(offset) = time.offset {
        let minutes = offset.abs() / 60_000_000;
        let sign = if offset < 0 { '-' } else { '+' };
        let _ = write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60);
    }
    text
}
