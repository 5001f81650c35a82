//! The dimensions of a snapshot, as it looks choices up in them.

use std::ops::Deref;
use std::sync::OnceLock;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use veltrix_core::{EntryId, NO_ENTRY, Wanted};

use crate::interop::ffi;
use crate::interop::imports;
use crate::state::value_cache::ValueCache;

/// Where the numbers of dimensions start, as those of the names of each start at its own number.
pub const DIMENSIONS: EntryId = NO_ENTRY;

/// How many scopes a snapshot keeps, and how many bytes they may take.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ScopeBounds {
    pub scopes: usize,
    pub bytes: usize,
}

/// Declared dimensions, in their order, shared by a snapshot and what is derived from it.
#[pyclass(frozen)]
pub struct Dimensions {
    pub declared: Py<PyTuple>,
    /// The names of the dimensions.
    pub names: Py<PyDict>,
    /// None where one of them has a class of its own, which may choose as it likes, or names of such a class.
    tables: Option<Vec<ChoiceTable>>,
    /// The number of each name: of a dimension, and of those in the table of each.
    numbers: ValueCache,
    pub bounds: ScopeBounds,
    /// What the whole is bound as, once that is declared.
    pub schema: OnceLock<Py<PyAny>>,
}

/// What one dimension chooses from.
struct ChoiceTable {
    /// The name of the dimension, an exact `str`, which the collector need not see.
    name: Py<PyAny>,
    layers: Py<PyTuple>,
    many: bool,
    strict: bool,
}

/// The choices of a scope, as they are read.
pub struct Choices<'a> {
    dimensions: &'a Dimensions,
    tables: &'a [ChoiceTable],
    key: ScopeKey,
    /// The dimension after the last one.
    next: usize,
    /// Whether no dimension itself has to be asked.
    plain: bool,
}

/// What a scope is known by: the numbers of dimensions, and in each of them that of a name; of a layer that a dimension of
/// a class of its own has chosen, its address.
pub struct ScopeKey {
    /// The first ones, for which there is room at once.
    few: [ScopePart; FEW],
    length: usize,
    /// All of them, once they are more.
    many: Vec<ScopePart>,
}

/// The number of a dimension, and that of what was chosen in it.
pub type ScopePart = (usize, usize);

/// So many choices need no block of memory; few where assertions are on, so that tests meet more.
const FEW: usize = if cfg!(debug_assertions) { 2 } else { 8 };

impl Default for ScopeKey {
    fn default() -> Self {
        Self { few: [(0, 0); FEW], length: 0, many: Vec::new() }
    }
}

impl ScopeKey {
    #[inline]
    fn push(&mut self, part: ScopePart) {
        if self.many.is_empty() && self.length < FEW {
            self.few[self.length] = part;
            self.length += 1;
            return;
        }
        if self.many.is_empty() {
            self.many.extend_from_slice(&self.few);
        }
        self.many.push(part);
    }

    /// The same in order, each part once.
    fn ordered(self) -> Self {
        if self.is_sorted_by(|one, other| one < other) {
            return self;
        }
        let mut many = self.to_vec();
        many.sort_unstable();
        many.dedup();
        many.into()
    }
}

impl From<Vec<ScopePart>> for ScopeKey {
    fn from(many: Vec<ScopePart>) -> Self {
        Self { many, ..Self::default() }
    }
}

impl Deref for ScopeKey {
    type Target = [ScopePart];

    #[inline]
    fn deref(&self) -> &[ScopePart] {
        if self.many.is_empty() { &self.few[..self.length] } else { &self.many }
    }
}

