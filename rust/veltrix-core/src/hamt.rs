//! A persistent map from `u64` to values: an update copies one path of nodes and shares the rest.
//!
//! Keys are hashes (of paths) or dense numbers (segments); both spread over four bits a level: a copy touches the
//! reference counts of all slots of a node, so that narrow nodes are cheaper to copy than wide ones are to descend.
//! A node that no other version shares is changed in place, so that several changes in a row copy it once.
//! Two versions of one map are compared by [`Hamt::differences`] in time proportional to what differs.

use std::iter::once;
use std::sync::Arc;

const BITS: u32 = 4;
const MASK: u64 = (1 << BITS) - 1;

/// A persistent map.
#[derive(Debug)]
pub struct Hamt<V> {
    /// A lone value stands here without a node.
    root: Option<HamtSlot<V>>,
    length: usize,
}

/// One node: which of its slots are filled, and those.
#[derive(Debug)]
struct Branch<V> {
    bitmap: u16,
    slots: Arc<[HamtSlot<V>]>,
}

#[derive(Debug)]
enum HamtSlot<V> {
    Leaf(u64, V),
    Branch(Branch<V>),
}

impl<V> Clone for Branch<V> {
    fn clone(&self) -> Self {
        Self { bitmap: self.bitmap, slots: Arc::clone(&self.slots) }
    }
}

impl<V: Clone> Clone for HamtSlot<V> {
    #[inline]
    fn clone(&self) -> Self {
        match self {
            Self::Leaf(key, value) => Self::Leaf(*key, value.clone()),
            Self::Branch(branch) => Self::Branch(branch.clone()),
        }
    }
}

impl<V: Clone> Clone for Hamt<V> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), length: self.length }
    }
}

impl<V> Hamt<V> {
    /// A map without a value.
    pub const EMPTY: Self = Self { root: None, length: 0 };
}

impl<V> Default for Hamt<V> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// What stands under half of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyHalf<'a, V> {
    /// Nothing.
    Unknown,
    /// The value of one key.
    Key(&'a V),
    /// Several keys, perhaps.
    Keys,
}

const fn bit_of(key: u64, shift: u32) -> u16 {
    1 << ((key >> shift) & MASK)
}

impl<V> Branch<V> {
    /// The position of a bit's slot among the filled ones.
    const fn position(&self, bit: u16) -> usize {
        (self.bitmap & (bit - 1)).count_ones() as usize
    }

    fn slot(&self, bit: u16) -> Option<&HamtSlot<V>> {
        if self.bitmap & bit == 0 { None } else { self.slots.get(self.position(bit)) }
    }
}

impl<V: Clone> Branch<V> {
    fn single(key: u64, value: V, shift: u32) -> Self {
        Self { bitmap: bit_of(key, shift), slots: Arc::new([HamtSlot::Leaf(key, value)]) }
    }

    /// Puts a value; whether the key is new.
    fn put(&mut self, key: u64, value: V, shift: u32) -> bool {
        let bit = bit_of(key, shift);
        if self.bitmap & bit == 0 {
            let (before, after) = self.slots.split_at(self.position(bit));
            let slot = once(HamtSlot::Leaf(key, value));
            self.slots = before.iter().cloned().chain(slot).chain(after.iter().cloned()).collect();
            self.bitmap |= bit;
            return true;
        }
        self.slot_mut(bit).put(key, value, shift + BITS)
    }

    /// A filled slot, in a node that no other version shares.
    fn slot_mut(&mut self, bit: u16) -> &mut HamtSlot<V> {
        let position = self.position(bit);
        &mut Arc::make_mut(&mut self.slots)[position]
    }

    /// Takes a key that it holds; whether anything is left.
    fn take(&mut self, key: u64, shift: u32) -> bool {
        let bit = bit_of(key, shift);
        if let Some(HamtSlot::Branch(_)) = self.slot(bit)
            && let HamtSlot::Branch(next) = self.slot_mut(bit)
            && next.take(key, shift + BITS)
        {
            return true;
        }
        let (before, after) = self.slots.split_at(self.position(bit));
        self.slots = before.iter().chain(&after[1..]).cloned().collect();
        self.bitmap &= !bit;
        self.bitmap != 0
    }

