//! Explain: a path's explanation as Python objects.

use pyo3::prelude::*;
use veltrix_core::path::Step;
use veltrix_core::{ExplainedValue, NO_SEGMENT, Origin, SegmentId};

use crate::convert::origin::origin_object;
use crate::convert::path;
use crate::interop::alloc::Text;
use crate::interop::ffi;
use crate::interop::imports;
use crate::read::reading::Reading;

impl<'py> Reading<'_, 'py> {
    /// `self.explain(path)`.
    pub fn explain(&self, wanted: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py();
        let steps = path::steps(wanted)?;
        let whole: Vec<Step<'_>> = self.above().into_iter().chain(steps.iter().cloned()).collect();
        let kernel = self.kernel()?;
        let names = whole.iter().map_while(|step| match step {
            Step::Name(name) => Some(kernel.segments().find(name).unwrap_or(NO_SEGMENT)),
            Step::Index(_) => None,
        });
        let names: Vec<SegmentId> = names.collect();
        let explanation = kernel.explain(&names);
        let inside = whole.len() > names.len();
        let inner = explanation.position_inside(&whole[names.len()..]).filter(|_| inside);
        let value = match (&explanation.answer, inside) {
            (ExplainedValue::Absent, _) => None,
            (ExplainedValue::Mapping, false) => {
                kernel.mapping_at(&names).map(|mapping| self.view(mapping)).transpose()?
            }
            (ExplainedValue::Leaf(tree, node), false) => Some(self.leaf(tree, *node)?),
            (_, true) => match self.find(wanted)? {
                Some(value) => Some(value),
                None => return Err(self.missing(&steps)),
            },
        };
        if explanation.items.is_empty() {
            return Err(self.missing(&steps));
        }
        let secret = explanation.secret;
        let redacted = imports::redacted(py)?;
        let mut definitions = Vec::with_capacity(explanation.items.len());
        let mut deciding = None;
        for (at, item) in explanation.items.iter().enumerate() {
            let from = origin_object(py, &item.layer, &item.origin)?;
            if explanation.deciding() == Some(at) {
                let own = Origin { position: inner.or(item.origin.position), ..item.origin.clone() };
                deciding = Some(if inner.is_some() { origin_object(py, &item.layer, &own)? } else { from.clone() });
            }
            let shown = match &item.value {
                None => None,
                Some(_) if secret => Some(redacted.clone()),
                Some((tree, node)) => Some(self.leaf(tree, *node)?),
            };
            let operator = item.kind.is_operator().then(|| Text(item.kind.word()));
            let text = kernel.segments().path_text(&names[..item.depth]);
            let arguments = (Text(text), operator, Text(item.held.word()), shown, from, Text(item.role.word()));
            definitions.push(imports::definition(py)?.call1(arguments)?);
        }
        let present = value.is_some();
        let value = if secret && present { Some(redacted.clone()) } else { value };
        imports::explanation(py)?.call1((
            Text(path::text(&whole)),
            present,
            value,
            deciding,
            secret,
            ffi::new_tuple(py, definitions)?,
        ))
    }
}