impl Dimensions {
    pub fn new<'py>(declared: &Bound<'py, PyTuple>, bounds: ScopeBounds) -> PyResult<Bound<'py, Self>> {
        let py = declared.py();
        let names = ffi::new_dict(py)?;
        let mut tables = Some(Vec::with_capacity(declared.len()));
        let mut numbered = Vec::new();
        for (number, dimension) in declared.iter().enumerate() {
            let name = ffi::attribute(&dimension, c"name")?;
            numbered.push((DIMENSIONS, number, name.clone()));
            names.set_item(name, py.None())?;
            if let (Some(kept), table) = (&mut tables, ChoiceTable::of(&dimension, number, &mut numbered)?) {
                match table {
                    Some(table) => kept.push(table),
                    None => tables = None,
                }
            }
        }
        let numbers = ValueCache::new(numbered.len());
        for (from, number, name) in numbered {
            match name.cast_exact::<PyString>() {
                Ok(name) => _ = numbers.keep_mapping(name, from, 0, number as EntryId)?,
                Err(_) => tables = None,
            }
        }
        let (declared, names, schema) = (declared.clone().unbind(), names.unbind(), OnceLock::new());
        Bound::new(py, Self { declared, names, tables, numbers, bounds, schema })
    }

    /// Whether all layers have numbers.
    pub const fn is_plain(&self) -> bool {
        self.tables.is_some()
    }

    /// What the scope of these choices is known by, where they are plain; `None` where the dimensions themselves have to be
    /// asked, if only for an error.
    pub fn key(&self, asked: &Bound<'_, PyDict>) -> PyResult<Option<ScopeKey>> {
        let Some(mut choices) = self.choices() else { return Ok(None) };
        ffi::each(asked, |name, choice| {
            choices.take(&name, &choice);
            Ok(())
        })?;
        Ok(choices.key())
    }

    /// No choices yet; `None` where all choices have to be left to the dimensions themselves.
    pub fn choices(&self) -> Option<Choices<'_>> {
        let tables = self.tables.as_deref()?;
        Some(Choices { dimensions: self, tables, key: ScopeKey::default(), next: 0, plain: true })
    }

    /// The layers that plain choices put on top, in their order.
    pub fn layers<'py>(&self, py: Python<'py>, key: &ScopeKey) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let tables = self.tables.as_deref().unwrap_or_default();
        key.iter().map(|&(number, name)| tables[number].layers.bind(py).get_item(name)).collect()
    }

    /// The number of a name in the table of a dimension, or of a dimension itself.
    pub fn number(&self, from: EntryId, name: &Bound<'_, PyAny>) -> Option<usize> {
        let name = name.cast_exact::<PyString>().ok()?;
        let wanted = Wanted { hash: ffi::text_hash(name), from };
        let found = self.numbers.table().find(wanted, |held| ffi::same_text(held, name));
        found.map(|known| known.entry as usize)
    }

    /// Adds what a choice puts on top; `false` where the dimension itself has to be asked.
    fn choose(&self, table: &ChoiceTable, number: usize, choice: &Bound<'_, PyAny>, key: &mut ScopeKey) -> bool {
        if choice.is_none() {
            return true;
        }
        let mut add = |plain: bool, name: &Bound<'_, PyAny>| {
            if !plain || !name.is_exact_instance_of::<PyString>() {
                return false;
            }
            let Some(name) = self.number(number as EntryId, name) else { return !table.strict };
            key.push((number, name));
            true
        };
        if !table.many {
            return add(true, choice);
        }
        if let Ok(names) = choice.cast_exact::<PyTuple>() {
            return names.iter().fold(true, |plain, name| add(plain, &name));
        }
        let Ok(names) = choice.cast_exact::<PyList>() else { return false };
        names.iter().fold(true, |plain, name| add(plain, &name))
    }
}

impl Choices<'_> {
    /// Takes what is chosen in the dimension of a name.
    #[inline]
    pub fn take(&mut self, name: &Bound<'_, PyAny>, choice: &Bound<'_, PyAny>) {
        if !self.plain {
            return;
        }
        // Most often choices stand in the order of the dimensions, and their names are those very objects.
        let number = match self.tables.get(self.next) {
            Some(table) if table.name.is(name) => Some(self.next),
            _ => self.dimensions.number(DIMENSIONS, name),
        };
        self.plain = match number.and_then(|number| Some((number, self.tables.get(number)?))) {
            Some((number, table)) => {
                self.next = number + 1;
                self.dimensions.choose(table, number, choice, &mut self.key)
            }
            None => false,
        };
    }

    /// What the scope of the choices is known by, if they are plain.
    pub fn key(self) -> Option<ScopeKey> {
        self.plain.then(|| self.key.ordered())
    }
}

impl ChoiceTable {
    /// The table of a dimension; `None` for one of a class of its own. `numbered` gets its names.
    fn of<'py>(
        dimension: &Bound<'py, PyAny>,
        number: usize,
        numbered: &mut Vec<(EntryId, usize, Bound<'py, PyAny>)>,
    ) -> PyResult<Option<Self>> {
        let py = dimension.py();
        if !dimension.get_type().is(imports::dimension(py)?) {
            return Ok(None);
        }
        let mut layers = Vec::new();
        for pair in ffi::attribute(&ffi::attribute(dimension, c"layers")?, c"items")?.call0()?.try_iter()? {
            let pair = pair?.cast_into::<PyTuple>()?;
            numbered.push((number as EntryId, layers.len(), pair.get_item(0)?));
            layers.push(pair.get_item(1)?);
        }
        let layers = ffi::new_tuple(py, layers)?.unbind();
        let [many, strict] = [c"many", c"strict"].map(|flag| ffi::attribute(dimension, flag)?.is_truthy());
        let name = ffi::attribute(dimension, c"name")?.unbind();
        Ok(Some(Self { name, layers, many: many?, strict: strict? }))
    }
}

#[pymethods]
impl Dimensions {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.declared)?;
        visit.call(&self.names)?;
        if let Some(schema) = self.schema.get() {
            visit.call(schema)?;
        }
        for table in self.tables.iter().flatten() {
            visit.call(&table.layers)?;
        }
        Ok(())
    }
}
