//! The dimensions of a snapshot, as it looks choices up in them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::interop::ffi;
use crate::interop::imports;

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
    /// The number of each dimension by its name.
    pub numbers: Py<PyDict>,
    /// None where one of them has a class of its own, which may choose as it likes.
    tables: Option<Vec<ChoiceTable>>,
    pub bounds: ScopeBounds,
}

/// What one dimension chooses from.
struct ChoiceTable {
    /// The number of each name.
    numbers: Py<PyDict>,
    layers: Py<PyTuple>,
    many: bool,
    strict: bool,
}

/// What a scope is known by: the numbers of dimensions, and in each of them that of a name; of a layer that a dimension of
/// a class of its own has chosen, its address.
pub type ScopeKey = Vec<(usize, usize)>;

impl Dimensions {
    pub fn new<'py>(declared: &Bound<'py, PyTuple>, bounds: ScopeBounds) -> PyResult<Bound<'py, Self>> {
        let py = declared.py();
        let numbers = ffi::new_dict(py)?;
        let mut tables = Some(Vec::with_capacity(declared.len()));
        for (number, dimension) in declared.iter().enumerate() {
            numbers.set_item(ffi::attribute(&dimension, c"name")?, ffi::new_int(py, number.cast_signed() as i64)?)?;
            let table = ChoiceTable::of(&dimension)?;
            tables = tables.zip(table).map(|(mut tables, table)| {
                tables.push(table);
                tables
            });
        }
        Bound::new(py, Self { declared: declared.clone().unbind(), numbers: numbers.unbind(), tables, bounds })
    }

    /// What the scope of these choices is known by, where they are plain; `None` where the dimensions themselves have to be
    /// asked, if only for an error.
    pub fn key(&self, asked: &Bound<'_, PyDict>) -> PyResult<Option<ScopeKey>> {
        let Some(tables) = &self.tables else { return Ok(None) };
        let numbers = self.numbers.bind(asked.py());
        let mut key = Vec::with_capacity(asked.len());
        let mut plain = true;
        ffi::each(asked, |name, choice| {
            if plain {
                let number = if name.is_exact_instance_of::<PyString>() { number_of(numbers, &name)? } else { None };
                plain = match number.and_then(|number| Some((number, tables.get(number)?))) {
                    Some((number, table)) => table.choose(number, &choice, &mut key)?,
                    None => false,
                };
            }
            Ok(())
        })?;
        key.sort_unstable();
        key.dedup();
        Ok(plain.then_some(key))
    }

    /// The layers that plain choices put on top, in their order.
    pub fn layers<'py>(&self, py: Python<'py>, key: &ScopeKey) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let tables = self.tables.as_deref().unwrap_or_default();
        key.iter().map(|&(number, name)| tables[number].layers.bind(py).get_item(name)).collect()
    }

    /// The number of a name in the table of a dimension.
    pub fn number(&self, dimension: usize, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        let table = self.tables.as_ref().and_then(|tables| tables.get(dimension));
        table.map_or(Ok(None), |table| number_of(table.numbers.bind(name.py()), name))
    }
}

fn number_of(numbers: &Bound<'_, PyDict>, name: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    Ok(numbers.get_item(name)?.as_ref().and_then(ffi::small_int).map(|number| number.cast_unsigned() as usize))
}

impl ChoiceTable {
    /// The table of a dimension; `None` for one of a class of its own.
    fn of(dimension: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = dimension.py();
        if !dimension.get_type().is(imports::dimension(py)?) {
            return Ok(None);
        }
        let (numbers, mut layers) = (ffi::new_dict(py)?, Vec::new());
        for pair in ffi::attribute(&ffi::attribute(dimension, c"layers")?, c"items")?.call0()?.try_iter()? {
            let pair = pair?.cast_into::<PyTuple>()?;
            numbers.set_item(pair.get_item(0)?, ffi::new_int(py, layers.len().cast_signed() as i64)?)?;
            layers.push(pair.get_item(1)?);
        }
        let layers = ffi::new_tuple(py, layers)?.unbind();
        let [many, strict] = [c"many", c"strict"].map(|flag| ffi::attribute(dimension, flag)?.is_truthy());
        Ok(Some(Self { numbers: numbers.unbind(), layers, many: many?, strict: strict? }))
    }

    /// Adds what a choice puts on top; `false` where the dimension itself has to be asked.
    fn choose(&self, number: usize, choice: &Bound<'_, PyAny>, key: &mut ScopeKey) -> PyResult<bool> {
        if choice.is_none() {
            return Ok(true);
        }
        if !self.many {
            return self.add(number, choice, key);
        }
        if let Ok(names) = choice.cast_exact::<PyTuple>() {
            return names.iter().try_fold(true, |plain, name| Ok(plain && self.add(number, &name, key)?));
        }
        let Ok(names) = choice.cast_exact::<PyList>() else { return Ok(false) };
        names.iter().try_fold(true, |plain, name| Ok(plain && self.add(number, &name, key)?))
    }

    fn add(&self, number: usize, name: &Bound<'_, PyAny>, key: &mut ScopeKey) -> PyResult<bool> {
        if !name.is_exact_instance_of::<PyString>() {
            return Ok(false);
        }
        let Some(name) = number_of(self.numbers.bind(name.py()), name)? else { return Ok(!self.strict) };
        key.push((number, name));
        Ok(true)
    }
}

#[pymethods]
impl Dimensions {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.declared)?;
        visit.call(&self.numbers)?;
        for table in self.tables.iter().flatten() {
            visit.call(&table.numbers)?;
            visit.call(&table.layers)?;
        }
        Ok(())
    }
}
