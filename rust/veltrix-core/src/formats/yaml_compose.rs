//! Nodes into a layer: keys, aliases and merge keys.
//!
//! An alias stands for its node as if that were written there. The keys that `<<` brings stand at its place;
//! a key of the mapping itself wins over them and stays where it is; of two sources the first one wins.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::document::DocumentBuilder;
use super::document_error::DocumentError;
use super::yaml_nodes::{Content, Nodes, YamlNode};
use super::yaml_parser::too_deep;
use super::yaml_scalar::{MERGE_KEY, Misfit, Tag, resolve};
use crate::limits::DIGIT_LIMIT;
use crate::tree::Position;
use crate::value::Kind;

/// How often a document may use an alias, those inside of what aliases stand for included.
pub const ALIAS_LIMIT: u32 = 10_000;
/// What aliases may bring in all, in bytes: each value counts [`NODE_SIZE`] and its text.
pub const EXPANSION_LIMIT: usize = 16 << 20;
/// The bytes that a value counts beside its text.
const NODE_SIZE: usize = 16;

/// Builds the document that the nodes are.
pub fn compose(nodes: &Nodes<'_>, document: &mut DocumentBuilder) -> Result<(), DocumentError> {
    let mut composer =
        Composer { nodes: &nodes.list, document, frames: Vec::new(), digits: String::new(), aliases: 0, expanded: 0 };
    composer.run()?;
    match nodes.cut {
        Some(position) => Err(too_deep(position)),
        None => Ok(()),
    }
}

/// A container that is being built.
enum OpenNode {
    List {
        next: u32,
        end: u32,
        copied: bool,
    },
    Mapping {
        mapping: u32,
        next: u32,
        end: u32,
        copied: bool,
    },
    /// The keys and values that a merge key brings into the mapping below.
    Merged {
        pairs: std::vec::IntoIter<(u32, u32)>,
    },
}

struct Composer<'n, 't> {
    nodes: &'n [YamlNode<'t>],
    document: &'n mut DocumentBuilder,
    frames: Vec<OpenNode>,
    digits: String,
    aliases: u32,
    expanded: usize,
}

