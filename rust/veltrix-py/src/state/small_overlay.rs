//! Small overlays out of Python data, and back.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};
use veltrix_core as kernel;
use veltrix_core::limits::MAX_DEPTH;
use veltrix_core::path::plain_hash;
use veltrix_core::{NO_SEGMENT, Overlaid, OverlaidPath, OverlayEvent, ROOT_HASH, Snapshot, Standing};

use crate::convert::builtin_type::{BuiltinType, builtin_type};
use crate::convert::from_python::{DataReader, ReadData};
use crate::interop::ffi;
use crate::interop::panic::guarded;

/// A small overlay that gives Python objects. Only plain immutable ones: the garbage collector does not look into it.
pub type SmallOverlay = kernel::SmallOverlay<Py<PyAny>>;

/// Puts this data into a small overlay, which holds those that it lies over; whether it qualifies.
pub fn small_overlay(below: &Snapshot, overlay: &mut SmallOverlay, data: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(data) = data.cast_exact::<PyDict>() else { return Ok(false) };
    let before = overlay.len();
    let below = Overlaid::new(below);
    let mut reader = OverlayReader { below, overlay, most: before + below.room() };
    let fits = guarded(data.py(), || reader.mapping(data, OverlaidPath::ROOT, 0))?;
    overlay.finish();
    Ok(fits && overlay.len() > before)
}

/// Puts values by path into a small overlay, which holds those that it lies over; whether it qualifies. Paths of texts that
/// need no quotes may, if each mapping is named in one row, none twice, and no path is another one or lies in it.
pub fn overlay_by_path(
    below: &Snapshot,
    overlay: &mut SmallOverlay,
    pairs: &[(Bound<'_, PyAny>, Bound<'_, PyAny>)],
) -> PyResult<bool> {
    let below = Overlaid::new(below);
    let most = overlay.len() + below.room().min(MOST_BY_PATH);
    let mut paths = PathReader { reader: OverlayReader { below, overlay, most }, open: Vec::new(), left: Vec::new() };
    let mut last = "";
    for (path, value) in pairs {
        let Ok(path) = path.cast_exact::<PyString>() else { return Ok(false) };
        let Some(text) = ffi::text(path)? else { return Ok(false) };
        if plain_hash(text, ROOT_HASH).is_none() || !paths.take(last, text, value)? {
            return Ok(false);
        }
        last = text;
    }
    overlay.finish();
    Ok(true)
}

/// More values by path are brought in as data is, in which no path is looked for.
pub const MOST_BY_PATH: usize = if cfg!(debug_assertions) { 4 } else { 64 };

/// Reads values by path into a small overlay.
struct PathReader<'a> {
    reader: OverlayReader<'a>,
    /// The mappings on the way to the last path, each with the end of its own path in the text of that.
    open: Vec<(usize, OverlaidPath)>,
    /// Those that were open before.
    left: Vec<OverlaidPath>,
}

impl PathReader<'_> {
    #[inline(never)]
    fn standing(&self, mapping: OverlaidPath, name: &str) -> Option<(OverlaidPath, Standing)> {
        self.reader.standing(mapping, name)
    }

    fn take(&mut self, last: &str, text: &str, value: &Bound<'_, PyAny>) -> PyResult<bool> {
        let is_above = |end: usize| text.as_bytes().get(end) == Some(&b'.') && text[..end] == last[..end];
        while let Some((_, path)) = self.open.pop_if(|(end, _)| !is_above(*end)) {
            self.left.push(path);
        }
        let (mut start, mut mapping) = match self.open.last() {
            Some((end, path)) => (end + 1, *path),
            None => (0, OverlaidPath::ROOT),
        };
        while let Some(length) = text[start..].find('.') {
            if self.open.len() + 1 == MAX_DEPTH {
                return Ok(false);
            }
            let name = &text[start..start + length];
            let Some((path, standing)) = self.standing(mapping, name) else { return Ok(false) };
            mapping = match standing {
                Standing::Mapping if !self.left.contains(&path) => path,
                Standing::Nothing if !self.reader.overlay.gives(mapping, name, path) => {
                    self.reader.overlay.open(mapping, name, path)
                }
                _ => return Ok(false),
            };
            start += length + 1;
            self.open.push((start - 1, mapping));
        }
        let name = &text[start..];
        let Some((path, standing)) = self.standing(mapping, name) else { return Ok(false) };
        let is_free = standing != Standing::Mapping && !self.reader.overlay.gives(mapping, name, path);
        let kind = builtin_type(value);
        let fits = is_free && kind != BuiltinType::Dict;
        Ok(fits
            && self.reader.overlay.len() < self.reader.most
            && self.reader.value(mapping, name, path, (kind, value), self.open.len() + 1)?)
    }
}

/// Reads data into a small overlay. Each step says whether that still qualifies.
struct OverlayReader<'a> {
    below: Overlaid<'a>,
    overlay: &'a mut SmallOverlay,
    /// How much it may give.
    most: usize,
}

