//! The class `Snapshot`.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::base::EntryId;
use veltrix_core::delta::Delta;
use veltrix_core::edit::Refusal;
use veltrix_core::error::{Error, Side};
use veltrix_core::hash::ROOT_HASH;
use veltrix_core::layer::TreeBuilder;
use veltrix_core::patch::Definition;
use veltrix_core::record::{Place, Record, Secret};
use veltrix_core::resolve::MAX_LAYERS;
use veltrix_core::rule::{Conflicts, Definition as _};
use veltrix_core::segments::Segments;
use veltrix_core::snapshot::{self as kernel, Spot};
use veltrix_core::stacked::Stacked;

use crate::cache::Cache;
use crate::diff::Difference;
use crate::error::{conflict, kernel_error, path_text, raise};
use crate::ground::{Ground, Renewed};
use crate::guard::guarded;
use crate::inline::Inline;
use crate::input::Reader;
use crate::key::Key;
use crate::layer::Layer;
use crate::make::{Int, Text, texts, type_error};
use crate::methods::reading_methods;
use crate::origin::text_argument;
use crate::python::{self, Given};
use crate::reading::{Reading, beside};
use crate::scope::scoped;
use crate::stack::{joined, layer_argument, position};
use crate::{path, raw};

/// So few opaque objects are kept whether they are needed or not; hardly any where assertions are on, so that tests meet
/// what lets them go.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 64 };
/// The name of an overlay's layer unless it is given another one.
const OVERLAY: &str = "overlay";

/// The immutable result of resolving a stack of layers: a read-only mapping.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Snapshot {
    /// The bits of the paths that may differ from the base; none for a snapshot that is its base.
    pub filter: u64,
    /// What was read from the base, shared by all snapshots over it.
    pub cache: Arc<Cache>,
    /// What was read where this snapshot may differ from the base.
    pub own: OnceLock<Cache>,
    /// The overlay that makes this snapshot of the one below.
    pub inline: Option<Inline>,
    below: Arc<kernel::Snapshot>,
    /// The name of the inline overlay's layer.
    name: Option<Box<str>>,
    whole: PyOnceLock<Arc<kernel::Snapshot>>,
    renewed: Renewed,
    /// Every opaque object that a layer refers to, by its handle, and perhaps some that none does any more.
    opaques: Option<Py<PyDict>>,
    /// With more opaque objects than this, those that no layer refers to are let go.
    many: usize,
    pub dimensions: Py<PyTuple>,
    pub scopes: OnceLock<Py<PyDict>>,
}

impl Snapshot {
    pub fn new(
        kernel: kernel::Snapshot,
        cache: Option<&Arc<Cache>>,
        opaques: Option<Py<PyDict>>,
        dimensions: Py<PyTuple>,
    ) -> Self {
        let cache = cache.map_or_else(|| Arc::new(Cache::new(kernel.base.entries().len())), Arc::clone);
        let filter = kernel.delta.as_ref().map_or(0, Delta::filter);
        Self {
            filter,
            cache,
            own: OnceLock::new(),
            inline: None,
            below: Arc::new(kernel),
            name: None,
            whole: PyOnceLock::new(),
            renewed: Renewed::default(),
            many: FEW,
            opaques,
            dimensions,
            scopes: OnceLock::new(),
        }
    }

    /// The kernel's snapshot beneath the inline overlay; this snapshot itself where there is none.
    #[inline]
    pub const fn below(&self) -> &Arc<kernel::Snapshot> {
        &self.below
    }

    /// Whether the path of this hash is another one than in the base; the inline overlay aside.
    #[inline]
    pub fn differs(&self, hash: u64) -> bool {
        self.below.delta.as_ref().is_some_and(|delta| delta.lists(hash))
    }

    /// The entry of the base whose path has this hash, found as `entry` unless the path is listed as another one.
    pub fn place(&self, hash: u64, entry: EntryId) -> EntryId {
        match self.below.delta.as_ref().and_then(|delta| delta.get(hash)) {
            Some(change) => change.entry,
            None => entry,
        }
    }

    /// The kernel's snapshot of the whole stack.
    pub fn kernel(&self, py: Python<'_>) -> PyResult<&Arc<kernel::Snapshot>> {
        let Some(inline) = &self.inline else { return Ok(&self.below) };
        self.whole.get_or_try_init(py, || {
            let data = inline.data(py, &self.below.base)?;
            let name = self.name.as_deref().unwrap_or(OVERLAY).to_owned();
            let (layer, _) = overlay_layer(py, self.below.segments(), data.as_any(), name)?;
            let whole = of_generation(&self.below, self.below.with_values(&layer))
                .map_err(|error| kernel_error(py, self.below.segments(), error))?;
            // Entries and what the cache keeps of them are those of one base. Only two paths of one hash could part them.
            assert!(Arc::ptr_eq(&whole.base, &self.below.base));
            Ok(Arc::new(whole))
        })
    }

