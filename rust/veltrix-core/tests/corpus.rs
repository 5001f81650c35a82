//! The documents of `tests/corpus`, which the tests of the reference read too: one behaviour a file.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Tagged, float, parse, tagged};
use serde_json::{Value, json};
use veltrix_core::formats::Format;

#[test]
fn every_case_gives_its_value_or_its_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/documents");
    let mut failures = Vec::new();
    let mut count = 0;
    for path in files(&root) {
        count += 1;
        let case: Value = serde_json::from_slice(&fs::read(&path).expect("a readable case")).expect("JSON");
        let (found, expected) = (found(&case), expected(&case));
        if found != expected {
            failures.push(format!("{}\n  found    {found:?}\n  expected {expected:?}", path.display()));
        }
    }
    assert!(count > 100, "only {count} cases in {}", root.display());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The value that the document has, or the fields of its error.
fn found(case: &Value) -> Result<Tagged, Value> {
    let format = Format::from_name(string(&case["format"])).expect("a known format");
    let error = match parse(format, &document(case)) {
        Ok(layer) => return Ok(tagged(&layer, 0)),
        Err(error) => error,
    };
    let mut fields = json!({
        "class": if error.limit { "LimitError" } else { "ParseError" },
        "reason": error.reason,
        "line": error.position.map(|position| position.line),
        "column": error.position.map(|position| position.column),
    });
    if let Some(path) = error.path {
        fields["path"] = path.into();
    }
    Err(fields)
}

fn expected(case: &Value) -> Result<Tagged, Value> {
    match (case.get("value"), case.get("error")) {
        (Some(value), None) => Ok(spelled_out(value)),
        (None, Some(error)) => Err(error.clone()),
        _ => unreachable!("a case has a value or an error"),
    }
}

/// The document: as text, in hexadecimal, or as parts that are repeated.
fn document(case: &Value) -> Vec<u8> {
    if let Some(text) = case.get("text") {
        return string(text).into();
    }
    if let Some(digits) = case.get("hex") {
        let byte = |pair: &str| u8::from_str_radix(pair, 16).expect("two hexadecimal digits");
        return string(digits).split(' ').map(byte).collect();
    }
    let parts = case["parts"].as_array().expect("a case without a document");
    let part = |part: &Value| string(&part[0]).repeat(part[1].as_u64().expect("a count") as usize);
    parts.iter().map(part).collect::<String>().into()
}

/// The value that a case spells out: its leaves are strings such as `"int 1"`.
fn spelled_out(value: &Value) -> Tagged {
    match value {
        Value::Array(items) => Tagged::List(items.iter().map(spelled_out).collect()),
        Value::Object(fields) => {
            Tagged::Mapping(fields.iter().map(|(key, value)| (key.clone(), spelled_out(value))).collect())
        }
        leaf => Tagged::Leaf(match string(leaf).strip_prefix("float ") {
            Some(digits) => float(digits.parse().expect("a float")),
            None => string(leaf).into(),
        }),
    }
}

fn string(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
    found.sort();
    found
}
