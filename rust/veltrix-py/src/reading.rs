//! Reading: what `Snapshot` and `View` have in common, over a snapshot and the spot in it where paths start.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use std::sync::Arc;
use veltrix_core::base::{EntryId, NO_ENTRY};
use veltrix_core::digest::canonical;
use veltrix_core::layer::{Layer, NodeId};
use veltrix_core::path::{Step, plain_hash, push_known};
use veltrix_core::segments::SegmentId;
use veltrix_core::snapshot::{self as kernel, Found, Spot, hash_of};
use veltrix_core::value::Kind;

use crate::cache::Cache;
use crate::error::raise;
use crate::key::Key;
use crate::make::{Int, Text, texts};
use crate::output::{self, Style};
use crate::raw;
use crate::snapshot::Snapshot;
use crate::view::View;
use crate::{path, python};

/// Of so many names beside a missing one its error keeps those that are not too long, as `errors.beside` does.
const SIBLINGS: usize = 1_000;
/// The most characters of a name that it keeps.
const LONGEST_SIBLING: usize = 300;

/// A mapping of a snapshot.
pub struct Reading<'a, 'py> {
    pub owner: &'a Bound<'py, Snapshot>,
    pub spot: &'a Spot,
}

/// What a path leads to.
enum Target<'a> {
    /// A value, or what stands inside of one; the entry and the path hash are those of the whole value.
    Leaf {
        tree: &'a Arc<Layer>,
        node: NodeId,
        entry: EntryId,
        hash: u64,
    },
    Mapping(Spot),
    /// So many steps lead to something.
    Missing {
        depth: usize,
    },
}

