//! The class `Snapshot`.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core as kernel;
use veltrix_core::base::EntryId;
use veltrix_core::delta::Delta;
use veltrix_core::edit::Refusal;
use veltrix_core::error::{ConflictSide, Error};
use veltrix_core::hash::ROOT_HASH;
use veltrix_core::interner::Interner;
use veltrix_core::layer::{Origin, Secret};
use veltrix_core::layer_version::LayerVersion;
use veltrix_core::patch::Definition;
use veltrix_core::rule::{Conflicts, Mergeable as _};
use veltrix_core::snapshot::Spot;
use veltrix_core::tree::TreeBuilder;

use crate::classes::difference::Difference;
use crate::classes::key::Key;
use crate::classes::layer::Layer;
use crate::classes::layer_arguments::{joined, layer_argument, position};
use crate::classes::methods::reading_methods;
use crate::classes::scope::scoped;
use crate::convert::error::{conflict, kernel_error, path_text, raise};
use crate::convert::from_python::DataReader;
use crate::convert::origin::text_argument;
use crate::convert::path;
use crate::interop::alloc::{Int, Text, texts, type_error};
use crate::interop::ffi;
use crate::interop::imports::{self, Given};
use crate::interop::panic::guarded;
use crate::read::reading::Reading;
use crate::state::reintern::{Parent, Reinterned};
use crate::state::small_overlay::SmallOverlay;
use crate::state::value_cache::ValueCache;

/// So few opaque objects are kept whether they are needed or not.
const FEW: usize = 64;
/// The name of an overlay's layer unless it is given another one.
const OVERLAY: &str = "overlay";

