//! The buffers of a tree, and the memory for them: to get as much from the system and to give it back may take as long
//! as reading the data.
//!
//! ```text
//!   a thread's growing buffers ──copied──► a tree's own ──the tree goes──► spare ──► the next tree of about that size
//! ```

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::{Node, Position, Tree};
use crate::interner::Interner;

/// The buffers of a tree, as [`Tree`] describes them.
#[derive(Debug, Default)]
pub struct Buffers {
    pub nodes: Vec<Node>,
    pub payloads: Vec<u64>,
    pub wide: Vec<u64>,
    pub texts: String,
    pub bytes: Vec<u8>,
    pub positions: Vec<Position>,
}

/// No more bytes than this are kept by a thread to grow trees in, nor by the process as spare.
const KEPT: usize = 4 << 20;
/// The memory of fewer nodes is no spare, as the allocator has such at hand; few where assertions are on, so that small
/// cases meet it.
const LEAST: usize = if cfg!(debug_assertions) { 8 } else { 1 << 10 };

thread_local! {
    static GROWING: Cell<Buffers> = Cell::default();
}

/// The buffers of trees that went, the oldest first. Nobody waits for the lock, so that a fork cannot leave a child that
/// does: who does not get it does without.
static SPARE: Mutex<VecDeque<Buffers>> = Mutex::new(VecDeque::new());

impl Buffers {
    /// Empty buffers that have grown before, if this thread has some.
    pub fn to_grow() -> Self {
        GROWING.take()
    }

    /// Leaves the buffers to the next tree that this thread builds.
    pub fn keep_growing(mut self) {
        if self.size() <= KEPT {
            self.clear();
            GROWING.set(self);
        }
    }

    /// A copy that takes no more memory than it needs, spare memory if some fits.
    pub fn copied(&self) -> Self {
        let mut copy = spare(self.nodes.len()).unwrap_or_default();
        fill(&mut copy.nodes, &self.nodes);
        fill(&mut copy.payloads, &self.payloads);
        fill(&mut copy.wide, &self.wide);
        fill(&mut copy.bytes, &self.bytes);
        fill(&mut copy.positions, &self.positions);
        copy.texts.reserve_exact(self.texts.len());
        copy.texts.push_str(&self.texts);
        copy
    }

    /// The tree that has these buffers.
    pub fn into_layer(self, segments: Arc<Interner>) -> Tree {
        Tree {
            segments,
            nodes: self.nodes.into_boxed_slice(),
            payloads: self.payloads.into_boxed_slice(),
            wide: self.wide.into_boxed_slice(),
            texts: self.texts.into_boxed_str(),
            bytes: self.bytes.into_boxed_slice(),
            positions: self.positions.into_boxed_slice(),
        }
    }

    /// Makes the memory of a tree that goes spare.
    pub fn recycle(tree: &mut Tree) {
        if tree.nodes.len() < LEAST {
            return;
        }
        let mut buffers = Self {
            nodes: std::mem::take(&mut tree.nodes).into_vec(),
            payloads: std::mem::take(&mut tree.payloads).into_vec(),
            wide: std::mem::take(&mut tree.wide).into_vec(),
            texts: std::mem::take(&mut tree.texts).into_string(),
            bytes: std::mem::take(&mut tree.bytes).into_vec(),
            positions: std::mem::take(&mut tree.positions).into_vec(),
        };
        if buffers.size() > KEPT {
            return;
        }
        buffers.clear();
        let Ok(mut spare) = SPARE.try_lock() else { return };
        spare.push_back(buffers);
        while spare.iter().map(Self::size).sum::<usize>() > KEPT {
            spare.pop_front();
        }
    }

    fn size(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + (self.payloads.capacity() + self.wide.capacity()) * size_of::<u64>()
            + self.texts.capacity()
            + self.bytes.capacity()
            + self.positions.capacity() * size_of::<Position>()
    }

    fn clear(&mut self) {
        self.nodes.clear();
        self.payloads.clear();
        self.wide.clear();
        self.texts.clear();
        self.bytes.clear();
        self.positions.clear();
    }
}

/// Spare buffers for so many nodes, not much larger.
fn spare(nodes: usize) -> Option<Buffers> {
    if nodes < LEAST {
        return None;
    }
    let mut spare = SPARE.try_lock().ok()?;
    let at = spare.iter().position(|buffers| (nodes..=nodes + nodes / 4).contains(&buffers.nodes.capacity()))?;
    spare.remove(at)
}

fn fill<T: Copy>(copy: &mut Vec<T>, items: &[T]) {
    copy.reserve_exact(items.len());
    copy.extend_from_slice(items);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KEPT, LEAST, SPARE};
    use crate::interner::{Interner, NO_SEGMENT};
    use crate::tree::{Tree, TreeBuilder};
    use crate::value::Kind;

    fn tree(nodes: usize) -> Tree {
        let mut builder = TreeBuilder::new(Arc::new(Interner::new()));
        builder.open(NO_SEGMENT, Kind::List);
        (1..nodes).for_each(|number| _ = builder.text(NO_SEGMENT, &number.to_string()));
        builder.finish()
    }

    /// How many spare buffers have room for exactly so many nodes.
    fn spare(nodes: usize) -> usize {
        let spare = SPARE.lock().unwrap();
        assert!(spare.iter().map(super::Buffers::size).sum::<usize>() <= KEPT);
        spare.iter().filter(|buffers| buffers.nodes.capacity() == nodes).count()
    }

    /// Tests beside this one hold the lock now and then, so that a tree may go without a trace.
    fn until(mut holds: impl FnMut() -> bool) {
        assert!((0..1000).any(|_| holds()));
    }

    #[test]
    fn the_memory_of_a_layer_that_went_is_the_next_ones() {
        const NODES: usize = 40_009;
        until(|| {
            drop(tree(NODES));
            spare(NODES) > 0
        });
        until(|| {
            let before = spare(NODES);
            let next = tree(NODES - 9);
            assert_eq!(next.scalar(77), tree(100).scalar(77));
            assert_eq!(next.nodes().len(), NODES - 9);
            spare(NODES) < before
        });
    }

    #[test]
    fn little_and_too_much_memory_is_no_spare() {
        const LARGE: usize = KEPT / 20 + 7;
        for _ in 0..20 {
            drop(tree(LARGE));
            drop(tree(LEAST - 1));
            assert_eq!((spare(LARGE), spare(LEAST - 1)), (0, 0));
        }
        (0..20).for_each(|more| drop(tree(LARGE / 4 + more)));
        until(|| {
            drop(tree(LARGE / 4));
            spare(LARGE / 4) > 0
        });
    }
}