impl<'a, 'py> Reading<'a, 'py> {
    pub fn py(&self) -> Python<'py> {
        self.owner.py()
    }

    fn snapshot(&self) -> &'a Snapshot {
        self.owner.get()
    }

    pub fn kernel(&self) -> PyResult<&'a Arc<kernel::Snapshot>> {
        self.snapshot().kernel(self.py())
    }

    /// The value at a path, or `None` where nothing stands.
    pub fn find(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let exact = wanted.cast_exact::<PyString>().ok();
        if let Some(key) = exact
            && let Some(text) = raw::text(key)?
            && let Some(hash) = plain_hash(text, self.spot.hash)
        {
            let (names, whole) = (text.rsplit('.'), hash.whole());
            return match self.snapshot().below().find(self.spot, hash, names.clone()) {
                Found::Missing if self.snapshot().inline.is_some() && self.spot.entry == NO_ENTRY => {
                    self.find_any(wanted, exact)
                }
                Found::Missing => {
                    let from = self.spot.entry;
                    if from != NO_ENTRY
                        && !self.snapshot().differs(whole)
                        && self.snapshot().below().base.find(from, hash, names).is_none()
                    {
                        self.snapshot().cache.keep_miss(key, from, whole)?;
                    }
                    Ok(None)
                }
                Found::Leaf(tree, node, entry) => self.found(tree, node, entry, whole, Some(key)).map(Some),
                Found::Mapping(entry) => {
                    if entry != NO_ENTRY && self.spot.entry != NO_ENTRY && !self.snapshot().differs(whole) {
                        self.snapshot().cache.keep(key, self.spot.entry, whole, entry, None)?;
                    }
                    let path = self.names_of(text).unwrap_or_default();
                    self.view(Spot { hash: whole, entry, path: path.into() }).map(Some)
                }
            };
        }
        self.find_any(wanted, exact)
    }

    fn find_any(
        &self,
        wanted: &Bound<'py, PyAny>,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match self.walk(&path::steps(wanted)?)? {
            Target::Leaf { tree, node, entry, hash } => self.found(tree, node, entry, hash, key).map(Some),
            Target::Mapping(spot) => self.view(spot).map(Some),
            Target::Missing { .. } => Ok(None),
        }
    }

    /// The object for a value, kept in the cache that the next read of the key will ask.
    fn found(
        &self,
        tree: &Arc<Layer>,
        node: NodeId,
        entry: EntryId,
        hash: u64,
        key: Option<&Bound<'py, PyString>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let snapshot = self.snapshot();
        if let Some(inline) = &snapshot.inline
            && let Some(value) = inline.find(snapshot.place(hash, entry))
        {
            // The cache learns which entry the key leads to, and the base's value.
            if let Some(key) = key
                && entry != NO_ENTRY
            {
                self.keep(&snapshot.cache, key, hash, entry, tree, node)?;
            }
            return Ok(value.bind(self.py()).clone());
        }
        let Some(key) = key else { return self.leaf(tree, node) };
        if snapshot.differs(hash) {
            return self.keep(
                snapshot.own.get_or_init(|| Cache::new(snapshot.below().base.entries().len())),
                key,
                hash,
                entry,
                tree,
                node,
            );
        }
        if entry == NO_ENTRY {
            return self.leaf(tree, node);
        }
        self.keep(&snapshot.cache, key, hash, entry, tree, node)
    }

    fn keep(
        &self,
        cache: &Cache,
        key: &Bound<'py, PyString>,
        hash: u64,
        entry: EntryId,
        tree: &Layer,
        node: NodeId,
    ) -> PyResult<Bound<'py, PyAny>> {
        let value = self.leaf(tree, node)?;
        if self.spot.entry != NO_ENTRY && (self.snapshot().opaques().is_none() || output::is_plain(tree, node)) {
            cache.keep(key, self.spot.entry, hash, entry, Some(&value))?;
        }
        Ok(value)
    }

    /// The segments of a path of plain segments that exists, from the root.
    fn names_of(&self, text: &str) -> Option<Vec<SegmentId>> {
        let table = self.snapshot().below().segments();
        let below = text.split('.').map(|name| table.find(name));
        self.spot.path.iter().map(|&id| Some(id)).chain(below).collect()
    }

    /// Where steps lead to.
    fn walk(&self, steps: &[Step<'_>]) -> PyResult<Target<'a>> {
        let kernel = self.kernel()?;
        let mut path = self.spot.path.to_vec();
        for (depth, step) in steps.iter().enumerate() {
            let Step::Name(name) = step else { return Ok(Target::Missing { depth }) };
            let Some(id) = kernel.segments().find(name) else { return Ok(Target::Missing { depth }) };
            path.push(id);
            match kernel.find_path(&path) {
                Found::Missing => return Ok(Target::Missing { depth }),
                Found::Mapping(_) => {}
                Found::Leaf(tree, node, entry) => {
                    return Ok(match inside(tree, node, steps, depth + 1) {
                        Ok(node) => Target::Leaf { tree, node, entry, hash: hash_of(kernel.segments(), &path) },
                        Err(depth) => Target::Missing { depth },
                    });
                }
            }
        }
        Ok(kernel.spot(&path).map_or(Target::Missing { depth: steps.len() }, Target::Mapping))
    }

    pub fn leaf(&self, tree: &Layer, node: NodeId) -> PyResult<Bound<'py, PyAny>> {
        output::object(self.py(), tree, node, self.snapshot().opaques(), Style::Frozen)
    }

    pub fn view(&self, spot: Spot) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(self.py(), View { snapshot: self.owner.clone().unbind(), spot })?.into_any())
    }

    /// `self[path]`.
    pub fn get_item(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match self.find(wanted)? {
            Some(value) => Ok(value),
            None => Err(self.missing(&path::steps(wanted)?)),
        }
    }

    /// The `MissingKeyError` for steps that lead nowhere.
    pub fn missing(&self, steps: &[Step<'_>]) -> PyErr {
        let attempt = || -> PyResult<PyErr> {
            let py = self.py();
            let depth = match self.walk(steps)? {
                Target::Missing { depth } => depth,
                Target::Leaf { .. } | Target::Mapping(_) => steps.len() - 1,
            };
            let above = self.above();
            let whole: Vec<Step<'_>> = above.iter().cloned().chain(steps.iter().cloned()).collect();
            let reached = above.len() + depth;
            let (siblings, items) = self.beside(&steps[..depth])?;
            let key = path::step_object(py, &steps[depth])?;
            let (whole, prefix) = (Text(path::text(&whole)), Text(path::text(&whole[..reached])));
            Ok(raise(python::missing_key_error(py), (whole, prefix, key, siblings, items)))
        };
        attempt().unwrap_or_else(|error| error)
    }

    /// What an error says of what steps lead to: the names in a mapping, no more of them than it keeps, and how many items
    /// a list has. It is given names only: the mapping itself would show its values, and keep the snapshot.
    fn beside(&self, steps: &[Step<'_>]) -> PyResult<(Bound<'py, PyTuple>, Option<Int>)> {
        let mut items = None;
        let names = match self.walk(steps)? {
            Target::Mapping(spot) => {
                let (names, table) = (self.kernel()?.first_names(&spot, SIBLINGS), self.snapshot().below().segments());
                beside(self.py(), names.iter().map(|&id| &*table.get(id).text))
            }
            Target::Leaf { tree, node, .. } if tree.node(node).kind == Kind::Mapping => {
                let children = tree.children(node);
                beside(self.py(), children.map(|child| &*tree.segments().get(tree.node(child).segment).text))
            }
            Target::Leaf { tree, node, .. } if tree.node(node).kind == Kind::List => {
                items = Some(Int(tree.children(node).count().cast_signed() as i64));
                raw::new_tuple(self.py(), [])
            }
            Target::Leaf { .. } | Target::Missing { .. } => raw::new_tuple(self.py(), []),
        };
        Ok((names?, items))
    }

    /// The steps of the path of this mapping.
    pub fn above(&self) -> Vec<Step<'a>> {
        let table = self.snapshot().below().segments();
        self.spot.path.iter().map(|&id| Step::Name((&*table.get(id).text).into())).collect()
    }

    /// The name of a child as iterating yields it.
    fn name(&self, id: SegmentId) -> PyResult<Bound<'py, PyAny>> {
        let segment = self.snapshot().below().segments().get(id);
        let text = raw::new_str(self.py(), &segment.text)?.into_any();
        if segment.plain { Ok(text) } else { python::name(self.py())?.call1((text,)) }
    }

    /// The names of the children.
    pub fn names(&self) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let names = self.kernel()?.names(self.spot);
        names.into_iter().map(|name| self.name(name)).collect()
    }

    /// How many children there are.
    pub fn count(&self) -> PyResult<usize> {
        Ok(self.kernel()?.count(self.spot))
    }

    /// `self == other`.
    pub fn equals(&self, other: &Bound<'py, PyAny>) -> PyResult<Option<bool>> {
        let py = self.py();
        if !python::is_mapping(other)? {
            return Ok(None);
        }
        if self.count()? != other.len()? {
            return Ok(Some(false));
        }
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(self.spot) {
            let name = self.name(id)?;
            if !other.contains(&name)? {
                return Ok(Some(false));
            }
            let value = match found {
                Found::Missing => py.None().into_bound(py),
                Found::Leaf(tree, node, _) => self.leaf(tree, node)?,
                Found::Mapping(entry) => self.view(kernel.below(self.spot, id, entry))?,
            };
            let theirs = other.get_item(&name)?;
            if !value.is(&theirs) && !value.eq(theirs)? {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// `self.flatten()`.
    pub fn flatten(&self) -> PyResult<Bound<'py, PyDict>> {
        let dict = raw::new_dict(self.py())?;
        self.flatten_into(self.spot, &mut String::new(), &dict)?;
        Ok(dict)
    }

    fn flatten_into(&self, spot: &Spot, text: &mut String, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(spot) {
            let length = text.len();
            let segment = kernel.segments().get(id);
            push_known(text, &segment.text, segment.plain);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => dict.set_item(Text(&*text), self.leaf(tree, node)?)?,
                Found::Mapping(entry) => {
                    let below = kernel.below(spot, id, entry);
                    if kernel.count(&below) == 0 {
                        dict.set_item(Text(&*text), self.view(below)?)?;
                    } else {
                        self.flatten_into(&below, text, dict)?;
                    }
                }
            }
            text.truncate(length);
        }
        Ok(())
    }

    /// `self.to_dict()`.
    pub fn to_dict(&self) -> PyResult<Bound<'py, PyDict>> {
        self.dict(self.spot)
    }

    fn dict(&self, spot: &Spot) -> PyResult<Bound<'py, PyDict>> {
        let kernel = self.kernel()?;
        let dict = raw::new_dict(self.py())?;
        for (id, found) in kernel.children(spot) {
            let name = Text(&*kernel.segments().get(id).text);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => {
                    let opaques = self.snapshot().opaques();
                    dict.set_item(name, output::object(self.py(), tree, node, opaques, Style::Thawed)?)?;
                }
                Found::Mapping(entry) => dict.set_item(name, self.dict(&kernel.below(spot, id, entry))?)?,
            }
        }
        Ok(dict)
    }

    /// `self.key(path)`.
    pub fn key(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Key> {
        let steps = path::steps(wanted)?;
        let whole: Vec<Step<'_>> = self.above().into_iter().chain(steps).collect();
        Ok(Key { path: path::text(&whole), value: self.get_item(wanted)?.unbind() })
    }

    /// `self.digest`.
    pub fn digest(&self) -> PyResult<Bound<'py, PyAny>> {
        let bytes = raw::new_bytes(self.py(), &canonical(self.kernel()?, self.spot))?;
        let options = raw::new_dict(self.py())?;
        options.set_item(Text("digest_size"), Int(16))?;
        let arguments = raw::new_tuple(self.py(), [bytes.into_any()])?;
        let hash = python::blake2b(self.py())?.call(arguments, Some(&options))?;
        raw::attribute(&hash, c"hexdigest")?.call0()
    }
}

/// What the error of a missing name keeps of the others.
pub fn beside<'py, 'a>(py: Python<'py>, names: impl Iterator<Item = &'a str>) -> PyResult<Bound<'py, PyTuple>> {
    let short = |name: &&str| name.len() <= LONGEST_SIBLING || name.chars().count() <= LONGEST_SIBLING;
    texts(py, names.take(SIBLINGS).filter(short))
}

/// What steps from `depth` on lead to inside a value, or how many of the steps lead to something.
fn inside(tree: &Layer, mut node: NodeId, steps: &[Step<'_>], depth: usize) -> Result<NodeId, usize> {
    for (at, step) in steps.iter().enumerate().skip(depth) {
        let found = match (step, tree.node(node).kind) {
            (Step::Index(index), Kind::List) => {
                usize::try_from(*index).ok().and_then(|index| tree.children(node).nth(index))
            }
            (Step::Name(name), Kind::Mapping) => {
                tree.children(node).find(|&child| *tree.segments().get(tree.node(child).segment).text == **name)
            }
            _ => None,
        };
        node = found.ok_or(at)?;
    }
    Ok(node)
}
