//! A persistent list of the few things that were noted last, each under a hash.
//!
//! ```text
//!   a version ──► newest note ──► the one before ──► … at most so many
//!   the next  ──► its note ───────────┘
//! ```
//! Another note costs one block, whatever stands in the list. The hashes are kept in the version itself as well, half of
//! each, so that whoever looks for what is not there need not walk the notes.

use std::sync::Arc;

/// What was noted last, at most `MOST` things.
#[derive(Debug)]
pub struct EditLog<V, const MOST: usize> {
    newest: Option<Arc<Note<V>>>,
    length: usize,
    /// The upper halves of the hashes, the oldest first; 0 after them.
    halves: [u32; MOST],
}

#[derive(Debug)]
struct Note<V> {
    hash: u64,
    value: V,
    before: Option<Arc<Self>>,
}

impl<V, const MOST: usize> Default for EditLog<V, MOST> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<V, const MOST: usize> Clone for EditLog<V, MOST> {
    fn clone(&self) -> Self {
        Self { newest: self.newest.clone(), length: self.length, halves: self.halves }
    }
}

impl<V, const MOST: usize> EditLog<V, MOST> {
    /// A list without a note.
    pub const EMPTY: Self = Self { newest: None, length: 0, halves: [0; MOST] };

    /// How many things are noted.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing is noted.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// What is noted, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &V)> {
        let notes = std::iter::successors(self.newest.as_deref(), |note| note.before.as_deref());
        notes.map(|note| (note.hash, &note.value))
    }

    /// Whether something may be noted under a hash of which only the upper half is known; `false` is certain.
    #[inline]
    pub fn may_hold(&self, half: u32) -> bool {
        self.halves.contains(&half)
    }

    /// What is noted under a hash.
    #[inline]
    pub fn get(&self, hash: u64) -> Option<&V> {
        if self.may_hold(half(hash)) { self.iter().find(|note| note.0 == hash).map(|note| note.1) } else { None }
    }

    /// Whether [`Self::put`] may note something under a hash: there is room, and it would leave nothing outdated behind.
    pub fn takes(&self, hash: u64) -> bool {
        match &self.newest {
            Some(newest) if newest.hash == hash => true,
            _ => self.length < MOST && self.get(hash).is_none(),
        }
    }

    /// Notes something under a hash that the list [takes](Self::takes), in the place of the newest note if that has it.
    pub fn put(&mut self, hash: u64, value: V) {
        debug_assert!(self.takes(hash));
        let before = match self.newest.take() {
            Some(newest) if newest.hash == hash => newest.before.clone(),
            newest => {
                self.halves[self.length] = half(hash);
                self.length += 1;
                newest
            }
        };
        self.newest = Some(Arc::new(Note { hash, value, before }));
    }
}

const fn half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::EditLog;

    const fn hash(number: u64) -> u64 {
        number << 32 | number
    }

    fn noted(list: &EditLog<u64, 3>) -> Vec<u64> {
        list.iter().map(|(_, value)| *value).collect()
    }

    #[test]
    fn a_version_keeps_what_it_noted() {
        let mut first: EditLog<u64, 3> = EditLog::default();
        first.put(hash(1), 10);
        let mut second = first.clone();
        second.put(hash(2), 20);
        let mut other = first.clone();
        other.put(hash(1), 11);
        assert_eq!([noted(&first), noted(&second), noted(&other)], [vec![10], vec![20, 10], vec![11]]);
        assert_eq!([first.len(), second.len(), other.len()], [1, 2, 1]);
        assert_eq!((second.get(hash(1)), second.get(hash(3)), first.get(hash(2))), (Some(&10), None, None));
        assert!(second.may_hold(2) && !first.may_hold(2));
    }

    #[test]
    fn it_takes_neither_too_many_nor_what_would_be_outdated_beneath_another() {
        let mut list: EditLog<u64, 3> = EditLog::default();
        let mut takes = Vec::new();
        for number in 1..=3 {
            list.put(hash(number), number);
            takes.push([1, 2, 3, 4].map(|number| list.takes(hash(number))));
        }
        assert_eq!(takes, [[true; 4], [false, true, true, true], [false, false, true, false]]);
    }

    #[test]
    fn half_a_hash_is_not_the_hash() {
        let mut list: EditLog<u64, 3> = EditLog::default();
        list.put(hash(1), 1);
        assert!(list.may_hold(1));
        assert_eq!(list.get(1 << 32), None);
        assert!(list.takes(1 << 32));
    }
}
