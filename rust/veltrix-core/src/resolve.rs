//! Resolving: a whole stack into a base, one mapping after the other.
//!
//! The children of one mapping are gathered layer by layer, lowest first, into one slot a name; a scratch array by
//! segment number says which slot a name has, stamped with the number of the mapping so that it is never cleared.
//! What a slot holds is judged by [`judge`]; definitions that can no longer count are dropped on the way.

use std::cell::Cell;
use std::sync::Arc;

use crate::base::{Base, Entry, EntryId};
use crate::error::{ConflictSide, Error};
use crate::interner::{Interner, NO_SEGMENT, SegmentId};
use crate::layer_version::LayerVersion;
use crate::limits::MAX_LAYERS;
use crate::rule::{Conflicts, Mergeable, Verdict, judge};
use crate::tree::{Node, NodeId, Tree, TreeBuilder};
use crate::value::Kind;

const NOTHING: u32 = u32::MAX;
/// Definitions of one path that are judged without allocating for them; few where assertions are on, so that tests meet
/// more.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 8 };

/// One definition: a node of a tree.
#[derive(Clone, Copy)]
struct Candidate {
    tree: u16,
    kind: Kind,
    held: Kind,
    node: NodeId,
}

impl Mergeable for Candidate {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn held(&self) -> Kind {
        self.held
    }
}

impl Candidate {
    /// The node of the value, operators seen through.
    const fn value(self) -> NodeId {
        if self.kind.is_operator() { self.node + 1 } else { self.node }
    }
}

/// The definitions of one child so far: the highest, and a chain of those below that may still count.
#[derive(Clone, Copy)]
struct ChildSlot {
    segment: SegmentId,
    top: Candidate,
    lower: u32,
}

/// What resolving works with. A thread keeps it for the next time: to get that much memory from the system and to give
/// it back may take longer than to resolve.
#[derive(Default)]
struct Scratch {
    entries: Vec<Entry>,
    /// The entries of mappings.
    mappings: Vec<EntryId>,
    slots: Vec<ChildSlot>,
    chain: Vec<(Candidate, u32)>,
    /// By segment: the mapping that used it last, and its slot there.
    stamps: Vec<(u32, u32)>,
    /// The number of the last mapping; it rises from one time to the next, so that old stamps mean nothing.
    mapping: u32,
}

/// No more bytes than this are kept.
const KEPT: usize = 4 << 20;

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

impl Scratch {
    /// What this thread kept, made ready for so many segments.
    fn take(segments: usize) -> Self {
        let mut scratch = SCRATCH.take();
        scratch.entries.clear();
        scratch.mappings.clear();
        scratch.slots.clear();
        scratch.chain.clear();
        if scratch.mapping > u32::MAX / 2 {
            (scratch.stamps, scratch.mapping) = Default::default();
        }
        scratch.stamps.resize(segments.max(scratch.stamps.len()), (0, 0));
        scratch
    }

    fn keep(self) {
        let size = self.entries.capacity() * size_of::<Entry>()
            + self.mappings.capacity() * size_of::<EntryId>()
            + self.slots.capacity() * size_of::<ChildSlot>()
            + self.chain.capacity() * size_of::<(Candidate, u32)>()
            + self.stamps.capacity() * size_of::<(u32, u32)>();
        if size <= KEPT {
            SCRATCH.set(self);
        }
    }
}

struct Resolver<'a> {
    stack: &'a [LayerVersion],
    trees: &'a [Arc<Tree>],
    /// The nodes of each tree.
    nodes: Vec<&'a [Node]>,
    conflicts: Conflicts,
    scratch: Scratch,
    /// Lists made by `append` and `prepend`, as items of one list.
    made: TreeBuilder,
}

/// Refuses a stack of too many layers.
pub fn check_count(stack: &[LayerVersion]) -> Result<(), Error> {
    if stack.len() > MAX_LAYERS { Err(Error::TooManyLayers) } else { Ok(()) }
}