    fn compare<'a>(&'a self, other: &'a Self, shift: u32, visit: &mut dyn FnMut(u64, Option<&'a V>, Option<&'a V>)) {
        if Arc::ptr_eq(&self.slots, &other.slots) {
            return;
        }
        let mut bits = self.bitmap | other.bitmap;
        while bits != 0 {
            let bit = bits & bits.wrapping_neg();
            bits ^= bit;
            compare(self.slot(bit), other.slot(bit), shift + BITS, visit);
        }
    }
}

impl<V: Clone> HamtSlot<V> {
    /// Puts a value into a slot whose node would branch at `shift`; whether the key is new.
    fn put(&mut self, key: u64, value: V, shift: u32) -> bool {
        match self {
            Self::Leaf(found, old) if *found == key => {
                *old = value;
                false
            }
            Self::Branch(next) => next.put(key, value, shift),
            Self::Leaf(found, old) => {
                let mut lower = Branch::single(*found, old.clone(), shift);
                lower.put(key, value, shift);
                *self = Self::Branch(lower);
                true
            }
        }
    }

    /// The value of a key that is there.
    fn value_mut(&mut self, key: u64, shift: u32) -> &mut V {
        match self {
            Self::Leaf(_, value) => value,
            Self::Branch(branch) => branch.slot_mut(bit_of(key, shift)).value_mut(key, shift + BITS),
        }
    }

    fn walk<'a>(&'a self, visit: &mut dyn FnMut(u64, &'a V)) {
        match self {
            Self::Leaf(key, value) => visit(*key, value),
            Self::Branch(branch) => branch.slots.iter().for_each(|slot| slot.walk(visit)),
        }
    }
}

/// Compares two slots whose nodes branch at `shift`.
fn compare<'a, V: Clone>(
    ours: Option<&'a HamtSlot<V>>,
    theirs: Option<&'a HamtSlot<V>>,
    shift: u32,
    visit: &mut dyn FnMut(u64, Option<&'a V>, Option<&'a V>),
) {
    match (ours, theirs) {
        (Some(HamtSlot::Branch(a)), Some(HamtSlot::Branch(b))) => a.compare(b, shift, visit),
        (Some(HamtSlot::Leaf(a, value)), Some(HamtSlot::Leaf(b, other))) if a == b => {
            visit(*a, Some(value), Some(other));
        }
        (a, b) => {
            // One side holds at most one leaf here; its key may stand inside the other side's branch.
            if let Some(a) = a {
                a.walk(&mut |key, value| visit(key, Some(value), find(b, key, shift)));
            }
            if let Some(b) = b {
                b.walk(&mut |key, value| {
                    if find(a, key, shift).is_none() {
                        visit(key, None, Some(value));
                    }
                });
            }
        }
    }
}

/// The value of a key that would stand in, or below, a slot whose node would branch at `shift`.
fn find<V>(mut slot: Option<&HamtSlot<V>>, key: u64, mut shift: u32) -> Option<&V> {
    loop {
        match slot? {
            HamtSlot::Leaf(found, value) => return (*found == key).then_some(value),
            HamtSlot::Branch(branch) => {
                slot = branch.slot(bit_of(key, shift));
                shift += BITS;
            }
        }
    }
}

/// A key with its digits of four bits from the last to the first: what sorts keys as a map holds them.
pub const fn order(key: u64) -> u64 {
    let bytes = key.swap_bytes();
    (bytes & 0x0F0F_0F0F_0F0F_0F0F) << 4 | (bytes >> 4) & 0x0F0F_0F0F_0F0F_0F0F
}

/// The slot of sorted keys, whose node would branch at `shift`.
fn slot_of<V: Clone>(pairs: &[(u64, V)], shift: u32) -> Option<HamtSlot<V>> {
    if let [] | [_] = pairs {
        return pairs.first().map(|(key, value)| HamtSlot::Leaf(*key, value.clone()));
    }
    let branches = || pairs.chunk_by(|one, other| bit_of(one.0, shift) == bit_of(other.0, shift));
    let bitmap = branches().fold(0, |bitmap, pairs| bitmap | bit_of(pairs[0].0, shift));
    let slots = branches().filter_map(|pairs| slot_of(pairs, shift + BITS)).collect();
    Some(HamtSlot::Branch(Branch { bitmap, slots }))
}

