//! Resolving: a whole stack into a base, one mapping after the other.
//!
//! The children of one mapping are gathered layer by layer, lowest first, into one slot a name; a scratch array by
//! segment number says which slot a name has, stamped with the number of the mapping so that it is never cleared.
//! What a slot holds is judged by [`judge`]; definitions that can no longer count are dropped on the way.

use std::sync::Arc;

use crate::base::{Base, Entry, EntryId};
use crate::error::{Error, Side};
use crate::layer::{Layer, Node, NodeId, TreeBuilder};
use crate::patch::Stacked;
use crate::rule::{Conflicts, Definition, Verdict, judge};
use crate::segments::{NO_SEGMENT, ROOT_HASH, SegmentId, Segments, path_hash};
use crate::value::Kind;

const NOTHING: u32 = u32::MAX;

/// One definition: a node of a tree.
#[derive(Clone, Copy)]
struct Candidate {
    tree: u16,
    kind: Kind,
    held: Kind,
    node: NodeId,
}

impl Definition for Candidate {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn held(&self) -> Kind {
        self.held
    }
}

impl Candidate {
    /// Whether it is a value that hides every other value beneath and merges with none.
    const fn is_whole(self) -> bool {
        !self.kind.is_operator() && !matches!(self.kind, Kind::Mapping | Kind::Null)
    }

    /// The node of the value, operators seen through.
    const fn value(self) -> NodeId {
        if self.kind.is_operator() { self.node + 1 } else { self.node }
    }
}

/// The definitions of one child so far: the highest, and a chain of those beneath that may still count.
#[derive(Clone, Copy)]
struct Slot {
    segment: SegmentId,
    top: Candidate,
    beneath: u32,
}

/// The entry that children are added to.
#[derive(Clone, Copy)]
struct Parent {
    id: EntryId,
    hash: u64,
}

struct Resolver<'a> {
    stack: &'a [Stacked],
    trees: &'a [Arc<Layer>],
    segments: &'a Segments,
    conflicts: Conflicts,
    entries: Vec<Entry>,
    hashes: Vec<u64>,
    slots: Vec<Slot>,
    chain: Vec<(Candidate, u32)>,
    /// By segment: the mapping that used it last, and its slot there.
    stamps: Vec<(u32, u32)>,
    mapping: u32,
    /// Lists made by `append` and `prepend`, as items of one list.
    made: TreeBuilder,
}

/// Resolves a stack, lowest layer first.
pub fn resolve(stack: &[Stacked], segments: &Arc<Segments>, conflicts: Conflicts) -> Result<Base, Error> {
    if stack.len() >= usize::from(u16::MAX) {
        return Err(Error::TooManyLayers);
    }
    let mut trees: Vec<Arc<Layer>> = stack.iter().map(Stacked::flattened).collect();
    let expected = trees.iter().map(|tree| tree.nodes().len()).sum::<usize>() + 1;
    let mut made = TreeBuilder::new(Arc::clone(segments));
    made.open(NO_SEGMENT, Kind::List);
    let mut resolver = Resolver {
        stack,
        trees: &trees,
        segments,
        conflicts,
        entries: Vec::with_capacity(expected),
        hashes: Vec::with_capacity(expected),
        slots: Vec::new(),
        chain: Vec::new(),
        stamps: vec![(0, 0); segments.len()],
        mapping: 0,
        made,
    };
    resolver.entries.push(Base::root());
    resolver.hashes.push(ROOT_HASH);
    let roots: Vec<Candidate> =
        (0..trees.len()).rev().map(|tree| Resolver::candidate(trees[tree].nodes(), tree as u16, 0)).collect();
    let root = Parent { id: 0, hash: ROOT_HASH };
    resolver.merge(root, &roots)?;
    resolver.end(root);
    let Resolver { mut entries, hashes, made, .. } = resolver;
    entries.shrink_to_fit();
    trees.push(Arc::new(made.finish()));
    Ok(Base::new(entries, &hashes, trees, Arc::clone(segments)))
}