/// Resolves a stack, lowest layer first.
pub fn resolve(stack: &[LayerVersion], segments: &Arc<Interner>, conflicts: Conflicts) -> Result<Base, Error> {
    check_count(stack)?;
    let mut trees: Vec<Arc<Tree>> = stack.iter().map(LayerVersion::flattened).collect();
    let nodes: Vec<&[Node]> = trees.iter().map(|tree| tree.nodes()).collect();
    let mut made = TreeBuilder::new(Arc::clone(segments));
    made.open(NO_SEGMENT, Kind::List);
    let roots: Vec<Candidate> =
        nodes.iter().enumerate().rev().map(|(tree, nodes)| Resolver::candidate(nodes, tree as u16, 0)).collect();
    let mut resolver =
        Resolver { stack, trees: &trees, nodes, conflicts, scratch: Scratch::take(segments.len()), made };
    resolver.scratch.entries.push(Base::root());
    resolver.scratch.mappings.push(0);
    resolver.merge(0, &roots)?;
    resolver.end(0);
    let Resolver { scratch, made, .. } = resolver;
    trees.push(Arc::new(made.finish()));
    let base = Base::new(&scratch.entries, &scratch.mappings, trees, Arc::clone(segments));
    scratch.keep();
    Ok(base)
}

impl Resolver<'_> {
    #[inline]
    fn candidate(nodes: &[Node], tree: u16, node: NodeId) -> Candidate {
        let kind = nodes[node as usize].kind;
        let held = if kind.is_operator() && kind != Kind::Delete { nodes[node as usize + 1].kind } else { kind };
        Candidate { tree, kind, held, node }
    }

    /// Adds an entry below a parent and returns its number.
    #[inline]
    fn add(&mut self, parent: EntryId, segment: SegmentId, tree: u16, node: NodeId, kind: Kind) -> EntryId {
        let id = self.scratch.entries.len() as EntryId;
        self.scratch.entries.push(Entry { segment, parent, link: node, tree, kind });
        if kind == Kind::Mapping {
            self.scratch.mappings.push(id);
        }
        id
    }

    /// Ends the entry of a mapping after all that was added since.
    fn end(&mut self, entry: EntryId) {
        self.scratch.entries[entry as usize].link = self.scratch.entries.len() as EntryId;
    }

    /// The children of a mapping whose definitions, highest first, all count.
    fn merge(&mut self, parent: EntryId, definitions: &[Candidate]) -> Result<(), Error> {
        if let [only] = definitions {
            return self.copy(parent, only.tree, only.value());
        }
        self.scratch.mapping += 1;
        let (first, links) = (self.scratch.slots.len(), self.scratch.chain.len());
        for definition in definitions.iter().rev() {
            self.gather(first, definition.tree, definition.value());
        }
        for at in first..self.scratch.slots.len() {
            let slot = self.scratch.slots[at];
            self.settle(parent, slot)?;
        }
        self.scratch.slots.truncate(first);
        self.scratch.chain.truncate(links);
        Ok(())
    }

    /// Puts the children that one layer gives the mapping at hand into the slots from `first` on.
    fn gather(&mut self, first: usize, tree: u16, mapping: NodeId) {
        let nodes = self.nodes[tree as usize];
        let nodes = &nodes[..nodes[mapping as usize].end as usize];
        let (mut child, mut next) = (mapping + 1, first);
        loop {
            // Layers tend to name things in one order: the next name is most often that of the next slot.
            for slot in &mut self.scratch.slots[next..] {
                let Some(node) = nodes.get(child as usize) else { return };
                if slot.segment != node.segment {
                    break;
                }
                if node.kind.is_whole() && slot.top.kind.is_whole() {
                    slot.top = Candidate { tree, kind: node.kind, held: node.kind, node: child };
                } else {
                    Self::cover(slot, &mut self.scratch.chain, Self::candidate(nodes, tree, child));
                }
                child = node.end;
            }
            let Some(node) = nodes.get(child as usize) else { return };
            let candidate = Self::candidate(nodes, tree, child);
            let stamp = &mut self.scratch.stamps[node.segment as usize];
            if stamp.0 == self.scratch.mapping {
                next = stamp.1 as usize;
                Self::cover(&mut self.scratch.slots[next], &mut self.scratch.chain, candidate);
            } else {
                next = self.scratch.slots.len();
                *stamp = (self.scratch.mapping, next as u32);
                self.scratch.slots.push(ChildSlot { segment: node.segment, top: candidate, lower: NOTHING });
            }
            next += 1;
            child = node.end;
        }
    }

    /// Puts a definition over those that a slot holds.
    fn cover(slot: &mut ChildSlot, chain: &mut Vec<(Candidate, u32)>, candidate: Candidate) {
        let whole = candidate.kind.is_whole();
        if !(whole && slot.top.kind.is_whole()) {
            if matches!(candidate.kind, Kind::Null | Kind::Delete | Kind::Replace) {
                slot.lower = NOTHING;
            } else if !(whole && matches!(slot.top.kind, Kind::Null | Kind::Delete)) {
                chain.push((slot.top, slot.lower));
                slot.lower = chain.len() as u32 - 1;
            }
        }
        slot.top = candidate;
    }

    /// Adds what a slot resolves to.
    #[inline]
    fn settle(&mut self, parent: EntryId, slot: ChildSlot) -> Result<(), Error> {
        let top = slot.top;
        if slot.lower == NOTHING && !top.kind.is_operator() {
            let entry = self.add(parent, slot.segment, top.tree, top.node, top.kind);
            if top.kind == Kind::Mapping {
                self.copy(entry, top.tree, top.node)?;
                self.end(entry);
            }
            return Ok(());
        }
        // Most stacks are low: their definitions need no memory of their own.
        let mut few = [top; FEW];
        let (mut count, mut next) = (1, slot.lower);
        while next != NOTHING && count < FEW {
            (few[count], next) = self.scratch.chain[next as usize];
            count += 1;
        }
        if next == NOTHING {
            return self.decide(parent, slot.segment, &few[..count]);
        }
        let mut many = few.to_vec();
        while next != NOTHING {
            let (candidate, lower) = self.scratch.chain[next as usize];
            many.push(candidate);
            next = lower;
        }
        self.decide(parent, slot.segment, &many)
    }

    fn decide(&mut self, parent: EntryId, segment: SegmentId, definitions: &[Candidate]) -> Result<(), Error> {
        match judge(definitions, self.conflicts) {
            Verdict::Absent => {}
            Verdict::Leaf(at) => {
                let leaf = definitions[at];
                self.add(parent, segment, leaf.tree, leaf.value(), leaf.held);
            }
            Verdict::Mapping(count) => {
                let entry = self.add(parent, segment, 0, 0, Kind::Mapping);
                self.merge(entry, &definitions[..count])?;
                self.end(entry);
            }
            Verdict::Extended { extensions, onto } => {
                let parts: Vec<(Kind, Arc<Tree>, NodeId)> = definitions[..extensions]
                    .iter()
                    .chain(onto.map(|at| &definitions[at]))
                    .map(|part| (part.kind, Arc::clone(&self.trees[part.tree as usize]), part.value()))
                    .collect();
                let node = extend(&mut self.made, &parts, extensions);
                self.add(parent, segment, self.trees.len() as u16, node, Kind::List);
            }
            Verdict::Conflict(upper, lower) => {
                let mut path = vec![segment];
                let mut at = parent;
                while at != 0 {
                    path.push(self.scratch.entries[at as usize].segment);
                    at = self.scratch.entries[at as usize].parent;
                }
                path.reverse();
                let [upper, lower] = [upper, lower].map(|at| Box::new(self.side(definitions[at])));
                return Err(Error::Conflict { path, upper, lower });
            }
        }
        Ok(())
    }

    /// Adds the children of a mapping that one layer alone defines.
    fn copy(&mut self, parent: EntryId, tree: u16, mapping: NodeId) -> Result<(), Error> {
        let nodes = self.nodes[tree as usize];
        let (mut child, end) = (mapping + 1, nodes[mapping as usize].end);
        while child < end {
            let node = &nodes[child as usize];
            if node.kind.is_operator() {
                self.decide(parent, node.segment, &[Self::candidate(nodes, tree, child)])?;
            } else {
                let entry = self.add(parent, node.segment, tree, child, node.kind);
                if node.kind == Kind::Mapping {
                    self.copy(entry, tree, child)?;
                    self.end(entry);
                }
            }
            child = node.end;
        }
        Ok(())
    }

    fn side(&self, candidate: Candidate) -> ConflictSide {
        let loaded = &self.stack[candidate.tree as usize].loaded;
        ConflictSide { layer: loaded.name.clone(), word: candidate.word(), origin: loaded.origin(candidate.node) }
    }
}

/// Adds the list that `append` and `prepend` make to an open list: `parts` highest first, the first `extensions` of
/// them operators, the last one perhaps the list that they extend.
pub fn extend(made: &mut TreeBuilder, parts: &[(Kind, Arc<Tree>, NodeId)], extensions: usize) -> NodeId {
    let id = made.open(NO_SEGMENT, Kind::List);
    let before = parts[..extensions].iter().filter(|part| part.0 == Kind::Prepend);
    let behind =
        parts[extensions..].iter().chain(parts[..extensions].iter().rev().filter(|part| part.0 == Kind::Append));
    for (_, tree, list) in before.chain(behind) {
        for item in tree.children(*list) {
            made.copy(NO_SEGMENT, tree, item);
        }
    }
    made.close();
    id
}