/// The immutable result of resolving a stack of layers: a read-only mapping.
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Snapshot {
    /// The bits of the paths that may differ from the base; none for a snapshot that is its base.
    pub filter: u64,
    /// What was read from the base, shared by all snapshots over it.
    pub cache: Arc<ValueCache>,
    /// What was read where this snapshot may differ from the base.
    pub own: OnceLock<ValueCache>,
    /// The overlay that makes this snapshot of the one below.
    pub small_overlay: Option<SmallOverlay>,
    below: Arc<kernel::Snapshot>,
    /// The name of the small overlay's layer.
    name: Option<Box<str>>,
    whole: PyOnceLock<Arc<kernel::Snapshot>>,
    reinterned: Reinterned,
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
        cache: Option<&Arc<ValueCache>>,
        opaques: Option<Py<PyDict>>,
        dimensions: Py<PyTuple>,
    ) -> Self {
        let cache = cache.map_or_else(|| Arc::new(ValueCache::new(kernel.base.entries().len())), Arc::clone);
        let filter = kernel.delta.as_ref().map_or(0, Delta::filter);
        Self {
            filter,
            cache,
            own: OnceLock::new(),
            small_overlay: None,
            below: Arc::new(kernel),
            name: None,
            whole: PyOnceLock::new(),
            reinterned: Reinterned::default(),
            many: FEW,
            opaques,
            dimensions,
            scopes: OnceLock::new(),
        }
    }

    /// The kernel's snapshot beneath the small overlay; this snapshot itself where there is none.
    #[inline]
    pub const fn below(&self) -> &Arc<kernel::Snapshot> {
        &self.below
    }

    /// Whether the path of this hash is another one than in the base; the small overlay aside.
    #[inline]
    pub fn differs(&self, hash: u64) -> bool {
        self.below.delta.as_ref().is_some_and(|delta| delta.lists(hash))
    }

    /// The entry of the base whose path has this hash, found as `entry` unless the path is listed as another one.
    pub fn base_entry(&self, hash: u64, entry: EntryId) -> EntryId {
        match self.below.delta.as_ref().and_then(|delta| delta.get(hash)) {
            Some(change) => change.entry,
            None => entry,
        }
    }

    /// The kernel's snapshot of the whole stack.
    pub fn kernel(&self, py: Python<'_>) -> PyResult<&Arc<kernel::Snapshot>> {
        let Some(small_overlay) = &self.small_overlay else { return Ok(&self.below) };
        self.whole.get_or_try_init(py, || {
            let data = small_overlay.data(py, &self.below.base)?;
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
        parent: &Parent<'_>,
        kernel: Result<kernel::Snapshot, Error>,
        added: Option<Py<PyDict>>,
    ) -> PyResult<Self> {
        let kernel = kernel.map_err(|error| kernel_error(py, parent.kernel.segments(), error))?;
        let cache = Arc::ptr_eq(&kernel.base, &parent.kernel.base).then_some(parent.cache);
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
        let needed = ffi::new_dict(py)?;
        for handle in self.below.opaques() {
            let handle = ffi::new_int(py, handle.cast_signed())?;
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
        derive: impl FnOnce(Python<'py>, &Self, &Parent<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let (kernel, anew) = (snapshot.kernel(py)?, &mut None);
            let parent = if kernel.base.needs_reintern() {
                let (kernel, cache) = &*anew.insert(snapshot.reinterned.of(py, kernel)?);
                Parent { kernel, cache }
            } else {
                Parent { kernel, cache: &snapshot.cache }
            };
            derive(py, snapshot, &parent)
        })
    }
}

/// The layer of an overlay, and the opaque objects that it refers to.
fn overlay_layer(
    py: Python<'_>,
    table: &Arc<Interner>,
    data: &Bound<'_, PyAny>,
    name: String,
) -> PyResult<(LayerVersion, Option<Py<PyDict>>)> {
    let read = DataReader::new(py, TreeBuilder::new(Arc::clone(table)), &[], None).read(data)?;
    let origin = Origin { source: "overlay".into(), ..Origin::default() };
    let loaded =
        kernel::Layer { name, tree: Arc::new(read.tree), origin, origins: read.origins, secret: Secret::Nothing };
    Ok((LayerVersion::new(Arc::new(loaded)), read.opaques))
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
            let layers = kernel.stack.iter().map(|version| {
                let opaques = snapshot.opaques.as_ref().map(|opaques| opaques.clone_ref(py));
                Ok(Bound::new(py, Layer { version: version.clone(), opaques })?.into_any())
            });
            let layers = ffi::new_tuple(py, layers.collect::<PyResult<Vec<_>>>()?)?.into_any();
            let conflicts = match kernel.conflicts {
                Conflicts::Error => "error",
                Conflicts::Replace => "replace",
            };
            let conflicts = ffi::new_str(py, conflicts)?.into_any();
            let generation = ffi::new_int(py, kernel.generation.cast_signed())?.into_any();
            let dimensions = snapshot.dimensions.bind(py).clone().into_any();
            let state = ffi::new_tuple(py, [layers, conflicts, dimensions, generation])?;
            ffi::new_tuple(py, [imports::restore_snapshot(py)?.clone(), state.into_any()])
        })
    }

    /// The snapshot with one more layer on top, of the same generation.
    #[pyo3(signature = (data, name = Given(None)), text_signature = "($self, data, name='overlay')")]
    fn overlay<'py>(slf: &Bound<'py, Self>, data: &Bound<'py, PyAny>, name: Given<'py>) -> PyResult<Self> {
        let (py, snapshot) = (slf.py(), slf.get());
        if !imports::is_mapping(data)? {
            let kind = imports::type_name(data);
            return Err(type_error(py, format!("overlay data is a mapping, not {kind}")));
        }
        let name = name.0.map(|name| text_argument("a layer's name", &name)).transpose()?;
        if snapshot.small_overlay.is_none()
            && let Some(small_overlay) = SmallOverlay::new(&snapshot.below, data, ROOT_HASH)?
        {
            return Ok(Self {
                filter: snapshot.filter | small_overlay.filter,
                cache: Arc::clone(&snapshot.cache),
                own: OnceLock::new(),
                small_overlay: Some(small_overlay),
                below: Arc::clone(&snapshot.below),
                name: name.map(String::into_boxed_str),
                whole: PyOnceLock::new(),
                reinterned: Reinterned::default(),
                opaques: snapshot.opaques.as_ref().map(|opaques| opaques.clone_ref(py)),
                many: snapshot.many,
                dimensions: snapshot.dimensions.clone_ref(py),
                scopes: OnceLock::new(),
            });
        }
        Self::deriving(slf, |py, snapshot, parent| {
            let name = name.unwrap_or_else(|| OVERLAY.to_owned());
            let (layer, added) = overlay_layer(py, parent.kernel.segments(), data, name)?;
            let overlaid = of_generation(parent.kernel, parent.kernel.with_layer(&layer, None));
            snapshot.derived(py, parent, overlaid, added)
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
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let read = DataReader::new(py, TreeBuilder::of_one(Arc::clone(table)), &names, None).read(value)?;
            match kernel.set(at, &names, &Arc::new(read.tree)) {
                Ok(set) => snapshot.derived(py, parent, Ok(set), read.opaques),
                Err(Refusal::Kernel(error)) => Err(kernel_error(py, table, error)),
                Err(Refusal::InTheWay(stop)) => {
                    let version = &kernel.stack[at];
                    let reached = &names[..stop.depth];
                    let side = |word, origin| ConflictSide { layer: version.loaded.name.clone(), word, origin };
                    let upper = side("mapping", Origin { source: "set".into(), ..Origin::default() });
                    let found = version.definition(reached);
                    let lower = found.map_or_else(|| upper.clone(), |found| side(found.word(), version.origin(found)));
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
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let table = kernel.segments();
            let names = path::settable(py, table, path)?;
            let at = position(py, kernel, layer)?;
            let version = &kernel.stack[at];
            for depth in 0..names.len() {
                if version.definition(&names[..=depth]).is_none() {
                    let siblings = version.definition(&names[..depth]).map_or_else(Vec::new, Definition::names);
                    let siblings = texts(py, siblings.iter().map(|&id| &*table.get(id).text))?;
                    let key = Text(&*table.get(names[depth]).text);
                    let (whole, prefix) = (Text(path_text(table, &names)), Text(path_text(table, &names[..depth])));
                    return Err(raise(imports::missing_key_error(py), (whole, prefix, key, siblings)));
                }
            }
            snapshot.derived(py, parent, kernel.delete(at, &names), None)
        })
    }

    /// The snapshot with a layer in the place of the topmost of its name, or on top.
    #[pyo3(signature = (layer))]
    fn with_layer<'py>(slf: &Bound<'py, Self>, layer: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let kernel = parent.kernel;
            let layer = layer_argument(layer)?.get().reinterned(py, kernel.segments());
            let at = kernel.stack.iter().rposition(|known| known.loaded.name == layer.version.loaded.name);
            let derived = kernel.with_layer(&layer.version, at);
            snapshot.derived(py, parent, derived, layer.opaques)
        })
    }

    /// The snapshot without the topmost layer of a name.
    #[pyo3(signature = (name))]
    fn without_layer<'py>(slf: &Bound<'py, Self>, name: &Bound<'py, PyAny>) -> PyResult<Self> {
        Self::deriving(slf, |py, snapshot, parent| {
            let derived = parent.kernel.without_layer(position(py, parent.kernel, Some(name))?);
            snapshot.derived(py, parent, derived, None)
        })
    }

    /// What was added, removed and changed since another snapshot.
    #[pyo3(signature = (old))]
    fn diff(slf: &Bound<'_, Self>, old: &Bound<'_, PyAny>) -> PyResult<Difference> {
        let Ok(other) = old.cast::<Self>() else {
            let kind = imports::type_name(old);
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
