//! A persistent map from `u64` to values: an update copies one path of nodes and shares the rest.
//!
//! Keys are hashes (of paths) or dense numbers (segments); both spread over five bits a level. Two versions of one
//! map are compared by [`Trie::differences`] in time proportional to what differs.

use std::sync::Arc;

const BITS: u32 = 5;
const MASK: u64 = (1 << BITS) - 1;

/// A persistent map.
#[derive(Debug)]
pub struct Trie<V> {
    root: Option<Arc<Branch<V>>>,
    length: usize,
}

#[derive(Debug)]
struct Branch<V> {
    bitmap: u32,
    slots: Box<[Slot<V>]>,
}

#[derive(Debug)]
enum Slot<V> {
    Leaf(u64, V),
    Branch(Arc<Branch<V>>),
}

impl<V: Clone> Clone for Slot<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(key, value) => Self::Leaf(*key, value.clone()),
            Self::Branch(branch) => Self::Branch(Arc::clone(branch)),
        }
    }
}

impl<V> Clone for Trie<V> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), length: self.length }
    }
}

impl<V> Default for Trie<V> {
    fn default() -> Self {
        Self { root: None, length: 0 }
    }
}

impl<V> Branch<V> {
    /// The slot of a key at this level, as its position among the filled ones.
    fn position(&self, key: u64, shift: u32) -> (u32, usize) {
        let bit = 1_u32 << ((key >> shift) & MASK);
        (bit, (self.bitmap & (bit - 1)).count_ones() as usize)
    }
}

impl<V: Clone> Trie<V> {
    /// How many keys it holds.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether it holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The value of a key.
    pub fn get(&self, key: u64) -> Option<&V> {
        let mut branch = self.root.as_deref()?;
        let mut shift = 0;
        loop {
            let (bit, position) = branch.position(key, shift);
            if branch.bitmap & bit == 0 {
                return None;
            }
            match &branch.slots[position] {
                Slot::Leaf(found, value) => return (*found == key).then_some(value),
                Slot::Branch(next) => branch = next,
            }
            shift += BITS;
        }
    }

    /// Puts a value; the versions that share nodes with this one stay as they are.
    pub fn insert(&mut self, key: u64, value: V) {
        let (root, added) = match &self.root {
            None => (Self::single(key, value, 0), true),
            Some(branch) => Self::with(branch, key, value, 0),
        };
        self.root = Some(root);
        self.length += usize::from(added);
    }

    /// Removes a key if it is there.
    pub fn remove(&mut self, key: u64) {
        if self.get(key).is_none() {
            return;
        }
        self.length -= 1;
        self.root = self.root.as_ref().and_then(|branch| Self::without(branch, key, 0));
    }

    /// Calls `visit` with every key and value, in the order of the keys' bits.
    pub fn for_each<'a>(&'a self, visit: &mut dyn FnMut(u64, &'a V)) {
        if let Some(root) = &self.root {
            Self::walk(root, visit);
        }
    }

