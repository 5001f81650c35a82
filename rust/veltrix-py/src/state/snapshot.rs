//! What a Python `Snapshot` holds.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;
use veltrix_core as kernel;
use veltrix_core::{EntryId, Error, Interner, LayerVersion, Origin, PathFilter, Reinterned, Secret, TreeBuilder};

use crate::convert::from_python::{DataReader, ReadData};
use crate::convert::kernel_error::kernel_error;
use crate::interop::panic::guarded;
use crate::state::dimensions::Dimensions;
use crate::state::opaques::{joined, those_of};
use crate::state::scope_cache::{CarriedScopes, ScopeCache};
use crate::state::slot::Slot;
use crate::state::small_overlay::{SmallOverlay, read_overlay};
use crate::state::value_cache::ValueCache;

/// So few opaque objects are kept whether they are needed or not; hardly any where assertions are on, so that tests meet
/// what lets them go.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 64 };
/// The name of an overlay's layer unless it is given another one.
pub const OVERLAY: &str = "overlay";
/// The name of the layer of overrides unless it is given another one.
pub const OVERRIDE: &str = "override";

/// What a snapshot is derived from: a kernel's snapshot, and what was read from its base.
pub struct Parent<'a> {
    pub kernel: &'a Arc<kernel::Snapshot>,
    pub cache: &'a Arc<ValueCache>,
}

type OwnCache = Arc<OnceLock<Box<ValueCache>>>;

/// The immutable result of resolving a stack of layers: a read-only mapping.
///
/// `snapshot[path]` is the value at a path, or a `View` of an inner mapping; a missing path is a
/// `MissingKeyError`. `overlay`, `override`, `set`, `delete`, `scope` and `with_layers` give another one, and
/// this one stays as it is. Specified in docs/semantics.md#reading.
///
/// Example:
///     >>> snapshot = veltrix.resolve([veltrix.Layer("app", {"server": {"port": 8080}})])
///     >>> snapshot["server.port"], snapshot["server", "port"], snapshot["server"]["port"]
///     (8080, 8080, 8080)
#[pyclass(frozen, module = "veltrix", weakref)]
pub struct Snapshot {
    /// The paths that may differ from the base; none for a snapshot that is its base.
    pub filter: PathFilter,
    /// What was read from the base, shared by all snapshots over it.
    pub cache: Arc<ValueCache>,
    /// What was read where the kernel's snapshot may differ from the base, shared by all small overlays over it. Most that are
    /// published are left before there is any.
    own: OnceLock<OwnCache>,
    /// The same of what an overlay lies over.
    shared_own: Option<OwnCache>,
    /// The overlay that makes this snapshot of the one below.
    pub small_overlay: Option<SmallOverlay>,
    below: Arc<kernel::Snapshot>,
    /// The name of the small overlay's layer.
    name: Cow<'static, str>,
    whole: PyOnceLock<Arc<kernel::Snapshot>>,
    reinterned: Reinterned<Arc<ValueCache>>,
    /// Every opaque object that a layer refers to, by its handle, and perhaps some that none does any more.
    opaques: Option<Py<PyDict>>,
    /// With more opaque objects than this, those that no layer refers to are let go.
    many: usize,
    pub dimensions: Py<Dimensions>,
    pub scopes: OnceLock<Box<ScopeCache>>,
    /// The scopes of what it was published over.
    pub carried: Option<Arc<CarriedScopes>>,
    /// What Python code keeps with this snapshot; made when it is first asked for.
    pub memo: OnceLock<Py<PyDict>>,
    /// What `settings` gave; the memo has it too.
    pub settings: Slot<Py<PyAny>>,
}

impl Snapshot {
    pub fn new(
        kernel: kernel::Snapshot,
        cache: Option<&Arc<ValueCache>>,
        opaques: Option<Py<PyDict>>,
        dimensions: Py<Dimensions>,
    ) -> Self {
        let cache = cache.map_or_else(|| Arc::new(ValueCache::new(kernel.base.entries().len())), Arc::clone);
        let filter = *kernel.filter();
        Self {
            filter,
            cache,
            own: OnceLock::new(),
            shared_own: None,
            small_overlay: None,
            below: Arc::new(kernel),
            name: Cow::Borrowed(OVERLAY),
            whole: PyOnceLock::new(),
            reinterned: Reinterned::default(),
            many: FEW,
            opaques,
            dimensions,
            scopes: OnceLock::new(),
            carried: None,
            memo: OnceLock::new(),
            settings: Slot::default(),
        }
    }

    /// The kernel's snapshot below the small overlay; this snapshot itself where there is none.
    #[inline]
    pub const fn below(&self) -> &Arc<kernel::Snapshot> {
        &self.below
    }

    /// What was read where this snapshot may differ from the base.
    pub fn own_cache(&self) -> &ValueCache {
        self.shared_own().get_or_init(|| Box::new(ValueCache::new(self.below.base.entries().len())))
    }

    fn shared_own(&self) -> &OwnCache {
        self.shared_own.as_ref().unwrap_or_else(|| self.own.get_or_init(Arc::default))
    }

    /// The same, if anything was read so.
    #[inline]
    pub fn known_own(&self) -> Option<&ValueCache> {
        self.shared_own.as_ref().or_else(|| self.own.get())?.get().map(|own| &**own)
    }

    /// The scopes of this snapshot that were used last.
    pub fn scope_cache(&self) -> &ScopeCache {
        self.scopes.get_or_init(|| Box::new(ScopeCache::new(self.carried.as_ref())))
    }

    /// Whether the children of a mapping are those of its entry in the base.
    pub fn is_clean(&self, entry: EntryId, hash: impl FnOnce() -> u64) -> bool {
        self.below.is_clean(entry, hash) && self.small_overlay.as_ref().is_none_or(|overlay| !overlay.adds_to(entry))
    }

