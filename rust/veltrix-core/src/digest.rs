//! The canonical bytes of a snapshot's content, in which order does not count; what a digest is taken of.
//!
//! Every item is framed: eight bytes of length, big-endian, then a tag and the payload.

use std::fmt::Write;

use crate::interner::SegmentId;
use crate::snapshot::{Found, MappingPath, Snapshot};
use crate::tree::{NodeId, Tree};
use crate::value::{Date, Scalar, Time};

/// The canonical bytes of a mapping of a snapshot.
pub fn canonical(snapshot: &Snapshot, at: &MappingPath) -> Vec<u8> {
    let mut out = Vec::new();
    mapping(&mut out, snapshot, at);
    out
}

fn framed(out: &mut Vec<u8>, tag: u8, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 8]);
    out.push(tag);
    payload(out);
    let length = (out.len() - start - 8) as u64;
    out[start..start + 8].copy_from_slice(&length.to_be_bytes());
}

fn text(out: &mut Vec<u8>, text: &str) {
    framed(out, b's', |out| out.extend_from_slice(text.as_bytes()));
}

fn mapping(out: &mut Vec<u8>, snapshot: &Snapshot, at: &MappingPath) {
    let segments = snapshot.segments();
    let mut children = snapshot.children(at);
    children.sort_by_key(|&(name, _): &(SegmentId, _)| &*segments.get(name).text);
    framed(out, b'm', |out| {
        for (name, found) in children {
            text(out, &segments.get(name).text);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => value(out, tree, node),
                Found::Mapping(entry) => mapping(out, snapshot, &snapshot.below(at, name, entry)),
            }
        }
    });
}

fn value(out: &mut Vec<u8>, tree: &Tree, node: NodeId) {
    if let Some(scalar) = tree.scalar(node) {
        return self::scalar(out, scalar);
    }
    if tree.node(node).kind == crate::value::Kind::Mapping {
        let segments = tree.segments();
        let mut children: Vec<(&str, NodeId)> =
            tree.children(node).map(|child| (&*segments.get(tree.node(child).segment).text, child)).collect();
        children.sort_unstable();
        framed(out, b'm', |out| {
            for (name, child) in children {
                text(out, name);
                value(out, tree, child);
            }
        });
    } else {
        framed(out, b'l', |out| tree.children(node).for_each(|item| value(out, tree, item)));
    }
}

fn scalar(out: &mut Vec<u8>, scalar: Scalar<'_>) {
    let mut ascii = |tag: u8, text: String| framed(out, tag, |out| out.extend_from_slice(text.as_bytes()));
    match scalar {
        Scalar::Null => ascii(b'n', String::new()),
        Scalar::Bool(true) => ascii(b't', String::new()),
        Scalar::Bool(false) => ascii(b'f', String::new()),
        Scalar::Int(value) => ascii(b'i', value.to_string()),
        Scalar::BigInt(digits) => ascii(b'i', digits.to_owned()),
        Scalar::Float(value) => {
            let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
            framed(out, b'd', |out| out.extend_from_slice(&bits.to_be_bytes()));
        }
        Scalar::Str(value) => text(out, value),
        Scalar::Bytes(value) => framed(out, b'b', |out| out.extend_from_slice(value)),
        Scalar::DateTime(date, time) => {
            ascii(b'T', format!("{}T{}{}", iso_date(date), iso_time(time), u8::from(time.fold)));
        }
        Scalar::Date(date) => ascii(b'D', iso_date(date)),
        Scalar::Time(time) => ascii(b'H', format!("{}{}", iso_time(time), u8::from(time.fold))),
        Scalar::Opaque(handle) => ascii(b'o', handle.to_string()),
    }
}

fn iso_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

fn iso_time(time: Time) -> String {
    let mut text = format!("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    if time.microsecond != 0 {
        _ = write!(text, ".{:06}", time.microsecond);
    }
    if let Some(offset) = time.offset {
        let (sign, offset) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
        let (seconds, micros) = (offset / 1_000_000, offset % 1_000_000);
        _ = write!(text, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
        if seconds % 60 != 0 || micros != 0 {
            _ = write!(text, ":{:02}", seconds % 60);
        }
        if micros != 0 {
            _ = write!(text, ".{micros:06}");
        }
    }
    text
}
