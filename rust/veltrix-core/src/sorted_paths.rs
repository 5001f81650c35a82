//! Many paths in the order of their texts.

use std::ops::Range;

use crate::interner::{Interner, SegmentId};

/// The texts of many paths, one after the other in one buffer.
#[derive(Debug)]
pub struct SortedPaths {
    text: String,
    ranges: Vec<Range<usize>>,
}

impl SortedPaths {
    /// The texts of these paths.
    #[inline]
    pub fn new<'a>(table: &Interner, paths: impl ExactSizeIterator<Item = &'a [SegmentId]>) -> Self {
        let mut text = String::with_capacity(paths.len() * 32);
        let mut ranges = Vec::with_capacity(paths.len());
        for path in paths {
            let start = text.len();
            table.push_path(&mut text, path);
            ranges.push(start..text.len());
        }
        Self { text, ranges }
    }

    /// The texts in their order, with the indexes of their paths.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let texts = || self.ranges.iter().map(|range| &self.text.as_bytes()[range.clone()]);
        let first = texts().next().unwrap_or_default();
        let common = |text: &[u8]| first.iter().zip(text).take_while(|(a, b)| a == b).count();
        let shared = texts().map(common).min().unwrap_or(0);
        // The first bytes in which any two differ decide nearly all comparisons, as one number.
        let key = |text: &[u8]| {
            let mut bytes = [0; 16];
            let rest = &text[shared..];
            let length = rest.len().min(16);
            bytes[..length].copy_from_slice(&rest[..length]);
            u128::from_be_bytes(bytes)
        };
        let mut ordered: Vec<_> = texts().enumerate().map(|(at, text)| (key(text), text, at)).collect();
        ordered.sort_unstable();
        ordered.into_iter().map(|(_, _, at)| (&self.text[self.ranges[at].clone()], at))
    }
}