    /// What lies below an overlay over this snapshot; the values of the small overlays between are put into it.
    pub fn under_overlay(&self, py: Python<'_>, overlay: &mut SmallOverlay) -> PyResult<&Arc<kernel::Snapshot>> {
        let Some(lower) = &self.small_overlay else { return Ok(&self.below) };
        guarded(py, || {
            match lower.over(self.name.clone(), |value| value.clone_ref(py)) {
                Some(lower) => *overlay = lower,
                None => return self.kernel(py),
            }
            Ok(&self.below)
        })
    }

    /// This snapshot with a small overlay over what lies `below` it.
    #[expect(clippy::inline_always, reason = "a call would copy the overlay and the snapshot three times")]
    #[inline(always)]
    pub fn overlaid(
        &self,
        py: Python<'_>,
        below: &Arc<kernel::Snapshot>,
        small_overlay: SmallOverlay,
        name: Cow<'static, str>,
    ) -> Self {
        Self {
            filter: below.filter().with(small_overlay.filter()),
            cache: Arc::clone(&self.cache),
            own: OnceLock::new(),
            shared_own: Arc::ptr_eq(below, &self.below).then(|| Arc::clone(self.shared_own())),
            small_overlay: Some(small_overlay),
            below: Arc::clone(below),
            name,
            whole: PyOnceLock::new(),
            reinterned: Reinterned::default(),
            opaques: self.opaques.as_ref().map(|opaques| opaques.clone_ref(py)),
            many: self.many,
            dimensions: self.dimensions.clone_ref(py),
            scopes: OnceLock::new(),
            carried: None,
            memo: OnceLock::new(),
            settings: Slot::default(),
        }
    }

    /// The kernel's snapshot of the whole stack.
    pub fn kernel(&self, py: Python<'_>) -> PyResult<&Arc<kernel::Snapshot>> {
        let Some(overlay) = &self.small_overlay else { return Ok(&self.below) };
        self.whole.get_or_try_init(py, || {
            let names = overlay.lower().chain([&*self.name]).enumerate();
            let layers = names.map(|(at, name)| {
                let reader = DataReader::new(py, TreeBuilder::new(Arc::clone(self.below.segments())), &[], None);
                let read = read_overlay(reader, py, overlay, &self.below, at)?;
                Ok(version(read, name.to_owned()))
            });
            let whole = self
                .below
                .with_values(&layers.collect::<PyResult<Vec<_>>>()?)
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

    /// Says that this snapshot is published over that one, with the same dimensions: the scopes that are used are carried over.
    pub fn publish_over(&mut self, before: &Self) {
        self.carried =
            before.scopes.get().map_or_else(|| before.carried.clone(), |scopes| Some(Arc::clone(&scopes.carried)));
    }

    /// Lets go of opaque objects that no layer refers to any more, once they have become many.
    fn forget_opaques(&mut self, py: Python<'_>) -> PyResult<()> {
        let Some(held) = self.opaques.as_ref().map(|held| held.bind(py)).filter(|held| held.len() > self.many) else {
            return Ok(());
        };
        let needed = those_of(held, self.below.opaques())?;
        self.many = needed.len() * 2 + FEW;
        self.opaques = Some(needed.unbind());
        Ok(())
    }

    pub const fn opaques(&self) -> Option<&Py<PyDict>> {
        self.opaques.as_ref()
    }

    /// The same content on a table that holds little else, unless another thread is making it, and what is read of it.
    fn reinterned(
        &self,
        py: Python<'_>,
        kernel: &Arc<kernel::Snapshot>,
    ) -> PyResult<Option<(Arc<kernel::Snapshot>, Arc<ValueCache>)>> {
        let made = self.reinterned.of(|| {
            kernel.make_roots();
            let content = py.detach(|| kernel::Snapshot::reinterned(kernel))?;
            let cache = Arc::new(ValueCache::new(content.base.entries().len()));
            Ok((Arc::new(content), cache))
        });
        made.map_err(|error| kernel_error(py, kernel.segments(), error))
    }

    /// Derives a snapshot from this one, or from the same content on a table that holds little else.
    pub fn deriving<'py, R>(
        slf: &Bound<'py, Self>,
        derive: impl FnOnce(Python<'py>, &Self, &Parent<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let (py, snapshot) = (slf.py(), slf.get());
        guarded(py, || {
            let kernel = snapshot.kernel(py)?;
            let fresh = if kernel.needs_reintern() { snapshot.reinterned(py, kernel)? } else { None };
            let (kernel, cache) = fresh.as_ref().map_or((kernel, &snapshot.cache), |(kernel, cache)| (kernel, cache));
            let parent = Parent { kernel, cache };
            derive(py, snapshot, &parent)
        })
    }
}

/// The layer of an overlay, and the opaque objects that it refers to.
pub fn overlay_layer(
    py: Python<'_>,
    table: &Arc<Interner>,
    data: &Bound<'_, PyAny>,
    name: String,
) -> PyResult<(LayerVersion, Option<Py<PyDict>>)> {
    let mut read = DataReader::new(py, TreeBuilder::new(Arc::clone(table)), &[], None).read(data)?;
    let opaques = read.opaques.take();
    Ok((version(read, name), opaques))
}

fn version(read: ReadData, name: String) -> LayerVersion {
    let origin = Origin { source: "overlay".into(), ..Origin::default() };
    let loaded =
        kernel::Layer { name, tree: Arc::new(read.tree), origin, origins: read.origins, secret: Secret::Nothing };
    LayerVersion::new(Arc::new(loaded))
}
