//! What is asked of a mapping as a whole: whether it equals another one, copies of it, its digest.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use veltrix_core::path::push_known;
use veltrix_core::{Child, Found, MappingPath, canonical, equal};

use crate::convert::to_python::{self, Style};
use crate::interop::alloc::{Int, Text};
use crate::interop::ffi;
use crate::interop::imports;
use crate::read::reading::{Place, Reading};
use crate::state::snapshot::Snapshot;
use crate::state::view::View;

impl<'py> Reading<'_, 'py> {
    /// `self == other`.
    pub fn equals(&self, other: &Bound<'py, PyAny>) -> PyResult<Option<bool>> {
        let py = self.py();
        if let Ok(other) = other.cast::<Snapshot>() {
            let root = other.get().below().root();
            return self.equals_reading(&Reading { owner: other, place: Place::Path(&root) }).map(Some);
        }
        if let Ok(view) = other.cast::<View>() {
            let owner = view.get().snapshot.bind(py);
            return self.equals_reading(&Reading { owner, place: Place::View(view.get()) }).map(Some);
        }
        if !imports::is_mapping(other)? {
            return Ok(None);
        }
        if self.count()? != other.len()? {
            return Ok(Some(false));
        }
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(self.mapping()) {
            let name = self.name(id)?;
            if !other.contains(&name)? {
                return Ok(Some(false));
            }
            let value = match found {
                Found::Missing => py.None().into_bound(py),
                Found::Leaf(tree, node, _) => self.leaf(tree, node)?,
                Found::Mapping(entry) => self.view(kernel.below(self.mapping(), id, entry))?,
            };
            let theirs = other.get_item(&name)?;
            if !value.is(&theirs) && !value.eq(theirs)? {
                return Ok(Some(false));
            }
        }
        Ok(Some(true))
    }

    /// `self == other` of two mappings of this kernel.
    fn equals_reading(&self, other: &Reading<'_, 'py>) -> PyResult<bool> {
        let object = |reading: &Reading<'_, 'py>, child: Child<'_>| match child {
            Child::Leaf(tree, node) => reading.leaf(tree, node),
            Child::Mapping(mapping) => reading.view(mapping),
        };
        equal((self.kernel()?, self.mapping()), (other.kernel()?, other.mapping()), &mut |ours, theirs| {
            let (ours, theirs) = (object(self, ours)?, object(other, theirs)?);
            Ok(ours.is(&theirs) || ours.eq(theirs)?)
        })
    }

    /// `self.flatten()`.
    pub fn flatten(&self) -> PyResult<Bound<'py, PyDict>> {
        let dict = ffi::new_dict(self.py())?;
        self.flatten_into(self.mapping(), &mut String::new(), &dict)?;
        Ok(dict)
    }

    fn flatten_into(&self, mapping: &MappingPath, text: &mut String, dict: &Bound<'py, PyDict>) -> PyResult<()> {
        let kernel = self.kernel()?;
        for (id, found) in kernel.children(mapping) {
            let length = text.len();
            let segment = kernel.segments().get(id);
            push_known(text, &segment.text, segment.plain);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => dict.set_item(Text(&*text), self.leaf(tree, node)?)?,
                Found::Mapping(entry) => {
                    let below = kernel.below(mapping, id, entry);
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
        self.dict(self.mapping())
    }

    fn dict(&self, mapping: &MappingPath) -> PyResult<Bound<'py, PyDict>> {
        let kernel = self.kernel()?;
        let dict = ffi::new_dict(self.py())?;
        for (id, found) in kernel.children(mapping) {
            let name = Text(&*kernel.segments().get(id).text);
            match found {
                Found::Missing => {}
                Found::Leaf(tree, node, _) => {
                    let opaques = self.snapshot().opaques();
                    dict.set_item(name, to_python::object(self.py(), tree, node, opaques, Style::Thawed)?)?;
                }
                Found::Mapping(entry) => dict.set_item(name, self.dict(&kernel.below(mapping, id, entry))?)?,
            }
        }
        Ok(dict)
    }

    /// `self.digest`.
    pub fn digest(&self) -> PyResult<Bound<'py, PyAny>> {
        let bytes = ffi::new_bytes(self.py(), &canonical(self.kernel()?, self.mapping()))?;
        let options = ffi::new_dict(self.py())?;
        options.set_item(Text("digest_size"), Int(16))?;
        let arguments = ffi::new_tuple(self.py(), [bytes.into_any()])?;
        let hash = imports::blake2b(self.py())?.call(arguments, Some(&options))?;
        ffi::attribute(&hash, c"hexdigest")?.call0()
    }
}