impl<'a> Resolver<'a> {
    #[inline]
    fn nodes(&self, tree: u16) -> &'a [Node] {
        self.trees[tree as usize].nodes()
    }

    #[inline]
    fn candidate(nodes: &[Node], tree: u16, node: NodeId) -> Candidate {
        let kind = nodes[node as usize].kind;
        let held = if kind.is_operator() && kind != Kind::Delete { nodes[node as usize + 1].kind } else { kind };
        Candidate { tree, kind, held, node }
    }

    /// Adds an entry below a parent with this path hash and returns its number.
    #[inline]
    fn add(&mut self, parent: Parent, segment: SegmentId, tree: u16, node: NodeId, kind: Kind) -> Parent {
        let id = self.entries.len() as EntryId;
        let hash = path_hash(parent.hash, self.segments.get(segment).hash);
        self.entries.push(Entry { segment, parent: parent.id, end: id + 1, node, tree, kind });
        self.hashes.push(hash);
        Parent { id, hash }
    }

    /// Ends an entry behind all that was added since.
    fn end(&mut self, parent: Parent) {
        self.entries[parent.id as usize].end = self.entries.len() as EntryId;
    }

    /// The children of a mapping whose definitions, highest first, all count.
    fn merge(&mut self, parent: Parent, definitions: &[Candidate]) -> Result<(), Error> {
        if let [only] = definitions {
            return self.copy(parent, only.tree, only.value());
        }
        self.mapping += 1;
        let mapping = self.mapping;
        let first = self.slots.len();
        for definition in definitions.iter().rev() {
            let (tree, nodes) = (definition.tree, self.nodes(definition.tree));
            let mut child = definition.value() + 1;
            let end = nodes[child as usize - 1].end;
            while child < end {
                let node = &nodes[child as usize];
                let candidate = Self::candidate(nodes, tree, child);
                let stamp = &mut self.stamps[node.segment as usize];
                if stamp.0 == mapping {
                    let slot = stamp.1;
                    self.cover(slot, candidate);
                } else {
                    *stamp = (mapping, self.slots.len() as u32);
                    self.slots.push(Slot { segment: node.segment, top: candidate, beneath: NOTHING });
                }
                child = node.end;
            }
        }
        for at in first..self.slots.len() {
            let slot = self.slots[at];
            self.settle(parent, slot)?;
        }
        self.slots.truncate(first);
        Ok(())
    }

    /// Puts a definition over those that a slot holds.
    #[inline]
    fn cover(&mut self, slot: u32, candidate: Candidate) {
        let slot = &mut self.slots[slot as usize];
        let barrier = matches!(candidate.kind, Kind::Null | Kind::Delete | Kind::Replace);
        let hidden =
            candidate.is_whole() && (slot.top.is_whole() || matches!(slot.top.kind, Kind::Null | Kind::Delete));
        if barrier {
            slot.beneath = NOTHING;
        } else if !hidden {
            self.chain.push((slot.top, slot.beneath));
            slot.beneath = self.chain.len() as u32 - 1;
        }
        slot.top = candidate;
    }

    /// Adds what a slot resolves to.
    #[inline]
    fn settle(&mut self, parent: Parent, slot: Slot) -> Result<(), Error> {
        let top = slot.top;
        if slot.beneath == NOTHING && !top.kind.is_operator() {
            let entry = self.add(parent, slot.segment, top.tree, top.node, top.kind);
            if top.kind == Kind::Mapping {
                self.copy(entry, top.tree, top.node)?;
                self.end(entry);
            }
            return Ok(());
        }
        let mut definitions = vec![top];
        let mut next = slot.beneath;
        while next != NOTHING {
            let (candidate, beneath) = self.chain[next as usize];
            definitions.push(candidate);
            next = beneath;
        }
        self.decide(parent, slot.segment, &definitions)
    }

    fn decide(&mut self, parent: Parent, segment: SegmentId, definitions: &[Candidate]) -> Result<(), Error> {
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
                let parts: Vec<(Kind, Arc<Layer>, NodeId)> = definitions[..extensions]
                    .iter()
                    .chain(onto.map(|at| &definitions[at]))
                    .map(|part| (part.kind, Arc::clone(&self.trees[part.tree as usize]), part.value()))
                    .collect();
                let node = extend(&mut self.made, &parts, extensions);
                self.add(parent, segment, self.trees.len() as u16, node, Kind::List);
            }
            Verdict::Conflict(upper, lower) => {
                let mut path = vec![segment];
                let mut at = parent.id;
                while at != 0 {
                    path.push(self.entries[at as usize].segment);
                    at = self.entries[at as usize].parent;
                }
                path.reverse();
                let [upper, lower] = [upper, lower].map(|at| Box::new(self.side(definitions[at])));
                return Err(Error::Conflict { path, upper, lower });
            }
        }
        Ok(())
    }

    /// Adds the children of a mapping that one layer alone defines.
    fn copy(&mut self, parent: Parent, tree: u16, mapping: NodeId) -> Result<(), Error> {
        let nodes = self.nodes(tree);
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

    fn side(&self, candidate: Candidate) -> Side {
        let record = &self.stack[candidate.tree as usize].record;
        Side { layer: record.name.clone(), word: candidate.word(), place: record.place(candidate.node) }
    }
}

/// Adds the list that `append` and `prepend` make to an open list: `parts` highest first, the first `extensions` of
/// them operators, the last one perhaps the list that they extend.
pub fn extend(made: &mut TreeBuilder, parts: &[(Kind, Arc<Layer>, NodeId)], extensions: usize) -> NodeId {
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