impl<'n> Composer<'n, '_> {
    fn run(&mut self) -> Result<(), DocumentError> {
        // `---` and nothing else holds no value, unlike `~`, whose text says null.
        let is_empty = self.nodes.first().is_none_or(|root| {
            root.tag == Tag::Absent && matches!(&root.content, Content::Plain(text) if text.is_empty())
        });
        if !is_empty {
            self.value(0, false)?;
        }
        while let Some(frame) = self.frames.last_mut() {
            match frame {
                OpenNode::List { next, end, copied } if *next < *end => {
                    let (item, copied) = (*next, *copied);
                    *next = self.nodes[item as usize].end;
                    self.value(item, copied)?;
                }
                OpenNode::Mapping { mapping, next, end, copied } if *next < *end => {
                    let (mapping, key, copied) = (*mapping, *next, *copied);
                    let value = self.nodes[key as usize].end;
                    *next = if value < *end { self.nodes[value as usize].end } else { *end };
                    self.pair(mapping, key, value, copied)?;
                }
                OpenNode::Merged { pairs } => match pairs.next() {
                    Some((key, value)) => {
                        let text = self.key(key)?;
                        self.document.key(text, self.nodes[key as usize].position)?;
                        self.value(value, true)?;
                    }
                    None => drop(self.frames.pop()),
                },
                OpenNode::List { .. } | OpenNode::Mapping { .. } => {
                    self.document.close();
                    self.frames.pop();
                }
            }
        }
        Ok(())
    }

    /// One key of a mapping with its value.
    #[inline]
    fn pair(&mut self, mapping: u32, key: u32, value: u32, copied: bool) -> Result<(), DocumentError> {
        let node = &self.nodes[key as usize];
        if is_merge(node) {
            let pairs = self.merge(mapping, value)?.into_iter();
            self.frames.push(OpenNode::Merged { pairs });
            return Ok(());
        }
        let text = self.key(key)?;
        if copied {
            self.charge(text.len(), node.position)?;
        }
        self.document.key(text, node.position)?;
        self.value(value, copied)
    }

    /// A value at the position of the node `id`; `copied` inside of what an alias stands for.
    fn value(&mut self, id: u32, mut copied: bool) -> Result<(), DocumentError> {
        let nodes = self.nodes;
        let position = nodes[id as usize].position;
        let target = self.follow(id)?;
        copied |= target != id;
        let node = &nodes[target as usize];
        let (next, end) = (target + 1, node.end);
        match &node.content {
            Content::Plain(text) => self.scalar(node, text, true, position, copied),
            Content::Quoted(text) => self.scalar(node, text, false, position, copied),
            Content::List => {
                fits(node, Tag::Seq, Kind::List)?;
                if copied {
                    self.charge(0, position)?;
                }
                self.frames.push(OpenNode::List { next, end, copied });
                self.document.open_list(position)
            }
            Content::Mapping => {
                fits(node, Tag::Map, Kind::Mapping)?;
                if copied {
                    self.charge(0, position)?;
                }
                self.frames.push(OpenNode::Mapping { mapping: target, next, end, copied });
                self.document.open_mapping(position)
            }
            Content::Alias(_) => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        node: &YamlNode<'_>,
        text: &str,
        plain: bool,
        position: Position,
        copied: bool,
    ) -> Result<(), DocumentError> {
        if copied {
            self.charge(text.len(), position)?;
        }
        match resolve(text, plain, node.tag, &mut self.digits) {
            Ok(scalar) => self.document.scalar(scalar, position),
            Err(misfit) => Err(refused(misfit, node)),
        }
    }

    /// The text of a key.
    #[inline]
    fn key(&mut self, id: u32) -> Result<&'n str, DocumentError> {
        let nodes = self.nodes;
        let position = nodes[id as usize].position;
        let node = &nodes[self.follow(id)? as usize];
        let (text, plain) = match &node.content {
            Content::Plain(text) => (text, true),
            Content::Quoted(text) => (text, false),
            Content::List | Content::Alias(_) => return Err(no_key(Kind::List, position)),
            Content::Mapping => return Err(no_key(Kind::Mapping, position)),
        };
        match resolve(text, plain, node.tag, &mut self.digits).map(|scalar| scalar.kind()) {
            Ok(Kind::Str) => Ok(text),
            Ok(kind) => Err(no_key(kind, position)),
            Err(misfit) => Err(refused(misfit, node)),
        }
    }

    /// The node that an alias stands for, or the node itself.
    #[inline]
    fn follow(&mut self, id: u32) -> Result<u32, DocumentError> {
        let node = &self.nodes[id as usize];
        let Content::Alias(target) = node.content else { return Ok(id) };
        self.aliases += 1;
        if self.aliases > ALIAS_LIMIT {
            let reason = format!("more than {ALIAS_LIMIT} alias expansions");
            return Err(DocumentError::limit(reason, node.position));
        }
        Ok(target)
    }

    /// Counts one value that an alias brings.
    fn charge(&mut self, text: usize, position: Position) -> Result<(), DocumentError> {
        self.expanded += text + NODE_SIZE;
        if self.expanded > EXPANSION_LIMIT {
            return Err(DocumentError::limit("aliases and merge keys bring more than 16 MiB", position));
        }
        Ok(())
    }

    /// The keys and values that `<<` brings into a mapping, in their order.
    fn merge(&mut self, mapping: u32, value: u32) -> Result<Vec<(u32, u32)>, DocumentError> {
        let nodes = self.nodes;
        let mut claims = HashMap::new();
        let mut pairs = Vec::new();
        self.claim(mapping, 0, &mut claims)?;
        let mut sources = 0;
        let mut tasks = vec![Task::Source { id: value, in_list: false }];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Source { id, in_list } => {
                    let position = nodes[id as usize].position;
                    let target = self.follow(id)?;
                    let node = &nodes[target as usize];
                    self.charge(0, position)?;
                    match node.content {
                        Content::Mapping => {
                            fits(node, Tag::Map, Kind::Mapping)?;
                            sources += 1;
                            self.claim(target, sources, &mut claims)?;
                            tasks.push(Task::Keys { source: sources, next: target + 1, end: node.end });
                        }
                        Content::List if !in_list => {
                            fits(node, Tag::Seq, Kind::List)?;
                            let first = tasks.len();
                            let mut item = target + 1;
                            while item < node.end {
                                tasks.push(Task::Source { id: item, in_list: true });
                                item = nodes[item as usize].end;
                            }
                            tasks[first..].reverse();
                        }
                        _ => {
                            let reason = "a merge key takes a mapping or a list of mappings";
                            return Err(DocumentError::syntax(reason, position));
                        }
                    }
                }
                Task::Keys { source, next: key, end } if key < end => {
                    let value = nodes[key as usize].end;
                    let next = self.behind(value, end);
                    tasks.push(Task::Keys { source, next, end });
                    if is_merge(&nodes[key as usize]) {
                        tasks.push(Task::Source { id: value, in_list: false });
                    } else if claims.get(self.key(key)?).is_some_and(|claim| claim.owner == source) {
                        pairs.push((key, value));
                    }
                }
                Task::Keys { .. } => {}
            }
        }
        Ok(pairs)
    }

    /// Claims for a source the keys that it has itself and that nobody claimed before; source 0 is the
    /// mapping that merges, whose keys the document checks when they are built.
    fn claim(&mut self, mapping: u32, source: u32, claims: &mut HashMap<&'n str, Claim>) -> Result<(), DocumentError> {
        let nodes = self.nodes;
        let end = nodes[mapping as usize].end;
        let mut merge_key: Option<Position> = None;
        let mut key = mapping + 1;
        while key < end {
            let node = &nodes[key as usize];
            let position = node.position;
            if is_merge(node) {
                if let Some(first) = merge_key.replace(position) {
                    return Err(self.document.duplicate(MERGE_KEY, first, position));
                }
            } else {
                let text = self.key(key)?;
                if source > 0 {
                    self.charge(text.len(), position)?;
                }
                match claims.entry(text) {
                    Entry::Occupied(entry) if source > 0 && entry.get().seen == source => {
                        return Err(self.document.duplicate(text, entry.get().position, position));
                    }
                    Entry::Occupied(mut entry) => {
                        let claim = entry.get_mut();
                        claim.seen = source;
                        claim.position = position;
                    }
                    Entry::Vacant(entry) => drop(entry.insert(Claim { owner: source, seen: source, position })),
                }
            }
            key = self.behind(node.end, end);
        }
        Ok(())
    }

    /// The node after the value of a pair; `end` where a document that was cut off has no value.
    fn behind(&self, value: u32, end: u32) -> u32 {
        if value < end { self.nodes[value as usize].end } else { end }
    }
}

