//! The conformance suite of JSON, as the crate `justjson` carries it.
//!
//! A file's name begins with what a parser has to do: `y_` read it, `n_` refuse it, `i_` either. Which way Veltrix goes
//! there stands in the table of the Python tests, which read the same files with both implementations.

mod common;
mod crates;

use std::fs;

use common::{Tagged, float, parse, tagged};
use serde_json::Value;
use veltrix_core::formats::Format;

/// The files of a kind: their names, and their bytes as they are and as the value of a key.
fn files(kind: &str, least: usize) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let folder = fs::read_dir(crates::folder("justjson").join("tests/JSONTestSuite")).expect("the suite");
    let mut found = Vec::new();
    for entry in folder {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with(kind) {
            let bytes = fs::read(&path).expect("a readable file");
            let held = [b"{\"key\": ".as_slice(), &bytes, b"}"].concat();
            found.push((name, bytes, held));
        }
    }
    assert!(found.len() >= least, "only {} files", found.len());
    found
}

#[test]
fn valid_documents_have_their_values() {
    for (name, bytes, held) in files("y_", 95) {
        let found = parse(Format::Json, &held);
        if name.starts_with("y_object_duplicated_key") {
            assert!(found.is_err_and(|error| error.reason.starts_with("duplicate key")), "{name}");
            continue;
        }
        let layer = found.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        // A zero with a sign is an integer here, as in Python, and a float to serde.
        let expected = match bytes.as_slice() {
            b"[-0]" => Tagged::List(vec![Tagged::Leaf("int 0".into())]),
            bytes => spelled_out(&serde_json::from_slice(bytes).expect("JSON")),
        };
        assert_eq!(tagged(&layer, 1), expected, "{name}");
    }
}

#[test]
fn invalid_documents_are_refused_with_their_place() {
    for (name, bytes, held) in files("n_", 185) {
        for document in [bytes, held] {
            let error = parse(Format::Json, &document).map(|layer| tagged(&layer, 0)).expect_err(&name);
            let lines = document.split(|&byte| byte == b'\n').count();
            assert!((1..=lines).contains(&(error.position.expect("a place").line as usize)), "{name}: {error:?}");
        }
    }
}

#[test]
fn documents_left_to_the_parser_crash_nothing() {
    for (_, bytes, held) in files("i_", 35) {
        let _ = (parse(Format::Json, &bytes), parse(Format::Json, &held));
    }
}

fn spelled_out(value: &Value) -> Tagged {
    match value {
        Value::Null => Tagged::Leaf("null".into()),
        Value::Bool(value) => Tagged::Leaf(format!("bool {value}")),
        Value::Number(number) if number.is_f64() => Tagged::Leaf(float(number.as_f64().expect("a float"))),
        Value::Number(number) => Tagged::Leaf(format!("int {number}")),
        Value::String(text) => Tagged::Leaf(format!("str {text}")),
        Value::Array(items) => Tagged::List(items.iter().map(spelled_out).collect()),
        Value::Object(fields) => {
            Tagged::Mapping(fields.iter().map(|(key, value)| (key.clone(), spelled_out(value))).collect())
        }
    }
}