    /// A snapshot of another content with the same dimensions; `added` are the opaque objects of what came.
    pub fn derived(
        &self,
        py: Python<'_>,
        ground: &Ground<'_>,
        kernel: Result<kernel::Snapshot, Error>,
        added: Option<Py<PyDict>>,
    ) -> PyResult<Self> {
        let kernel = kernel.map_err(|error| kernel_error(py, ground.kernel.segments(), error))?;
        let cache = Arc::ptr_eq(&kernel.base, &ground.kernel.base).then_some(ground.cache);
        let opaques = joined(py, self.opaques.as_ref(), added)?;
        let mut new = Self::new(kernel, cache, opaques, self.dimensions.clone_ref(py));
        new.many = self.many;
        new.forget_opaques(py)?;
        Ok(new)
    }

    /// Lets go of opaque objects that no layer refers to any more, once they have become many.
    fn forget_opaques(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(held) = self.opaques.as_ref().map(|held| held.bind(py)).filter(|held| held.len() > self.many) else {
            return Ok(());
        };
        let needed = raw::new_dict(py)?;
        for handle in self.below.opaques() {
            let handle = raw::new_int(py, handle.cast_signed())?;
            if let Some(object) = held.get_item(&handle)? {
                needed.set_item(handle, object)?;
            }
        }
        self.many = needed.len() * 2 + FEW;
        self.opaques = Some(needed.unbind());
        Ok(())
    }

    pub const fn opaques(&self) -> Option<&Py<PyDict>> {
        self.opaques.as_ref()
    }

    fn reading<'py, R>(slf: &Bound<'py, Self>, read: impl FnOnce(Reading<'_, 'py>) -> PyResult<R>) -> PyResult<R> {
        let spot = Spot { hash: ROOT_HASH, entry: 0, path: Arc::default() };
        guarded(slf.py(), || read(Reading { owner: slf, spot: &spot }))
    }

    /// Derives a snapshot from this one, or from the same content on a table that is not worn.
    pub fn deriving<'py, R>(
        slf: &Bound<'py, Self>,
        derive: impl FnOnce(Python<'py>, &Self, &Ground<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let (kernel, anew) = (snapshot.kernel(py)?, &mut None);
            let ground = if kernel.base.is_worn() {
                let (kernel, cache) = &*anew.insert(snapshot.renewed.of(py, kernel)?);
                Ground { kernel, cache }
            } else {
                Ground { kernel, cache: &snapshot.cache }
            };
            derive(py, snapshot, &ground)
        })
    }
}

/// The layer of an overlay, and the opaque objects that it refers to.
fn overlay_layer(
    py: Python<'_>,
    table: &Arc<Segments>,
    data: &Bound<'_, PyAny>,
    name: String,
) -> PyResult<(Stacked, Option<Py<PyDict>>)> {
    let read = Reader::new(py, TreeBuilder::new(Arc::clone(table)), &[], None).read(data)?;
    let place = Place { source: "overlay".into(), ..Place::default() };
    let record = Record { name, tree: Arc::new(read.tree), place, places: read.places, secret: Secret::Nothing };
    Ok((Stacked::new(Arc::new(record)), read.opaques))
}

/// What was derived from a kernel's snapshot as one of the same generation.
pub fn of_generation(
    below: &kernel::Snapshot,
    derived: Result<kernel::Snapshot, Error>,
) -> Result<kernel::Snapshot, Error> {
    derived.map(|derived| kernel::Snapshot { generation: below.generation, ..derived })
}