    /// Calls `visit` with every key whose slots differ between two versions, and the value each of them holds.
    pub fn differences<'a>(&'a self, other: &'a Self, visit: &mut dyn FnMut(u64, Option<&'a V>, Option<&'a V>)) {
        match (&self.root, &other.root) {
            (None, None) => {}
            (Some(left), None) => Self::walk(left, &mut |key, value| visit(key, Some(value), None)),
            (None, Some(right)) => Self::walk(right, &mut |key, value| visit(key, None, Some(value))),
            (Some(left), Some(right)) => Self::compare(left, right, 0, visit),
        }
    }

    fn single(key: u64, value: V, shift: u32) -> Arc<Branch<V>> {
        Arc::new(Branch { bitmap: 1 << ((key >> shift) & MASK), slots: Box::new([Slot::Leaf(key, value)]) })
    }

    fn with(branch: &Branch<V>, key: u64, value: V, shift: u32) -> (Arc<Branch<V>>, bool) {
        let (bit, position) = branch.position(key, shift);
        if branch.bitmap & bit == 0 {
            let mut slots = Vec::with_capacity(branch.slots.len() + 1);
            slots.extend_from_slice(&branch.slots[..position]);
            slots.push(Slot::Leaf(key, value));
            slots.extend_from_slice(&branch.slots[position..]);
            return (Arc::new(Branch { bitmap: branch.bitmap | bit, slots: slots.into() }), true);
        }
        let (slot, added) = match &branch.slots[position] {
            Slot::Leaf(found, _) if *found == key => (Slot::Leaf(key, value), false),
            Slot::Leaf(found, old) => {
                let lower = Self::single(*found, old.clone(), shift + BITS);
                (Slot::Branch(Self::with(&lower, key, value, shift + BITS).0), true)
            }
            Slot::Branch(next) => {
                let (next, added) = Self::with(next, key, value, shift + BITS);
                (Slot::Branch(next), added)
            }
        };
        let mut slots = branch.slots.clone();
        slots[position] = slot;
        (Arc::new(Branch { bitmap: branch.bitmap, slots }), added)
    }

    fn without(branch: &Arc<Branch<V>>, key: u64, shift: u32) -> Option<Arc<Branch<V>>> {
        let (bit, position) = branch.position(key, shift);
        let replacement = match &branch.slots[position] {
            Slot::Leaf(..) => None,
            Slot::Branch(next) => Self::without(next, key, shift + BITS),
        };
        if let Some(next) = replacement {
            let mut slots = branch.slots.clone();
            slots[position] = Slot::Branch(next);
            return Some(Arc::new(Branch { bitmap: branch.bitmap, slots }));
        }
        if branch.slots.len() == 1 {
            return None;
        }
        let mut slots = Vec::with_capacity(branch.slots.len() - 1);
        slots.extend_from_slice(&branch.slots[..position]);
        slots.extend_from_slice(&branch.slots[position + 1..]);
        Some(Arc::new(Branch { bitmap: branch.bitmap & !bit, slots: slots.into() }))
    }

    fn walk<'a>(branch: &'a Branch<V>, visit: &mut dyn FnMut(u64, &'a V)) {
        for slot in &branch.slots {
            match slot {
                Slot::Leaf(key, value) => visit(*key, value),
                Slot::Branch(next) => Self::walk(next, visit),
            }
        }
    }

    fn compare<'a>(
        left: &'a Arc<Branch<V>>,
        right: &'a Arc<Branch<V>>,
        shift: u32,
        visit: &mut dyn FnMut(u64, Option<&'a V>, Option<&'a V>),
    ) {
        if Arc::ptr_eq(left, right) {
            return;
        }
        let mut bits = left.bitmap | right.bitmap;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            match (Self::slot(left, bit), Self::slot(right, bit)) {
                (Some(Slot::Branch(a)), Some(Slot::Branch(b))) => Self::compare(a, b, shift + BITS, visit),
                (Some(Slot::Leaf(a, value)), Some(Slot::Leaf(b, other))) if a == b => {
                    visit(*a, Some(value), Some(other));
                }
                (a, b) => {
                    // One side holds at most one leaf here; its key may stand inside the other side's branch.
                    Self::walk_slot(a, &mut |key, value| visit(key, Some(value), Self::find(b, key, shift)));
                    Self::walk_slot(b, &mut |key, value| {
                        if Self::find(a, key, shift).is_none() {
                            visit(key, None, Some(value));
                        }
                    });
                }
            }
        }
    }

    fn slot(branch: &Branch<V>, bit: u32) -> Option<&Slot<V>> {
        (branch.bitmap & bit != 0).then(|| &branch.slots[(branch.bitmap & (bit - 1)).count_ones() as usize])
    }

    fn walk_slot<'a>(slot: Option<&'a Slot<V>>, visit: &mut dyn FnMut(u64, &'a V)) {
        match slot {
            None => {}
            Some(Slot::Leaf(key, value)) => visit(*key, value),
            Some(Slot::Branch(branch)) => Self::walk(branch, visit),
        }
    }

    fn find(slot: Option<&Slot<V>>, key: u64, shift: u32) -> Option<&V> {
        let mut slot = slot?;
        let mut shift = shift + BITS;
        loop {
            match slot {
                Slot::Leaf(found, value) => return (*found == key).then_some(value),
                Slot::Branch(branch) => {
                    slot = Self::slot(branch, 1 << ((key >> shift) & MASK))?;
                    shift += BITS;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trie;
    use std::collections::BTreeMap;

    fn keys() -> impl Iterator<Item = u64> {
        let mut state = 7_u64;
        (0..4000).map(move |i| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if i % 3 == 0 { state >> 52 } else { state << (state % 40) }
        })
    }

    #[test]
    fn agrees_with_a_map_and_leaves_old_versions_alone() {
        let (mut trie, mut model) = (Trie::default(), BTreeMap::new());
        let mut old = Vec::new();
        for (turn, key) in keys().enumerate() {
            if turn % 500 == 0 {
                old.push((trie.clone(), model.clone()));
            }
            if turn % 4 == 3 {
                trie.remove(key >> 1);
                model.remove(&(key >> 1));
                if let Some(&first) = model.keys().next() {
                    trie.remove(first);
                    model.remove(&first);
                }
            } else {
                trie.insert(key, turn);
                model.insert(key, turn);
            }
        }
        old.push((trie, model));
        for (trie, model) in &old {
            let mut seen = BTreeMap::new();
            trie.for_each(&mut |key, value| assert!(seen.insert(key, *value).is_none()));
            assert_eq!(&seen, model);
            assert_eq!(trie.len(), model.len());
            assert!(model.iter().all(|(key, value)| trie.get(*key) == Some(value)));
        }
        for (left, left_model) in &old {
            for (right, right_model) in &old {
                let mut found = BTreeMap::new();
                left.differences(right, &mut |key, a, b| {
                    if a != b {
                        assert!(found.insert(key, (a.copied(), b.copied())).is_none());
                    }
                });
                let mut expected = BTreeMap::new();
                for key in left_model.keys().chain(right_model.keys()) {
                    let pair = (left_model.get(key).copied(), right_model.get(key).copied());
                    if pair.0 != pair.1 {
                        expected.insert(*key, pair);
                    }
                }
                assert_eq!(found, expected);
            }
        }
    }
}