impl OverlayReader<'_> {
    fn mapping(&mut self, data: &Bound<'_, PyDict>, path: OverlaidPath, depth: usize) -> PyResult<bool> {
        let mut fits = depth < MAX_DEPTH && self.overlay.len() + data.len() <= self.most;
        if fits {
            ffi::each(data, |key, value| {
                if fits {
                    fits = self.child(&key, &value, path, depth + 1)?;
                }
                Ok(())
            })?;
        }
        Ok(fits)
    }

    #[inline]
    fn child(
        &mut self,
        key: &Bound<'_, PyAny>,
        value: &Bound<'_, PyAny>,
        mapping: OverlaidPath,
        depth: usize,
    ) -> PyResult<bool> {
        let Ok(key) = key.cast_exact::<PyString>() else { return Ok(false) };
        let Some(name) = ffi::text(key)? else { return Ok(false) };
        let Some((path, standing)) = self.standing(mapping, name) else { return Ok(false) };
        let kind = builtin_type(value);
        if kind == BuiltinType::Dict {
            let data = value.cast::<PyDict>()?;
            return match standing {
                // An empty mapping gives nothing to one that stands, and yet says something of it.
                Standing::Mapping => Ok(!data.is_empty() && self.mapping(data, path, depth)?),
                Standing::Nothing => {
                    let opened = self.overlay.open(mapping, name, path);
                    self.mapping(data, opened, depth)
                }
                Standing::Leaf => Ok(false),
            };
        }
        if standing == Standing::Mapping {
            return Ok(false);
        }
        self.value(mapping, name, path, (kind, value), depth)
    }

    /// What stands at the child of a mapping, and its path.
    #[expect(clippy::inline_always, reason = "what it gives would be written down and read again for each key")]
    #[inline(always)]
    fn standing(&self, mapping: OverlaidPath, name: &str) -> Option<(OverlaidPath, Standing)> {
        let (path, standing) = self.below.child(mapping, name)?;
        Some(if standing == Standing::Nothing { self.overlay.standing(mapping, name, path) } else { (path, standing) })
    }

    #[expect(clippy::inline_always, reason = "the short way of a scalar is a part of reading a key")]
    #[inline(always)]
    fn value(
        &mut self,
        mapping: OverlaidPath,
        name: &str,
        path: OverlaidPath,
        (kind, value): (BuiltinType, &Bound<'_, PyAny>),
        depth: usize,
    ) -> PyResult<bool> {
        let Some(value) = as_read(kind, value, || Ok(depth))? else { return Ok(false) };
        self.overlay.put(mapping, name, path, value.unbind());
        Ok(true)
    }
}

/// A value that a small overlay may give at this depth, as reading gives it.
pub fn overlaid_value<'py>(
    value: &Bound<'py, PyAny>,
    depth: impl FnOnce() -> PyResult<usize>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    as_read(builtin_type(value), value, depth)
}

#[expect(clippy::inline_always, reason = "the short way of a scalar is a part of reading a key")]
#[inline(always)]
fn as_read<'py>(
    kind: BuiltinType,
    value: &Bound<'py, PyAny>,
    depth: impl FnOnce() -> PyResult<usize>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    if is_plain_scalar(kind, value)? { Ok(Some(value.clone())) } else { frozen_list(kind, value, depth()?) }
}

/// Whether a value is a scalar that reading gives as it is.
#[expect(clippy::inline_always, reason = "the short way of a scalar is a part of reading a key")]
#[inline(always)]
fn is_plain_scalar(kind: BuiltinType, value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(match kind {
        BuiltinType::Str => ffi::text(value.cast::<PyString>()?)?.is_some(),
        BuiltinType::Float => !value.extract::<f64>()?.is_nan(),
        BuiltinType::None | BuiltinType::Bool | BuiltinType::Int | BuiltinType::Bytes => true,
        BuiltinType::List | BuiltinType::Tuple | BuiltinType::Dict | BuiltinType::Other => false,
    })
}

/// A list as reading gives it, if all that stands in it are scalars and lists of them.
#[inline(never)]
fn frozen_list<'py>(kind: BuiltinType, list: &Bound<'py, PyAny>, depth: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    if !matches!(kind, BuiltinType::List | BuiltinType::Tuple) || depth == MAX_DEPTH {
        return Ok(None);
    }
    let mut scalars = 0;
    while let Some(item) = ffi::item(list, scalars) {
        if !is_plain_scalar(builtin_type(&item), &item)? {
            return frozen_items(list, depth);
        }
        scalars += 1;
    }
    // What is collected may run code, and the data is taken as it stands before any runs.
    match list.cast_exact::<PyList>() {
        Ok(list) => ffi::without_collecting(|| Ok(Some(ffi::list_as_tuple(list)?.into_any()))),
        Err(_) => Ok(Some(list.clone())),
    }
}

/// A list in which other lists may stand.
fn frozen_items<'py>(list: &Bound<'py, PyAny>, depth: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut items = Vec::with_capacity(list.len()?);
    while let Some(item) = ffi::item(list, items.len()) {
        let kind = builtin_type(&item);
        if is_plain_scalar(kind, &item)? {
            items.push(item);
        } else if let Some(list) = frozen_list(kind, &item, depth + 1)? {
            items.push(list);
        } else {
            return Ok(None);
        }
    }
    ffi::without_collecting(|| Ok(Some(ffi::new_tuple(list.py(), items)?.into_any())))
}

/// Reads one of the overlays that a small one is made of, counted from the lowest, as the data that it was made of.
pub fn read_overlay<'py>(
    mut reader: DataReader<'_, 'py>,
    py: Python<'py>,
    overlay: &SmallOverlay,
    below: &Snapshot,
    layer: usize,
) -> PyResult<ReadData> {
    reader.open(NO_SEGMENT);
    overlay.each(below, layer, |event| {
        match event {
            OverlayEvent::Open(name) => reader.open(name),
            OverlayEvent::Value(name, value) => reader.plain(name, value.bind(py))?,
            OverlayEvent::Close => reader.close(),
        }
        Ok::<_, PyErr>(())
    })?;
    reader.finish()
}