reading_methods!(Snapshot, {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let kernel = snapshot.kernel(py)?;
            let layers = kernel.stack.iter().map(|stacked| {
                let opaques = snapshot.opaques.as_ref().map(|opaques| opaques.clone_ref(py));
                Ok(Bound::new(py, Layer { stacked: stacked.clone(), opaques })?.into_any())
            });
            let layers = raw::new_tuple(py, layers.collect::<PyResult<Vec<_>>>()?)?.into_any();
            let conflicts = match kernel.conflicts {
                Conflicts::Error => "error",
                Conflicts::Replace => "replace",
            };
            let conflicts = raw::new_str(py, conflicts)?.into_any();
            let generation = raw::new_int(py, kernel.generation.cast_signed())?.into_any();
            let dimensions = snapshot.dimensions.bind(py).clone().into_any();
            python::reduced(python::restore_snapshot(py)?, [layers, conflicts, dimensions, generation])
        })
    }

    /// The snapshot with one more layer on top, of the same generation.
    #[pyo3(signature = (data, name = Given(None)), text_signature = "($self, data, name='overlay')")]
    fn overlay<'py>(slf: &Bound<'py, Self>, data: &Bound<'py, PyAny>, name: Given<'py>) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        if !python::is_mapping(data)? {
            let kind = python::type_name(data);
            return Err(type_error(py, format!("overlay data is a mapping, not {kind}")));
        }
        let name = name.0.map(|name| text_argument("a layer's name", &name)).transpose()?;
        if snapshot.inline.is_none()
            && snapshot.below.stack.len() < MAX_LAYERS
            && let Some(inline) = Inline::new(&snapshot.below, data, ROOT_HASH)?
        {
            return Ok(Self {
                filter: snapshot.filter | inline.filter,
                cache: Arc::clone(&snapshot.cache),
                own: OnceLock::new(),
                inline: Some(inline),
                below: Arc::clone(&snapshot.below),
                name: name.map(String::into_boxed_str),
                whole: PyOnceLock::new(),
                renewed: Renewed::default(),
                opaques: snapshot.opaques.as_ref().map(|opaques| opaques.clone_ref(py)),
                many: snapshot.many,
                dimensions: snapshot.dimensions.clone_ref(py),
                scopes: OnceLock::new(),
            });
        }
        Self::deriving(slf, |py, snapshot, ground| {
            let name = name.unwrap_or_else(|| OVERLAY.to_owned());
            let (layer, added) = overlay_layer(py, ground.kernel.segments(), data, name)?;
            let overlaid = of_generation(ground.kernel, ground.kernel.with_layer(&layer, None));
            snapshot.derived(py, ground, overlaid, added)
        })
    }

    /// The snapshot with a definition put into one of its layers, the topmost by default.
    #[pyo3(signature = (path, value, *, layer = None))]
    fn set<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, ground| {
            let kernel = ground.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let read = Reader::new(py, TreeBuilder::of_one(Arc::clone(table)), &names, None).read(value)?;
            match kernel.set(at, &names, &Arc::new(read.tree)) {
                Ok(set) => snapshot.derived(py, ground, Ok(set), read.opaques),
                Err(Refusal::Kernel(error)) => Err(kernel_error(py, table, error)),
                Err(Refusal::InTheWay(stop)) => {
                    let stacked = &kernel.stack[at];
                    let reached = &names[..stop.depth];
                    let side = |word, place| Side { layer: stacked.record.name.clone(), word, place };
                    let upper = side("mapping", Place { source: "set".into(), ..Place::default() });
                    let found = stacked.definition(reached);
                    let lower = found.map_or_else(|| upper.clone(), |found| side(found.word(), stacked.place(found)));
                    Err(conflict(py, &path_text(table, reached), &upper, &lower))
                }
            }
        })
    }

    /// The snapshot without one layer's own definition; what lies beneath shines through.
    #[pyo3(signature = (path, *, layer = None))]
    fn delete<'py>(
        slf: &Bound<'py, Self>,
        path: &Bound<'py, PyAny>,
        layer: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, ground| {
            let kernel = ground.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let stacked = &kernel.stack[at];
            for depth in 0..names.len() {
                if stacked.definition(&names[..=depth]).is_none() {
                    let siblings = stacked.definition(&names[..depth]).map_or_else(Vec::new, Definition::names);
                    let siblings = beside(py, siblings.iter().map(|&id| &*table.get(id).text))?;
                    let key = Text(&*table.get(names[depth]).text);
                    let (whole, prefix) = (Text(path_text(table, &names)), Text(path_text(table, &names[..depth])));
                    return Err(raise(python::missing_key_error(py), (whole, prefix, key, siblings)));
                }
            }
            snapshot.derived(py, ground, kernel.delete(at, &names), None)
        })
    }

    /// The snapshot with a layer in the place of the topmost of its name, or on top.
    #[pyo3(signature = (layer))]
    fn with_layer<'py>(slf: &Bound<'py, Self>, layer: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, ground| {
            let kernel = ground.kernel;
            let layer = layer_argument(layer)?.get().rebased(py, kernel.segments());
            let at = kernel.stack.iter().rposition(|known| known.record.name == layer.stacked.record.name);
            let derived = kernel.with_layer(&layer.stacked, at);
            snapshot.derived(py, ground, derived, layer.opaques)
        })
    }

    /// The snapshot without the topmost layer of a name.
    #[pyo3(signature = (name))]
    fn without_layer<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, ground| {
            let derived = ground.kernel.without_layer(position(py, ground.kernel, Some(name))?);
            snapshot.derived(py, ground, derived, None)
        })
    }

    /// What was added, removed and changed since another snapshot.
    #[pyo3(signature = (old))]
    fn diff(slf: &Bound<'_, Self>, old: &Bound<'_, PyAny>) -> PyResult<Difference> {
        let Ok(other) = old.cast::<Self>() else {
            let kind = python::type_name(old);
            return Err(type_error(slf.py(), format!("diff() takes a Snapshot, not {kind}")));
        };
        guarded(slf.py(), || Difference::new(slf, other))
    }

    /// The snapshot with the chosen layers on top, in the order in which the dimensions are declared.
    #[pyo3(signature = (**choices))]
    fn scope<'py>(slf: &Bound<'py, Self>, choices: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, Self>> {
        scoped(slf, choices)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(opaques) = &self.opaques {
            visit.call(opaques)?;
        }
        if let Some(scopes) = self.scopes.get() {
            visit.call(scopes)?;
        }
        visit.call(&self.dimensions)
    }
});