impl<V: Clone> Hamt<V> {
    /// How many keys it holds.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether it holds no key.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The value of a key.
    pub fn get(&self, key: u64) -> Option<&V> {
        find(self.root.as_ref(), key, 0)
    }

    /// The value of a key of which only the lower half is known.
    #[inline]
    pub fn get_by_half(&self, half: u32) -> KeyHalf<'_, V> {
        let (key, mut shift) = (u64::from(half), 0);
        let mut slot = self.root.as_ref();
        loop {
            match slot {
                Some(HamtSlot::Leaf(found, value)) if *found as u32 == half => return KeyHalf::Key(value),
                None | Some(HamtSlot::Leaf(..)) => return KeyHalf::Unknown,
                Some(HamtSlot::Branch(_)) if shift == u32::BITS => return KeyHalf::Keys,
                Some(HamtSlot::Branch(branch)) => slot = branch.slot(bit_of(key, shift)),
            }
            shift += BITS;
        }
    }

    /// A map of these keys, each of them once.
    pub fn of(mut pairs: Vec<(u64, V)>) -> Self {
        pairs.sort_unstable_by_key(|pair| order(pair.0));
        Self { root: slot_of(&pairs, 0), length: pairs.len() }
    }

    /// Puts a value; the versions that share nodes with this one stay as they are.
    pub fn insert(&mut self, key: u64, value: V) {
        let added = match &mut self.root {
            None => {
                self.root = Some(HamtSlot::Leaf(key, value));
                true
            }
            Some(slot) => slot.put(key, value, 0),
        };
        self.length += usize::from(added);
    }

    /// The value of a key, to be changed; the versions that share it keep theirs.
    pub fn get_mut(&mut self, key: u64) -> Option<&mut V> {
        self.get(key)?;
        self.root.as_mut().map(|slot| slot.value_mut(key, 0))
    }

    /// Removes a key if it is there.
    pub fn remove(&mut self, key: u64) {
        if self.get(key).is_none() {
            return;
        }
        self.length -= 1;
        let left = match &mut self.root {
            Some(HamtSlot::Branch(branch)) => branch.take(key, 0),
            _ => false,
        };
        if !left {
            self.root = None;
        }
    }

    /// Calls `visit` with every key and value, in the order of the keys' bits.
    pub fn for_each<'a>(&'a self, visit: &mut dyn FnMut(u64, &'a V)) {
        if let Some(root) = &self.root {
            root.walk(visit);
        }
    }

    /// Calls `visit` with every key whose slots differ between two versions, and the value each of them holds.
    pub fn differences<'a>(&'a self, other: &'a Self, visit: &mut dyn FnMut(u64, Option<&'a V>, Option<&'a V>)) {
        compare(self.root.as_ref(), other.root.as_ref(), 0, visit);
    }
}

#[cfg(test)]
mod tests {
    use super::{Hamt, KeyHalf};
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
        let (mut trie, mut model) = (Hamt::default(), BTreeMap::new());
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
            let built = Hamt::of(model.iter().map(|(key, value)| (*key, *value)).collect());
            assert_eq!(built.len(), model.len());
            assert!(model.iter().all(|(key, value)| built.get(*key) == Some(value)));
            trie.differences(&built, &mut |_, one, other| assert_eq!(one, other));
            assert!(model.iter().all(|(key, value)| trie.get(*key) == Some(value)));
            for key in model.keys() {
                let alike = model.iter().filter(|(other, _)| **other as u32 == *key as u32);
                match trie.get_by_half(*key as u32) {
                    KeyHalf::Unknown => panic!("{key} is there"),
                    KeyHalf::Key(value) => assert!(alike.map(|(_, value)| value).eq([value])),
                    KeyHalf::Keys => assert!(alike.count() > 1),
                }
            }
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