/// What is left to do for a merge key, the next step last.
enum Task {
    /// Look at what the key holds, or at an item of the list that it holds.
    Source { id: u32, in_list: bool },
    /// Take the keys that this source has claimed.
    Keys { source: u32, next: u32, end: u32 },
}

/// Who brings a key into a mapping.
struct Claim {
    owner: u32,
    /// The source that was last seen to have the key, and where.
    seen: u32,
    position: Position,
}

fn is_merge(node: &YamlNode<'_>) -> bool {
    node.tag == Tag::Absent && matches!(&node.content, Content::Plain(text) if text == MERGE_KEY)
}

/// Checks the tag of a container.
fn fits(node: &YamlNode<'_>, own: Tag, kind: Kind) -> Result<(), DocumentError> {
    match node.tag {
        Tag::Absent | Tag::NonSpecific => Ok(()),
        tag if tag == own => Ok(()),
        Tag::Foreign => Err(refused(Misfit::Foreign, node)),
        tag => Err(DocumentError::syntax(format!("{} does not fit a {}", tag.word(), kind.word()), node.position)),
    }
}

fn no_key(kind: Kind, position: Position) -> DocumentError {
    let advice = if matches!(kind, Kind::List | Kind::Mapping) { "" } else { "; quote it" };
    DocumentError::syntax(format!("a key is a str, not {}{advice}", kind.word()), position)
}

fn refused(misfit: Misfit, node: &YamlNode<'_>) -> DocumentError {
    match misfit {
        Misfit::Foreign => DocumentError::syntax("tag not allowed", node.position),
        Misfit::Tag => DocumentError::syntax(format!("{} does not fit this value", node.tag.word()), node.position),
        Misfit::Range => DocumentError::syntax("number out of range", node.position),
        Misfit::Digits => DocumentError::limit(format!("number of more than {DIGIT_LIMIT} digits"), node.position),
    }
}
