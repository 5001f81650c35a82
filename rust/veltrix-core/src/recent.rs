//! What was used last, within bounds: of so many things, and of so many bytes, the ones that were used longest ago go.
//!
//! ```text
//!   newest ──► slot ──► slot ──► … ──► oldest          by hash: the slot of each thing
//! ```
//! The oldest goes first (LRU), and no other rule: what is kept follows from the order of the calls alone, so that it can be
//! compared with a reference. The host guards it and says what a thing is, what it takes, and whether two are the same.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::hash::{ROOT_HASH, path_hash};

const NONE: u32 = u32::MAX;

/// The hash of what is made of these parts, such as addresses, in their order.
pub fn hash_of_parts(parts: impl Iterator<Item = usize>) -> u64 {
    parts.fold(ROOT_HASH, |hash, part| path_hash(hash, part as u64))
}

/// Hands on what is a hash already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, &byte| hash.rotate_left(8) ^ u64::from(byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[derive(Debug)]
struct Slot<V> {
    hash: u64,
    value: Option<V>,
    bytes: usize,
    newer: u32,
    older: u32,
}

/// Things that were used last, each under a hash of its own.
#[derive(Debug)]
pub struct Recent<V> {
    places: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    slots: Vec<Slot<V>>,
    free: Vec<u32>,
    newest: u32,
    oldest: u32,
    bytes: usize,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        let (slots, free) = (Vec::new(), Vec::new());
        Self { places: HashMap::default(), slots, free, newest: NONE, oldest: NONE, bytes: 0 }
    }
}

impl<V> Recent<V> {
    /// How many things there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many bytes they take.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// All things, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &V> {
        let mut next = self.newest;
        std::iter::from_fn(move || {
            let slot = self.slots.get(next as usize)?;
            next = slot.older;
            slot.value.as_ref()
        })
    }

    /// The thing under a hash, if it is the wanted one; it is the newest from now on.
    pub fn find(&mut self, hash: u64, is_wanted: impl FnOnce(&V) -> bool) -> Option<&V> {
        let at = *self.places.get(&hash)?;
        if !self.slots[at as usize].value.as_ref().is_some_and(is_wanted) {
            return None;
        }
        if self.newest != at {
            self.unlink(at);
            self.link(at);
        }
        self.slots[at as usize].value.as_ref()
    }

    /// Puts a thing in, the newest, in the place of one under the same hash, and gives those that go for that: they are to be
    /// dropped when nobody is kept waiting. What alone takes more than the bounds goes itself.
    pub fn put(&mut self, hash: u64, value: V, bytes: usize, most: usize, most_bytes: usize) -> Vec<V> {
        let mut gone = Vec::new();
        if most == 0 || bytes > most_bytes {
            gone.push(value);
            return gone;
        }
        if let Some(&at) = self.places.get(&hash) {
            gone.extend(self.take(at));
        }
        while self.len() >= most || self.bytes + bytes > most_bytes {
            gone.extend(self.take(self.oldest));
        }
        let slot = Slot { hash, value: Some(value), bytes, newer: NONE, older: NONE };
        let at = if let Some(at) = self.free.pop() {
            self.slots[at as usize] = slot;
            at
        } else {
            self.slots.push(slot);
            self.slots.len() as u32 - 1
        };
        self.places.insert(hash, at);
        self.bytes += bytes;
        self.link(at);
        gone
    }

    /// Takes a thing out.
    fn take(&mut self, at: u32) -> Option<V> {
        self.unlink(at);
        let slot = &mut self.slots[at as usize];
        self.bytes -= slot.bytes;
        self.places.remove(&slot.hash);
        self.free.push(at);
        slot.value.take()
    }

    fn link(&mut self, at: u32) {
        let older = std::mem::replace(&mut self.newest, at);
        let slot = &mut self.slots[at as usize];
        (slot.newer, slot.older) = (NONE, older);
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = at,
            None => self.oldest = at,
        }
    }

    fn unlink(&mut self, at: u32) {
        let Slot { newer, older, .. } = self.slots[at as usize];
        match self.slots.get_mut(newer as usize) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        match self.slots.get_mut(older as usize) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Recent, hash_of_parts};

    fn kept(recent: &Recent<u64>) -> Vec<u64> {
        recent.iter().copied().collect()
    }

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut recent = Recent::default();
        for number in 1..=3 {
            assert_eq!(recent.put(number, number, 1, 3, 100), []);
        }
        assert_eq!(recent.find(1, |_| true), Some(&1));
        assert_eq!((recent.put(4, 4, 1, 3, 100), kept(&recent)), (vec![2], vec![4, 1, 3]));
        assert_eq!(recent.find(2, |_| true), None);
        assert_eq!((recent.len(), recent.bytes(), recent.is_empty()), (3, 3, false));
        assert_eq!(recent.find(3, |_| false), None);
        assert_eq!((recent.put(5, 5, 1, 3, 100), kept(&recent)), (vec![3], vec![5, 4, 1]));
    }

    #[test]
    fn bytes_are_a_bound_as_well() {
        let mut recent = Recent::default();
        recent.put(1, 1, 4, 9, 10);
        recent.put(2, 2, 4, 9, 10);
        assert_eq!((recent.put(3, 3, 7, 9, 10), kept(&recent), recent.bytes()), (vec![1, 2], vec![3], 7));
        assert_eq!((recent.put(4, 4, 11, 9, 10), kept(&recent)), (vec![4], vec![3]));
        assert_eq!((recent.put(5, 5, 1, 0, 10), recent.len()), (vec![5], 1));
    }

    #[test]
    fn another_thing_takes_the_place_of_one_under_its_hash() {
        let mut recent = Recent::default();
        recent.put(7, 1, 4, 9, 10);
        recent.put(8, 2, 4, 9, 10);
        assert_eq!((recent.put(7, 3, 5, 9, 10), kept(&recent), recent.bytes()), (vec![1], vec![3, 2], 9));
    }

    #[test]
    fn the_order_of_parts_counts() {
        assert_ne!(hash_of_parts([1, 2].into_iter()), hash_of_parts([2, 1].into_iter()));
        assert_eq!(hash_of_parts([1, 2].into_iter()), hash_of_parts([1, 2].into_iter()));
    }
}
