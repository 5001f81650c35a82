//! Scalars that need more than one call: integers of any size, and times.

use std::fmt::Write;

use pyo3::prelude::*;
use pyo3::types::{
    PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyInt, PyTime, PyTimeAccess, PyTzInfo, PyTzInfoAccess,
};
use veltrix_core::{Date, Scalar, Time};

use crate::interop::alloc::{Int, Text, shown};
use crate::interop::ffi;
use crate::interop::imports;

/// A `datetime`, `date` or `time` of exactly that type whose offset, if any, is a plain one.
pub fn moment<'a>(data: &Bound<'_, PyAny>) -> PyResult<Option<Scalar<'a>>> {
    if let Ok(datetime) = data.cast_exact::<PyDateTime>() {
        let Zone::Plain(offset) = zone_of(datetime.get_tzinfo())? else { return Ok(None) };
        let time = Time {
            hour: datetime.get_hour(),
            minute: datetime.get_minute(),
            second: datetime.get_second(),
            microsecond: datetime.get_microsecond(),
            offset,
            fold: datetime.get_fold(),
        };
        return Ok(Some(Scalar::DateTime(date(datetime), time)));
    }
    if let Ok(plain) = data.cast_exact::<PyDate>() {
        return Ok(Some(Scalar::Date(date(plain))));
    }
    if let Ok(time) = data.cast_exact::<PyTime>() {
        let Zone::Plain(offset) = zone_of(time.get_tzinfo())? else { return Ok(None) };
        return Ok(Some(Scalar::Time(Time {
            hour: time.get_hour(),
            minute: time.get_minute(),
            second: time.get_second(),
            microsecond: time.get_microsecond(),
            offset,
            fold: time.get_fold(),
        })));
    }
    Ok(None)
}

/// Whether data is a date or time that [`moment`] takes apart without asking a zone.
pub fn is_naive(data: &Bound<'_, PyAny>) -> bool {
    data.cast_exact::<PyDateTime>().is_ok_and(|datetime| datetime.get_tzinfo().is_none())
        || data.is_exact_instance_of::<PyDate>()
        || data.cast_exact::<PyTime>().is_ok_and(|time| time.get_tzinfo().is_none())
}

fn date(date: &impl PyDateAccess) -> Date {
    Date { year: date.get_year().unsigned_abs() as u16, month: date.get_month(), day: date.get_day() }
}

/// The zone of a time.
enum Zone {
    /// None, or an offset in microseconds.
    Plain(Option<i64>),
    /// More than an offset.
    Other,
}

fn zone_of(zone: Option<Bound<'_, PyTzInfo>>) -> PyResult<Zone> {
    let Some(zone) = zone else { return Ok(Zone::Plain(None)) };
    let py = zone.py();
    let plain = imports::timezone(py)?;
    if !zone.get_type().is(plain) || ffi::attribute(&zone, c"__getinitargs__")?.call0()?.len()? != 1 {
        return Ok(Zone::Other);
    }
    let delta = ffi::attribute(&zone, c"utcoffset")?.call1((py.None(),))?;
    let delta = delta.cast::<PyDelta>()?;
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    Ok(Zone::Plain(Some(seconds * 1_000_000 + i64::from(delta.get_microseconds()))))
}

/// A `datetime.date`.
pub fn date_object(py: Python<'_>, date: Date) -> PyResult<Bound<'_, PyAny>> {
    Ok(PyDate::new(py, date.year.into(), date.month, date.day)?.into_any())
}

/// A `datetime.datetime`.
pub fn datetime_object(py: Python<'_>, date: Date, time: Time) -> PyResult<Bound<'_, PyAny>> {
    let object = PyDateTime::new_with_fold(
        py,
        date.year.into(),
        date.month,
        date.day,
        time.hour,
        time.minute,
        time.second,
        time.microsecond,
        zone(py, time.offset)?.as_ref(),
        time.fold,
    );
    Ok(object?.into_any())
}

/// A `datetime.time`.
pub fn time_object(py: Python<'_>, time: Time) -> PyResult<Bound<'_, PyAny>> {
    let zone = zone(py, time.offset)?;
    let object =
        PyTime::new_with_fold(py, time.hour, time.minute, time.second, time.microsecond, zone.as_ref(), time.fold);
    Ok(object?.into_any())
}

fn zone(py: Python<'_>, offset: Option<i64>) -> PyResult<Option<Bound<'_, PyTzInfo>>> {
    let Some(offset) = offset else { return Ok(None) };
    let seconds = offset.div_euclid(1_000_000);
    let delta = PyDelta::new(py, 0, seconds as i32, offset.rem_euclid(1_000_000) as i32, true)?;
    let zone = imports::timezone(py)?.call1((delta,))?;
    Ok(Some(zone.cast_into::<PyTzInfo>()?))
}

/// So many digits of an integer are turned into text, or back, at once: `str` and `int` refuse too many.
const DIGITS: usize = 600;

fn power_of_ten(py: Python<'_>, exponent: usize) -> PyResult<Bound<'_, PyAny>> {
    ffi::new_int(py, 10)?.pow(Int(exponent.cast_signed() as i64), py.None())
}

/// The digits of an integer of any size.
pub fn decimal(number: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = number.py();
    let block = power_of_ten(py, DIGITS)?;
    let mut rest = number.abs()?;
    let mut blocks = Vec::new();
    while rest.is_truthy()? {
        let (above, digits): (Bound<'_, PyAny>, Bound<'_, PyAny>) = rest.divmod(&block)?.extract()?;
        blocks.push(shown(&digits)?);
        rest = above;
    }
    let mut text = String::from(if number.lt(Int(0))? { "-" } else { "" });
    for (at, block) in blocks.iter().rev().enumerate() {
        let width = if at == 0 { 0 } else { DIGITS };
        _ = write!(text, "{block:0>width$}");
    }
    Ok(text)
}

/// The integer of these digits.
pub fn integer<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let int = py.get_type::<PyInt>();
    let digits = text.trim_start_matches('-');
    let mut number = ffi::new_int(py, 0)?.into_any();
    for start in (0..digits.len()).step_by(DIGITS) {
        let block = &digits[start..digits.len().min(start + DIGITS)];
        let power = power_of_ten(py, block.len())?;
        number = number.mul(power)?.add(int.call1((Text(block),))?)?;
    }
    if digits.len() < text.len() { number.neg() } else { Ok(number) }
}
